"""Scripts: files of scenarios, one JSON object a line, and the values their steps may name."""

import json
import os
import re


def load(paths):
    scenarios = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.strip()
                if not line or line.startswith("//"):
                    continue
                try:
                    step = json.loads(line)
                except ValueError as error:
                    raise SystemExit(f"{path}:{number}: not JSON: {error}")
                if "scenario" in step:
                    scenarios.append({"name": step.pop("scenario"), "head": step, "steps": []})
                elif not scenarios:
                    raise SystemExit(f"{path}:{number}: a step before the first scenario")
                else:
                    step["line"] = f"{os.path.basename(path)}:{number}"
                    scenarios[-1]["steps"].append(step)
    return scenarios


class Values(dict):
    """What a scenario knows: given values, and replies and events it kept by name."""

    def fill(self, value):
        if isinstance(value, dict):
            if list(value) == ["repeat"]:
                text, times = value["repeat"]
                return text * times
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, str) or "$" not in value:
            return value
        whole = re.fullmatch(r"\$([A-Za-z_][\w.]*)", value)
        if whole:
            return self.look_up(whole.group(1))
        return re.sub(r"\$([A-Za-z_][\w.]*)", lambda m: str(self.look_up(m.group(1))), value)

    def look_up(self, path):
        value = self
        for part in path.split("."):
            try:
                value = value[int(part)] if isinstance(value, list) else value[part]
            except (KeyError, IndexError, TypeError, ValueError):
                return f"(no {path})"
        return value
