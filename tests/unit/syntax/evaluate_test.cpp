#include "programs.h"

namespace gatec::syntax {

TEST_CASE("amounts keep their units") {
  const Program p(R"(a = 6000 rpm / 3
b = 2 * 20s
c = $12/year <= $1/month
d = $5_000 / month
e = 2M tpm
f = 1.5k
g = 250ms
h = 10 requests / sliding(60s)
i = $2.50 / 1M
j = $100 / 30d
k = 5xx
l = 90s / 30s
m = floor(10, 3)
)");
  REQUIRE(p.told().empty());
  CHECK(p.at("a") == "2000 requests fixed 60 !amount");
  CHECK(p.at("b") == "40 !duration");
  CHECK(p.at("c") == "true");
  CHECK(p.at("d") == "5000 usd calendar month 1 !amount");
  CHECK(p.at("e") == "2000000 tokens fixed 60 !amount");
  CHECK(p.at("f") == "1500");
  CHECK(p.at("g") == "0.25 !duration");
  CHECK(p.at("h") == "10 requests sliding 60 !amount");
  CHECK(p.at("i") == "0.0000025 usd !amount");
  CHECK(p.at("j") == "100 usd rolling 2592000 !amount");
  CHECK(p.at("k") == "5xx");
  CHECK(p.at("l") == "3");
  CHECK(p.at("m") == "3");
}

TEST_CASE("nonsense is refused at its place") {
  const auto message = [](const std::string& expression) {
    const Program p("x = " + expression);
    REQUIRE(p.told().size() == 1);
    return p.told()[0];
  };
  CHECK(message("6000 rpm + $3") == "1:5 GW0204 `+` does not go together with a rate and an amount of money");
  CHECK(message("20s + 3") == "1:5 GW0204 `+` does not go together with a duration and a number");
  CHECK(message("6000 rpm + 10 rps").starts_with("1:5 GW0204 `+` does not go together"));
  CHECK(message("10 / 3").starts_with("1:5 GW0204 this has no exact decimal value"));
  CHECK(message("1 / 0") == "1:5 GW0204 nothing can be divided by zero");
  CHECK(message("$1/day < $30/month").starts_with("1:5 GW0204 these windows have no common measure"));
  CHECK(message("[1, 2][2]").starts_with("1:12 GW0204 the list has 2 elements"));
  CHECK(message("{ alpha = 1 }.alpah").find("did you mean `alpha`?") != std::string::npos);
  CHECK(message("lenn([1])").find("did you mean `len`?") != std::string::npos);
  CHECK(message("\"a ${[1]} b\"").starts_with("1:10 GW0204 a text is made of"));
  CHECK(message("if 3 then 1 else 2").starts_with("1:8 GW0204 a condition is true or false"));
}

TEST_CASE("values are computed and shared") {
  const Program p(R"gate(param region: string = "eu"
param seats: number = 2
let base = { timeout = 20s, retry = 1 }
fn url(name) = "https://${name}-${region}.example.com"
fn worker(n, usd) { key ("w-${n}") { budget = usd / month } }
for i in range(seats) { worker(i, $10) }
a = url("x")
b = [for s in ["a", "b", "c"] if s != "b": upper(s)]
c = { for k, v in { x = 1, y = 2 }: "k_${k}" => v * 10 }
model "m" { retry = 5, ...base }
if seats > 1 { several = true } else { several = false }
d = base + { retry = 2 }
e = if region == "us" then [1, 2] else []
f = not (true and false) or false
g = lookup({ a = 1 }, "b", none)
h = "tab\there \u{e4} \${x} \"q\""
)gate",
                  {{"region", "us"}, {"seats", "3"}});
  REQUIRE(p.told().empty());
  CHECK(p.at("a") == "https://x-us.example.com");
  CHECK(p.at("b[0]") == "A");
  CHECK(p.at("b[1]") == "C");
  CHECK(p.at("c.k_y") == "20");
  CHECK(p.at("key[2][\"$\"]") == "w-2");
  CHECK(p.at("model[0].retry") == "5");
  CHECK(p.at("model[0].timeout") == "20 !duration");
  CHECK(p.at("several") == "true");
  CHECK(p.at("d.retry") == "2");
  CHECK(p.at("e[1]") == "2");
  CHECK(p.at("f") == "true");
  CHECK(p.at("g") == "null");
  CHECK(p.at("h") == "tab\there \xC3\xA4 ${x} \"q\"");
}

TEST_CASE("a literal is one leaf, however often it is used") {
  const Program p("let t = 20s\nfor i in range(5) { model (\"m-${i}\") { timeout = t } }\n");
  REQUIRE(p.read);
  CHECK(p.document.leaf_count() == 6);
}

TEST_CASE("environments are overlaid") {
  const std::string text = R"gate(model "a" { use o["x"], retry = 1, timeout = 5s }
gateway "base" { server { auth = key } }
gateway "prod" extends "base" { model "a" { retry = 9 }, model "b" { use o["y"] } }
gateway "lab" { model "a" { to "b" } }
)gate";
  const Program prod(text, {{"gateway", "prod"}});
  REQUIRE(prod.told().empty());
  CHECK(prod.at("model[0].retry") == "9");
  CHECK(prod.at("model[0].timeout") == "5 !duration");
  CHECK(prod.at("model[1].plan[0].use[\"$2\"]") == "y");
  CHECK(prod.at("server[0].auth") == "key");
  const Program lab(text, {{"gateway", "lab"}});
  CHECK(lab.at("model[0].plan[0].to[\"$\"]") == "b");
  CHECK(lab.at("model[0].plan[0].use[\"$\"]") == "(nothing)");
  CHECK(Program(text).told()[0].find("there are several gateways here") != std::string::npos);
  CHECK(Program(text, {{"gateway", "nope"}}).told()[0].find("there is no gateway `nope`") != std::string::npos);
  CHECK(Program("gateway \"a\" extends \"b\" {}\ngateway \"b\" extends \"a\" {}\n", {{"gateway", "a"}})
            .told()[0]
            .find("extends itself") != std::string::npos);
}

TEST_CASE("modules have their names and blocks, and no circles") {
  const Program p("import \"./org.gate\" as o\nx = o.one + o.twice(2)\n", {},
                  {{"./org.gate", "let one = 1\nfn twice(n) = n * 2\nteam \"t\" { budget = $1 }\n"}});
  REQUIRE(p.told().empty());
  CHECK(p.at("x") == "5");
  CHECK(p.at("team[0][\"$\"]") == "t");
  CHECK(Program("import \"a\"\n", {}, {{"a", "import \"b\"\n"}, {"b", "import \"a\"\n"}})
            .told()[0]
            .find("imports itself") != std::string::npos);
  CHECK(Program("import \"gone\"\n").told().size() == 1);
}

TEST_CASE("parameters have types") {
  CHECK(Program("param a: number\nx = a\n", {{"a", "3"}}).at("x") == "3");
  CHECK(Program("param a: money\nx = a / month\n", {{"a", "$5"}}).at("x") == "5 usd calendar month 1 !amount");
  CHECK(Program("param a: list\nx = a\n", {{"a", "p,q"}}).at("x[1]") == "q");
  CHECK(Program("param a: number\nx = a\n", {{"a", "three"}}).told().size() == 1);
  CHECK(Program("param a: number\nx = a\n").told().size() == 1);
  CHECK(Program("param a: number = \"x\"\n").told().size() == 1);
  CHECK(Program("param region = \"eu\"\nx = region\n", {{"regoin", "us"}}).told()[0].find("did you mean `region`?") !=
        std::string::npos);
}

TEST_CASE("checks hold or say who is against them") {
  const std::string rule = "check \"every team has a budget\" { forall t in teams: t.budget != none }\n";
  CHECK(Program(rule + "team \"a\" { budget = $1/month }\n").told().empty());
  const Program p(rule + "team \"a\" { budget = $1/month }\nteam \"b\" { }\n");
  REQUIRE(p.told().size() == 1);
  CHECK(p.told()[0] == "1:35 GW0206 this does not hold: every team has a budget");
  CHECK(p.sink.all()[0].notes == std::vector<std::string>{"for `b`"});
  CHECK(Program("check \"no\" { exists k in keys: k.team == \"a\" }\nteam \"a\" { key \"x\" { } }\n").told().empty());
}

TEST_CASE("every program ends") {
  CHECK(Program("let a = [for i in range(100000): i]\nlet b = [for i in a: [for j in a: i * j]]\n")
            .told()[0]
            .find("GW0205") != std::string::npos);
  CHECK(Program("fn f(x) = f(x)\na = f(1)\n").told().size() == 1);  // a function sees what was bound before it
  std::string doubling = "let a0 = [1, 2, 3, 4]\n";
  for (int i = 1; i < 60; ++i)
    doubling += "let a" + std::to_string(i) + " = a" + std::to_string(i - 1) + " + a" + std::to_string(i - 1) + "\n";
  CHECK(Program(doubling).told()[0].find("GW0205") != std::string::npos);
  std::string text = "let t0 = \"xxxxxxxx\"\n";
  for (int i = 1; i < 60; ++i)
    text += "let t" + std::to_string(i) + " = \"${t" + std::to_string(i - 1) + "}${t" + std::to_string(i - 1) + "}\"\n";
  CHECK(Program(text).told()[0].find("GW0205") != std::string::npos);
}

TEST_CASE("a reference is not read") {
  const Program p("a = env(\"HOME\")\nb = secret(\"vault/x\")\n");
  CHECK(p.at("a") == "HOME !env");
  CHECK(p.at("b") == "vault/x !secret");
  CHECK(Program("a = \"${env(\"HOME\")}\"\n").told().size() == 1);
}

}  // namespace gatec::syntax
