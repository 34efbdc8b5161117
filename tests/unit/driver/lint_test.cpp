#include "compiler/driver/lint/glob.h"
#include "compiler/driver/lint/project.h"
#include "tests/unit/driver/support.h"

#include <catch2/catch.hpp>

namespace gatec::driver {
namespace {

std::string config(int number) {
  const std::string n = std::to_string(number);
  return "model_list:\n  - model_name: m" + n +
         "\n    litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}\nrouter_settings:\n  "
         "cooldwn_time: " +
         n + "\n";
}

}  // namespace

TEST_CASE("patterns of paths") {
  CHECK(glob_matches("a.yaml", "a.yaml"));
  CHECK(glob_matches("a.yaml", "deep/er/a.yaml"));
  CHECK_FALSE(glob_matches("./deep/a.yaml", "a.yaml"));
  CHECK(glob_matches("*.local.yaml", "x/proxy.local.yaml"));
  CHECK(glob_matches("dev/**", "dev/a/b.yaml"));
  CHECK_FALSE(glob_matches("dev/**", "prod/dev/b.yaml"));
  CHECK(glob_matches("**/dev/*.yaml", "prod/dev/b.yaml"));
  CHECK(glob_matches("**/dev/*.yaml", "dev/b.yaml"));
  CHECK_FALSE(glob_matches("dev/*.yaml", "dev/a/b.yaml"));
  CHECK(glob_matches("vendor/", "vendor/x/y.json"));
  CHECK_FALSE(glob_matches("vendor/", "vendors/y.json"));
  CHECK(glob_matches("a?c*e.yaml", "abcxxde.yaml"));
  CHECK(is_plain_path("dev/a.yaml"));
  CHECK_FALSE(is_plain_path("dev/"));
  CHECK_FALSE(is_plain_path("*.yaml"));
}

TEST_CASE("days of the calendar") {
  CHECK(is_date("2026-02-28"));
  CHECK(is_date("2028-02-29"));
  CHECK_FALSE(is_date("2026-02-29"));
  CHECK_FALSE(is_date("2026-2-28"));
  CHECK_FALSE(is_date("2026-02-28T00"));
  CHECK_FALSE(is_date("20x6-02-28"));
  CHECK(is_date(today()));
}

TEST_CASE("many files are shown in their order, whatever thread judged them") {
  Folder folder;
  World world;
  std::string expected;
  for (int i = 100; i < 400; ++i) {
    const std::string path = folder / ("c" + std::to_string(i) + ".yaml");
    world.write(path, config(i));
    (void)world.run({"lint", "-q", "--no-config", "--format", "github", path});
    expected += world.out.text;
  }
  CHECK(world.run({"lint", "-q", "--no-config", "--format", "github", folder.path()}) == ExitCode::Findings);
  CHECK(world.out.text == expected);
}

TEST_CASE("the nearest project file counts, and none with --no-config") {
  Folder folder;
  World world;
  (void)world.files.make_directory(folder / "near");
  world.write(folder / "gatec.yaml", "ignore: [unknown-key]\n");
  world.write(folder / "near/gatec.yaml", "severity: {unknown-key: info}\n");
  world.write(folder / "far.yaml", config(1));
  world.write(folder / "near/near.yaml", config(2));
  CHECK(world.run({"lint", "-q", folder / "far.yaml"}) == ExitCode::Clean);
  CHECK(world.out.text.empty());
  CHECK(world.run({"lint", "-q", folder / "near/near.yaml"}) == ExitCode::Clean);
  CHECK(world.out.text.find("info[GW0801]") != std::string::npos);
  CHECK(world.run({"lint", "-q", "--no-config", folder / "near/near.yaml"}) == ExitCode::Findings);
  CHECK(world.run({"lint", "-q", folder.path()}) == ExitCode::Clean);
}

TEST_CASE("a baseline accepts what is there, keeps comments, and lets go of what is mended") {
  Folder folder;
  World world;
  const std::string file = folder / "a.yaml";
  const std::string project = folder / "gatec.yaml";
  world.write(file, config(1));
  world.write(project, "# ours\nignore: [catch-all]  # on purpose\n");
  CHECK(world.run({"lint", "-q", "--baseline", file}) == ExitCode::Clean);
  const std::string written = world.read(project);
  CHECK(written.starts_with("# ours\nignore: [catch-all]  # on purpose\naccept:\n  - codes: GW0801\n"));
  CHECK(world.run({"lint", "-q", file}) == ExitCode::Clean);
  world.write(file, "\n\n# moved\n" + config(1));
  CHECK(world.run({"lint", "-q", file}) == ExitCode::Clean);
  world.write(file, config(1) + "  retry_aftr: 3\n");
  CHECK(world.run({"lint", "-q", file}) == ExitCode::Findings);
  CHECK(world.run({"lint", "-q", "--baseline", file}) == ExitCode::Clean);
  CHECK(world.run({"lint", "-q", file}) == ExitCode::Clean);
  world.write(file,
              "model_list:\n  - model_name: m\n    litellm_params: {model: openai/gpt-4o}\nrouter_settings:\n  "
              "retry_aftr: 3\n");
  CHECK(world.run({"lint", "-q", file}) == ExitCode::Findings);
  CHECK(world.out.text.find("GW0132") != std::string::npos);
  CHECK(world.run({"lint", "-q", "--baseline", file}) == ExitCode::Clean);
  CHECK(world.read(project).find("cooldwn_time") == std::string::npos);
  CHECK(world.run({"lint", "-q", file}) == ExitCode::Clean);
}

TEST_CASE("a baseline is not written into a list in brackets") {
  Folder folder;
  World world;
  world.write(folder / "a.yaml", config(1));
  world.write(folder / "gatec.yaml", "accept: []\n");
  CHECK(world.run({"lint", "-q", "--baseline", folder / "a.yaml"}) == ExitCode::Unreadable);
  CHECK(world.read(folder / "gatec.yaml") == "accept: []\n");
}

}  // namespace gatec::driver
