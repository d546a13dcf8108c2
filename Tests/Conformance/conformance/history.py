"""A small session history, whole and damaged, as a crash or a careless hand may leave it.

Our own events in the real CLI's form, so that a scenario can say where to cut or what to change
instead of carrying the file.
"""

import copy
import json

TIME = "2026-01-01T00:00:00.000Z"
INTERACTION = "99999999-9999-4999-8999-999999999999"


def _id(digit):
    return f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}"


def _events(session):
    data = [
        ("session.start", {
            "sessionId": session, "version": 1, "producer": "copilot-agent",
            "copilotVersion": "1.0.57", "startTime": TIME, "selectedModel": "gpt-4.1",
            "contextTier": None, "context": {"cwd": "/"}, "alreadyInUse": False,
            "remoteSteerable": False}),
        ("system.message", {"role": "system", "content": "Be brief."}),
        ("user.message", {
            "content": 'h"iü\\', "transformedContent": "hi", "attachments": [],
            "supportedNativeDocumentMimeTypes": [], "interactionId": INTERACTION,
            "parentAgentTaskId": INTERACTION}),
        ("assistant.turn_start", {"turnId": "0", "interactionId": INTERACTION}),
        ("assistant.message", {
            "messageId": INTERACTION, "model": "gpt-4.1", "content": "there", "toolRequests": [],
            "interactionId": INTERACTION, "turnId": "0", "outputTokens": 15}),
        ("assistant.turn_end", {"turnId": "0"}),
    ]
    return [{"type": kind, "data": content, "id": _id(str(number)), "timestamp": TIME,
             "parentId": _id(str(number - 1)) if number > 1 else None}
            for number, (kind, content) in enumerate(data, 1)]


def text(session, lines=None, cut=None, after="", change=None, drop=None):
    """`lines`: which, in what order; `cut` [line, characters]: the beginning of one more; `after`:
    text behind it all; `change` [line, path, value] and `drop` [line, path]: one field."""
    events = copy.deepcopy(_events(session))
    if change:
        number, path, value = change
        _holder(events[number], path)[path.split(".")[-1]] = value
    if drop:
        number, path = drop
        del _holder(events[number], path)[path.split(".")[-1]]
    written = [json.dumps(event, separators=(",", ":"), ensure_ascii=False) for event in events]
    chosen = range(len(written)) if lines is None else lines
    return ("".join(written[number] + "\n" for number in chosen)
            + (written[cut[0]][:cut[1]] if cut else "") + after)


def _holder(event, path):
    for part in path.split(".")[:-1]:
        event = event[part]
    return event
