#include "targets/ferro/writer.h"

namespace gatec::targets::ferro {

/// How the process is started so that it finds its config: the image reads none unless GATEWAY_CONFIG names it (page
/// 4).
void Writer::add_deployment(std::vector<Artifact>& artifacts) const {
  if (same()) return;
  std::string text =
      "# docker compose --env-file YOUR.env up: fills ${…} of ferro.env in from YOUR.env or from the shell's "
      "environment.\n"
      "services:\n"
      "  ferrogw:\n"
      "    image: ghcr.io/ferro-labs/ai-gateway:1.4.1\n"
      "    ports:\n"
      "      - \"8080:8080\"\n"
      "    env_file:\n"
      "      - ferro.env\n"
      "    volumes:\n"
      "      - ./config.yaml:/etc/ferro/config.yaml:ro\n"
      "    healthcheck:\n"
      "      test: [\"CMD\", \"/bin/ferrogw\", \"status\"]\n"
      "    restart: unless-stopped\n";
  artifacts.push_back({"compose.yaml", std::move(text), Role::Aid, false, {}});
}

}  // namespace gatec::targets::ferro
