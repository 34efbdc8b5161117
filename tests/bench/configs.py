"""LiteLLM configs of any size for the bench, the same for the same number of deployments."""

PROVIDERS = [
    ("openai", "gpt-4o", "OPENAI_API_KEY"),
    ("anthropic", "claude-sonnet-4-20250514", "ANTHROPIC_API_KEY"),
    ("groq", "llama-3.3-70b-versatile", "GROQ_API_KEY"),
    ("mistral", "mistral-large-latest", "MISTRAL_API_KEY"),
    ("deepseek", "deepseek-chat", "DEEPSEEK_API_KEY"),
]


def deployment(i):
    provider, model, key = PROVIDERS[i % len(PROVIDERS)]
    lines = [
        f"  # pool {i // 3}, member {i % 3}",
        f"  - model_name: pool-{i // 3}",
        "    litellm_params:",
        f"      model: {provider}/{model}",
        f"      api_key: os.environ/{key}_{i % 7}",
        f"      rpm: {100 + i % 900}",
        f"      tpm: {10000 * (1 + i % 90)}",
        f"      timeout: {30 + i % 60}",
    ]
    if i % 4 == 0:
        lines.append(f"      api_base: https://pool-{i % 11}.models.example.com/v1")
    if i % 5 == 0:
        lines.append("      temperature: 0.2")
    lines += ["    model_info:", f"      max_input_tokens: {8192 * (1 + i % 16)}", f"      mode: {'chat' if i % 9 else 'embedding'}",
              f"      tags_note: \"team {i % 13}, region {i % 3}\""]
    return lines


def config(deployments):
    lines = ["model_list:"]
    for i in range(deployments):
        lines += deployment(i)
    pools = (deployments + 2) // 3
    lines += ["router_settings:", "  routing_strategy: simple-shuffle", "  num_retries: 2", "  fallbacks:"]
    lines += [f"    - {{\"pool-{p}\": [\"pool-{p + 1}\"]}}" for p in range(0, pools - 1, 10)]
    lines += ["litellm_settings:", "  drop_params: true", "  request_timeout: 600", ""]
    return "\n".join(lines)


def of_size(size):
    one = len(config(300)) / 300
    return config(max(3, int(size / one)))
