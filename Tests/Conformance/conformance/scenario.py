"""Scenarios: what to do to a server, as data. One JSON object a line; this file runs them.

A line with "scenario" opens one; each further line is a step that begins with its verb (the table
`VERBS` at the end lists them). Values may name earlier ones: "$created.result.sessionId". Nothing
is judged here: a missing reply is written into the trace, and the comparison decides.
"""

import os
import time

from . import history
from .connection import Connection
from .provider import Provider
from .script import Values
from .server import DidNotStart, Server, remove
from .trace import Trace

REPLY_TIME = 8.0
SMALL_FILE = 400_000


class Run:
    def __init__(self, scenario, command, home, environment, patience=1):
        """`patience` stretches every wait of the script, and the provider's, for a machine that is
        busy with other things; what is written down stays the same."""
        self.scenario, self.command, self.home = scenario, command, home
        self.patience = patience
        self.base_environment = environment
        self.trace = Trace()
        self.connections, self.servers = {}, {}
        self.values = Values()
        self.provider = None
        self.snapshots = []

    def play(self):
        head = self.scenario["head"]
        remove(self.home)
        self.provider = Provider(self.trace.clock, self.patience)
        self.provider.plan(head.get("answers"), head.get("answer"))
        self.provider.summary = head.get("summary")
        self.values.update(HOME=self.home, PROVIDER=self.provider.url, WORK=self.home + "-work")
        os.makedirs(self.values["WORK"], exist_ok=True)
        self.values["BYOK"] = {"type": "openai", "baseUrl": self.provider.url, "apiKey": "x"}
        self.trace.add("#", places={self.values["WORK"]: "<work>", self.home: "<home>",
                                    self.provider.url: "<provider>"})
        try:
            if head.get("start", True):
                self.start({"start": "main", **head.get("server", {})})
                if head.get("open", True) and not head.get("server", {}).get("stdio"):
                    self.open({"open": "a"})
            for step in self.scenario["steps"]:
                self.step(step)
        except DidNotStart as error:
            self.trace.add("#", note="did not start", reason=str(error))
        finally:
            for connection in self.connections.values():
                connection.trace = Trace()
            for server in self.servers.values():
                server.end()
            for request in self.provider.requests:
                self.trace.lines.append({"ms": request.pop("at"), "dir": "P", **request})
            self.trace.lines.sort(key=lambda line: line["ms"])
            self.provider.close()
            remove(self.home)
            remove(self.values["WORK"])
        return self.trace

    def step(self, step):
        verb = next((name for name in step if name != "conn"), None)
        if verb not in VERBS:
            raise SystemExit(f"{step['line']}: {verb} is no verb; there are {', '.join(VERBS)}")
        VERBS[verb](self, step)

    def connection(self, step):
        return self.connections[step.get("conn", "a")]

    # Servers.

    def start(self, step):
        environment = dict(self.base_environment)
        environment.update(COPILOT_HOME=self.home, COPILOT_PROVIDER_BASE_URL=self.provider.url,
                           COPILOT_MODEL="gpt-4.1", WORKDIR=self.values["WORK"])
        for name, value in self.values.fill(step.get("env", {})).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        server = Server(self.command, self.home, self.trace, environment=environment,
                        flags=self.values.fill(step.get("flags")),
                        port=self.values.fill(step.get("port", 0)),
                        stdio=step.get("stdio", False),
                        default_flags=step.get("usual-flags", True))
        name = step["start"]
        if name in self.servers:
            self.servers[name].end()
        self.servers[name] = server
        if step.get("exits"):
            server.wait_for_exit(step["exits"])
        elif server.stdio:
            self.connections["a"] = Connection.pipes("a", self.trace, server.process)
        else:
            server.wait_until_listening()
            self.values["PORT"] = server.port
        self.values["PID"] = server.process.pid

    def signal(self, step):
        self.servers[step.get("server", "main")].signal(step["signal"])

    def exit(self, step):
        code = self.servers[step.get("server", "main")].wait_for_exit(step["exit"])
        if code is not None:
            for connection in self.connections.values():
                connection.thread.join(1)

    def stop(self, step):
        server = self.servers[step["stop"]]
        server.signal("KILL")
        server.wait_for_exit(5)

    # Messages.

    def open(self, step):
        name = step["open"]
        server = self.servers[step.get("server", "main")]
        try:
            self.connections[name] = Connection.tcp(name, self.trace, server.port)
            self.trace.add("#", conn=name, note="connected")
        except OSError as error:
            self.trace.add("#", conn=name, note=f"refused: {error.__class__.__name__}")

    def close(self, step):
        self.connections[step["close"]].close()

    def call(self, step):
        connection = self.connection(step)
        if "id" in step:
            identifier = step["id"]
        else:
            identifier = connection.next_id
            connection.next_id += 1
        message = {"jsonrpc": "2.0", "id": identifier, "method": step["call"]}
        if "params" in step:
            message["params"] = self.values.fill(step["params"])
        message.update(step.get("extra", {}))
        for name in step.get("without", []):
            message.pop(name)
        start = len(connection.received)
        connection.send(message)
        wait = step.get("within", REPLY_TIME)
        if wait == 0:
            return
        reply = connection.wait_for_reply(identifier, start, wait * self.patience)
        if reply is None:
            self.trace.add("#", conn=connection.name, note="no reply", method=step["call"],
                           within=wait)
        elif "as" in step:
            self.values[step["as"]] = reply

    def body(self, step):
        self.connection(step).send_body(self.values.fill(step["body"]))

    def raw(self, step):
        text = step["raw"] * step.get("times", 1)
        shown = step["raw"] if step.get("times", 1) == 1 else f"{step['times']} times the same"
        self.connection(step).send_bytes(text.encode("latin-1"), shown)

    def respond(self, step):
        self.connection(step).responders[step["respond"]] = {
            key: step[key] for key in ("result", "error") if key in step}

    def until(self, step):
        within = step.get("within", REPLY_TIME)
        message = self.connection(step).wait_for_event(step["until"],
                                                               within * self.patience)
        if message is None:
            self.trace.add("#", conn=step.get("conn", "a"), note="not seen", kind=step["until"],
                           within=within)
        elif "as" in step:
            params = message.get("params", {})
            self.values[step["as"]] = params.get("event", params)

    def quiet(self, step):
        self.trace.quiet_for(step["quiet"] * self.patience, 30 * self.patience)

    def sleep(self, step):
        time.sleep(step["sleep"] * self.patience)

    # The provider, and the disk.

    def plan(self, step):
        self.provider.plan(step["plan"], step.get("default"))

    def asked(self, step):
        within = step.get("within", REPLY_TIME) * self.patience
        if not self.provider.wait_for(step["asked"], within):
            self.trace.add("#", note="provider not asked", times=step["asked"])

    def files(self, step):
        listing = []
        for folder, folders, names in os.walk(self.home):
            folders.sort()
            if not folders and not names:
                listing.append({"path": os.path.relpath(folder, self.home) + "/"})
            for name in sorted(names):
                path = os.path.join(folder, name)
                entry = {"path": os.path.relpath(path, self.home)}
                try:
                    entry["bytes"] = os.lstat(path).st_size
                    with open(path, "rb") as file:
                        content = file.read(SMALL_FILE)
                except FileNotFoundError:
                    continue  # It went away between the listing and the look.
                if entry["path"].startswith("session-state/") and not name.endswith(".db"):
                    entry["text"] = content.decode("utf-8", "replace")
                listing.append(entry)
        listing.sort(key=lambda entry: entry["path"])
        self.trace.add("F", label=step["files"], files=listing)

    def write(self, step):
        path = os.path.join(self.home, self.values.fill(step["write"]))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a" if step.get("append") else "w", encoding="utf-8") as file:
            file.write(self.values.fill(step["text"]))

    def history(self, step):
        session = step["history"]
        damage = {key: step[key] for key in ("lines", "cut", "after", "change", "drop")
                  if key in step}
        self.write({"write": f"session-state/{session}/events.jsonl",
                    "text": history.text(session, **damage)})

    def cut(self, step):
        path = os.path.join(self.home, self.values.fill(step["cut"]))
        size = os.path.getsize(path) if os.path.exists(path) else 0
        if size:
            os.truncate(path, max(0, size - step["bytes"]))

    def delete_file(self, step):
        path = os.path.join(self.home, self.values.fill(step["delete-file"]))
        remove(path) if os.path.isdir(path) else os.path.exists(path) and os.remove(path)

    def mode(self, step):
        os.chmod(os.path.join(self.home, self.values.fill(step["mode"])), int(step["to"], 8))


VERBS = {
    "start": Run.start, "signal": Run.signal, "exit": Run.exit, "stop": Run.stop,
    "open": Run.open, "close": Run.close, "call": Run.call, "body": Run.body, "raw": Run.raw,
    "respond": Run.respond, "until": Run.until, "quiet": Run.quiet, "sleep": Run.sleep,
    "plan": Run.plan, "asked": Run.asked, "files": Run.files, "write": Run.write,
    "cut": Run.cut, "history": Run.history, "delete-file": Run.delete_file, "mode": Run.mode,
}
