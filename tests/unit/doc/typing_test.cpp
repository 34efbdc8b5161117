#include "reading.h"

#include <catch2/catch.hpp>

namespace gatec::doc {
namespace {

struct Row {
  const char* text;
  Type type;
  const char* value;  // of numbers and booleans, as PyYAML 6.0 constructs it; null where it has none
};

// Made with PyYAML 6.0's resolver and safe constructors.
constexpr Row kRows[] = {
    {"", Type::Null, nullptr},
    {"~", Type::Null, nullptr},
    {"null", Type::Null, nullptr},
    {"Null", Type::Null, nullptr},
    {"NULL", Type::Null, nullptr},
    {"nUll", Type::String, nullptr},
    {"none", Type::String, nullptr},
    {"None", Type::String, nullptr},
    {"yes", Type::Bool, "true"},
    {"Yes", Type::Bool, "true"},
    {"YES", Type::Bool, "true"},
    {"yEs", Type::String, nullptr},
    {"no", Type::Bool, "false"},
    {"No", Type::Bool, "false"},
    {"NO", Type::Bool, "false"},
    {"true", Type::Bool, "true"},
    {"True", Type::Bool, "true"},
    {"TRUE", Type::Bool, "true"},
    {"tRUE", Type::String, nullptr},
    {"false", Type::Bool, "false"},
    {"False", Type::Bool, "false"},
    {"FALSE", Type::Bool, "false"},
    {"on", Type::Bool, "true"},
    {"On", Type::Bool, "true"},
    {"ON", Type::Bool, "true"},
    {"off", Type::Bool, "false"},
    {"Off", Type::Bool, "false"},
    {"OFF", Type::Bool, "false"},
    {"y", Type::String, nullptr},
    {"Y", Type::String, nullptr},
    {"n", Type::String, nullptr},
    {"N", Type::String, nullptr},
    {"t", Type::String, nullptr},
    {"0", Type::Int, "0"},
    {"-0", Type::Int, "0"},
    {"+0", Type::Int, "0"},
    {"00", Type::Int, "0"},
    {"12", Type::Int, "12"},
    {"+12", Type::Int, "12"},
    {"-12", Type::Int, "-12"},
    {"1_000", Type::Int, "1000"},
    {"1__0", Type::Int, "10"},
    {"1_", Type::Int, "1"},
    {"_1", Type::String, nullptr},
    {"6,000", Type::String, nullptr},
    {"0123", Type::Int, "83"},
    {"-0123", Type::Int, "-83"},
    {"0_7", Type::Int, "7"},
    {"0_", Type::Int, "0"},
    {"08", Type::String, nullptr},
    {"0129", Type::String, nullptr},
    {"0o17", Type::String, nullptr},
    {"0b101", Type::Int, "5"},
    {"-0b1_0", Type::Int, "-2"},
    {"0b", Type::String, nullptr},
    {"0b_", Type::Int, nullptr},
    {"0b2", Type::String, nullptr},
    {"0x1F", Type::Int, "31"},
    {"0x_ff", Type::Int, "255"},
    {"0X1F", Type::String, nullptr},
    {"0x", Type::String, nullptr},
    {"0xffffffffffffffffffffffff", Type::Int, "79228162514264337593543950335"},
    {"123456789012345678901234567890", Type::Int, "123456789012345678901234567890"},
    {"30:00", Type::Int, "1800"},
    {"190:20:30", Type::Int, "685230"},
    {"-1:30", Type::Int, "-90"},
    {"1:5", Type::Int, "65"},
    {"1:60", Type::String, nullptr},
    {"01:30", Type::String, nullptr},
    {"0:30", Type::String, nullptr},
    {"1:2:3:4", Type::Int, "223384"},
    {":1", Type::String, nullptr},
    {"1.5", Type::Float, "1.5"},
    {"-1.5", Type::Float, "-1.5"},
    {"1.", Type::Float, "1"},
    {"1.0", Type::Float, "1"},
    {"1.50", Type::Float, "1.5"},
    {".5", Type::Float, "0.5"},
    {"-.5", Type::String, nullptr},
    {"+.5", Type::String, nullptr},
    {".", Type::String, nullptr},
    {"._5", Type::String, nullptr},
    {".5_0", Type::Float, "0.5"},
    {"1_000.5", Type::Float, "1000.5"},
    {"01.5", Type::Float, "1.5"},
    {"0.1", Type::Float, "0.1"},
    {"-0.0", Type::Float, "0"},
    {"0.000000001", Type::Float, "0.000000001"},
    {"1e3", Type::String, nullptr},
    {"1e-06", Type::String, nullptr},
    {"1E+3", Type::String, nullptr},
    {"1.0e-06", Type::Float, "0.000001"},
    {"1.5e+3", Type::Float, "1500"},
    {"1.5E+03", Type::Float, "1500"},
    {"1.5e3", Type::String, nullptr},
    {"1.e+2", Type::Float, "100"},
    {".5e+1", Type::Float, "5"},
    {"1.0e+400", Type::Float, nullptr},
    {"1.0e-400", Type::Float, "0"},
    {"1:30.5", Type::Float, "90.5"},
    {"190:20:30.15", Type::Float, "685230.15"},
    {"0:30.5", Type::Float, "30.5"},
    {"1:30.", Type::Float, "90"},
    {"1:60.5", Type::String, nullptr},
    {".inf", Type::Float, nullptr},
    {"-.inf", Type::Float, nullptr},
    {"+.Inf", Type::Float, nullptr},
    {".INF", Type::Float, nullptr},
    {".iNF", Type::String, nullptr},
    {"inf", Type::String, nullptr},
    {".nan", Type::Float, nullptr},
    {".NaN", Type::Float, nullptr},
    {"-.nan", Type::String, nullptr},
    {"nan", Type::String, nullptr},
    {"2024-02-01", Type::Timestamp, nullptr},
    {"2024-2-1", Type::String, nullptr},
    {"24-02-01", Type::String, nullptr},
    {"2024-02-01T00:00:00Z", Type::Timestamp, nullptr},
    {"2024-2-1T0:00:00", Type::Timestamp, nullptr},
    {"2024-02-01t10:20:30.5-05:30", Type::Timestamp, nullptr},
    {"2024-02-01 10:20:30", Type::Timestamp, nullptr},
    {"2024-02-01 10:20:30 +1", Type::Timestamp, nullptr},
    {"2024-02-01 10:20:30. Z", Type::Timestamp, nullptr},
    {"2024-02-01 10:20", Type::String, nullptr},
    {"2024-02-01T1:2:3", Type::String, nullptr},
    {"2024-02-01-preview", Type::String, nullptr},
    {"2024-02", Type::String, nullptr},
    {"<<", Type::String, nullptr},
    {"=", Type::String, nullptr},
    {"+", Type::String, nullptr},
    {"--1", Type::String, nullptr},
    {"1-2", Type::String, nullptr},
    {"1.2.3", Type::String, nullptr},
    {"127.0.0.1", Type::String, nullptr},
    {"gpt-4o", Type::String, nullptr},
    {"0.5s", Type::String, nullptr},
    {"30s", Type::String, nullptr},
    {"1d", Type::String, nullptr},
    {"1 000", Type::String, nullptr},
    {"trueish", Type::String, nullptr},
    {"os.environ/KEY", Type::String, nullptr},
};

TEST_CASE("plain scalars have PyYAML's types and values") {
  for (const Row& row : kRows) {
    INFO(row.text);
    CHECK(resolve_plain(row.text) == row.type);
    const Reading in = yaml(std::string("k: ") + row.text + "\n");
    REQUIRE(in.good());
    const Node& node = in.at("k");
    CHECK(node.type() == row.type);
    CHECK(node.text() == row.text);
    if (row.type == Type::Bool) {
      CHECK(node.as_bool() == (std::string_view(row.value) == "true"));
    } else {
      CHECK(node.number() == (row.value != nullptr ? std::optional<std::string>(row.value) : std::nullopt));
    }
  }
}

TEST_CASE("quoted and block scalars are strings") {
  const Reading in = yaml("[\"1\", 'yes', !!str 2, !!str null, ~]\n");
  for (std::size_t i = 0; i < 4; ++i) CHECK(in.root().elements()[i]->type() == Type::String);
  CHECK(in.root().elements()[4]->is_null());
  CHECK(yaml("k: |\n  12\n").at("k").type() == Type::String);
}

TEST_CASE("explicit tags decide") {
  const Reading in = yaml(
      "a: !!int \"12\"\nb: !!float 1e-06\nc: !!bool 'tRUE'\nd: !!null x\ne: !!binary aGk=\nf: !!timestamp "
      "\"2024-02-01\"\n"
      "g: !custom 12\nh: !<tag:yaml.org,2002:int> 7\ni: ! 12\nj: ! \"12\"\nk: !!int foo\nl: !!int 0o17\nm: !!float "
      "3\nn: !!int\n");
  REQUIRE(in.good());
  CHECK(in.at("a").number() == "12");
  CHECK(in.at("a").tag() == "tag:yaml.org,2002:int");
  CHECK(in.at("b").type() == Type::Float);
  CHECK(in.at("b").number() == "0.000001");
  CHECK(in.at("c").as_bool() == true);
  CHECK(in.at("d").is_null());
  CHECK(in.at("e").type() == Type::Binary);
  CHECK(in.at("f").type() == Type::Timestamp);
  CHECK(in.at("g").type() == Type::String);
  CHECK(in.at("g").tag() == "!custom");
  CHECK(in.at("h").number() == "7");
  CHECK(in.at("i").number() == "12");
  CHECK(in.at("i").tag().empty());
  CHECK(in.at("j").number() == "12");
  CHECK(in.at("k").type() == Type::Int);
  CHECK(in.at("k").number() == std::nullopt);
  CHECK(in.at("l").number() == "15");
  CHECK(in.at("m").number() == "3");
  CHECK(in.at("n").number() == std::nullopt);
}

TEST_CASE("numbers of absurd length are refused quickly") {
  const Reading in = yaml("a: 0x" + std::string(1'000'000, 'f') + "\nb: 1" + std::string(1'000'000, '0') + "\nc: 1" +
                          repeated(":00", 300'000) + "\nd: 0." + std::string(100'000, '0') + "1\n");
  REQUIRE(in.good());
  CHECK(in.at("a").number() == std::nullopt);
  CHECK(in.at("b").number() == std::nullopt);
  CHECK(in.at("c").number() == std::nullopt);
  CHECK(in.at("d").number() == "0");
}

}  // namespace
}  // namespace gatec::doc
