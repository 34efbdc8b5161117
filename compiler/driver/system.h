#pragma once

#include "compiler/driver/env.h"

namespace gatec::driver {

class SystemFiles : public FileSystem {
 public:
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
};

/// A file descriptor that is written without a buffer.
class DescriptorOutput : public Output {
 public:
  explicit DescriptorOutput(int descriptor) : descriptor_(descriptor) {}
  void write(std::string_view text) override;
  [[nodiscard]] int error() const override { return error_; }
  [[nodiscard]] bool is_terminal() const override;

 private:
  int descriptor_;
  int error_ = 0;
};

class DescriptorInput : public Input {
 public:
  explicit DescriptorInput(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] int read(std::uint64_t limit, std::string& text) override;

 private:
  int descriptor_;
};

}  // namespace gatec::driver
