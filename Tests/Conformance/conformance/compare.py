"""Says in what two normalised scenarios differ, in lines a person can act on.

Durations are compared with a margin: they are real time on a machine that does other things. All
else must be equal. Differences that are known and meant are listed in a file with their reason;
one that no longer occurs is reported as well, so that the list cannot rot.
"""

import difflib
import json

SECONDS_MARGIN = 0.6
SECONDS_SHARE = 0.35


def sections(document):
    """The document as (heading, list of items), in a fixed order."""
    for name in sorted(document["connections"]):
        yield f"connection {name}", document["connections"][name]
    yield "provider", document["provider"]
    yield "process", document["process"]
    for entry in document["files"]:
        yield f"files, {entry['label']}", entry["files"]


def compare(expected, actual):
    """A list of sentences, empty when the two agree."""
    found = []
    left, right = dict(sections(expected)), dict(sections(actual))
    for heading in list(left) + [name for name in right if name not in left]:
        if heading.startswith("files, "):
            found += _files(heading, left.get(heading, []), right.get(heading, []))
        else:
            found += _sequence(heading, left.get(heading, []), right.get(heading, []))
    return found


def _sequence(heading, expected, actual):
    keys = [_key(item) for item in expected], [_key(item) for item in actual]
    matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
    found = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            for offset in range(end - start):
                item, other = expected[start + offset], actual[other_start + offset]
                for path, one, two in _fields(item, other, ""):
                    found.append(f"{heading}, {start + offset + 1}. {_title(item)}{path}: "
                                 f"expected {_brief(one)}, got {_brief(two)}")
            continue
        for offset, item in enumerate(expected[start:end]):
            found.append(f"{heading}, {start + offset + 1}. missing: {_brief(item)}")
        for offset, item in enumerate(actual[other_start:other_end]):
            found.append(f"{heading}, after {start}. unexpected: {_brief(item)}")
    return found


def _files(heading, expected, actual):
    left, right = _by_path(expected), _by_path(actual)
    found = []
    for path in sorted(set(left) | set(right)):
        if path not in right:
            found.append(f"{heading}: missing: {path}")
        elif path not in left:
            found.append(f"{heading}: unexpected: {path}")
        elif isinstance(left[path], list) and isinstance(right[path], list):
            found += _sequence(f"{heading}, {path}", left[path], right[path])
        elif left[path] != right[path]:
            found.append(f"{heading}, {path}: expected {_brief(left[path])}, "
                         f"got {_brief(right[path])}")
    return found


def _by_path(files):
    """Two files may have one name once process ids are gone: the second is told apart."""
    paths = {}
    for entry in files:
        path, content = (entry, None) if isinstance(entry, str) else next(
            iter(entry.items()), ("(no name)", None))
        while path in paths:
            path += " (another)"
        paths[path] = content
    return paths


def _key(item):
    """What makes two items the same kind of thing; their fields are then compared one by one."""
    if not isinstance(item, dict):
        return json.dumps(item)
    for name in ("event", "reply", "method", "note", "stream", "verb"):
        if name in item:
            return f"{name} {item[name]}"
    if "lifecycle" in item:
        return f"lifecycle {item['lifecycle'].get('type')} {item['lifecycle'].get('sessionId')}"
    return json.dumps(item, sort_keys=True)


def _title(item):
    return _key(item) if isinstance(item, dict) else str(item)


def _fields(one, two, path):
    if path.endswith(".seconds") and _numbers(one, two):
        if abs(one - two) > SECONDS_MARGIN + SECONDS_SHARE * max(one, two):
            yield path, one, two
    elif isinstance(one, dict) and isinstance(two, dict):
        for name in sorted(set(one) | set(two)):
            if name not in two:
                yield f"{path}.{name}", one[name], "(nothing)"
            elif name not in one:
                yield f"{path}.{name}", "(nothing)", two[name]
            else:
                yield from _fields(one[name], two[name], f"{path}.{name}")
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, (item, other) in enumerate(zip(one, two)):
            yield from _fields(item, other, f"{path}[{index}]")
    elif one != two or isinstance(one, bool) != isinstance(two, bool):
        yield path, one, two


def _numbers(one, two):
    return all(isinstance(value, (int, float)) for value in (one, two))


def _brief(item):
    text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 300 else text[:297] + "..."
