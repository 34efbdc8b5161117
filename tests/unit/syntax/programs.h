#pragma once

#include "compiler/syntax/evaluate.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::syntax {

/// A program that is read, with what came of it.
struct Program {
  explicit Program(std::string text, std::map<std::string, std::string, std::less<>> parameters = {},
                   std::map<std::string, std::string> modules = {}) {
    const source::FileId file = sources.add("main.gate", std::move(text));
    Inputs inputs;
    if (const auto chosen = parameters.find("gateway"); chosen != parameters.end()) {
      inputs.gateway = chosen->second;
      parameters.erase(chosen);
    }
    inputs.parameters = std::move(parameters);
    inputs.load = [this, modules = std::move(modules)](source::FileId,
                                                       std::string_view path) -> std::optional<source::FileId> {
      const std::string name(path);
      if (const auto known = loaded.find(name); known != loaded.end()) return known->second;
      const auto found = modules.find(name);
      if (found == modules.end()) return std::nullopt;
      return loaded[name] = sources.add(name, found->second);
    };
    doc::ReadResult result = read_gate(sources, file, inputs, sink, {});
    read = static_cast<bool>(result);
    if (!read) return;
    document = *std::move(result);
    struct Visitor : doc::LeafVisitor {
      explicit Visitor(std::map<std::string, std::string>& l) : leaves(l) {}
      void leaf(const doc::Node& node, std::string_view path) override {
        leaves[std::string(path)] =
            std::string(node.text()) + (node.tag().empty() ? "" : " !" + std::string(node.tag()));
      }
      std::map<std::string, std::string>& leaves;
    } visitor(leaves);
    doc::visit_leaves(document, visitor);
  }

  /// "line:column CODE message", in the order told.
  [[nodiscard]] std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const diagnostics::Diagnostic& d : sink.all()) {
      const source::Position at = sources.position(d.span.file, d.span.begin);
      out.push_back(std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
                    std::string(diagnostics::info(d.id).code) + " " + d.message);
    }
    return out;
  }
  [[nodiscard]] std::string at(const std::string& path) const {
    const auto found = leaves.find(path);
    return found == leaves.end() ? "(nothing)" : found->second;
  }

  source::SourceManager sources;
  diagnostics::Sink sink;
  doc::Document document;
  std::map<std::string, std::string> leaves;
  std::map<std::string, source::FileId> loaded;
  bool read = false;
};

}  // namespace gatec::syntax
