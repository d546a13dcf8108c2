#!/usr/bin/env python3
"""Turns of a CLI server on the fake provider: `seatrial provider` behind the real CLI or the mock.

    provider_turn.py --seatrial .build/release/seatrial --cli .build/real-cli/copilot

Asks whole and streamed, lets a call fail once, has a tool called, and holds what the provider says
it saw against what was asked. Exit code 1 with the reason where the two differ. Standard library
only.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

MASK = (1 << 64) - 1


def mix64(x):
    z = x & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def mark(letter, run, loop, turn, session, conversation=0):
    """Written again from the description in Sources/Wire/PromptMark.swift, to check it."""
    check = mix64("pas".index(letter) << 32 | run)
    check = mix64(check ^ (loop << 32 | turn))
    check = mix64(check ^ (session << 32 | conversation)) & 0xFFFF
    return f"~seatrial:{letter}:{run:08x}:{loop}:{turn}:{session}:{conversation}:{check:04x}~"


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending, self.number, self.events = b"", 0, []

    def send(self, method, **params):
        self.number += 1
        body = json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        self.socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode()))
        return self.number

    def next(self, within):
        self.socket.settimeout(within)
        while True:
            head, found, rest = self.pending.partition(b"\r\n\r\n")
            if found:
                length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
                if len(rest) >= length:
                    self.pending = rest[length:]
                    return json.loads(rest[:length])
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the CLI server closed the connection")
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            self.pending += data

    def call(self, method, **params):
        number = self.send(method, **params)
        while True:
            message = self.next(30)
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        if message.get("method") != "session.event":
            return
        event, session = message["params"]["event"], message["params"]["sessionId"]
        self.events.append(event)
        if event["type"] == "permission.requested":
            self.send("session.permissions.handlePendingPermissionRequest", sessionId=session,
                      requestId=event["data"]["requestId"], result={"kind": "approve-once"})

    def turn(self, session, prompt):
        """The text of the answer, the seconds it took and the types of the events."""
        self.events, began = [], time.monotonic()
        self.call("session.send", sessionId=session, prompt=prompt)
        while not any(event["type"] == "session.idle" for event in self.events):
            self.note(self.next(60))
        texts = [e["data"].get("content", "") for e in self.events
                 if e["type"] == "assistant.message"]
        return texts, time.monotonic() - began, [e["type"] for e in self.events]


def wait_for(stream, pattern):
    while True:
        line = stream.readline()
        if not line:
            sys.exit("a program ended before it listened")
        found = re.search(pattern, line)
        if found:
            return found.group(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seatrial", required=True)
    parser.add_argument("--cli", required=True)
    options = parser.parse_args()
    options.cli = os.path.abspath(options.cli)
    problems = []

    def expect(is_so, what):
        print(("ok   " if is_so else "NOT  ") + what)
        if not is_so:
            problems.append(what)

    provider = subprocess.Popen(
        [options.seatrial, "provider", "--json", "--set", "model.latency=200ms",
         "--set", "model.first-token=50ms"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = wait_for(provider.stderr, r"listening on (\S+)")
        with tempfile.TemporaryDirectory() as home:
            environment = {
                "PATH": os.environ["PATH"], "HOME": os.environ.get("CLI_HOME", home),
                "COPILOT_HOME": home, "COPILOT_OFFLINE": "true", "COPILOT_MODEL": "gpt-4.1",
                "COPILOT_PROVIDER_BASE_URL": url}
            cli = subprocess.Popen(
                [options.cli, "--headless", "--no-auto-update", "--no-auto-login", "--log-level",
                 "error", "--port", "0"],
                env=environment, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, start_new_session=True)
            try:
                port = int(wait_for(cli.stdout, r"listening on port (\d+)"))
                client = Client(port)
                print("version", client.call("connect")["version"])
                byok = {"type": "openai", "baseUrl": url, "apiKey": "x"}
                turns = 0

                def ask(session, words=""):
                    nonlocal turns
                    turns += 1
                    prompt = f"{mark('p', 0xC0FFEE, 1, turns, 7)} hello {words}"
                    texts, seconds, types = client.turn(session, prompt)
                    answer = mark("a", 0xC0FFEE, 1, turns, 7)
                    print(f"     turn {turns}: {seconds:.3f} s, {len(types)} events")
                    return any(answer in text for text in texts), seconds, types

                for session, streams in (("whole", False), ("streamed", True)):
                    client.call("session.create", sessionId=session, model="gpt-4.1", provider=byok,
                                streaming=streams, requestPermission=True)
                    right, seconds, types = ask(session)
                    expect(right, f"{session}: the answer carries the mark of its prompt")
                    expect(seconds >= 0.2, f"{session}: the model's latency was waited for")
                    right, _, types = ask(session)
                    expect(right, f"{session}: the second turn too")
                    if streams:
                        expect(types.count("assistant.message_delta") == 64,
                               "64 pieces came one by one")
                    right, seconds, types = ask(session, "~provider:status=500:times=1~")
                    expect(right and "model.call_failure" in types,
                           f"{session}: a call that failed was tried again")
                right, _, types = ask(
                    "whole", '~provider:call=bash:{"command":"echo hi","description":"say hi"}~')
                expect(right and "tool.execution_complete" in types,
                       "a tool was called and answered")
                seen = json.loads(subprocess.run(
                    ["curl", "-s", url.replace("/v1", "/seatrial/observed")], check=True,
                    capture_output=True, text=True).stdout)
            finally:
                os.killpg(cli.pid, signal.SIGKILL)
                cli.wait()
        provider.send_signal(signal.SIGTERM)
        said = json.loads(provider.communicate(timeout=10)[0])
        expect(provider.returncode == 0, "the provider ended with code 0")
    finally:
        if provider.poll() is None:
            provider.kill()
    # Seven turns, two of them tried twice, one with a round after its tool.
    expect(said["asked"] == turns + 3, f"{turns + 3} questions were asked: {said['asked']}")
    expect(said["purposes"]["turn"] == turns + 2 and said["purposes"]["tool-result"] == 1,
           f"each was recognised by its mark: {said['purposes']}")
    expect(said["statuses"].get("500") == 2, f"two of them failed: {said['statuses']}")
    expect(said["endings"]["answered"] == turns + 1, f"the rest was answered: {said['endings']}")
    expect(seen["asked"] == said["asked"], "it said the same while it ran")
    print("longest conversation", said["conversation_messages"]["max"], "messages; largest request",
          said["request_bytes"]["max"], "bytes; own lag p99", said["lag_seconds"]["p99"], "s")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
