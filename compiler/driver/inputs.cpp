#include "compiler/driver/inputs.h"

#include "compiler/base/json_writer.h"
#include "compiler/doc/reader.h"

#include <cerrno>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using diagnostics::Sink;

bool is_config_name(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json") || name.ends_with(".gate");
}

InputFile plain_file(const std::string& argument) {
  return {argument == "-" ? std::string(kStdinName) : argument, argument, {}, {}};
}

void tell_unreadable(Sink& sink, const std::string& name, int error) {
  sink.report(DiagId::FileUnreadable, {}, "cannot read `" + name + "`: " + reason(error));
}

bool stays_inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

/// Config and payload files of a folder of ours. False when the folder has no manifest that can be used.
bool from_manifest(Env& env, const std::string& folder, std::vector<InputFile>& files) {
  const std::optional<Manifest> manifest = manifest_of(env, folder);
  if (!manifest) return false;
  for (const ManifestFile& file : manifest->files) {
    if (file.role != "config" && file.role != "payload") continue;
    const std::string path = path_in(folder, file.path);
    files.push_back({path, path, file.role, file.route, manifest->dialect + "@" + manifest->version});
  }
  return true;
}

bool list_folder(Env& env, const std::string& folder, Sink& sink, std::vector<DirectoryEntry>& entries) {
  const int error = env.files.list(folder, entries);
  if (error != 0) tell_unreadable(sink, folder, error);
  return error == 0;
}

bool add_direct_files(Env& env, const std::string& folder, Sink& sink, std::vector<InputFile>& files) {
  std::vector<DirectoryEntry> entries;
  if (!list_folder(env, folder, sink, entries)) return false;
  const std::size_t before = files.size();
  for (const DirectoryEntry& entry : entries) {
    if (entry.kind != FileKind::File || !is_config_name(entry.name) || entry.name.starts_with('.')) continue;
    if (entry.name == kProjectName || is_cases_name(entry.name)) continue;
    files.push_back(plain_file(path_in(folder, entry.name)));
  }
  if (files.size() > before) return true;
  sink.report(DiagId::NoInput, {}, "the folder `" + folder + "` holds no .yaml, .yml, .json or .gate file");
  return false;
}

/// Hidden folders and links to folders are not entered.
bool search(Env& env, const std::string& folder, Sink& sink, std::vector<InputGroup>& groups, bool with_cases) {
  std::vector<InputFile> ours;
  if (from_manifest(env, folder, ours)) {
    if (!ours.empty()) groups.push_back({std::move(ours), false});
    return true;
  }
  std::vector<DirectoryEntry> entries;
  if (!list_folder(env, folder, sink, entries)) return false;
  bool fine = true;
  for (const DirectoryEntry& entry : entries) {
    if (entry.name.starts_with('.') || entry.name == kProjectName) continue;
    const std::string path = path_in(folder, entry.name);
    if (entry.kind == FileKind::Directory && !entry.link && entry.name != "node_modules") {
      fine = search(env, path, sink, groups, with_cases) && fine;
    } else if (entry.kind == FileKind::File && is_config_name(entry.name) &&
               (with_cases || !is_cases_name(entry.name))) {
      groups.push_back({{plain_file(path)}, true});
    }
  }
  return fine;
}

std::string text_of(const doc::Node& object, std::string_view key) {
  const doc::Node* const value = object.get(key);
  return value != nullptr && value->is_string() ? std::string(value->text()) : std::string();
}

}  // namespace

std::optional<Manifest> parse_manifest(std::string_view text) {
  source::SourceManager sources;
  Sink sink;
  const source::FileId file = sources.add(std::string(kManifestName), std::string(text));
  const doc::ReadResult document = doc::read_json(sources, file, sink, {});
  if (!document || document->root() == nullptr || !document->root()->is_mapping()) return std::nullopt;
  const doc::Node& root = *document->root();
  const doc::Node* const listed = root.get("files");
  if (listed == nullptr || !listed->is_sequence() || root.get("gatec") == nullptr) return std::nullopt;
  Manifest manifest{text_of(root, "gatec"), text_of(root, "dialect"), text_of(root, "version"), {}};
  for (const doc::Node* item : listed->elements()) {
    if (!item->is_mapping()) return std::nullopt;
    ManifestFile entry{text_of(*item, "path"), text_of(*item, "sha256"), text_of(*item, "role"),
                       text_of(*item, "route")};
    if (stays_inside(entry.path)) manifest.files.push_back(std::move(entry));
  }
  return manifest;
}

std::string manifest_text(const Manifest& manifest) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("gatec", manifest.gatec);
  json.member("dialect", manifest.dialect);
  json.member("version", manifest.version);
  json.key("files");
  json.begin_array();
  for (const ManifestFile& file : manifest.files) {
    json.begin_object();
    json.member("path", file.path);
    json.member("sha256", file.sha256);
    json.member("role", file.role);
    json.member_if("route", file.route);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

bool is_cases_name(std::string_view name) {
  return name.ends_with(".test.yaml") || name.ends_with(".test.yml") || name.ends_with(".test.gate");
}

std::string path_in(std::string_view folder, std::string_view name) {
  std::string path(folder == "." || folder == "./" ? std::string_view{} : folder);
  if (path.empty()) return std::string(name);
  if (!path.ends_with('/')) path += '/';
  return path += name;
}

std::optional<Manifest> manifest_of(Env& env, const std::string& folder) {
  std::string text;
  if (env.files.read(path_in(folder, kManifestName), source::kMaxBytes, text) != 0) return std::nullopt;
  return parse_manifest(text);
}

bool expand_state(Env& env, const std::vector<std::string>& arguments, Sink& sink, std::vector<InputFile>& files) {
  bool fine = true;
  for (const std::string& argument : arguments) {
    if (argument == "-" || env.files.status(argument).kind != FileKind::Directory) {
      files.push_back(plain_file(argument));
    } else if (!from_manifest(env, argument, files)) {
      fine = add_direct_files(env, argument, sink, files) && fine;
    }
  }
  return fine;
}

bool expand_each(Env& env, const std::vector<std::string>& arguments, Sink& sink, std::vector<InputGroup>& groups,
                 bool with_cases) {
  bool fine = true;
  for (const std::string& argument : arguments) {
    if (argument == "-" || env.files.status(argument).kind != FileKind::Directory) {
      groups.push_back({{plain_file(argument)}, false});
      continue;
    }
    const std::size_t before = groups.size();
    fine = search(env, argument, sink, groups, with_cases) && fine;
    if (groups.size() > before) continue;
    sink.report(DiagId::NoInput, {}, "no .yaml, .yml, .json or .gate file lies below the folder `" + argument + "`");
    fine = false;
  }
  return fine;
}

std::optional<std::string> read_file(Env& env, const InputFile& file, Sink& sink) {
  std::string text;
  int error = 0;
  if (file.path == "-") {
    error = env.in.read(source::kMaxBytes, text);
  } else {
    error = env.files.read(file.path, source::kMaxBytes, text);
  }
  if (error == 0) return text;
  if (error == EFBIG) {
    sink.report(DiagId::TooLarge, {}, "`" + file.name + "` is larger than 64 MB");
  } else {
    tell_unreadable(sink, file.name, error);
  }
  return std::nullopt;
}

}  // namespace gatec::driver
