#pragma once

#include "compiler/driver/env.h"

namespace gatec::driver {

/// Files as git has them, beside those of another file system: `git:REF:PATH` is PATH, seen from here, as it stands in
/// the commit, tag or branch REF. Reads only; everything else is the other's. `git` must be on the PATH.
class GitFiles : public FileSystem {
 public:
  explicit GitFiles(FileSystem& others) : others_(others) {}
  [[nodiscard]] FileStatus status(const std::string& path) override;
  [[nodiscard]] int read(const std::string& path, std::uint64_t limit, std::string& text) override;
  [[nodiscard]] int list(const std::string& path, std::vector<DirectoryEntry>& entries) override;
  [[nodiscard]] int write(const std::string& path, std::string_view text, bool executable) override;
  [[nodiscard]] int make_directory(const std::string& path) override;
  [[nodiscard]] int rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] int exchange(const std::string& a, const std::string& b) override;
  [[nodiscard]] int remove(const std::string& path) override;
  void remove_tree(const std::string& path) override;
  [[nodiscard]] std::string real_path(const std::string& path) override;

 private:
  struct Place;
  [[nodiscard]] Place place(const std::string& path);
  FileSystem& others_;
};

}  // namespace gatec::driver
