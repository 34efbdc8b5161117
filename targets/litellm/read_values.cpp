#include "targets/litellm/reader.h"

namespace gatec::targets::litellm {

using doc::Entry;
using doc::Node;
using ir::Decimal;
using ir::Fate;
using ir::Field;

Field<std::string> Reader::text(const Node& node, std::string_view what, bool numbers_too) {
  if (node.is_string()) {
    if (const auto reference = parse_reference(node.text())) {
      auto field = Field<std::string>::unknown(node.leaf());
      field.value = reference->kind == ir::Credential::Kind::Env ? "env(" + reference->name + ")"
                                                                 : "manager(" + reference->name + ")";
      return field;
    }
  }
  return kit_.string(node, what, numbers_too);
}

bool Reader::take(const Entry& e, Field<std::string>& into, bool numbers_too) {
  into = text(*e.value, e.key->text(), numbers_too);
  return !into.absent();
}

bool Reader::from_environment(const Entry& e, const Place& place) {
  if (!e.value->is_string() || !parse_reference(e.value->text())) return false;
  keep(e, place, DiagId::LitellmFromEnvironment, Fate::Manual, "set the value that the environment has");
  return true;
}

bool Reader::take(const Entry& e, const Place& place, Field<std::int64_t>& into) {
  if (from_environment(e, place)) {
    into = Field<std::int64_t>::unknown(e.value->leaf());
    return true;
  }
  into = kit_.integer(*e.value, e.key->text());
  return into.given();
}

bool Reader::take(const Entry& e, const Place& place, Field<Decimal>& into) {
  if (from_environment(e, place)) {
    into = Field<Decimal>::unknown(e.value->leaf());
    return true;
  }
  into = kit_.decimal(*e.value, e.key->text());
  return into.given();
}

bool Reader::take(const Entry& e, const Place& place, Field<bool>& into) {
  if (from_environment(e, place)) {
    into = Field<bool>::unknown(e.value->leaf());
    return true;
  }
  into = kit_.boolean(*e.value, e.key->text());
  return into.given();
}

bool Reader::take(const Entry& e, const Place& place, ir::List<std::string>& into, bool scalar_too) {
  if (e.value->is_string() && from_environment(e, place)) {
    into.state = ir::State::Unknown;
    into.from = e.value->leaf();
    return true;
  }
  if (e.value->is_sequence() && e.value->empty()) {
    keep_empty(e, place);
    return true;
  }
  into = kit_.strings(*e.value, e.key->text(), scalar_too);
  return into.given();
}

bool Reader::take_time(const Entry& e, const Place& place, Field<Decimal>& into) {
  if (!take(e, place, into)) return false;
  if (into.given() && into->is_zero()) {
    into = {};
    keep(e, place, DiagId::LitellmZeroIsUnset, Fate::Skipped, "nothing to do: LiteLLM takes zero as not set");
  }
  return true;
}

}  // namespace gatec::targets::litellm
