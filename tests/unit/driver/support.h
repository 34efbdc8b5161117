#pragma once

#include "compiler/driver/app.h"
#include "compiler/driver/system.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace gatec::driver {

/// A fresh folder that goes away with everything in it.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/gatec-test-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { SystemFiles().remove_tree(path_); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The file system, but for one call that fails.
class FailingFiles : public SystemFiles {
 public:
  int writes_left = -1;   // the write after so many fails
  int renames_left = -1;  // the same of rename
  int error = ENOSPC;
  bool can_exchange = true;

  [[nodiscard]] int write(const std::string& path, std::string_view text, bool executable) override {
    if (writes_left >= 0 && writes_left-- == 0) {
      (void)SystemFiles::write(path, text.substr(0, text.size() / 2), executable);
      return error;
    }
    return SystemFiles::write(path, text, executable);
  }
  [[nodiscard]] int rename(const std::string& from, const std::string& to) override {
    return renames_left >= 0 && renames_left-- == 0 ? error : SystemFiles::rename(from, to);
  }
  [[nodiscard]] int exchange(const std::string& a, const std::string& b) override {
    return can_exchange ? SystemFiles::exchange(a, b) : EXDEV;
  }
};

class TextOutput : public Output {
 public:
  std::string text;
  int failure = 0;
  void write(std::string_view more) override {
    if (failure == 0) text += more;
  }
  [[nodiscard]] int error() const override { return failure; }
  [[nodiscard]] bool is_terminal() const override { return false; }
};

class TextInput : public Input {
 public:
  std::string text;
  [[nodiscard]] int read(std::uint64_t limit, std::string& into) override {
    into = text;
    return text.size() > limit ? EFBIG : 0;
  }
};

/// A world in which verbs run within the test.
struct World {
  TextInput in;
  TextOutput out, err;
  FailingFiles files;
  Env env{in, out, err, files};

  ExitCode run(std::initializer_list<std::string> words) {
    out.text.clear();
    err.text.clear();
    const std::vector<std::string> list(words);
    return driver::run(env, list);
  }
  [[nodiscard]] std::string read(const std::string& path) {
    std::string text;
    return files.read(path, 1U << 26U, text) == 0 ? text : "(unreadable)";
  }
  void write(const std::string& path, std::string_view text) { (void)SystemFiles().write(path, text, false); }
  [[nodiscard]] std::string names(const std::string& folder) {
    std::vector<DirectoryEntry> entries;
    (void)files.list(folder, entries);
    std::string all;
    for (const DirectoryEntry& e : entries) (all += all.empty() ? "" : " ") += e.name;
    return all;
  }
};

}  // namespace gatec::driver
