#include "compiler/driver/system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace gatec::driver {
namespace {

/// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] int close() {
    const int result = ::close(value_);
    value_ = -1;
    return result == 0 ? 0 : errno;
  }

 private:
  int value_;
};

int read_all(int descriptor, std::uint64_t expected, std::uint64_t limit, std::string& text) {
  text.resize(std::min(expected, limit) + 1);
  std::size_t filled = 0;
  for (;;) {
    if (filled == text.size()) {
      if (filled > limit) return EFBIG;
      text.resize(std::min<std::uint64_t>(limit + 1, std::max<std::uint64_t>(filled * 2, 1U << 16U)));
    }
    const ssize_t got = ::read(descriptor, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return filled > limit ? EFBIG : 0;
}

int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(descriptor, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return 0;
}

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::File;
  if (S_ISDIR(mode)) return FileKind::Directory;
  return FileKind::Other;
}

int result_of(int call) { return call == 0 ? 0 : errno; }

}  // namespace

std::string reason(int error) {
  switch (error) {
    case ENOENT: return "there is no such file or folder";
    case EACCES:
    case EPERM: return "permission denied";
    case EISDIR: return "it is a folder";
    case ENOTDIR: return "a part of the path is not a folder";
    case EFBIG: return "it grows beyond the largest size allowed";
    case ENOSPC: return "the disk is full";
    case EDQUOT: return "the disk quota is used up";
    case EROFS: return "the file system is read-only";
    case ELOOP: return "too many links lead in a circle";
    case ENAMETOOLONG: return "the name is too long";
    default: return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): one thread
  }
}

FileStatus SystemFiles::status(const std::string& path) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0) return {FileKind::None, 0, errno};
  return {kind_of(found.st_mode), static_cast<std::uint64_t>(found.st_size), 0};
}

int SystemFiles::read(const std::string& path, std::uint64_t limit, std::string& text) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return errno;
  struct stat found = {};
  if (::fstat(file.get(), &found) != 0) return errno;
  if (S_ISDIR(found.st_mode)) return EISDIR;
  const auto size = S_ISREG(found.st_mode) ? static_cast<std::uint64_t>(found.st_size) : 0;
  return size > limit ? EFBIG : read_all(file.get(), size, limit, text);
}

int SystemFiles::list(const std::string& path, std::vector<DirectoryEntry>& entries) {
  DIR* const directory = ::opendir(path.c_str());
  if (directory == nullptr) return errno;
  errno = 0;
  while (const dirent* const found = ::readdir(directory)) {  // NOLINT(concurrency-mt-unsafe): one thread
    const std::string name = found->d_name;
    if (name == "." || name == "..") continue;
    DirectoryEntry entry{name, FileKind::Other, found->d_type == DT_LNK};
    switch (found->d_type) {
      case DT_REG: entry.kind = FileKind::File; break;
      case DT_DIR: entry.kind = FileKind::Directory; break;
      default: entry.kind = status(path + "/" + name).kind;
    }
    entries.push_back(std::move(entry));
  }
  const int error = errno;
  ::closedir(directory);
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return error;
}

int SystemFiles::write(const std::string& path, std::string_view text, bool executable) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, executable ? 0777 : 0666));
  if (file.get() < 0) return errno;
  if (const int error = write_all(file.get(), text); error != 0) return error;
  return file.close();
}

int SystemFiles::make_directory(const std::string& path) { return result_of(::mkdir(path.c_str(), 0777)); }

int SystemFiles::rename(const std::string& from, const std::string& to) {
  return result_of(::rename(from.c_str(), to.c_str()));
}

int SystemFiles::exchange(const std::string& a, const std::string& b) {
  return result_of(::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE));
}

int SystemFiles::remove(const std::string& path) { return result_of(::remove(path.c_str())); }

void SystemFiles::remove_tree(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return;
  std::vector<DirectoryEntry> entries;
  if (list(path, entries) == 0) {
    for (const DirectoryEntry& entry : entries) remove_tree(path + "/" + entry.name);
  }
  ::rmdir(path.c_str());
}

std::string SystemFiles::real_path(const std::string& path) {
  char* const found = ::realpath(path.c_str(), nullptr);
  if (found == nullptr) return {};
  std::string real = found;
  std::free(found);  // NOLINT(cppcoreguidelines-no-malloc): realpath allocated it
  return real;
}

void DescriptorOutput::write(std::string_view text) {
  if (error_ == 0) error_ = write_all(descriptor_, text);
}

bool DescriptorOutput::is_terminal() const { return ::isatty(descriptor_) == 1; }

int DescriptorInput::read(std::uint64_t limit, std::string& text) {
  return read_all(descriptor_, 1U << 16U, limit, text);
}

}  // namespace gatec::driver
