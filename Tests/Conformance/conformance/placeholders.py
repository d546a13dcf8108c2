"""What one run may say differently from the next, and the placeholder that stands for it.

  ids              `<user.message 2>`: the second event of that type; `<interactionId 1>`: the first
                   value of that field. A reference to a wrong event is therefore still seen.
  times            `<time>`; milliseconds and measured numbers in FIELDS_OF_TIME become `<ms>`
  tokens           the estimates in FIELDS_OF_TOKENS become `<tokens>`: no tokenizer is compared
  vendor's texts   the system prompt, descriptions of tools and skills, reminders: `<text>`
  long texts       over LONG characters: `<text of N bytes>`
  waits            "retry wait time" in a message: `<seconds>`
  places           the home, the working folder, the provider's address
"""

import json
import re

LONG = 200
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
PORT = re.compile(r"(?<=port )\d+|(?<=127\.0\.0\.1:)\d+|(?<=::1:)\d+|(?<=0\.0\.0\.0:)\d+")
WAITED = re.compile(r"(?<=total retry wait time: )[\d.]+(?= seconds)")
REMINDER = re.compile(r"<system_reminder>.*?</system_reminder>", re.DOTALL)
FIELDS_OF_TIME = {
    "duration", "durationMs", "totalApiDurationMs", "timeToFirstTokenMs", "interTokenLatencyMs",
    "retryAfterSeconds", "sessionStartTime", "elapsedMs", "ttftMs",
}
FIELDS_OF_TOKENS = {
    "currentTokens", "systemTokens", "conversationTokens", "toolDefinitionsTokens",
    "preCompactionTokens", "postCompactionTokens", "tokensRemoved", "totalTokens",
    "preTruncationTokensInMessages", "postTruncationTokensInMessages",
    "tokensRemovedDuringTruncation", "copilotTokens",
}
TEXTS_OF_THE_VENDOR = {
    ("system.message", "content"), ("session.skills_loaded", "description"),
    ("session.skills_loaded", "path"),
    ("tools.list", "description"), ("session.compaction_start", "prompt"),
}


class Placeholders:
    def __init__(self, lines, places):
        self.places = sorted(places.items(), key=lambda item: -len(item[0]))
        self.names, self.counts = {}, {}
        # The type of the event, or the method, that the values at hand belong to.
        self.context = None
        for line in lines:
            for message in messages(line):
                for event in events(message):
                    self._name(event.get("id"), event.get("type"))

    def _name(self, value, kind):
        if not isinstance(value, str) or value in self.names:
            return
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.names[value] = f"<{kind} {self.counts[kind]}>"

    def identifier(self, value, key):
        if value not in self.names:
            self._name(value, key or "id")
        return self.names[value]

    def value(self, value, key=None):
        if isinstance(value, dict):
            return {name: self.value(item, name) for name, item in sorted(value.items())}
        if isinstance(value, list):
            return [self.value(item, key) for item in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, (int, float)):
            if key in FIELDS_OF_TIME or value > 1.6e12:
                return "<ms>"
            return "<tokens>" if key in FIELDS_OF_TOKENS else value
        return self.text(value, key)

    def text(self, text, key=None):
        if (self.context, key) in TEXTS_OF_THE_VENDOR:
            return "<text>" if text else ""
        text = self.short(text, key)
        if len(text) > LONG:
            return f"<text of {len(text.encode())} bytes>"
        return text

    def short(self, text, key=None):
        """The text with placeholders, whatever its length."""
        for place, name in self.places:
            text = text.replace(place, name)
        text = WAITED.sub("<seconds>", text)
        text = REMINDER.sub("<system_reminder/>", text)
        text = TIME.sub("<time>", text)
        return UUID.sub(lambda match: self.identifier(match.group(0), key), text)


def messages(line):
    """The messages of a line of the trace that may carry events; of a file, one for each event."""
    if line["dir"] == "<" and "body" in line:
        yield parse(line["body"])
    elif line["dir"] == "F":
        for entry in line["files"]:
            if entry["path"].endswith("events.jsonl"):
                for part in entry.get("text", "").split("\n"):
                    yield {"params": {"event": parse(part)}}


def events(message):
    if not isinstance(message, dict):
        return
    params, result = message.get("params"), message.get("result")
    if isinstance(params, dict) and isinstance(params.get("event"), dict):
        yield params["event"]
    if isinstance(result, dict) and isinstance(result.get("events"), list):
        for event in result["events"]:
            if isinstance(event, dict):
                yield event


def parse(text):
    try:
        return json.loads(text)
    except ValueError:
        return None
