#include "targets/portkey/portkey.h"
#include "targets/portkey/writer.h"

namespace gatec::targets::portkey {
std::vector<Artifact> write_hosted(const ir::Gateway& gateway, WriteContext& context) {
  ConfigWriter writer(gateway, context, World::Hosted);
  std::vector<Artifact> artifacts;
  for (const ConfigWriter::Config& config : writer.write()) {
    Artifact artifact;
    artifact.path = config.route.empty() ? "config.json" : "configs/" + config.route + ".json";
    artifact.text = doc::write_json(config.value, {2, true});
    artifact.route = config.route;
    artifacts.push_back(std::move(artifact));
  }
  return artifacts;
}
}  // namespace gatec::targets::portkey
