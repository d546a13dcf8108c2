"""What one client can cost the others: bodies, headers, unread output, requests, sessions,
conversations, connections and descriptors have bounds, most of them with --hardened only.

  bounds_test.py --mock CMD

The real CLI has no such bounds, so there is nothing to compare with: each check says what must hold
and what it saw. Every check also asks another client's ping, before and after.
"""

import argparse
import http.server
import json
import os
import resource
import shlex
import socket
import sys
import tempfile
import threading
import time

from conformance import groups, isolation, summary
from conformance.connection import framed
from conformance.server import DidNotStart, Server
from conformance.trace import Trace

WITHIN = 30.0
MIB = 1 << 20


class Failure(Exception):
    pass


class Client:
    """A socket and nothing more: what arrives is read only when asked for."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WITHIN)
        self.held = b""
        self.asked = 0

    def send(self, method, params):
        self.asked += 1
        self.socket.sendall(request(self.asked, method, params))
        return self.asked

    def reply(self, identifier):
        """The reply to a request, or None when the server has ended the connection."""
        while True:
            message = self.message()
            if message is None or ("method" not in message and message.get("id") == identifier):
                return message

    def message(self):
        while True:
            head, separator, rest = self.held.partition(b"\r\n\r\n")
            if separator:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.held = rest[length:]
                    return json.loads(rest[:length])
            try:
                data = self.socket.recv(MIB)
            except ConnectionError:
                return None
            if not data:
                return None
            self.held += data

    def call(self, method, params):
        return self.reply(self.send(method, params))

    def read_to(self, kind):
        """Passes over everything up to an event of that type."""
        while (message := self.message()) is not None:
            if message.get("params", {}).get("event", {}).get("type") == kind:
                return
        raise Failure(f"the connection ended before {kind}")

    def is_served(self):
        reply = self.call("ping", {"message": "up"})
        return reply is not None and reply["result"]["message"] == "pong: up"

    def has_ended(self):
        """Whether the server ends the connection; what it still says is passed over."""
        while True:
            try:
                if not self.socket.recv(MIB):
                    return True
            except ConnectionError:
                return True
            except TimeoutError:
                return False

    def pour(self, data):
        """Sends until it is all gone or the server will not have it; True when it was all taken."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def close(self):
        self.socket.close()


def request(identifier, method, params):
    return framed(json.dumps({"jsonrpc": "2.0", "id": identifier, "method": method,
                              "params": params}).encode())


class Bench:
    """A mock with some flags, a second client who must never notice anything, and its weight."""

    def __init__(self, command, folder, flags, limits=None, token=None):
        if limits:
            # Between fork and exec nothing of ours may run beside threads: a shell sets them.
            soft, hard = limits
            shell = f'ulimit -Hn {hard}; ulimit -Sn {soft}; exec "$@"'
            command = ["sh", "-c", shell, "sh", *command]
        environment = isolation.environment()
        home = os.path.join(folder, "home")
        environment["COPILOT_HOME"] = home
        # No provider: the mock's own model answers.
        del environment["COPILOT_OFFLINE"]
        if token:
            environment["COPILOT_CONNECTION_TOKEN"] = token
        self.server = Server(command, home, Trace(),
                             flags=["--profile", "none", *flags], environment=environment)
        try:
            self.server.wait_until_listening()
            self.other = self.client()
            if token:
                self.other.call("connect", {"token": token})
            self.expect(self.other.is_served(), "the mock answers a ping")
        except (Failure, DidNotStart):
            self.server.end()
            raise

    def client(self):
        return Client(self.server.port)

    @staticmethod
    def expect(holds, what):
        if not holds:
            raise Failure(what)

    def memory(self):
        """The most it ever held, in MiB."""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def processor_time(self):
        with open(f"/proc/{self.server.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.expect(self.other.is_served(), "another client is still served afterwards")
        self.server.end()


def large_body(bench):
    """A body over 1 MiB ends its connection; one just below is served."""
    client = bench.client()
    text = "x" * (MIB - 200)
    reply = client.call("ping", {"message": text})
    bench.expect(reply and reply["result"]["message"] == "pong: " + text, "just under 1 MiB passes")
    client.pour(framed(b"[" + b"1," * MIB))
    bench.expect(client.has_ended(), "2 MiB in one message end the connection")


def large_body_usually(bench):
    """Without --hardened 2 MiB are served; over 32 MiB are passed over, and not held."""
    client = bench.client()
    text = "x" * (2 * MIB)
    reply = client.call("ping", {"message": text})
    bench.expect(reply and reply["result"]["message"] == "pong: " + text, "2 MiB are served")
    bench.expect(client.pour(framed(b"x" * (33 * MIB))), "33 MiB are taken")
    bench.expect(client.is_served(), "and what comes after them is answered")
    bench.expect(bench.memory() < 48, f"without being held: {bench.memory():.0f} MiB")


def endless_header(bench):
    """A header without an end costs no more than a body may."""
    client = bench.client()
    for _ in range(64):
        if not client.pour(b"X-Filler: " + b"y" * (MIB // 4) + b"\r\n"):
            break
    bench.expect(client.has_ended(), "a header of over 1 MiB ends the connection")
    bench.expect(bench.memory() < 32, f"memory stays small: {bench.memory():.0f} MiB")


def endless_body(bench):
    """A length that nobody can mean is not waited for in memory."""
    client = bench.client()
    client.pour(b"Content-Length: 9000000000000000000\r\n\r\n" + b"x" * 4096)
    bench.expect(client.has_ended(), "nine exabytes announced end the connection")


def unread_output(bench):
    """Who asks and never reads is cut off at 8 MiB."""
    client = bench.client()
    client.socket.settimeout(5)
    message = "x" * (MIB // 2)
    for number in range(200):
        if not client.pour(request(number, "ping", {"message": message})):
            break
    bench.expect(bench.other.is_served(), "another client is served meanwhile")
    bench.expect(bench.memory() < 64, f"100 MiB unread cost {bench.memory():.0f} MiB")
    client.socket.settimeout(WITHIN)
    bench.expect(client.has_ended(), "the connection was ended")


def many_requests(bench):
    """More than 4,096 prompts under way end the connection that sent them."""
    client = bench.client()
    bench.expect("result" in client.call("session.create", {"sessionId": "s1"}), "a session opens")
    one = request(0, "session.send", {"sessionId": "s1", "prompt": "hello"})
    client.pour(one * 4_000)
    bench.expect(bench.other.is_served(), "another client is served meanwhile")
    bench.expect(client.is_served(), "4,000 prompts are queued")
    client.pour(one * 200)
    bench.expect(client.has_ended(), "with 4,200 the connection ends")


def many_sessions(bench):
    """The 10,001st session is refused, and there is room again when one goes."""
    client = bench.client()
    for first in range(0, 10_000, 500):
        client.pour(b"".join(request(f"c{number}", "session.create", {"sessionId": f"s{number}"})
                             for number in range(first, first + 500)))
        bench.expect("result" in client.reply(f"c{first + 499}"), "10,000 sessions open")
    reply = client.call("session.create", {"sessionId": "one-more"})
    bench.expect("Too many sessions" in reply.get("error", {}).get("message", ""),
                 f"one more is refused: {reply}")
    bench.expect("result" in client.call("session.resume", {"sessionId": "s7"}),
                 "a session that is there is still resumed")
    client.call("session.destroy", {"sessionId": "s0"})
    reply = client.call("session.create", {"sessionId": "one-more"})
    bench.expect("result" in reply, f"with one gone another opens: {reply}")


def many_connections(bench):
    """1,024 connections and no more; room again when one closes."""
    clients = [bench.client() for _ in range(1_023)]
    bench.expect(all(client.is_served() for client in clients[::100]), "1,024 clients are served")
    bench.expect(bench.client().has_ended(), "the next one is closed")
    clients.pop().close()
    end = time.monotonic() + WITHIN
    while not bench.client().is_served():
        bench.expect(time.monotonic() < end, "one gone, one served")


class Provider(http.server.ThreadingHTTPServer):
    """Answers every call with a word, and notes how much it was told."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["content-length"])
            self.rfile.read(length)
            self.server.largest = max(self.server.largest, length)
            answer = json.dumps({"id": "c", "choices": [{"message": {"content": "ok"}}],
                                 "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.daemon_threads, self.largest = True, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()


def long_conversation(bench):
    """A conversation with a provider holds what fits the model, whatever limit a client claims."""
    provider, client = Provider(), bench.client()
    base = f"http://127.0.0.1:{provider.server_address[1]}/v1"
    opened = client.call("session.create", {
        "sessionId": "s1", "model": "gpt-4.1",
        "provider": {"type": "openai", "baseUrl": base, "maxPromptTokens": 1_000_000_000}})
    bench.expect("result" in opened, f"a session opens: {opened}")
    text = "x" * (MIB // 2)
    for _ in range(120):
        client.send("session.send", {"sessionId": "s1", "prompt": text})
        client.read_to("session.idle")
    bench.expect(provider.largest > MIB // 2, "the provider was asked")
    bench.expect(provider.largest < 2 * MIB, f"a call carries {provider.largest} bytes")
    bench.expect(bench.memory() < 40, f"60 MiB of prompts cost {bench.memory():.0f} MiB")
    provider.shutdown()


def token(bench):
    """With a token nothing before `connect` works, whatever it is."""
    for method in ("ping", "session.create", "session.list", "no.such.method"):
        client = bench.client()
        reply = client.call(method, {"sessionId": "s1"})
        bench.expect(reply["error"]["code"] == -32001, f"{method} is refused: {reply}")
    listing = bench.other.call("session.list", {})
    bench.expect(listing["result"]["sessions"] == [], f"nothing was made: {listing}")


def few_descriptors(bench):
    """Out of descriptors, clients wait in line, those inside are served, and nothing spins."""
    clients = [bench.client() for _ in range(80)]
    for client in clients[:10]:
        bench.expect(client.is_served(), "the first clients are served")
    before = bench.processor_time()
    time.sleep(1)
    used = bench.processor_time() - before
    bench.expect(used < 0.5, f"waiting took {used:.2f} s of processor time in a second")
    last = clients[-1].send("ping", {"message": "waits"})
    for client in clients[:60]:
        client.close()
    bench.expect(clients[-1].reply(last)["result"]["message"] == "pong: waits",
                 "the last in line is served when others have gone")


def soft_limit(bench):
    """A soft limit of descriptors is raised to the hard one, as Node does it."""
    clients = [bench.client() for _ in range(200)]
    bench.expect(all(client.is_served() for client in clients), "200 clients with a limit of 64")


HARDENED = ["--hardened"]
# The second client reads nothing meanwhile, so it must not hear of 10,000 sessions.
QUIET = ["--disk", "none", "--broadcast", "owners"]
SLOW = ["--set", "model.latency=fixed(60s)"]
# A check, the mock's flags, its limits of descriptors, its token.
CHECKS = [
    (large_body, HARDENED, None, None), (large_body_usually, [], None, None),
    (endless_header, HARDENED, None, None), (endless_body, HARDENED, None, None),
    (unread_output, HARDENED, None, None), (many_requests, [*HARDENED, *SLOW], None, None),
    (many_sessions, [*HARDENED, *QUIET], None, None),
    (long_conversation, [*HARDENED, *QUIET], None, None),
    (many_connections, HARDENED, None, None), (token, HARDENED, None, "sekret"),
    (few_descriptors, [], (64, 64), None), (soft_limit, [], (64, 4096), None),
]


def run(command, check, flags, limits, secret):
    with tempfile.TemporaryDirectory(prefix="bounds-", ignore_cleanup_errors=True) as folder:
        bench = Bench(command, folder, flags, limits, secret)
        try:
            check(bench)
            bench.end()
        finally:
            bench.server.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mock", required=True, help="command line of the mock")
    parser.add_argument("--only", nargs="*", help="names of checks")
    parser.add_argument("--summary", help="a file for the counts")
    options = parser.parse_args()
    isolation.enter()
    groups.end_all_when_told()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    command = shlex.split(options.mock)
    command[0] = os.path.abspath(command[0])
    passed, failed = 0, 0
    for check, flags, limits, secret in CHECKS:
        if options.only and check.__name__ not in options.only:
            continue
        try:
            run(command, check, flags, limits, secret)
            passed += 1
        except (Failure, DidNotStart, OSError, KeyError, TypeError, AttributeError) as problem:
            failed += 1
            print(f"  {check.__doc__.strip()}\n    does not hold: {problem!r}")
    print(f"bounds of what one client costs: {passed} hold, {failed} do not")
    summary.write(options.summary, passed, 0, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
