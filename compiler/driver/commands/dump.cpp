#include "compiler/driver/dump.h"

#include "compiler/driver/app.h"
#include "compiler/driver/options.h"

namespace gatec::driver {

ExitCode run_dump(Env& env, Words words) {
  std::vector<std::string> inputs;
  ReadingOptions reading;
  DumpSettings settings;
  Arguments arguments("dump", "Prints what was understood of a config as JSON. Secrets are shown as `(secret)`.");
  arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
  reading.add_to(arguments);
  arguments.flag("--origins", settings.origins, "with each value where it comes from");
  arguments.flag("--defaults", settings.defaults, "with what the gateway does unasked");
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  Session session(env, reading.settings());
  std::vector<InputFile> files;
  if (!expand_state(env, inputs, session.sink, files) || session.load(files) != Session::State::Read) {
    show(env, session, use_colour(reading.color, env.err, env), true);
    return ExitCode::Unreadable;
  }
  return write_checked(env, dump_json(session, settings), {&session.sources}, ExitCode::Clean);
}

}  // namespace gatec::driver
