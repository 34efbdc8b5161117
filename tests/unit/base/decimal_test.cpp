#include "compiler/base/decimal.h"

#include <catch2/catch.hpp>

#include <random>

using gatec::base::Decimal;

namespace {

std::string text(std::string_view t) {
  const auto d = Decimal::parse(t);
  return d ? d->text() : "nothing";
}

Decimal dec(std::string_view t) { return *Decimal::parse(t); }

}  // namespace

TEST_CASE("decimals are read exactly and written plainly") {
  CHECK(text("12") == "12");
  CHECK(text("-0.50") == "-0.5");
  CHECK(text(".5") == "0.5");
  CHECK(text("5.") == "5");
  CHECK(text("1_000") == "1000");
  CHECK(text("1e-06") == "0.000001");
  CHECK(text("1.5E+3") == "1500");
  CHECK(text("0.00000015") == "0.00000015");
  CHECK(text("0.1") == "0.1");
  CHECK(text("-0") == "0");
  CHECK(text("000123.4500") == "123.45");
  CHECK(text("999999999999999999999999999999999999") == "999999999999999999999999999999999999");
}

TEST_CASE("what is no decimal, or does not fit, is refused") {
  for (const char* bad : {"", "-", ".", "e5", "1e", "1 ", " 1", "0x10", "inf", "1.2.3", "12a", "1e5000",
                          "1234567890123456789012345678901234567"}) {
    INFO(bad);
    CHECK_FALSE(Decimal::parse(bad));
  }
}

TEST_CASE("arithmetic is exact or refused") {
  CHECK(dec("0.1").plus(dec("0.2"))->text() == "0.3");
  CHECK(dec("30").times(dec("1000"))->text() == "30000");
  CHECK(dec("30.5").minus(dec("30.5"))->is_zero());
  CHECK(dec("1").divided_by(dec("8"))->text() == "0.125");
  CHECK_FALSE(dec("1").divided_by(dec("3")));
  CHECK_FALSE(dec("1").divided_by(dec("0")));
  CHECK(dec("900").divided_by(dec("1000"))->text() == "0.9");
}

TEST_CASE("rounding goes where it is told") {
  CHECK(*dec("2.5").floor() == 2);
  CHECK(*dec("2.5").ceil() == 3);
  CHECK(*dec("-2.5").floor() == -3);
  CHECK(*dec("-2.5").ceil() == -2);
  CHECK(*dec("7").ceil() == 7);
  CHECK_FALSE(dec("99999999999999999999").floor());
}

TEST_CASE("order agrees with the difference") {
  std::mt19937 random(7);
  const auto make = [&] {
    return *Decimal::make(static_cast<int>(random() % 2000001) - 1000000, static_cast<int>(random() % 8));
  };
  for (int i = 0; i < 2000; ++i) {
    const Decimal a = make();
    const Decimal b = make();
    const Decimal difference = *a.minus(b);
    CHECK((a < b) == difference.is_negative());
    CHECK((a == b) == difference.is_zero());
    CHECK(*Decimal::parse(a.text()) == a);
  }
  CHECK(dec("1e35") > dec("1e-36"));
  CHECK(dec("-1e35") < dec("1e-36"));
}
