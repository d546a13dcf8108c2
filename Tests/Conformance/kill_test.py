"""kill -9 at every step of a turn: what a server leaves behind, and what the next one makes of it.

  kill_test.py --cli CMD [--times 200] [--seed N]

Each round starts a server, has one finished turn (or none) and kills the server at a step of the
next: right after a chosen message arrived, or a chosen while after the prompt was sent. Then, on
the same home:

  - a server starts and answers
  - session.resume succeeds, or is refused with a text the real CLI refuses with; it may be refused
    only when the file is torn, and the file is looked at to know
  - when it succeeds, the finished turns on disk are the ones in session.getMessages, in order, with
    parents that exist; a further turn runs; the dead server's lock is gone
  - nothing that was on disk at the kill is lost

Every round is derived from the seed, which stands in each message.
"""

import argparse
import concurrent.futures
import json
import os
import random
import re
import shlex
import signal
import sys
import tempfile
import threading
import time

from conformance import groups, isolation, summary
from conformance.connection import Connection
from conformance.provider import Provider
from conformance.server import DidNotStart, Server
from conformance.trace import Trace

# The messages of a turn, in order; a round ends at one of them, or at a time between them.
STEPS = ["reply", "system.message", "user.message", "assistant.turn_start", "asked",
         "assistant.message_delta", "assistant.message", "assistant.turn_end", "session.idle",
         "flushed"]
REFUSALS = re.compile(
    r"^Request session\.resume failed with message: "
    r"(Session file is corrupted \(line \d+: .+\)|Session not found: s1)$", re.DOTALL)
# Long enough for a machine that does many other things; nothing waits that long when all is well.
WITHIN = 30.0


class Failure(Exception):
    pass


class Round:
    def __init__(self, command, folder, seed, number):
        self.random = random.Random(seed * 1_000_003 + number)
        self.command, self.home, self.number = command, os.path.join(folder, "home"), number
        self.work = os.path.join(folder, "work")
        os.makedirs(self.work)
        self.step = STEPS[number % len(STEPS)]
        self.timed = self.random.random() < 0.3
        self.first = self.random.random() < 0.4
        self.waits = self.random.random() < 0.7
        self.delay = self.random.uniform(0, 0.25)
        self.trace = Trace()
        self.provider = Provider(self.trace.clock)
        self.byok = {"type": "openai", "baseUrl": self.provider.url, "apiKey": "x"}
        self.streaming = self.step == "assistant.message_delta" or self.random.random() < 0.3
        self.provider.plan([], {"chunks": ["one ", "two ", "three"], "pause": 0.01})

    def name(self):
        when = f"{self.delay * 1000:.0f} ms after the prompt" if self.timed else f"at {self.step}"
        which = "first" if self.first else "second"
        return f"round {self.number}, killed {when} of the {which} turn"

    def play(self):
        server = self.start()
        try:
            connection = Connection.tcp("a", self.trace, server.port)
            call(connection, "session.create", self.session())
            if not self.first:
                self.turn(connection, "finished before")
                if self.waits:
                    self.wait_until_flushed("finished before")
            self.kill_during_turn(server, connection)
        finally:
            server.end()
        before = self.stored()
        server = self.start()
        try:
            return self.check(server, before)
        finally:
            server.end()
            self.provider.close()

    def start(self):
        environment = {**isolation.environment(), "COPILOT_HOME": self.home, "WORKDIR": self.work,
                       "COPILOT_PROVIDER_BASE_URL": self.provider.url, "COPILOT_MODEL": "gpt-4.1"}
        server = None
        try:
            server = Server(self.command, self.home, self.trace, environment=environment)
            server.wait_until_listening()
        except DidNotStart as error:
            if server:
                server.end()
            raise Failure(f"did not start: {error}") from error
        return server

    def session(self):
        return {"sessionId": "s1", "model": "gpt-4.1", "provider": self.byok,
                "streaming": self.streaming}

    def turn(self, connection, prompt):
        reply = call(connection, "session.send", {"sessionId": "s1", "prompt": prompt})
        if "error" in reply:
            raise Failure(f"session.send was refused: {reply['error']}")
        if connection.wait_for_event("session.idle", WITHIN) is None:
            raise Failure("the turn did not end")

    def kill_during_turn(self, server, connection):
        asked = len(self.provider.requests)
        connection.cursor = len(connection.received)
        connection.send({"jsonrpc": "2.0", "id": "kill", "method": "session.send",
                         "params": {"sessionId": "s1", "prompt": "killed during this"}})
        if self.timed:
            threading.Event().wait(self.delay)
        elif self.step == "reply":
            connection.wait_for_reply("kill", 0, WITHIN)
        elif self.step == "asked":
            self.provider.wait_for(asked + 1, WITHIN)
        elif self.step == "flushed":
            connection.wait_for_event("session.idle", WITHIN)
            self.wait_until_flushed("killed during this")
        elif connection.wait_for_event(self.step, WITHIN) is None and self.step in WAITED:
            raise Failure(f"{self.step} never came")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()

    def wait_until_flushed(self, prompt):
        """The batching timer writes 100 ms after the turn, without being asked."""
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            events, torn = self.stored() or ([], False)
            of_turn = [event["data"].get("content") for event in events
                       if event["type"] == "user.message"]
            if not torn and of_turn[-1:] == [prompt] \
                    and events[-1]["type"] == "assistant.turn_end":
                return
            time.sleep(0.02)
        raise Failure(f"a finished turn is not on disk after {WITHIN:.0f} s")

    def stored(self):
        """The lines of events.jsonl as they were at the kill, and whether the last is torn."""
        path = os.path.join(self.home, "session-state", "s1", "events.jsonl")
        if not os.path.exists(path):
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line for line in file.read().split("\n") if line]
        events, torn = [], False
        for line in lines:
            try:
                events.append(json.loads(line))
            except ValueError:
                torn = True
        return events, torn

    def check(self, server, before):
        connection = Connection.tcp("a", self.trace, server.port)
        if call(connection, "ping", {"message": "up"})["result"]["message"] != "pong: up":
            raise Failure("the server that came after does not answer")
        reply = call(connection, "session.resume", self.session())
        if "error" in reply:
            return self.check_refusal(reply["error"], before)
        if before is None:
            raise Failure("resumed a session of which nothing was on disk")
        events, torn = before
        if torn:
            raise Failure("resumed a session whose file is torn; the real CLI refuses it")
        resumed = call(connection, "session.getMessages", {"sessionId": "s1"})["result"]["events"]
        self.check_history(events, resumed)
        self.check_locks(server)
        self.turn(connection, "after the kill")
        return "resumed"

    def check_refusal(self, error, before):
        text = error.get("message", "")
        if error.get("code") != -32603 or not REFUSALS.match(text):
            raise Failure(f"refused with {error}, which the real CLI does not say")
        if before is None or not before[0]:
            if "not found" not in text:
                raise Failure(f"nothing on disk, yet refused with {error}")
            if (self.waits and not self.first) or (self.step == "flushed" and not self.timed):
                raise Failure("nothing on disk, though a whole turn was seen there")
            return "not found"
        if not before[1]:
            raise Failure(f"refused although the file is whole: {error}")
        if "corrupted" not in text:
            raise Failure(f"the file is torn, yet refused with {error}")
        return "refused as torn"

    def check_history(self, stored, resumed):
        ids = [event["id"] for event in resumed]
        kept = [event["id"] for event in stored]
        if ids[:len(kept)] != kept:
            raise Failure(f"history differs from the disk: {len(kept)} events there, "
                          f"{len(ids)} in memory")
        known = set(ids)
        for event in resumed:
            if event["parentId"] is not None and event["parentId"] not in known:
                raise Failure(f"{event['type']} has a parent that does not exist")
        prompts = [event["data"]["content"] for event in stored if event["type"] == "user.message"]
        sent = ([] if self.first else ["finished before"]) + ["killed during this"]
        if prompts != sent[:len(prompts)]:
            raise Failure(f"prompts on disk: {prompts}, sent: {sent}")
        if self.step == "flushed" and not self.timed and prompts != sent:
            raise Failure(f"{len(prompts)} of {len(sent)} prompts on disk, though both were seen")

    def check_locks(self, server):
        folder = os.path.join(self.home, "session-state", "s1")
        locks = [name for name in os.listdir(folder) if name.endswith(".lock")]
        if locks != [f"inuse.{server.process.pid}.lock"]:
            raise Failure(f"locks after the resume: {locks}")


WAITED = {"system.message", "user.message", "assistant.turn_start", "assistant.message",
          "assistant.turn_end", "session.idle"}


def call(connection, method, params):
    identifier = connection.next_id
    connection.next_id += 1
    start = len(connection.received)
    connection.send({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})
    reply = connection.wait_for_reply(identifier, start, WITHIN)
    if reply is None:
        raise Failure(f"{method} was not answered within {WITHIN} s")
    return reply


def one(command, seed, number):
    with tempfile.TemporaryDirectory(prefix="kill-test-", ignore_cleanup_errors=True) as folder:
        played = Round(command, folder, seed, number)
        try:
            return played.name(), played.play(), None
        except Failure as failure:
            return played.name(), None, str(failure)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True, help="command line of the program to kill")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEATRIAL_SEED", "1")))
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of rounds to repeat")
    parser.add_argument("--summary", help="a file for the counts")
    options = parser.parse_args()
    isolation.enter()
    groups.end_all_when_told()
    command = shlex.split(options.cli)
    command[0] = os.path.abspath(command[0])
    numbers = options.only or range(options.times)
    outcomes, failed = {}, 0
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        for name, outcome, failure in pool.map(lambda n: one(command, options.seed, n), numbers):
            if failure:
                failed += 1
                print(f"  {name} (SEATRIAL_SEED={options.seed}): {failure}")
            else:
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"kill -9 during a turn: {len(list(numbers))} times, seed {options.seed}: {told}, "
          f"{failed} failed")
    summary.write(options.summary, sum(outcomes.values()), 0, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
