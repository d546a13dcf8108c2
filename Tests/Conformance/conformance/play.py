"""Plays many scenarios against one program, several at a time, and normalises what came of it."""

import concurrent.futures
import glob
import json
import os
import tempfile

from . import isolation
from .normalise import normalised
from .scenario import Run
from .script import load

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def scripts(names=()):
    """All scenarios by script, in the order of the files; `names` choose some of them."""
    chosen = {}
    for path in sorted(glob.glob(os.path.join(HERE, "script", "*.jsonl"))):
        group = os.path.basename(path)[:-len(".jsonl")]
        scenarios = [one for one in load([path])
                     if not names or one["name"] in names or group in names]
        if scenarios:
            chosen[group] = scenarios
    return chosen


def play_one(scenario, command, keep=None, patience=1):
    with tempfile.TemporaryDirectory(prefix="scenario-") as folder:
        run = Run(scenario, command, os.path.join(folder, "home"), isolation.environment(),
                  patience)
        trace = run.play()
        if keep:
            os.makedirs(keep, exist_ok=True)
            trace.write(os.path.join(keep, scenario["name"] + ".jsonl"))
        return normalised(trace.lines, scenario["head"])


def replay(groups, folder):
    """The same from raw traces that were kept, for a change of the normaliser."""
    results = {}
    for scenarios in groups.values():
        for one in scenarios:
            with open(os.path.join(folder, one["name"] + ".jsonl"), encoding="utf-8") as file:
                results[one["name"]] = normalised([json.loads(line) for line in file], one["head"])
    return results


def play(groups, command, workers, keep=None, told=None, patience=1):
    """Results by scenario name. The slow ones begin first, so that the rest hides behind them."""
    everything = [one for scenarios in groups.values() for one in scenarios]
    everything.sort(key=lambda one: not one["head"].get("slow"))
    results = {}
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(play_one, one, command, keep, patience): one["name"]
                   for one in everything}
        for done in concurrent.futures.as_completed(waiting):
            results[waiting[done]] = done.result()
            if told:
                told(waiting[done])
    return results
