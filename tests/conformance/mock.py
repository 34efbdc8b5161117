"""Upstreams on loopback that answer by a script and keep a log.

The first part of the path is the upstream's name: http://127.0.0.1:PORT/NAME/v1/chat/completions. Its script is a list of steps, one a
request; the last one stays. What nobody scripted answers.

  ok          an answer; `NAME` is its content
  500         that status
  429:3       that status with `Retry-After: 3`
  slow:1500   an answer after so many milliseconds
  context     400, context_length_exceeded
  policy      400, content_policy_violation
  drop        the connection is closed without a word
"""
import asyncio
import json
import threading
import time

ERRORS = {
    "context": (400, {"message": "This model's maximum context length is 10 tokens. However, your messages resulted in 99 tokens.", "type": "invalid_request_error",
                      "param": "messages", "code": "context_length_exceeded"}),
    "policy": (400, {"message": "Your request was rejected as a result of our safety system.", "type": "invalid_request_error", "param": None,
                     "code": "content_policy_violation"}),
}
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 408: "Request Timeout", 429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable"}


def answer(name, path, model, body):
    """An answer in the words of the provider that the path belongs to."""
    usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
    if path.endswith("/messages"):
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [{"type": "text", "text": name}], "stop_reason": "end_turn",
                "stop_sequence": None, "usage": {"input_tokens": 10, "output_tokens": 10}}
    if "generateContent" in path:
        return {"candidates": [{"content": {"role": "model", "parts": [{"text": name}]}, "finishReason": "STOP", "index": 0}],
                "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 10, "totalTokenCount": 20}}
    if path.endswith("/embeddings"):
        return {"object": "list", "model": model, "data": [{"object": "embedding", "index": 0, "embedding": [0.0, 1.0]}], "usage": usage}
    if path.endswith("/converse"):
        return {"output": {"message": {"role": "assistant", "content": [{"text": name}]}}, "stopReason": "end_turn",
                "usage": {"inputTokens": 10, "outputTokens": 10, "totalTokens": 20}, "metrics": {"latencyMs": 1}}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "usage": usage, "service_tier": "default",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": name}, "finish_reason": "stop"}]}


class Upstreams:
    """The server, in a thread of its own."""

    def __init__(self):
        self.scripts, self.log, self.port = {}, [], 0
        self.lock = threading.Lock()
        started = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.serve, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    def serve(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.client, "127.0.0.1", 0, limit=1 << 20, backlog=512))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()

    def script(self, scripts):
        with self.lock:
            self.scripts = {name: list(steps) for name, steps in scripts.items()}
            self.log = []

    def taken(self):
        """The log since the last call: (seconds, upstream, model, path, headers, body)."""
        with self.lock:
            log, self.log = self.log, []
        return log

    def step(self, name):
        steps = self.scripts.get(name) or ["ok"]
        return steps.pop(0) if len(steps) > 1 else steps[0]

    async def client(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                path = head[0].split(" ")[1]
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
                if headers.get("transfer-encoding") == "chunked":
                    raw = b""
                    while size := int((await reader.readline()).strip() or b"0", 16):
                        raw += await reader.readexactly(size)
                        await reader.readline()
                    await reader.readline()
                else:
                    raw = await reader.readexactly(int(headers.get("content-length", 0)))
                if not await self.respond(writer, path, headers, raw):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def respond(self, writer, path, headers, raw):
        name, rest = path.lstrip("/").split("?")[0].partition("/")[::2]
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        model = body.get("model", "")
        with self.lock:
            step = str(self.step(name))
            self.log.append((time.monotonic(), name, model, "/" + rest, headers, body))
        kind, _, value = step.partition(":")
        extra, status = "", 200
        if kind == "drop":
            return False
        if kind == "slow":
            await asyncio.sleep(float(value) / 1000)
        if kind in ERRORS:
            status, error = ERRORS[kind]
            text = json.dumps({"error": error})
        elif kind.isdigit():
            status = int(kind)
            extra = f"retry-after: {value}\r\n" if value else ""
            text = json.dumps({"error": {"message": f"scripted {kind}", "type": "scripted", "param": None, "code": None}})
        else:
            text = json.dumps(answer(name, "/" + rest, model, body))
        data = text.encode()
        writer.write(f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\ncontent-type: application/json\r\n{extra}content-length: {len(data)}\r\n\r\n".encode() + data)
        await writer.drain()
        return True
