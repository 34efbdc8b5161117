#pragma once

#include <string>
#include <string_view>

namespace gatec::targets::portkey {

/// What the open-source gateway says to an address in `custom_host` (page 7, SSRF rules).
struct HostVerdict {
  std::string_view why;  // it refuses the address, and with it the whole config; empty when it takes it
  std::string
      trusted;  // the name that makes it take the address once TRUSTED_CUSTOM_HOSTS lists it; empty if none does
};

[[nodiscard]] HostVerdict judge_host(std::string_view url);

}  // namespace gatec::targets::portkey
