"""Orders that are a matter of luck on the real server, brought into one order on both sides.

Each was seen to vary between two runs of the same program. Nothing else may be reordered here.
"""

# A title never belongs to what was before one of these.
BEGINNINGS = {"connect", "session.create", "session.destroy", "session.resume"}


def settle(messages):
    """The real server sends `session.created`, the reply and `session.start` in an order of its
    own (all orders were seen): one order is chosen where the three stand together."""
    def rank(message):
        if message.get("lifecycle", {}).get("type") == "session.created":
            return 0
        if message.get("to") == "session.create" and "result" in message:
            return 1
        return 2 if message.get("event") == "session.start" else None

    start = 0
    while start < len(messages):
        end = start
        seen = set()
        while (end < len(messages) and rank(messages[end]) is not None
               and rank(messages[end]) not in seen):
            seen.add(rank(messages[end]))
            end += 1
        messages[start:end] = sorted(messages[start:end], key=rank)
        start = max(end, start + 1)
    return messages


def titles_in_place(items):
    """A title is made beside the turn: it may come anywhere from the prompt to after idle. One
    without a prompt comes with a resume, sometimes: it is left out."""
    def kind(item):
        if isinstance(item, dict):
            return item.get("event")
        return item[1:].split(" ")[0] if isinstance(item, str) and item.startswith("<") else None

    placed = []
    for item in items:
        at = len(placed)
        if kind(item) == "session.title_changed":
            at = None
            for index in range(len(placed) - 1, -1, -1):
                same = not isinstance(item, dict) or not isinstance(placed[index], dict) \
                    or item.get("session") == placed[index].get("session")
                if isinstance(placed[index], dict) and placed[index].get("to") in BEGINNINGS:
                    break
                if same and kind(placed[index]) == "user.message":
                    at = index + 1
        if at is not None:
            placed.insert(at, item)
    return placed


def merge_streams(process):
    """A program's output comes in pieces of any size; per stream it is one text."""
    shown, at = [], {}
    for line in process:
        stream = line.get("stream")
        if stream is None:
            if line.get("note") == "started":
                at = {}
            shown.append(line)
        elif stream in at:
            at[stream]["text"] += line["text"]
        else:
            at[stream] = dict(line)
            shown.append(at[stream])
    return shown
