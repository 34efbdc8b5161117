#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

enum class FileKind : std::uint8_t { None, File, Directory, Other };

struct FileStatus {
  FileKind kind = FileKind::None;
  std::uint64_t size = 0;
  int error = 0;  // errno; of None why it could not be looked at
};

struct DirectoryEntry {
  std::string name;
  FileKind kind = FileKind::None;  // a link counts as what it leads to
  bool link = false;
};

/// All that the verbs do with files. Every call gives 0 or an errno.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  [[nodiscard]] virtual FileStatus status(const std::string& path) = 0;
  /// EFBIG when there are more bytes than `limit`.
  [[nodiscard]] virtual int read(const std::string& path, std::uint64_t limit, std::string& text) = 0;
  /// Sorted by name.
  [[nodiscard]] virtual int list(const std::string& path, std::vector<DirectoryEntry>& entries) = 0;
  [[nodiscard]] virtual int write(const std::string& path, std::string_view text, bool executable) = 0;
  [[nodiscard]] virtual int make_directory(const std::string& path) = 0;
  [[nodiscard]] virtual int rename(const std::string& from, const std::string& to) = 0;
  /// Swaps two directories in one step.
  [[nodiscard]] virtual int exchange(const std::string& a, const std::string& b) = 0;
  [[nodiscard]] virtual int remove(const std::string& path) = 0;
  virtual void remove_tree(const std::string& path) = 0;
  /// Without links and dots; empty when it does not exist.
  [[nodiscard]] virtual std::string real_path(const std::string& path) = 0;
};

/// A stream that text goes to. Errors stick.
class Output {
 public:
  virtual ~Output() = default;
  virtual void write(std::string_view text) = 0;
  [[nodiscard]] virtual int error() const = 0;
  [[nodiscard]] virtual bool is_terminal() const = 0;
};

class Input {
 public:
  virtual ~Input() = default;
  /// Everything up to the end; EFBIG beyond `limit`.
  [[nodiscard]] virtual int read(std::uint64_t limit, std::string& text) = 0;
};

/// What a verb sees of the world, so that tests run verbs within their own process.
struct Env {
  Input& in;
  Output& out;  // data
  Output& err;  // talk
  FileSystem& files;
  bool no_color = false;
  /// The process ends with this verb: what it built is left to the end of the process, not taken apart value by value.
  bool ends = false;
};

/// An errno in plain words: "there is no such file".
[[nodiscard]] std::string reason(int error);

}  // namespace gatec::driver
