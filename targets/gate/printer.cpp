#include "targets/gate/printer.h"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace gatec::targets::gate {
namespace {

constexpr std::size_t kWidth = 120;
constexpr std::size_t kFilled = 100;
constexpr std::size_t kWorthAName = 28;
constexpr int kWorthSharing = 3;  // uses

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

/// The settings of a map, as they stand between its braces; nothing where the value is no map.
std::vector<Line> settings_of(std::string_view head, std::string_view& name) {
  const std::size_t open = head.find("= {");
  if (open == std::string_view::npos || !head.ends_with('}') || head.find('"') < open) return {};
  name = head.substr(0, open + 2);
  std::vector<Line> parts;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = open + 3;
  const std::size_t end = head.size() - 1;
  for (std::size_t i = begin; i <= end; ++i) {
    const char c = head[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
      continue;
    }
    if (c == '"')
      quoted = true;
    else if (c == '{' || c == '[' || c == '(')
      ++depth;
    else if (i < end && (c == '}' || c == ']' || c == ')') && --depth < 0)
      return {};
    if ((c == ',' && depth == 0) || i == end) {
      std::string_view part = head.substr(begin, i - begin);
      while (part.starts_with(' ')) part.remove_prefix(1);
      while (part.ends_with(' ')) part.remove_suffix(1);
      if (!part.empty()) parts.push_back({std::string(part), false, {}});
      begin = i + 1;
    }
  }
  return parts;
}

void print(std::string& out, const Line& line, std::size_t level) {
  if (!line.block && line.head.size() + 2 * level > kWidth) {
    std::string_view name;
    const std::vector<Line> parts = settings_of(line.head, name);
    if (!parts.empty()) {
      out.append(2 * level, ' ');
      (out += name) += "{\n";
      for (const Line& part : parts) print(out, part, level + 1);
      out.append(2 * level, ' ');
      out += "}\n";
      return;
    }
  }
  out.append(2 * level, ' ');
  const std::size_t room = kWidth > 2 * level + 20 ? kWidth - 2 * level : 20;
  const std::string one = line.block ? inlined(line, room, 0) : line.head;
  if (!one.empty()) {
    (out += one) += '\n';
    return;
  }
  (out += line.head) += " {\n";
  // settings of a deployment are many and short: they fill lines
  const bool fills = line.head.starts_with("use ");
  for (std::size_t i = 0; i < line.body.size(); ++i) {
    Line row = line.body[i];
    while (fills && !row.block && i + 1 < line.body.size() && !line.body[i + 1].block &&
           2 * level + 4 + row.head.size() + line.body[i + 1].head.size() <= kFilled)
      row.head += ", " + line.body[++i].head;
    print(out, row, level + 1);
  }
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

/// What stands alike in many deployments, beside what each has of its own.
bool is_own(const Line& line) {
  for (const std::string_view word : {"weight ", "order ", "label ", "on ", "id ", "upstream_model "}) {
    if (line.head.starts_with(word)) return true;
  }
  return line.block;
}

std::string shared_text(const Line& use) {
  std::string text;
  int count = 0;
  for (const Line& inner : use.body) {
    if (is_own(inner)) continue;
    if (count++ > 0) text += ", ";
    text += inner.head;
  }
  return count > 1 && text.size() >= kWorthAName ? text : std::string();
}

/// Settings that several deployments have in common become a map that they take over.
void share(std::vector<Line>& lines, std::vector<Line>& lets, std::unordered_set<std::string>& taken) {
  std::unordered_map<std::string, int> uses;
  const auto each_use = [&](const auto& f) {
    each(lines, [&](Line& line) {
      if (!line.block || !line.head.starts_with("use ")) return;
      const std::string text = shared_text(line);
      if (!text.empty()) f(line, text);
    });
  };
  each_use([&](Line&, const std::string& text) { ++uses[text]; });
  std::unordered_map<std::string, std::string> names;
  each_use([&](Line& line, const std::string& text) {
    if (uses[text] < kWorthSharing) return;
    auto [known, fresh] = names.try_emplace(text);
    if (fresh) {
      known->second = name_for("settings = ", taken);
      lets.push_back({"let " + known->second + " = { " + text + " }", false, {}});
    }
    std::erase_if(line.body, [](const Line& inner) { return !is_own(inner); });
    line.body.push_back({"..." + known->second, false, {}});
  });
}

}  // namespace

std::string print(const std::vector<Line>& lines) {
  std::string out;
  std::string before;
  for (const Line& line : lines) {
    const std::string kind = line.head.substr(0, line.head.find(' '));
    const bool apart =
        !out.empty() &&
        (kind != before || (line.block && out.ends_with("}\n") && out.size() > 3 && out[out.size() - 3] == '\n'));
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
  share(lines, lets, taken);
  each(lines, [&](Line& line) {
    if (line.block) return;
    const std::string map(map_of(line.head));
    const auto found = map.empty() ? uses.end() : uses.find(map);
    if (found == uses.end() || found->second < kWorthSharing) return;
    auto [known, fresh] = names.try_emplace(map);
    if (fresh) {
      known->second = name_for(line.head, taken);
      lets.push_back({"let " + known->second + " = " + map, false, {}});
    }
    line.head.replace(line.head.size() - map.size(), map.size(), known->second);
  });
}

}  // namespace gatec::targets::gate
