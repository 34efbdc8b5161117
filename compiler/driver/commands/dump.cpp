#include "compiler/driver/dump.h"

#include "compiler/driver/app.h"
#include "compiler/driver/failures.h"
#include "compiler/driver/options.h"

namespace gatec::driver {

ExitCode run_dump(Env& env, Words words) {
  std::vector<std::string> inputs;
  ReadingOptions reading;
  DumpSettings settings;
  bool failures = false;
  Arguments arguments("dump", "Prints what was understood of a config as JSON. Secrets are shown as `(secret)`.");
  arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
  reading.add_to(arguments);
  arguments.flag("--origins", settings.origins, "with each value where it comes from");
  arguments.flag("--defaults", settings.defaults, "with what the gateway does unasked");
  arguments.flag("--failures", failures, "instead: what becomes of a request when upstreams fail, route by route");
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
  const std::string text = failures ? failures_json(session.gateway) : dump_json(session, settings);
  return write_checked(env, text, {&session.sources}, ExitCode::Clean);
}

}  // namespace gatec::driver
