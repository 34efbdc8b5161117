#include "compiler/driver/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace gatec::driver {
namespace {

/// A file in memory that holds `text`, at its beginning; -1 with errno set.
int file_of(std::string_view text) {
  const int file = ::memfd_create("gatec", MFD_CLOEXEC);
  if (file < 0) return -1;
  while (!text.empty()) {
    const ssize_t done = ::write(file, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      ::close(file);
      return -1;
    }
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  ::lseek(file, 0, SEEK_SET);
  return file;
}

int read_all(int from, std::uint64_t limit, std::string& output) {
  std::array<char, 1U << 16U> chunk{};
  const std::size_t before = output.size();
  for (;;) {
    const ssize_t got = ::read(from, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    if (output.size() - before + static_cast<std::size_t>(got) > limit) return EFBIG;
    output.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

int run_program(std::vector<std::string> words, std::string_view input, std::uint64_t limit, std::string& output) {
  const int stdin_file = file_of(input);
  if (stdin_file < 0) return errno;
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    const int error = errno;
    ::close(stdin_file);
    return error;
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, stdin_file, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(stdin_file);
  ::close(pipe[1]);
  const bool runs = error == 0;
  if (runs) error = read_all(pipe[0], limit, output);
  ::close(pipe[0]);
  if (!runs) return error;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (error != 0) return error;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ENOENT;
}

}  // namespace gatec::driver
