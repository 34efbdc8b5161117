#include "targets/portkey/hosts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace gatec::targets::portkey {
namespace {

constexpr std::array kPrivateEndings = {std::string_view(".local"),    std::string_view(".internal"),
                                        std::string_view(".lan"),      std::string_view(".home"),
                                        std::string_view(".corp"),     std::string_view(".test"),
                                        std::string_view(".invalid"),  std::string_view(".localdomain"),
                                        std::string_view(".intranet"), std::string_view(".onion")};

std::optional<std::uint32_t> ipv4(std::string_view host) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(host.data(), host.data() + host.size(), value);
    if (error != std::errc() || value > 255) return std::nullopt;
    address = address << 8U | value;
    host.remove_prefix(static_cast<std::size_t>(end - host.data()));
    if (part == 3) break;
    if (!host.starts_with('.')) return std::nullopt;
    host.remove_prefix(1);
  }
  return host.empty() ? std::optional(address) : std::nullopt;
}

bool is_private(std::uint32_t address) {
  const auto in = [&](std::uint32_t network, unsigned bits) {
    return address >> (32U - bits) == network >> (32U - bits);
  };
  return in(0x0A000000, 8) || in(0xAC100000, 12) || in(0xC0A80000, 16) || in(0x7F000000, 8) || in(0xA9FE0000, 16) ||
         in(0x64400000, 10) || in(0x00000000, 8) || address >= 0xE0000000;
}

}  // namespace

HostVerdict judge_host(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return {"it has no scheme", ""};
  std::string_view place = url.substr(url.find("://") + 3);
  place = place.substr(0, place.find_first_of("/?#"));
  if (url.find('@') != std::string_view::npos) return {"it holds a user name", ""};
  if (place.starts_with('[')) return {"IPv6 addresses are never taken", ""};
  const std::size_t colon = place.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = place.substr(colon + 1);
    if (port.find_first_not_of("0123456789") != std::string_view::npos) return {"its port is no number", ""};
  }
  std::string host(place.substr(0, colon));
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (host.empty()) return {"it names no host", ""};
  if (host.find('_') != std::string::npos) return {"an underscore is refused in a host's name", ""};
  if (host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string::npos)
    return {"it names no host", ""};
  if (host.ends_with('.')) return {"it ends with a dot", ""};
  if (host == "localhost" || host == "127.0.0.1" || host == "host.docker.internal" || host.ends_with(".localhost"))
    return {};
  if (const auto address = ipv4(host)) {
    if (is_private(*address)) return {"private addresses are refused", host};
    return {};
  }
  for (const std::string_view ending : kPrivateEndings) {
    if (host.ends_with(ending)) return {"names of this kind are refused as private", host};
  }
  return {};
}

}  // namespace gatec::targets::portkey
