#pragma once

#include "compiler/limits/algebra.h"

#include <rapidcheck.h>

#include <string>

namespace gatec::limits::testing {

inline Decimal dec(const std::string& text) { return *Decimal::parse(text); }

inline ir::Window window(ir::WindowKind kind, std::int64_t seconds) {
  ir::Window w;
  w.kind = kind;
  w.seconds = seconds;
  return w;
}
inline ir::Window calendar(ir::CalendarUnit unit, std::int64_t count = 1) {
  ir::Window w;
  w.kind = ir::WindowKind::Calendar;
  w.unit = unit;
  w.count = count;
  return w;
}
inline Cap cap(const std::string& amount, ir::Window w, const std::string& burst = "0",
               ir::Counted counts = ir::Counted::Requests) {
  return {counts, dec(amount), std::move(w), dec(burst)};
}
inline Cap fixed(const std::string& amount, std::int64_t seconds) {
  return cap(amount, window(ir::WindowKind::Fixed, seconds));
}
inline Cap sliding(const std::string& amount, std::int64_t seconds) {
  return cap(amount, window(ir::WindowKind::Sliding, seconds));
}
inline Cap bucket(const std::string& amount, std::int64_t seconds, const std::string& burst) {
  return cap(amount, window(ir::WindowKind::Bucket, seconds), burst);
}

/// Any cap that a gateway could have.
inline rc::Gen<Cap> any_cap() {
  return rc::gen::exec([] {
    Cap c;
    const int kind = *rc::gen::inRange(0, 6);
    const std::int64_t seconds = *rc::gen::element<std::int64_t>(1, 5, 60, 90, 3600, 86400, 604800, 2592000);
    c.amount = Decimal(*rc::gen::inRange<std::int64_t>(0, 5000));
    switch (kind) {
      case 0: c.window = window(ir::WindowKind::Fixed, seconds); break;
      case 1: c.window = window(ir::WindowKind::Sliding, seconds); break;
      case 2: c.window = window(ir::WindowKind::Rolling, seconds); break;
      case 3:
        c.window = window(ir::WindowKind::Bucket, seconds);
        c.burst = Decimal(*rc::gen::inRange<std::int64_t>(1, 500));
        break;
      case 4:
        c.window = calendar(*rc::gen::element(ir::CalendarUnit::Minute, ir::CalendarUnit::Day, ir::CalendarUnit::Week,
                                              ir::CalendarUnit::Month),
                            *rc::gen::inRange<std::int64_t>(1, 4));
        break;
      default: c.window = lifetime(); break;
    }
    return c;
  });
}

}  // namespace gatec::limits::testing
