"""Differences between mock and real that are meant: known.json names each with its reason. One that
no longer occurs is a failure, unless it says that it comes only sometimes."""

import json
import os
import re

from .play import HERE


class Known:
    def __init__(self, entries):
        self.entries = [(entry, re.compile(entry["scenario"]), re.compile(entry["difference"]))
                        for entry in entries]
        self.hits = set()
        self.used = 0

    @classmethod
    def none(cls):
        return cls([])

    @classmethod
    def read(cls):
        path = os.path.join(HERE, "known.json")
        if not os.path.exists(path):
            return cls.none()
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def left(self, scenario, sentences):
        """What is not known, without counting what is."""
        return [sentence for sentence in sentences
                if not any(name.fullmatch(scenario) and difference.search(sentence)
                           for _, name, difference in self.entries)]

    def remaining(self, scenario, sentences):
        left = []
        for sentence in sentences:
            for index, (_, name, difference) in enumerate(self.entries):
                if name.fullmatch(scenario) and difference.search(sentence):
                    self.hits.add(index)
                    self.used += 1
                    break
            else:
                left.append(sentence)
        return left

    def unused(self):
        return [f"{entry['scenario']}: {entry['difference']}"
                for index, (entry, _, _) in enumerate(self.entries)
                if index not in self.hits and not entry.get("sometimes")]
