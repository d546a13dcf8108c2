"""Breaks recorded scenarios on purpose and sees the comparison catch it; a second of work.

A comparison that finds nothing proves something only if it would have found something.
"""

import argparse
import copy
import json
import random
import sys

from conformance import recordings, summary
from conformance.compare import compare
from conformance.normalise import normalised
from conformance.play import scripts

SEED = 1
TIME = "2026-01-01T00:00:00.000Z"


def drop_message(document, chance):
    messages = chance.choice(streams(document))
    messages.pop(chance.randrange(len(messages)))


def repeat_message(document, chance):
    messages = chance.choice(streams(document))
    index = chance.randrange(len(messages))
    messages.insert(index, copy.deepcopy(messages[index]))


def swap_messages(document, chance):
    messages = chance.choice(streams(document))
    places = [index for index in range(len(messages) - 1)
              if untimed(messages[index]) != untimed(messages[index + 1])]
    if not places:
        return False
    index = chance.choice(places)
    messages[index], messages[index + 1] = messages[index + 1], messages[index]
    return True


def change_field(document, chance):
    """Another value for one field, anywhere."""
    fields = list(leaves(document))
    holder, key = chance.choice(fields)
    holder[key] = "changed" if holder[key] != "changed" else 0
    return True


def lose_field(document, chance):
    holders = [holder for holder, key in leaves(document) if isinstance(holder, dict)]
    if not holders:
        return False
    holder = chance.choice(holders)
    holder.pop(chance.choice(list(holder)))
    return True


def lose_file(document, chance):
    entries = [entry["files"] for entry in document["files"] if entry["files"]]
    if not entries:
        return False
    files = chance.choice(entries)
    files.pop(chance.randrange(len(files)))
    return True


BREAKS = [drop_message, repeat_message, swap_messages, change_field, lose_field, lose_file]


def untimed(message):
    return {name: item for name, item in message.items() if name != "seconds"}


def streams(document):
    found = [messages for messages in document["connections"].values() if messages]
    return found + [document[name] for name in ("process", "provider") if document[name]]


def leaves(value):
    """Places of single values; durations are left out, they have a margin."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, (dict, list)):
            yield from leaves(item)
        elif key not in ("seconds", "label"):
            yield value, key


def broken_recordings(rounds):
    chance = random.Random(SEED)
    failed, tried = [], 0
    for group in scripts():
        for name, document in recordings.read(group).items():
            if compare(document, copy.deepcopy(document)):
                failed.append(f"{name}: differs from itself")
            for _ in range(rounds):
                other = copy.deepcopy(document)
                breaks = chance.choice(BREAKS)
                if breaks(other, chance) is False:
                    continue
                tried += 1
                if not compare(document, other):
                    failed.append(f"{name}: {breaks.__name__} was not seen (seed {SEED})")
    return tried, failed


def event(kind, identifier, parent, **more):
    return {"type": kind, "data": {"content": kind}, "id": identifier, "timestamp": TIME,
            "parentId": parent, **more}


def trace(events):
    lines = [{"ms": 0, "dir": "#", "places": {}}]
    for one in events:
        lines.append({"ms": 0, "dir": "<", "conn": "a", "body": json.dumps(
            {"jsonrpc": "2.0", "method": "session.event",
             "params": {"sessionId": "s1", "event": one}})})
    return lines


def broken_references():
    """Ids are placeholders, yet a reference to the wrong event must be seen."""
    one, two, three, four = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}"
                             for digit in "1234")
    right = [event("user.message", one, None), event("assistant.turn_start", two, one),
             event("assistant.message", three, two)]
    renamed = [event("user.message", four, None), event("assistant.turn_start", three, four),
               event("assistant.message", two, three)]
    cases = {
        "the same with other ids": (renamed, False),
        "a parent one too early": (right[:2] + [event("assistant.message", three, one)], True),
        "a parent nobody has seen": (right[:2] + [event("assistant.message", three, four)], True),
        "an event that became ephemeral":
            (right[:2] + [event("assistant.message", three, two, ephemeral=True)], True),
        "an id that is none": ([event("user.message", "x", None), *right[1:]], True),
        "a field more": (right[:2] + [event("assistant.message", three, two, extra=1)], True),
    }
    failed = []
    for name, (events, differs) in cases.items():
        found = compare(normalised(trace(right), {}), normalised(trace(events), {}))
        if bool(found) != differs:
            failed.append(f"{name}: {'not seen' if differs else found}")
    return len(cases), failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="breaks for each scenario")
    parser.add_argument("--summary", help="a file for the counts")
    options = parser.parse_args()
    tried, failed = broken_recordings(options.rounds)
    cases, more = broken_references()
    failed += more
    for sentence in failed:
        print("  " + sentence)
    print(f"the comparison itself: {tried + cases - len(failed)} breaks seen, "
          f"{len(failed)} not seen")
    # One test, however many breaks it tried: the count would drown all others.
    summary.write(options.summary, 0 if failed else 1, 0, len(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
