#include "compiler/driver/output_dir.h"

#include "compiler/base/sha256.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using diagnostics::Sink;

struct Failure {
  int error = 0;
  std::string path;
  explicit operator bool() const { return error != 0; }
};

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

/// Folders made on the way, so that a failure takes them away again.
class MadeFolders {
 public:
  explicit MadeFolders(FileSystem& files) : files_(files) {}
  [[nodiscard]] int make(const std::string& path) {
    if (files_.status(path).kind == FileKind::Directory) return 0;
    const std::string parent = parent_of(path);
    if (parent != path) {
      if (const int error = make(parent); error != 0) return error;
    }
    const int error = files_.make_directory(path);
    if (error == EEXIST) return 0;
    if (error == 0) made_.push_back(path);
    return error;
  }
  void undo() {
    while (!made_.empty()) {
      (void)files_.remove(made_.back());
      made_.pop_back();
    }
  }

 private:
  FileSystem& files_;
  std::vector<std::string> made_;
};

/// A fresh folder `stem-N`; empty path and the error when there can be none.
std::string fresh_folder(FileSystem& files, const std::string& stem, int& error) {
  for (int n = 0; n < 100; ++n) {
    const std::string path = stem + "-" + std::to_string(::getpid()) + "-" + std::to_string(n);
    error = files.make_directory(path);
    if (error == 0) return path;
    if (error != EEXIST) break;
  }
  return {};
}

/// The files to be written, the manifest last: its text is made when its turn comes.
class Texts {
 public:
  Texts(const std::vector<OutputText>& files, const Manifest& manifest, const std::function<void()>& complete)
      : manifest_(manifest), complete_(complete) {
    for (const OutputText& file : files) all_.push_back(&file);
    all_.push_back(&last_);
  }
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;

  [[nodiscard]] const std::vector<const OutputText*>& all() const { return all_; }
  [[nodiscard]] const Manifest& manifest() const {
    complete_();
    return manifest_;
  }
  void make_last() { last_.text = manifest_text(manifest()); }

 private:
  OutputText last_{std::string(kManifestName), {}, false};
  const Manifest& manifest_;
  const std::function<void()>& complete_;
  std::vector<const OutputText*> all_;
};

Failure write_all(FileSystem& files, const std::string& folder, Texts& texts) {
  MadeFolders folders(files);
  for (const OutputText* const file : texts.all()) {
    if (file == texts.all().back()) texts.make_last();
    const std::string path = folder + "/" + file->path;
    if (const int error = folders.make(parent_of(path)); error != 0) return {error, path};
    if (const int error = files.write(path, file->text, file->executable); error != 0) return {error, path};
  }
  return {};
}

/// What stands in the folder that is written to.
struct Existing {
  std::vector<std::string> ours;     // written by gatec and not edited since, with the manifest
  std::vector<std::string> edited;   // written by gatec and edited
  std::vector<std::string> foreign;  // not written by gatec, in the way
  bool only_ours = false;            // nothing else is there
};

/// Whether a folder holds a file that is not among the known ones; links are files.
bool holds_others(FileSystem& files, const std::string& folder, const std::string& prefix,
                  const std::set<std::string>& known) {
  std::vector<DirectoryEntry> entries;
  if (files.list(folder, entries) != 0) return true;
  return std::any_of(entries.begin(), entries.end(), [&](const DirectoryEntry& entry) {
    const std::string name = prefix + entry.name;
    if (entry.kind != FileKind::Directory || entry.link) return !known.contains(name);
    return holds_others(files, folder + "/" + entry.name, name + "/", known);
  });
}

std::optional<Manifest> manifest_of(FileSystem& files, const std::string& folder) {
  std::string text;
  if (files.read(folder + "/" + std::string(kManifestName), source::kMaxBytes, text) != 0) return std::nullopt;
  return parse_manifest(text);
}

/// Whether a file is as the manifest says. The same text as the one to be written need not be hashed again.
bool is_as_written(const std::string& now, const ManifestFile& then, const std::string_view* fresh,
                   const Texts& texts) {
  if (fresh != nullptr && *fresh == now) {
    const std::vector<ManifestFile>& files = texts.manifest().files;
    const auto same = std::ranges::find(files, then.path, &ManifestFile::path);
    if (same != files.end()) return same->sha256 == then.sha256;
  }
  return base::sha256_hex(now) == then.sha256;
}

Existing look_at(FileSystem& files, const std::string& folder, const Texts& texts, bool force) {
  Existing existing;
  std::map<std::string_view, std::string_view> replaced;
  for (const OutputText* const file : texts.all()) replaced.emplace(file->path, file->text);
  std::set<std::string> known;
  if (const std::optional<Manifest> manifest = manifest_of(files, folder)) {
    known.emplace(kManifestName);
    existing.ours.emplace_back(kManifestName);
    for (const ManifestFile& file : manifest->files) {
      if (force && replaced.contains(file.path) && files.status(folder + "/" + file.path).kind == FileKind::File) {
        // edited or not, it gives way
        if (known.insert(file.path).second) existing.ours.push_back(file.path);
        continue;
      }
      std::string now;
      const int error = files.read(folder + "/" + file.path, source::kMaxBytes * 4, now);
      if (error == ENOENT || !known.insert(file.path).second) continue;
      const auto text = replaced.find(file.path);
      const bool same = error == 0 && is_as_written(now, file, text == replaced.end() ? nullptr : &text->second, texts);
      (same ? existing.ours : existing.edited).push_back(file.path);
    }
    existing.only_ours = existing.edited.empty() && !holds_others(files, folder, {}, known);
  }
  for (const OutputText* const file : texts.all()) {
    if (!known.contains(file->path) && files.status(folder + "/" + file->path).kind != FileKind::None)
      existing.foreign.push_back(file->path);
  }
  return existing;
}

/// Tells of files that must not be replaced.
bool may_replace(const Existing& existing, const std::string& folder, Sink& sink) {
  for (const std::string& path : existing.edited) {
    sink.report(DiagId::OutputChanged, {}, "`" + folder + "/" + path + "` was edited since gatec wrote it")
        .note("--force replaces it");
  }
  for (const std::string& path : existing.foreign) {
    sink.report(DiagId::OutputChanged, {}, "`" + folder + "/" + path + "` is there already and gatec did not write it")
        .note("--force replaces it");
  }
  return existing.edited.empty() && existing.foreign.empty();
}

bool holds_current_folder(FileSystem& files, const std::string& folder) {
  const std::string here = files.real_path(".");
  const std::string there = files.real_path(folder);
  return here == there || there == "/" || here.starts_with(there + "/");
}

/// Not possible here (another file system, no right to the parent): the files are moved in one by one instead.
bool cannot_swap(int error) {
  return error == EXDEV || error == EBUSY || error == EINVAL || error == ENOSYS || error == EACCES || error == EPERM ||
         error == EROFS;
}

Failure swap_in(FileSystem& files, const std::string& folder, bool exists, Texts& texts) {
  int error = 0;
  const std::string parent = parent_of(folder);
  const std::string name = folder.substr(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/') + 1);
  const std::string fresh = fresh_folder(files, (parent == "/" ? "" : parent) + "/." + name + ".gatec", error);
  if (fresh.empty()) return {error, folder};
  Failure failure = write_all(files, fresh, texts);
  if (!failure) failure = {exists ? files.exchange(fresh, folder) : files.rename(fresh, folder), folder};
  if (failure || exists) files.remove_tree(fresh);
  return failure;
}

/// Moves files into a folder one by one, remembering how to undo it.
class MoveIn {
 public:
  MoveIn(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)), folders_(files) {}

  /// Takes what stands at `path` aside.
  [[nodiscard]] int clear(const std::string& path, const std::string& aside) {
    const int error = files_.rename(folder_ + "/" + path, aside);
    if (error == 0) done_.push_back({folder_ + "/" + path, aside});
    return error == ENOENT ? 0 : error;
  }
  [[nodiscard]] int place(const std::string& from, const std::string& path) {
    const std::string to = folder_ + "/" + path;
    if (const int error = folders_.make(parent_of(to)); error != 0) return error;
    const int error = files_.rename(from, to);
    if (error == 0) done_.push_back({from, to});
    return error;
  }
  void undo() {
    for (; !done_.empty(); done_.pop_back()) (void)files_.rename(done_.back().second, done_.back().first);
    folders_.undo();
  }

 private:
  FileSystem& files_;
  std::string folder_;
  MadeFolders folders_;
  std::vector<std::pair<std::string, std::string>> done_;  // from, to
};

Failure move_all(FileSystem& files, const std::string& folder, const std::string& stage, const Existing& existing,
                 const Texts& texts) {
  const std::string aside = stage + "/old";
  if (const int error = files.make_directory(aside); error != 0) return {error, folder};
  MoveIn moves(files, folder);
  std::size_t number = 0;
  const auto fail = [&](int error, const std::string& path) {
    moves.undo();
    return Failure{error, folder + "/" + path};
  };
  std::set<std::string> replaced(existing.ours.begin(), existing.ours.end());
  for (const OutputText* const file : texts.all()) replaced.insert(file->path);
  for (const std::string& path : replaced) {
    if (const int error = moves.clear(path, aside + "/" + std::to_string(number++)); error != 0)
      return fail(error, path);
  }
  for (const OutputText* const file : texts.all()) {
    if (const int error = moves.place(stage + "/new/" + file->path, file->path); error != 0)
      return fail(error, file->path);
  }
  return {};
}

Failure move_in(FileSystem& files, const std::string& folder, const Existing& existing, Texts& texts) {
  int error = 0;
  const std::string stage = fresh_folder(files, folder + "/.gatec", error);
  if (stage.empty()) return {error, folder};
  Failure failure = write_all(files, stage + "/new", texts);
  if (!failure) failure = move_all(files, folder, stage, existing, texts);
  files.remove_tree(stage);
  return failure;
}

Failure write_new(FileSystem& files, const std::string& folder, Texts& texts) {
  MadeFolders parents(files);
  if (const int error = parents.make(parent_of(folder)); error != 0) {
    parents.undo();
    return {error, folder};
  }
  const Failure failure = swap_in(files, folder, false, texts);
  if (failure) parents.undo();
  return failure;
}

Failure write_over(FileSystem& files, const std::string& folder, const Existing& existing, Texts& texts) {
  if (existing.only_ours && !holds_current_folder(files, folder)) {
    const Failure failure = swap_in(files, folder, true, texts);
    if (!cannot_swap(failure.error)) return failure;
  }
  return move_in(files, folder, existing, texts);
}

}  // namespace

bool write_output(Env& env, const std::string& folder_given, const std::vector<OutputText>& files,
                  const Manifest& manifest, bool force, Sink& sink, const std::function<void()>& complete) {
  const std::string folder = without_slashes(folder_given);
  Texts texts(files, manifest, complete);
  const FileStatus status = env.files.status(folder);
  Failure failure;
  if (status.kind == FileKind::None) {
    failure = write_new(env.files, folder, texts);
  } else if (status.kind == FileKind::Directory) {
    const std::string real = env.files.real_path(folder);
    const Existing existing = look_at(env.files, real, texts, force);
    if (!force && !may_replace(existing, folder, sink)) return false;
    failure = write_over(env.files, real, existing, texts);
  } else {
    failure = {ENOTDIR, folder};
  }
  if (failure)
    sink.report(DiagId::WriteFailed, {}, "cannot write `" + folder + "`: " + reason(failure.error))
        .note("nothing was written");
  return !failure;
}

int replace_file(FileSystem& files, const std::string& path, std::string_view text) {
  const std::string real = files.real_path(path);
  const std::string& target = real.empty() ? path : real;
  const std::string fresh = target + ".gatec-" + std::to_string(::getpid());
  int error = files.write(fresh, text, false);
  if (error == 0) error = files.rename(fresh, target);
  if (error != 0) (void)files.remove(fresh);
  return error;
}

}  // namespace gatec::driver
