"""Makes two traces of one scenario comparable, as lists of small dictionaries.

Placeholders stand for what may differ, and settle.py undoes the orders that are luck; nothing else
is forgiven. An event that was already seen, unchanged, is written as its id alone. A parent is
written only where it is not the last persisted event. A file that did not change since the last
look says so. Messages keep the order of their own connection.
"""

import re

from .placeholders import PORT, TIME, UUID, Placeholders, events, messages, parse
from .settle import merge_streams, settle, titles_in_place

# Databases and logs are the real CLI's own affair: nobody outside reads them.
IGNORED_FILES = re.compile(r"^(config\.json|logs/|session-store\.db)")


class Normaliser:
    def __init__(self, lines, places, head):
        self.head = head
        self.lines = [line for line in lines if not self._is_left_out(line)]
        self.stand_ins = Placeholders(self.lines, places)
        self.shown, self.seen_files = {}, {}

    def _is_left_out(self, line):
        """A scenario may name events that come or not, by luck: `"without": ["…"]`."""
        left_out = self.head.get("without", [])
        return bool(left_out) and any(event.get("type") in left_out
                                      for message in messages(line)
                                      for event in events(message)
                                      if line["dir"] == "<" and "method" in message)

    def event(self, event, last):
        """One event in full, with its parent only where that is not `last`."""
        self.stand_ins.context = event.get("type")
        shown = {"event": event.get("type"), "data": self.stand_ins.value(event.get("data"))}
        if event.get("ephemeral"):
            shown["ephemeral"] = True
        # A title's parent is whatever happened to be last when it was made.
        if event.get("parentId") != last and event.get("type") != "session.title_changed":
            parent = event.get("parentId")
            shown["parent"] = self.stand_ins.names.get(parent, parent and "<unknown>")
        for name, usual in (("id", UUID), ("timestamp", TIME)):
            if not usual.fullmatch(str(event.get(name))):
                shown[name] = event.get(name)
        for name in event:
            if name not in ("type", "data", "id", "timestamp", "parentId", "ephemeral"):
                shown[name] = self.stand_ins.value(event[name], name)
        self.stand_ins.context = None
        return shown

    def events(self, listed):
        """Events in a reply or a file: those seen before by name, others in full."""
        shown, last = [], None
        for event in listed:
            if not isinstance(event, dict) or "type" not in event:
                shown.append(self.stand_ins.value(event))
                continue
            whole = self.event(event, last)
            name = self.stand_ins.names.get(event.get("id"), "<?>")
            if self.shown.get(event.get("id")) == _without_parent(whole) and "parent" not in whole:
                shown.append(name)
            else:
                shown.append({"id": name, **whole})
                self.shown.setdefault(event.get("id"), _without_parent(whole))
            if not event.get("ephemeral"):
                last = event.get("id")
        return titles_in_place(shown)

    # Lines.

    def result(self):
        connections, provider, process, files = {}, [], [], []
        last = {}
        asked_before = None
        methods = {}
        for line in self.lines:
            name, kind = line.get("conn"), line["dir"]
            if kind == ">" and "body" in line:
                message = parse(line["body"])
                if isinstance(message, dict):
                    methods[name, str(message.get("id"))] = message.get("method")
            elif kind == "<":
                connections.setdefault(name, []).append(
                    self._message(line, last.setdefault(name, {}), methods))
            elif kind == "#" and name:
                if line["note"] not in ("connected", "closed by the client"):
                    connections.setdefault(name, []).append(_note(line))
            elif kind == "P":
                provider.append(self._request(line, asked_before))
                asked_before = line
            elif kind == "F":
                files.append({"label": line["label"], "files": self._files(line["files"])})
            elif kind == "#":
                process.append(line)
        for name, stream in connections.items():
            connections[name] = titles_in_place(settle(stream))
        provider.sort(key=lambda request: request["for"] == "compaction")
        return {"connections": self._apart(connections), "provider": provider,
                "process": self._process(merge_streams(process)), "files": files}

    def _apart(self, connections):
        """Where sessions run side by side, how they interleave is a matter of luck."""
        if self.head.get("sessions") != "apart":
            return connections
        apart = {}
        for name, stream in connections.items():
            for message in stream:
                session = message.get("session") or message.get("lifecycle", {}).get("sessionId", "")
                apart.setdefault(f"{name} {session}".strip(), []).append(message)
        return apart

    def _message(self, line, last, methods):
        if "bytes" in line:
            return {"bytes": self.stand_ins.text(line["bytes"])}
        message = parse(line["body"])
        shown = {"header": line["header"]} if "header" in line else {}
        if not isinstance(message, dict):
            return {**shown, "body": self.stand_ins.text(line["body"])}
        if message.get("jsonrpc") != "2.0":
            shown["jsonrpc"] = message.get("jsonrpc")
        params = message.get("params", {})
        if message.get("method") == "session.event" and set(params) == {"sessionId", "event"}:
            event, session = params["event"], params["sessionId"]
            whole = self.event(event, last.get(session))
            self.shown.setdefault(event.get("id"), _without_parent(whole))
            if not event.get("ephemeral"):
                last[session] = event.get("id")
            return {**shown, "session": self.stand_ins.text(session, "sessionId"), **whole}
        if message.get("method") == "session.lifecycle":
            times = params.get("metadata")
            if isinstance(times, dict) and set(times) == {"startTime", "modifiedTime"}:
                params = {name: item for name, item in params.items() if name != "metadata"}
            elif times is None and params.get("type") != "session.deleted":
                params = {**params, "metadata": None}
            return {**shown, "lifecycle": self.stand_ins.value(params)}
        if "method" in message:
            return {**shown, "method": message["method"], "params": self.stand_ins.value(params),
                    **({"id": message["id"]} if "id" in message else {})}
        method = methods.get((line.get("conn"), str(message.get("id"))))
        return {**shown, "reply": message.get("id"), "to": method, **self._reply(message, method)}

    def _reply(self, message, method):
        shown = {}
        self.stand_ins.context = method
        for name in message:
            if name in ("jsonrpc", "id"):
                continue
            value = message[name]
            if isinstance(value, dict) and isinstance(value.get("events"), list):
                rest = {key: self.stand_ins.value(item, key) for key, item in value.items()
                        if key != "events"}
                value = {**rest, "events": self.events(value["events"])}
            elif name == "result" and method == "sessions.getSizes":
                value = {"sizes": {key: "<bytes>" for key in value.get("sizes", {})}}
            elif name == "result" and method == "tools.list":
                value = {"tools": "<tools>" if value.get("tools") else []}
            else:
                value = self.stand_ins.value(value, name)
            shown[name] = value
        self.stand_ins.context = None
        return shown

    def _request(self, line, before):
        body = parse(line["body"])
        shown = {"for": line["for"], "verb": line["verb"],
                 "path": self.stand_ins.text(line["path"])}
        if isinstance(body, dict):
            shown["model"], shown["stream"] = body.get("model"), bool(body.get("stream"))
            shown["messages"] = [self._asked(message) for message in body.get("messages", [])]
        # The same request again is another attempt: how long was waited is part of the ladder.
        if before is not None and before["body"] == line["body"]:
            shown["seconds"] = round((line["ms"] - before["ms"]) / 1000, 2)
        return shown

    def _asked(self, message):
        content = message.get("content")
        if message.get("role") == "system":
            content = "<text>"
        elif isinstance(content, str):
            content = self.stand_ins.text(content)
            if content.startswith("<text of"):
                content = "<text>"
        shown = {"role": message.get("role"), "content": content}
        if message.get("tool_calls"):
            shown["calls"] = [call["function"]["name"] for call in message["tool_calls"]]
        return shown

    def _process(self, lines):
        processes, signalled = [], None
        for line in lines:
            shown = {name: self.stand_ins.value(item, name) for name, item in line.items()
                     if name not in ("ms", "dir", "pid", "flags")}
            if "text" in line:
                text = self.stand_ins.text(PORT.sub("<port>", line["text"]))
                shown["text"] = "<text>" if text.startswith("<text of") else text
            if str(line.get("note", "")).startswith("signal"):
                signalled = line["ms"]
            if shown.get("note") == "exited" and signalled is not None:
                shown["seconds"] = round((line["ms"] - signalled) / 1000, 2)
            processes.append(shown)
        return processes

    def _files(self, listing):
        shown = []
        for entry in listing:
            if IGNORED_FILES.match(entry["path"]):
                continue
            path = re.sub(r"inuse\.\d+\.lock", "inuse.<pid>.lock", entry["path"])
            path = self.stand_ins.short(path)
            if self.seen_files.get(path) == entry.get("text", "(binary)"):
                shown.append(path + " (unchanged)")
                continue
            self.seen_files[path] = entry.get("text", "(binary)")
            if "text" not in entry:
                shown.append(path)
            elif path.endswith("events.jsonl"):
                shown.append({path: self._lines(entry["text"])})
            elif path.endswith(".lock"):
                shown.append({path: re.sub(r"\d+", "<pid>", entry["text"])})
            else:
                shown.append({path: self.stand_ins.text(entry["text"])})
        return shown

    def _lines(self, text):
        parsed = [parse(part) if parse(part) is not None else {"torn": self.stand_ins.text(part)}
                  for part in text.split("\n")[:-1]]
        shown = self.events(parsed)
        rest = text.split("\n")[-1]
        if rest:
            whole = parse(rest)
            shown.append({"without a line feed": True} if whole is not None else {"torn": True})
        return shown


def _note(line):
    return {name: item for name, item in line.items() if name not in ("ms", "dir", "conn")}


def _without_parent(shown):
    return {name: item for name, item in shown.items() if name != "parent"}


def normalised(lines, head):
    places = next(line["places"] for line in lines if "places" in line)
    return Normaliser([line for line in lines if "places" not in line], places, head).result()
