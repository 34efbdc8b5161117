#include "compiler/driver/arguments.h"

#include "compiler/base/nearest.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>

namespace gatec::driver {
namespace {

struct Row {
  std::string left, right;
};

struct Positional {
  std::string name;
  std::vector<std::string>* values;
  std::size_t min, max;
};

struct Listed {
  std::vector<std::string>* values;
  std::vector<std::string> given;
};

void split_commas(std::string_view text, std::vector<std::string>& into) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) into.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

std::vector<std::string> split_names(std::string_view names) {
  std::vector<std::string> list;
  split_commas(names, list);
  return list;
}

void append_rows(std::string& out, std::string_view title, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, std::min<std::size_t>(row.left.size(), 30));
  ((out += '\n') += title) += ":\n";
  for (const Row& row : rows) {
    (out += "  ") += row.left;
    if (row.left.size() > width) {
      out += '\n';
      out.append(width + 4, ' ');
    } else {
      out.append(width + 2 - row.left.size(), ' ');
    }
    (out += row.right) += '\n';
  }
}

}  // namespace

struct Arguments::Parts {
  std::string verb, summary, usage;
  CLI::App app;
  std::vector<Row> inputs, options;
  std::vector<std::string> names;
  std::vector<Positional> positionals;
  std::vector<std::unique_ptr<Listed>> lists;
  bool help = false;

  void describe(std::string_view all, std::string_view form, std::string_view text) {
    std::string left;
    for (const std::string& name : split_names(all)) {
      if (!left.empty()) left += ", ";
      left += name;
      names.push_back(name);
    }
    if (!form.empty()) (left += ' ') += form;
    options.push_back({std::move(left), std::string(text)});
  }

  [[noreturn]] void unknown(const std::string& word) const {
    std::string message = "`" + word + "` is not an option of `gatec " + verb + "`";
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto nearest = base::nearest_word(std::string_view(word).substr(0, word.find('=')), known);
    if (nearest) ((message += ", did you mean `") += *nearest) += "`?";
    throw UsageError{message};
  }

  void check_rest() {
    for (const std::string& word : app.remaining()) {
      if (word.starts_with('-') && word != "-") unknown(word);
      throw UsageError{"`" + word + "` is one word too many"};
    }
    for (const Positional& p : positionals) {
      if (p.values->size() < p.min)
        throw UsageError{p.name + " is " + (p.values->empty() ? "missing" : "not complete")};
      if (p.values->size() > p.max) throw UsageError{"`" + (*p.values)[p.max] + "` is one word too many"};
    }
  }
};

Arguments::Arguments(std::string_view verb, std::string_view summary) : parts_(std::make_unique<Parts>()) {
  parts_->verb = verb;
  parts_->summary = summary;
  parts_->usage = "gatec " + parts_->verb;
  parts_->app.set_help_flag();
  parts_->app.allow_extras();
}

Arguments::~Arguments() = default;

void Arguments::positional(std::string_view name, std::vector<std::string>& values, std::string_view text,
                           std::size_t min, std::size_t max) {
  const std::string shown = std::string(name) + (max > 1 ? "..." : "");
  parts_->usage += min == 0 ? " [" + shown + "]" : " " + shown;
  parts_->inputs.push_back({std::string(name), std::string(text)});
  parts_->positionals.push_back({std::string(name), &values, min, max});
  parts_->app.add_option(std::string(name), values)->expected(0, 1 << 20);
}

void Arguments::option(std::string_view names, std::string& value, std::string_view form, std::string_view text) {
  parts_->describe(names, form, text);
  parts_->app.add_option(std::string(names), value)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Arguments::option(std::string_view names, std::vector<std::string>& values, std::string_view form,
                       std::string_view text, bool split) {
  parts_->describe(names, form, text);
  CLI::Option* const option = parts_->app.add_option_function<std::vector<std::string>>(
      std::string(names), [&values, split](const std::vector<std::string>& given) {
        for (const std::string& word : given) {
          if (split) {
            split_commas(word, values);
          } else {
            values.push_back(word);
          }
        }
      });
  option->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Arguments::flag(std::string_view names, bool& value, std::string_view text) {
  parts_->describe(names, {}, text);
  parts_->app.add_flag(std::string(names), value);
}

bool Arguments::parse(std::span<const std::string> words) {
  flag("-h,--help", parts_->help, "print this and do nothing");
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    parts_->app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch& e) {
    const std::string text = e.what();
    throw UsageError{"`" + text.substr(0, text.find(':')) + "` needs a value"};
  } catch (const CLI::ParseError& e) {
    throw UsageError{e.what()};
  }
  if (parts_->help) return false;
  parts_->check_rest();
  return true;
}

std::string Arguments::help() const {
  std::string text = parts_->summary + "\n\nusage: " + parts_->usage + " [options]\n";
  append_rows(text, "inputs", parts_->inputs);
  append_rows(text, "options", parts_->options);
  return text;
}

}  // namespace gatec::driver
