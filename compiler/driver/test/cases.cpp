#include "compiler/driver/test/cases.h"

#include "compiler/base/nearest.h"

#include <algorithm>
#include <span>

namespace gatec::driver {
namespace {

using base::Decimal;
using diagnostics::DiagId;
using doc::Entry;
using doc::Node;
using routing::Ratio;

constexpr std::string_view kCaseKeys[] = {"name", "caller", "model",    "metadata", "params", "headers",    "url",
                                          "tags", "fail",   "requests", "tokens",   "spend",  "concurrent", "expect"};
constexpr std::string_view kExpectKeys[] = {"answers", "attempts", "refused", "by", "error"};
constexpr std::string_view kExpectKeysOfGate[] = {"answers", "attempts", "refused", "refused_by", "error"};
constexpr std::string_view kRefusals[] = {"access", "rate", "budget"};
constexpr ir::Failure kFailures[] = {ir::Failure::RateLimit,    ir::Failure::Timeout,    ir::Failure::ServerError,
                                     ir::Failure::Unavailable,  ir::Failure::BadGateway, ir::Failure::Authentication,
                                     ir::Failure::BadRequest,   ir::Failure::NotFound,   ir::Failure::ContextWindow,
                                     ir::Failure::ContentPolicy};
constexpr std::int64_t kFirstError = 400;
constexpr std::int64_t kLastError = 599;

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::vector<std::string_view> failure_names() {
  std::vector<std::string_view> names;
  for (const ir::Failure f : kFailures) names.push_back(ir::failure_name(f));
  return names;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// "60s", "1h", "30d".
std::optional<std::int64_t> seconds_of(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's': unit = 1; break;
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    default: return std::nullopt;
  }
  const auto number = Decimal::parse(text.substr(0, text.size() - 1));
  const auto seconds = number ? number->times(Decimal(unit)) : std::nullopt;
  const auto whole = seconds ? seconds->as_int64() : std::nullopt;
  return whole && *whole > 0 ? whole : std::nullopt;
}

class CaseReader {
 public:
  explicit CaseReader(diagnostics::Sink& sink) : sink_(sink) {}

  std::vector<TestCase> read(const doc::Document& document) {
    const Node* const root = document.root();
    if (root == nullptr) return {};
    gate_ = document.format() == doc::Format::Gate;
    const std::string_view list = gate_ ? "test" : "cases";
    if (!root->is_mapping()) {
      wrong(*root, "cases stand in a list under `cases`");
      return {};
    }
    for (const Entry& e : root->entries()) {
      const std::string_view allowed[] = {list};
      if (e.key->text() != list) {
        unknown(e, allowed);
      } else if (!e.value->is_sequence()) {
        wrong(*e.value, quoted(list) + " takes a list of cases");
      } else {
        for (const Node* element : e.value->elements()) one(*element);
      }
    }
    return std::move(cases_);
  }

 private:
  void wrong(const Node& node, std::string message) {
    sink_.report(DiagId::CaseSetting, node.span(), std::move(message));
  }

  void unknown(const Entry& e, std::span<const std::string_view> known) {
    std::string message = "there is no setting " + quoted(e.key->text()) + " here";
    if (const auto near = base::nearest_word(e.key->text(), known)) message += ", did you mean " + quoted(*near) + "?";
    wrong(*e.key, std::move(message));
  }

  /// In Gate a block is a list with one mapping.
  static const Node& body(const Node& node) {
    return node.is_sequence() && node.tag() == "blocks" && node.size() == 1 ? *node.elements()[0] : node;
  }

  std::optional<Named> word(const Node& node, std::string_view key) {
    if (node.is_scalar() && !node.is_null() && !node.text().empty())
      return Named{std::string(node.text()), node.span()};
    wrong(node, quoted(key) + " takes a word");
    return std::nullopt;
  }

  void one(const Node& node) {
    if (!node.is_mapping()) return wrong(node, "a case is a mapping with `name`, `model` and `expect`");
    TestCase made;
    made.expected.span = node.span();
    const std::size_t before = sink_.all().size();
    for (const Entry& e : node.entries()) setting(e, made);
    const Expected& x = made.expected;
    if (sink_.all().size() == before) {
      if (made.name.text.empty()) wrong(node, "this case has no `name`");
      if (made.model.text.empty()) wrong(node, "this case has no `model`");
      const int ends = int{!x.answers.empty()} + int{x.refused.has_value()} + int{x.error.has_value()};
      if (ends > 1) {
        wrong(node, "a request ends in one way: `answers`, `refused` or `error`");
      } else if (ends == 0 && !x.attempts) {
        wrong(node, "this case expects nothing: `expect` takes `answers`, `attempts`, `refused` or `error`");
      } else if (x.by && !x.refused) {
        sink_.report(DiagId::CaseSetting, x.by->span, "who refuses needs `refused`");
      } else if (x.refused && x.attempts) {
        wrong(node, "a request that is refused has no `attempts`");
      }
    }
    cases_.push_back(std::move(made));
  }

  void setting(const Entry& e, TestCase& made) {
    const std::string_view key = e.key->text();
    const Node& node = body(*e.value);
    if (key == "name" || key == "$") {
      if (auto name = word(node, "name")) made.name = *std::move(name);
    } else if (key == "model") {
      if (auto name = word(node, key)) made.model = *std::move(name);
    } else if (key == "caller") {
      made.caller = word(node, key);
    } else if (key == "metadata" || key == "params" || key == "headers" || key == "url") {
      facts(node, key, made.facts);
    } else if (key == "tags") {
      each_word(node, key, [&](Named tag) { made.facts.tags.push_back(std::move(tag.text)); });
    } else if (key == "fail") {
      fail(node, made);
    } else if (key == "requests" || key == "tokens" || key == "spend" || key == "concurrent") {
      load(node, key, made);
    } else if (key == "expect") {
      expect(node, made.expected);
    } else {
      unknown(e, kCaseKeys);
    }
  }

  template <class F>
  void each_word(const Node& node, std::string_view key, F f) {
    if (!node.is_sequence()) {
      if (auto one = word(node, key)) f(*std::move(one));
      return;
    }
    for (const Node* element : node.elements()) {
      if (auto one = word(*element, key)) f(*std::move(one));
    }
  }

  static ir::Value value(const Node& node, bool as_text) {
    ir::Value v;
    if (node.is_sequence()) {
      v.kind = ir::Value::Kind::Sequence;
      for (const Node* element : node.elements()) v.items.push_back(value(*element, as_text));
    } else if (node.is_mapping()) {
      v.kind = ir::Value::Kind::Mapping;
      for (const Entry& e : node.entries()) v.pairs.emplace_back(e.key->text(), value(*e.value, as_text));
    } else if (as_text || node.is_string()) {
      v = ir::Value::string(std::string(node.text()));
    } else if (const auto truth = node.as_bool()) {
      v = ir::Value::of_bool(*truth);
    } else if (const auto number = node.number()) {
      v = ir::Value::number(*number);
    } else if (!node.is_null()) {
      v = ir::Value::string(std::string(node.text()));
    }
    return v;
  }

  void facts(const Node& node, std::string_view key, routing::Facts& facts) {
    if (!node.is_mapping()) return wrong(node, quoted(key) + " takes a mapping");
    const bool headers = key == "headers";
    ir::Value section = value(node, headers);
    section.kind = ir::Value::Kind::Mapping;
    for (auto& [name, inner] : section.pairs) {
      if (!headers) continue;
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    facts.sections.emplace_back(key, std::move(section));
  }

  void fail(const Node& node, TestCase& made) {
    constexpr routing::Fault kPlain{ir::Failure::ServerError, 500};
    if (!node.is_mapping())
      return each_word(node, "fail", [&](Named name) { made.failing.emplace_back(std::move(name), kPlain); });
    for (const Entry& e : node.entries()) {
      const auto fault = fault_of(*e.value);
      if (fault) made.failing.emplace_back(Named{std::string(e.key->text()), e.key->span()}, *fault);
    }
  }

  /// A word or a status.
  std::optional<routing::Fault> fault_of(const Node& node) {
    if (node.is_number()) {
      const auto status = status_of(node);
      return status ? std::optional(routing::fault_of(*status)) : std::nullopt;
    }
    const auto failure = failure_of(node);
    return failure ? std::optional(routing::fault_of(*failure)) : std::nullopt;
  }

  std::optional<std::int64_t> status_of(const Node& node) {
    const auto text = node.number();
    const auto number = text ? Decimal::parse(*text) : std::nullopt;
    const auto status = number ? number->as_int64() : std::nullopt;
    if (status && *status >= kFirstError && *status <= kLastError) return status;
    wrong(node, "a status of a failure is from 400 to 599");
    return std::nullopt;
  }

  std::optional<ir::Failure> failure_of(const Node& node) {
    const auto said = word(node, "a failure");
    if (!said) return std::nullopt;
    for (const ir::Failure f : kFailures) {
      if (ir::failure_name(f) == said->text) return f;
    }
    const std::vector<std::string_view> names = failure_names();
    std::string message = "there is no failure " + quoted(said->text);
    if (const auto near = base::nearest_word(said->text, names)) {
      message += ", did you mean " + quoted(*near) + "?";
    } else {
      message += "; there are ";
      for (const std::string_view name : names) message += (name == names.front() ? "" : ", ") + std::string(name);
    }
    wrong(node, std::move(message));
    return std::nullopt;
  }

  /// "61", "61 within 60s"; money with `$` or without.
  void load(const Node& node, std::string_view key, TestCase& made) {
    limits::Load load;
    load.counts = key == "requests"     ? ir::Counted::Requests
                  : key == "tokens"     ? ir::Counted::Tokens
                  : key == "concurrent" ? ir::Counted::Concurrent
                                        : ir::Counted::Usd;
    std::string_view text = trimmed(node.text());
    constexpr std::string_view kWithin = " within ";
    const std::size_t within = text.find(kWithin);
    std::string_view amount = trimmed(text.substr(0, within));
    if (key == "spend" && amount.starts_with('$')) amount.remove_prefix(1);
    if (key == "spend" && amount.ends_with(" usd")) amount.remove_suffix(4);
    const auto number = Decimal::parse(amount);
    bool fine = number && !number->is_negative() && !number->is_zero() && (key == "spend" || number->is_integer());
    if (within != std::string_view::npos) {
      load.seconds = seconds_of(trimmed(text.substr(within + kWithin.size())));
      fine = fine && load.seconds && key != "concurrent";
    }
    if (!fine) {
      return wrong(node, quoted(key) + " takes " +
                             (key == "spend"        ? "an amount as `$50` or `$50 within 30d`"
                              : key == "concurrent" ? "a whole number"
                                                    : "a whole number, or one as in `61 within 60s`"));
    }
    load.amount = *number;
    made.loads.push_back(load);
  }

  void expect(const Node& node, Expected& x) {
    if (!node.is_mapping()) return wrong(node, "`expect` takes a mapping");
    x.span = node.span();
    for (const Entry& e : node.entries()) {
      const std::string_view key = e.key->text();
      const Node& value = body(*e.value);
      if (key == "answers") {
        answers(value, x);
      } else if (key == "attempts") {
        attempts(value, x);
      } else if (key == "refused") {
        refused(value, x);
      } else if (key == (gate_ ? "refused_by" : "by")) {  // `by` is a word of Gate
        x.by = word(value, key);
      } else if (key == "error") {
        error(value, x);
      } else {
        unknown(e, gate_ ? kExpectKeysOfGate : kExpectKeys);
      }
    }
  }

  void answers(const Node& node, Expected& x) {
    if (!node.is_mapping())
      return each_word(node, "answers", [&](Named name) { x.answers.emplace_back(std::move(name), std::nullopt); });
    for (const Entry& e : node.entries()) {
      const auto share = share_of(*e.value);
      if (share) {
        x.answers.emplace_back(Named{std::string(e.key->text()), e.key->span()}, share);
      } else {
        wrong(*e.value, "a share is as `75%`, `3/4` or `0.75`, and at most all");
      }
    }
  }

  static std::optional<Ratio> share_of(const Node& node) {
    if (!node.is_scalar()) return std::nullopt;
    std::string_view text = trimmed(node.text());
    const bool percent = text.ends_with('%');
    if (percent) text = trimmed(text.substr(0, text.size() - 1));
    const std::size_t slash = text.find('/');
    const auto part = [](std::string_view digits) -> std::optional<Ratio> {
      const auto number = Decimal::parse(trimmed(digits));
      return number ? Ratio::of(*number) : std::nullopt;
    };
    auto share = part(text.substr(0, slash));
    if (share && slash != std::string_view::npos) {
      const auto under = part(text.substr(slash + 1));
      share = under ? share->divided_by(*under) : std::nullopt;
    }
    constexpr std::int64_t kHundred = 100;
    if (share && percent) share = share->divided_by(Ratio(kHundred));
    return share && *share <= Ratio(1) ? share : std::nullopt;
  }

  void attempts(const Node& node, Expected& x) {
    constexpr std::string_view kAtMost = "at most ";
    std::string_view text = trimmed(node.text());
    Expected::Attempts found;
    found.at_most = text.starts_with(kAtMost);
    if (found.at_most) text = trimmed(text.substr(kAtMost.size()));
    const auto number = Decimal::parse(text);
    const auto whole = number ? number->as_int64() : std::nullopt;
    if (!whole || *whole < 0) return wrong(node, "`attempts` takes a whole number, or one as in `at most 3`");
    found.number = *whole;
    x.attempts = found;
  }

  void refused(const Node& node, Expected& x) {
    const auto found = std::ranges::find(kRefusals, node.text());
    if (found == std::end(kRefusals)) return wrong(node, "`refused` takes access, rate or budget");
    x.refused = static_cast<Refused>(found - std::begin(kRefusals));
  }

  void error(const Node& node, Expected& x) {
    Expected::Error found;
    if (node.is_number()) {
      found.status = status_of(node);
      if (!found.status) return;
    } else if (node.text() != "any") {
      found.failure = failure_of(node);
      if (!found.failure) return;
    }
    x.error = found;
  }

  diagnostics::Sink& sink_;
  bool gate_ = false;
  std::vector<TestCase> cases_;
};

}  // namespace

std::string_view refused_name(Refused refused) { return kRefusals[static_cast<std::size_t>(refused)]; }

std::vector<TestCase> read_cases(const doc::Document& document, diagnostics::Sink& sink) {
  return CaseReader(sink).read(document);
}

}  // namespace gatec::driver
