#include "targets/portkey/windows.h"

namespace gatec::targets::portkey {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {{"rps", 1}, {"rpm", 60}, {"rph", 3600}, {"rpd", 86'400}, {"rpw", 604'800}};

constexpr std::int64_t kDay = 86'400;

}  // namespace

std::optional<ir::Window> rate_window(std::string_view unit) {
  for (const Unit& u : kUnits) {
    if (u.name != unit) continue;
    ir::Window window;
    window.kind = ir::WindowKind::Fixed;
    window.seconds = u.seconds;
    window.text = unit;
    return window;
  }
  return std::nullopt;
}

std::string_view rate_unit(const ir::Window& window) {
  for (const Unit& u : kUnits) {
    if (window.kind == ir::WindowKind::Fixed && u.seconds == window.seconds) return u.name;
  }
  return {};
}

std::optional<ir::Window> reset_window(std::string_view periodic_reset) {
  ir::Window window;
  window.kind = ir::WindowKind::Calendar;
  window.count = 1;
  window.text = periodic_reset;
  if (periodic_reset == "monthly") {
    window.unit = ir::CalendarUnit::Month;
  } else if (periodic_reset == "weekly") {
    window.unit = ir::CalendarUnit::Week;
    window.seconds = 7 * kDay;
  } else {
    return std::nullopt;
  }
  return window;
}

ir::Window days_window(std::int64_t days) {
  ir::Window window;
  window.kind = ir::WindowKind::Calendar;
  window.unit = ir::CalendarUnit::Day;
  window.count = days;
  window.seconds = days * kDay;
  return window;
}

ir::Window lifetime_window() {
  ir::Window window;
  window.kind = ir::WindowKind::Lifetime;
  return window;
}

}  // namespace gatec::targets::portkey
