"""The recorded shapes: normalised scenarios of the real CLI, one file a script."""

import json
import os

from .play import HERE

FOLDER = os.path.join(HERE, "recorded")


def _path(group):
    return os.path.join(FOLDER, group + ".json")


def read(group):
    if not os.path.exists(_path(group)):
        return {}
    with open(_path(group), encoding="utf-8") as file:
        return json.load(file)


def write(group, results):
    os.makedirs(FOLDER, exist_ok=True)
    with open(_path(group), "w", encoding="utf-8") as file:
        file.write("{\n")
        for index, (name, document) in enumerate(results.items()):
            file.write(f"{json.dumps(name)}:\n{_block(document)}")
            file.write(",\n" if index + 1 < len(results) else "\n")
        file.write("}\n")


def _block(document):
    parts = []
    connections = ",\n".join(
        f" {json.dumps(name)}: {_list(items)}" for name, items in document["connections"].items())
    parts.append('"connections": {\n' + connections + "}" if connections else '"connections": {}')
    parts.append('"provider": ' + _list(document["provider"]))
    parts.append('"process": ' + _list(document["process"]))
    files = ",\n".join(' {"label": ' + json.dumps(entry["label"]) + ', "files": '
                       + _list(entry["files"]) + "}" for entry in document["files"])
    parts.append('"files": [\n' + files + "]" if files else '"files": []')
    return "{" + ",\n".join(parts) + "}"


def _list(items):
    if not items:
        return "[]"
    lines = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in items)
    return "[\n" + lines + "]"
