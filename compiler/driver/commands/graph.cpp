#include "compiler/driver/graph.h"

#include "compiler/driver/app.h"
#include "compiler/driver/options.h"
#include "compiler/driver/process.h"

#include <algorithm>
#include <cstdint>

namespace gatec::driver {
namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string format = "mermaid", what = "all";
  bool highlight = false, fenced = false;
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
    reading.add_to(arguments);
    arguments.option("--format", format, "FORMAT",
                     "mermaid, md (mermaid between Markdown's fences), dot, or svg, which Graphviz draws");
    arguments.option("--what", what, "PART", "routes, budgets or all");
    arguments.flag("--highlight", highlight, "mark what `gatec lint` has something to say about");
  }
};

/// What a finding of lint points to.
void mark(Graph& graph, Session& session) {
  session.check();
  std::vector<source::Span> spans;
  for (const diagnostics::Diagnostic& d : session.sink.all()) {
    if (d.span.valid()) spans.push_back(d.span);
  }
  const auto found = [&](ir::LeafId leaf) {
    const source::Span at = session.span(leaf);
    return at.valid() && std::ranges::any_of(spans, [&](const source::Span& s) {
             return s.file == at.file && s.begin < at.end && at.begin < s.end;
           });
  };
  for (Graph::Part& part : graph.parts) {
    for (Graph::Node& node : part.nodes) node.marked = std::ranges::any_of(node.leaves, found);
  }
}

}  // namespace

ExitCode run_graph(Env& env, Words words) {
  Options options;
  Arguments arguments("graph", "Draws routes with plans, fallbacks, weights and limits, and who has which budget.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  check_choice("--format", options.format, "mermaid md dot svg");
  check_choice("--what", options.what, "routes budgets all");
  Session session(env, options.reading.settings());
  std::vector<InputFile> files;
  if (!expand_state(env, options.inputs, session.sink, files) || session.load(files) != Session::State::Read) {
    show(env, session, use_colour(options.reading.color, env.err, env), true);
    return ExitCode::Unreadable;
  }
  Graph graph = draw(session.gateway, options.what == "routes"    ? Drawing::Routes
                                      : options.what == "budgets" ? Drawing::Budgets
                                                                  : Drawing::Both);
  if (options.highlight) mark(graph, session);
  std::string text;
  if (options.format == "dot" || options.format == "svg") {
    text = as_dot(graph);
  } else {
    text = as_mermaid(graph, options.format == "md");
  }
  if (options.format == "svg") {
    std::string drawn;
    constexpr std::uint64_t kMost = std::uint64_t{1} << 28U;
    if (const int error = run_program({"dot", "-Tsvg"}, text, kMost, drawn); error != 0) {
      env.err.write("error: Graphviz's `dot` did not draw it (" + reason(error) +
                    "): install graphviz, or take --format dot\n");
      return ExitCode::Unreadable;
    }
    text = std::move(drawn);
  }
  return write_checked(env, text, {&session.sources}, ExitCode::Clean);
}

}  // namespace gatec::driver
