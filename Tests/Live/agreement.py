#!/usr/bin/env python3
"""Holds a simulated fleet against a real one: the same scenario both ways, figure by figure.

    agreement.py --seatrial .build/release/seatrial [--short] [--runs N] [--variant NAME ...]

Drives scenarios/agreement.yaml on mock processes and simulates it once with the same seed, so that
the same people ask the same things at the same instants and chance makes little of the difference.
Prints a table of both and exits with 1 where a difference is above its margin. The figures of
several runs (other seeds) are averaged on both sides. --short takes four variants, less time and
wider margins, so that it can stand in continuous integration. Standard library only.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

SCENARIO = "scenarios/agreement.yaml"
# Metric, statistic, name in the table, margin, margin of the short form.
FIGURES = [
    ("turn.throughput", None, "turns/s", 0.02, 0.06),
    ("turn.response", "p50", "p50", 0.05, 0.12),
    ("turn.response", "p95", "p95", 0.10, 0.25),
]
# Shown beside, without a margin: shares that a few events move.
SHOWN = [
    ("sessions.hit_rate", None, "hits"),
    ("sessions.eviction_rate", None, "evicted"),
    ("locks.contention_rate", None, "refused"),
]
SHORT = ["base", "limited-safe", "round-robin", "collaborative-fifo"]


def average(results, name, metric, statistic):
    """Of the variant of that name; None where none of them has the figure."""
    found = []
    for result in results:
        variant = next(v for v in result["variants"] if v["name"] == name)
        figure = variant["metrics"].get(metric, {}).get(statistic or "value")
        if figure is not None:
            found.append(figure)
    return statistics.mean(found) if found else None


def run(words, folder, is_short):
    """The result of a command that writes one; its words go to standard error."""
    quiet = ["--quiet"] if is_short else []
    done = subprocess.run(words + ["--out", folder, "--json", *quiet], stdout=subprocess.PIPE)
    # 99: an expectation was missed, 4: it cannot tell. Neither matters here.
    if done.returncode not in (0, 4, 99):
        sys.exit(f"agreement: exit code {done.returncode} of {' '.join(words)}")
    return json.loads(done.stdout)


def text(number, metric):
    if number is None:
        return "-"
    if metric == "turn.response":
        return f"{number * 1000:.1f} ms"
    return f"{number:.1f}" if metric == "turn.throughput" else f"{number * 100:.1f} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seatrial", required=True)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--variant", action="append", default=[])
    arguments = parser.parse_args()
    wanted = arguments.variant or (SHORT if arguments.short else [])
    flags = [flag for name in wanted for flag in ("--variant", name)]
    if arguments.short:
        flags += ["--set", "workload.phases.warm-up=3s", "--set", "workload.phases.measure=10s"]
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        simulated, live = [], []
        for seed in range(11, 11 + arguments.runs):
            print(f"driving {SCENARIO}, seed {seed}", file=sys.stderr, flush=True)
            simulated.append(run(
                [arguments.seatrial, "simulate", SCENARIO, "--replications", "1",
                 "--seed", str(seed), *flags], os.path.join(scratch, f"simulated-{seed}"),
                arguments.short))
            live.append(run(
                [arguments.seatrial, "run", SCENARIO, "--seed", str(seed), *flags],
                os.path.join(scratch, f"live-{seed}"), arguments.short))
    print(f"{'variant':20}{'figure':>9}{'simulated':>12}{'live':>12}{'apart':>9}{'margin':>8}")
    for name in [variant["name"] for variant in simulated[0]["variants"]]:
        for metric, statistic, word, margin, wide in FIGURES:
            margin = wide if arguments.short else margin
            mine = average(simulated, name, metric, statistic)
            mean = average(live, name, metric, statistic)
            if not mine or mean is None:
                print(f"{name:20}{word:>9}  too few turns to tell")
                failures += 1
                continue
            apart = mean / mine - 1
            good = abs(apart) <= margin and math.isfinite(apart)
            failures += not good
            print(f"{name:20}{word:>9}{text(mine, metric):>12}{text(mean, metric):>12}"
                  f"{apart * 100:>+8.1f}%{margin * 100:>7.0f}%{'' if good else '  ABOVE'}")
        shares = []
        for metric, statistic, word in SHOWN:
            mine = average(simulated, name, metric, statistic)
            mean = average(live, name, metric, statistic)
            if mine and mean is not None:
                shares.append(f"{word} {text(mine, metric)} and {text(mean, metric)}")
        if shares:
            print(f"{'':20}{', '.join(shares)}")
        doubts = [reason for one in live for reason in one["reasons"] if reason.startswith(name + ":")]
        for doubt in doubts[:3]:
            print(f"{'':20}{doubt}")
    print(f"{'agreement':20}{failures} above their margin" if failures else "agreement: all within their margins")
    sys.exit(1 if failures else 0)


def patiently():
    """The short form shares its machine with others: only what fails three times has failed."""
    for left in (2, 1, 0):
        try:
            main()
        except SystemExit as end:
            if end.code in (0, None) or left == 0 or "--short" not in sys.argv:
                raise
            print(f"driving again, {left} more at most", flush=True)


patiently()
