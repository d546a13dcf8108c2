"""Renames everything in a result that a user names, to what breaks careless pages."""
import json
import os
import sys

NAMES = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'single' `ticks`",
    "\u202etxet desrever\u202c \u05e9\u05dc\u05d5\u05dd",
    "</script><img src=x onerror=alert(2)>",
    "long" * 75,
]

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    result = json.load(file)
result["scenario"]["name"] = NAMES[3]
result["scenario"]["about"] = NAMES[0]
result["verdict"] = "suspect"
result["reasons"] = NAMES
result["environment"]["command"] = NAMES[3]
for variant, name in zip(result["variants"], NAMES):
    variant["name"] = name
    variant["marks"] = [{"at": 120, "label": name}]
    for server in variant["servers"][:2]:
        server["name"] = name
result["differences"] = []
os.makedirs(os.path.dirname(target), exist_ok=True)
with open(target, "w", encoding="utf-8") as file:
    json.dump(result, file)
