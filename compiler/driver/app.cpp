#include "compiler/driver/app.h"

#include "compiler/base/nearest.h"
#include "compiler/driver/arguments.h"
#include "gatec/version.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <string_view>
#include <vector>

namespace gatec::driver {
namespace {

struct Command {
  std::string_view verb, summary;
  ExitCode (*run)(Env&, Words);
};

constexpr Command kCommands[] = {
#define GATEC_COMMAND(verb, summary) {#verb, summary, &run_##verb},
#include "compiler/driver/commands.def"
#undef GATEC_COMMAND
};

const Command* find_command(std::string_view verb) {
  const auto* const found =
      std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Command& c) { return c.verb == verb; });
  return found == std::end(kCommands) ? nullptr : found;
}

void print_version(Env& env) {
  std::string text = "gatec ";
  text += version();
  if (!commit().empty()) ((text += " (") += commit()) += ')';
  env.out.write(text += '\n');
}

void print_help(Output& stream) {
  std::string text =
      "gatec compiles configs of LLM gateways from one gateway to another.\n\nusage: gatec VERB [options]\n\nverbs:\n";
  for (const Command& c : kCommands) {
    (text += "  ") += c.verb;
    text.append(10 - c.verb.size(), ' ');
    (text += c.summary) += '\n';
  }
  text += "\n`gatec help VERB` prints what a verb takes, `gatec --version` the version.\n";
  stream.write(text);
}

ExitCode unknown_verb(Env& env, std::string_view verb) {
  std::vector<std::string_view> known = {"help"};
  for (const Command& c : kCommands) known.push_back(c.verb);
  std::string text = "error: gatec has no verb `" + std::string(verb) + "`";
  if (const auto nearest = base::nearest_word(verb, known)) ((text += ", did you mean `") += *nearest) += "`?";
  env.err.write(text + "\n`gatec --help` lists the verbs\n");
  return ExitCode::Unreadable;
}

ExitCode run_verb(Env& env, std::string_view verb, Words words) {
  const Command* const command = find_command(verb);
  if (command == nullptr) return unknown_verb(env, verb);
  try {
    return command->run(env, words);
  } catch (const UsageError& error) {
    env.err.write("error: " + error.message + "\n`gatec help " + std::string(verb) + "` prints what it takes\n");
    return ExitCode::Unreadable;
  }
}

ExitCode dispatch(Env& env, Words words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h") {
    print_help(words.empty() ? env.err : env.out);
    return words.empty() ? ExitCode::Unreadable : ExitCode::Clean;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    print_version(env);
    return ExitCode::Clean;
  }
  if (words[0] != "help") return run_verb(env, words[0], words.subspan(1));
  if (words.size() > 1) {
    const std::string help[] = {"--help"};
    return run_verb(env, words[1], help);
  }
  print_help(env.out);
  return ExitCode::Clean;
}

ExitCode bug(Env& env, std::string_view what) {
  env.err.write("bug in gatec: " + std::string(what) +
                "\nnothing was written; please report this with the command line and, if you can, the input\n");
  return ExitCode::Bug;
}

/// Data that did not arrive is no success; a reader who went away needs no telling.
ExitCode checked(Env& env, ExitCode code) {
  const int error = env.out.error();
  if (error == 0 || error == EPIPE) return code;
  env.err.write("error: cannot write to stdout: " + reason(error) + "\n");
  return code == ExitCode::Bug ? code : ExitCode::Unreadable;
}

}  // namespace

ExitCode run(Env& env, Words words) {
  try {
    return checked(env, dispatch(env, words));
  } catch (const std::exception& e) {
    return bug(env, e.what());
  } catch (...) {
    return bug(env, "an exception of unknown type");
  }
}

}  // namespace gatec::driver
