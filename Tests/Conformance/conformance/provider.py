"""A stand-in for an OpenAI-compatible model provider, on loopback.

The CLI under test calls it as it would call a model. A scenario says what it answers; it keeps the
requests it got, so that a comparison can look at them. It must not decide anything by itself: the
same scenario gives the same answers to whatever program asks.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEFAULT_ANSWER = {"text": "Hello from the provider"}
NAMES = {"turn": "answer", "compaction": "summary"}


class Provider:
    def __init__(self, clock, patience=1):
        self.clock, self.patience = clock, patience
        self.requests = []
        self.default = dict(DEFAULT_ANSWER)
        self.answers = []
        self.chosen = None
        self.summary = None
        self.changed = threading.Condition()
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def plan(self, answers=None, default=None):
        """The next requests get `answers`, one each; those after them get `default`."""
        with self.changed:
            if answers is not None:
                self.answers = list(answers)
            if default is not None:
                self.default = dict(default)

    def take(self, record):
        with self.changed:
            request = _parsed(record["body"])
            # A summary is asked for beside a turn, and which of the two comes first is luck: each
            # kind is numbered by itself.
            record["for"] = "compaction" if _wants_summary(request) else "turn"
            number = 1 + sum(other["for"] == record["for"] for other in self.requests)
            record["name"] = f"{NAMES[record['for']]}-{number}"
            self.requests.append(record)
            self.changed.notify_all()
            if self.chosen:
                return self.chosen(request)
            if self.summary and record["for"] == "compaction":
                return self.summary
            return self.answers.pop(0) if self.answers else self.default

    def wait_for(self, count, within):
        with self.changed:
            return self.changed.wait_for(lambda: len(self.requests) >= count, within)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A program under test that is killed cuts its connections; that is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    provider = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        record = {
            "at": self.provider.clock(),
            "verb": self.command,
            "path": self.path,
            "headers": dict(self.headers.items()),
            "body": body.decode("utf-8", "replace"),
        }
        answer = self.provider.take(record)
        if answer.get("delay"):
            time.sleep(answer["delay"] * self.provider.patience)
        try:
            self._answer(answer, _parsed(body), record["name"])
        except (BrokenPipeError, ConnectionResetError):
            record["cut"] = True

    def _answer(self, answer, request, name):
        if "drop" in answer:
            self.close_connection = True
            return
        status = answer.get("status", 200)
        if status != 200:
            message = answer.get("message", f"{status} from the provider")
            self._plain(status, {"error": {"message": message, "type": "provider_error"}},
                        answer.get("headers", {}))
        elif request.get("stream"):
            self._stream(answer, request, name)
        else:
            self._plain(200, _completion(answer, request, name), {})

    def _plain(self, status, document, headers):
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, answer, request, name):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        base = {"id": name, "object": "chat.completion.chunk", "created": 1,
                "model": request.get("model", "")}
        chunks = answer.get("chunks") or ([answer["text"]] if answer.get("text") else [])
        for index, text in enumerate(chunks):
            if index and answer.get("pause"):
                time.sleep(answer["pause"] * self.provider.patience)
            delta = {"content": text}
            if index == 0:
                delta["role"] = "assistant"
            self._event(dict(base, choices=[{"index": 0, "delta": delta, "finish_reason": None}]))
        for index, call in enumerate(_calls(answer, name)):
            delta = {"tool_calls": [dict(call, index=index)]}
            self._event(dict(base, choices=[{"index": 0, "delta": delta, "finish_reason": None}]))
        reason = "tool_calls" if answer.get("calls") else "stop"
        self._event(dict(base, choices=[{"index": 0, "delta": {}, "finish_reason": reason}]))
        self._event(dict(base, choices=[], usage=_usage(answer)))
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, document):
        self._chunk(b"data: " + json.dumps(document).encode() + b"\n\n")

    def _chunk(self, content):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.flush()


def _parsed(body):
    try:
        request = json.loads(body) if body else {}
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _wants_summary(request):
    """Whether this asks for a summary instead of a turn: a user's prompt carries its time, the
    request for a summary does not."""
    last = (request.get("messages") or [{}])[-1]
    return last.get("role") == "user" and "<current_datetime>" not in str(last.get("content"))


def _calls(answer, name):
    return [
        {"id": f"call-{name.split('-')[-1]}-{index}", "type": "function",
         "function": {"name": tool, "arguments": json.dumps(arguments)}}
        for index, (tool, arguments) in enumerate(answer.get("calls", []))
    ]


def _usage(answer):
    asked, told = answer.get("tokens", [100, 5])
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}


def _completion(answer, request, name):
    text = answer.get("text") or "".join(answer.get("chunks", [])) or None
    message = {"role": "assistant", "content": text}
    calls = _calls(answer, name)
    if calls:
        message["tool_calls"] = calls
    reason = "tool_calls" if calls else "stop"
    return {
        "id": name, "object": "chat.completion", "created": 1,
        "model": request.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _usage(answer),
    }
