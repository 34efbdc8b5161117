#include "compiler/driver/app.h"
#include "compiler/driver/system.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  using namespace gatec::driver;
  // A closed pipe and a file-size limit are errors of one write, not of the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  DescriptorInput in(STDIN_FILENO);
  DescriptorOutput out(STDOUT_FILENO);
  DescriptorOutput err(STDERR_FILENO);
  SystemFiles files;
  const char* const no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): one thread
#ifdef GATEC_SANITIZED
  constexpr bool ends = false;  // the leak check wants everything taken apart
#else
  constexpr bool ends = true;
#endif
  Env env{in, out, err, files, no_color != nullptr && *no_color != '\0', ends};
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(run(env, words));
}
