"""One raw connection to a CLI server: a socket, or the pipes of a server started with --stdio.

It frames what it sends, takes apart what it gets, and writes both into the trace exactly as they
were on the wire. Quick acknowledgements are asked for after every read, since the real server sends
a header and a body in two writes and would otherwise wait 40 ms for each. It interprets nothing.
"""

import json
import os
import socket
import threading

from .trace import Trace

# Larger bodies are written into the trace by their beginning only.
LARGE = 300_000


def framed(body):
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Connection:
    def __init__(self, name, trace, reader, writer, closer):
        self.name, self.trace = name, trace
        self._read, self._write, self._close = reader, writer, closer
        self.received = []
        self.ended = None
        self.cursor = 0
        self.next_id = 1
        self.responders = {}
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @classmethod
    def tcp(cls, name, trace, port, source=None):
        sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def read():
            data = sock.recv(65536)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            except OSError:
                pass
            return data

        def close():
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

        return cls(name, trace, read, sock.sendall, close)

    @classmethod
    def pipes(cls, name, trace, process):
        def read():
            return os.read(process.stdout.fileno(), 65536)

        def write(data):
            process.stdin.write(data)
            process.stdin.flush()

        return cls(name, trace, read, write, process.stdin.close)

    def send_bytes(self, data, shown=None):
        self.trace.add(">", conn=self.name, bytes=shown or data.decode("utf-8", "replace"))
        self._send(data)

    def send_body(self, text):
        body = text.encode()
        shown = text if len(body) < LARGE else text[:200] + "…"
        self.trace.add(">", conn=self.name, body=shown, length=len(body))
        self._send(framed(body))

    def send(self, message):
        self.send_body(json.dumps(message, separators=(",", ":"), ensure_ascii=False))

    def _send(self, data):
        try:
            self._write(data)
        except OSError as error:
            self.trace.add("#", conn=self.name, note=f"write failed: {error.__class__.__name__}")

    def close(self):
        # What still arrives afterwards is a matter of luck, so it is not written down.
        self.trace.add("#", conn=self.name, note="closed by the client")
        self.trace = Trace()
        try:
            self._close()
        except OSError:
            pass

    def _run(self):
        buffer = b""
        while True:
            try:
                data = self._read()
            except OSError as error:
                self._finish(error.__class__.__name__)
                return
            if not data:
                self._finish("end of stream")
                return
            buffer += data
            while True:
                head, separator, rest = buffer.partition(b"\r\n\r\n")
                if not separator:
                    break
                length = _content_length(head)
                if length is None:
                    self.trace.add("<", conn=self.name, bytes=buffer.decode("utf-8", "replace"))
                    buffer = b""
                    break
                if len(rest) < length:
                    break
                body, buffer = rest[:length], rest[length:]
                self._arrived(head, body)

    def _arrived(self, head, body):
        text = body.decode("utf-8", "replace")
        usual = head == b"Content-Length: %d" % len(body)
        extra = {} if usual else {"header": head.decode("latin-1")}
        self.trace.add("<", conn=self.name, body=text, **extra)
        try:
            message = json.loads(text)
        except ValueError:
            return
        with self.changed:
            self.received.append(message)
            self.changed.notify_all()
        if isinstance(message, dict) and "method" in message and "id" in message:
            result = self.responders.get(message["method"])
            if result is not None:
                self.send({"jsonrpc": "2.0", "id": message["id"], **result})

    def _finish(self, reason):
        self.trace.add("#", conn=self.name, note=f"connection ended: {reason}")
        with self.changed:
            self.ended = reason
            self.changed.notify_all()

    def wait_for_reply(self, identifier, start, within):
        def reply():
            for message in self.received[start:]:
                if (isinstance(message, dict) and "method" not in message
                        and message.get("id") == identifier):
                    return message
            return None

        with self.changed:
            self.changed.wait_for(lambda: reply() is not None or self.ended, within)
            return reply()

    def wait_for_event(self, kind, within):
        """The next message of that kind after the one waited for last: an event's type, or
        a method for notifications that are not events."""
        def position():
            for index in range(self.cursor, len(self.received)):
                if kind_of(self.received[index]) == kind:
                    return index
            return None

        with self.changed:
            self.changed.wait_for(lambda: position() is not None or self.ended, within)
            index = position()
            if index is None:
                return None
            self.cursor = index + 1
            return self.received[index]


def kind_of(message):
    if not isinstance(message, dict):
        return None
    if message.get("method") == "session.event":
        return message["params"]["event"]["type"]
    if message.get("method") == "session.lifecycle":
        return message["params"]["type"]
    return message.get("method")


def _content_length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            try:
                return int(value)
            except ValueError:
                return None
    return None
