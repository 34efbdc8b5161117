#include "targets/gate/printer.h"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace gatec::targets::gate {
namespace {

constexpr std::size_t kWidth = 110;
constexpr std::size_t kWorthAName = 28;

/// The block on one line; empty where it is too long or too deep for that.
std::string inlined(const Line& line, std::size_t room, int depth) {
  if (!line.block) return line.head.size() <= room ? line.head : std::string();
  if (line.body.empty()) return line.head.find(' ') == std::string::npos ? line.head + " {}" : line.head;
  if (depth > 3) return {};
  std::string text = line.head + " { ";
  bool first = true;
  for (const Line& inner : line.body) {
    if (!first) text += ", ";
    first = false;
    if (text.size() >= room) return {};
    const std::string one = inlined(inner, room - text.size(), depth + 1);
    if (one.empty()) return {};
    text += one;
  }
  text += " }";
  return text.size() <= room ? text : std::string();
}

void print(std::string& out, const Line& line, std::size_t level) {
  out.append(2 * level, ' ');
  const std::size_t room = kWidth > 2 * level + 20 ? kWidth - 2 * level : 20;
  const std::string one = line.block ? inlined(line, room, 0) : line.head;
  if (!one.empty()) {
    (out += one) += '\n';
    return;
  }
  (out += line.head) += " {\n";
  for (const Line& inner : line.body) print(out, inner, level + 1);
  out.append(2 * level, ' ');
  out += "}\n";
}

/// The map that a setting holds, behind its sign; nothing for others.
std::string_view map_of(const std::string& head) {
  std::size_t at = head.find(" = {");
  if (at == std::string::npos || !head.ends_with('}') || head.find('=') != at + 1) return {};
  at += 3;
  const std::string_view map = std::string_view(head).substr(at);
  return map.size() >= kWorthAName ? map : std::string_view{};
}

template <class F>
void each(std::vector<Line>& lines, const F& f) {
  for (Line& line : lines) {
    f(line);
    each(line.body, f);
  }
}

std::string name_for(const std::string& head, std::unordered_set<std::string>& taken) {
  std::string base;
  for (const char c : head.substr(0, head.find(" = "))) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (letter) base += c;
  }
  if (base.empty() || (base[0] >= '0' && base[0] <= '9')) base = "common";
  base = "common_" + base;
  std::string name = base;
  for (int i = 2; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
  return name;
}

}  // namespace

std::string print(const std::vector<Line>& lines) {
  std::string out;
  std::string before;
  for (const Line& line : lines) {
    const std::string kind = line.head.substr(0, line.head.find(' '));
    const bool apart = !out.empty() && (kind != before || (line.block && out.ends_with("}\n") && out.size() > 3 && out[out.size() - 3] == '\n'));
    if (apart) out += '\n';
    print(out, line, 0);
    before = kind;
  }
  return out;
}

void factor(std::vector<Line>& lines, std::vector<Line>& lets) {
  std::unordered_map<std::string, int> uses;
  each(lines, [&](Line& line) {
    if (!line.block && !map_of(line.head).empty()) ++uses[std::string(map_of(line.head))];
  });
  std::unordered_map<std::string, std::string> names;
  std::unordered_set<std::string> taken;
  each(lines, [&](Line& line) {
    if (line.block) return;
    const std::string map(map_of(line.head));
    const auto found = map.empty() ? uses.end() : uses.find(map);
    if (found == uses.end() || found->second < 3) return;
    auto [known, fresh] = names.try_emplace(map);
    if (fresh) {
      known->second = name_for(line.head, taken);
      lets.push_back({"let " + known->second + " = " + map, false, {}});
    }
    line.head.replace(line.head.size() - map.size(), map.size(), known->second);
  });
}

}  // namespace gatec::targets::gate
