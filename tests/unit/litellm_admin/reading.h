#pragma once

#include "compiler/doc/reader.h"
#include "compiler/ir/describe.h"
#include "targets/litellm/admin.h"
#include "targets/litellm/tables.h"

#include <catch2/catch.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace gatec::targets::litellm {

/// JSON texts read as one state. Checks that every leaf is in an origin of a principal or settled.
class Reading {
 public:
  Reading() : context_{sources_, sink, ledger, "1.83", {}, {}, {}, false}, kit_(context_, "litellm", &parse_reference) {
    context_.mark_secret = [this](source::Span span) { sources_.mark_secret(span); };
  }

  bool read(std::string text) {
    const auto file = sources_.add("input" + std::to_string(documents_.size()) + ".json", std::move(text));
    auto document = doc::read_json(sources_, file, sink, {leaves_, true});
    REQUIRE(document);
    documents_.push_back(*std::move(document));
    leaves_ += documents_.back().leaf_count();
    return read_admin(*documents_.back().root(), kit_, gateway, bodies);
  }

  [[nodiscard]] const ir::Principal& only(ir::PrincipalKind kind) const {
    const ir::Principal* found = nullptr;
    for (const ir::Principal& p : gateway.principals) {
      if (p.kind != kind) continue;
      REQUIRE(found == nullptr);
      found = &p;
    }
    REQUIRE(found != nullptr);
    return *found;
  }
  [[nodiscard]] std::size_t count(ir::PrincipalKind kind) const {
    std::size_t n = 0;
    for (const ir::Principal& p : gateway.principals) n += p.kind == kind ? 1 : 0;
    return n;
  }

  [[nodiscard]] std::vector<bool> accounted() const {
    std::vector<bool> seen(leaves_, false);
    for (const ir::Principal& p : gateway.principals) visit(p, seen);
    for (const auto& s : ledger.settlements()) seen.at(s.leaf.value) = true;
    return seen;
  }
  void check_leaves() const {
    const auto seen = accounted();
    for (std::size_t i = 0; i < seen.size(); ++i) {
      INFO("leaf " << i);
      CHECK(seen[i]);
    }
  }
  [[nodiscard]] std::size_t settled(diagnostics::DiagId code) const {
    std::size_t n = 0;
    for (const auto& s : ledger.settlements()) n += s.code == code ? 1 : 0;
    return n;
  }
  [[nodiscard]] std::size_t told(diagnostics::DiagId code) const {
    std::size_t n = 0;
    for (const auto& d : sink.all()) n += d.id == code ? 1 : 0;
    return n;
  }

  diagnostics::Sink sink;
  ledger::Ledger ledger;
  ir::Gateway gateway;
  ConfigBodies bodies;

 private:
  static void mark(const ir::Origin& from, std::vector<bool>& seen) {
    from.each([&](ir::LeafId leaf) { seen.at(leaf.value) = true; });
  }
  static void visit(const ir::Value& v, std::vector<bool>& seen) {
    mark(v.from, seen);
    for (const auto& item : v.items) visit(item, seen);
    for (const auto& [key, item] : v.pairs) visit(item, seen);
  }
  template <class T>
  static void visit(const ir::Field<T>& f, std::vector<bool>& seen) {
    mark(f.from, seen);
  }
  template <class T>
  static void visit(const ir::List<T>& list, std::vector<bool>& seen) {
    mark(list.from, seen);
    for (const auto& item : list.items) mark(item.from, seen);
  }
  template <class T>
  static void visit(const std::vector<T>& all, std::vector<bool>& seen) {
    for (const T& one : all) visit(one, seen);
  }
  template <ir::Described T>
  static void visit(const T& value, std::vector<bool>& seen) {
    ir::for_each_member<T>([&](const auto& m) { visit(value.*m.pointer, seen); });
  }

  source::SourceManager sources_;
  std::deque<doc::Document> documents_;
  std::uint32_t leaves_ = 0;
  ReadContext context_;
  ReadKit kit_;
};

}  // namespace gatec::targets::litellm
