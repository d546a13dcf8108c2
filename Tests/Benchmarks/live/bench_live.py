#!/usr/bin/env python3
"""Times the live driver: turns a second beside a C program that moves the same bytes, lag under
open load, what recording costs, memory of a longer run, 100,000 people, 500 processes.

    bench_live.py PROGRAMS SCRATCH [ROUNDS]

Ends with 1 where a goal is missed. The driver is pinned to the first core and what it drives to the
second, as the C program is. Rounds of driver and C alternate and the median of their ratio counts.
Session files of both are in memory where there is enough, since the disk of a shared machine may
stand still for seconds. Run it on a quiet machine; the load is printed with the figures.
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "wire"))
import mock_speed  # noqa: E402  its C programs and its mocks are ours too


def live(programs, name, *settings, core="0", more=()):
    with tempfile.TemporaryDirectory() as folder:
        words = ["taskset", "-c", core] if core else []
        # Homes of the fleet where those of the C program's mock are.
        words += ["env", f"TMPDIR={HOMES}", os.path.join(programs, "seatrial"), "run",
                  os.path.join(HERE, name), "--quiet", "--json", "--out", folder, *more]
        for setting in settings:
            words += ["--set", setting]
        done = subprocess.run(words, stdout=subprocess.PIPE)
        if done.returncode not in (0, 4):
            sys.exit(f"bench-live: exit code {done.returncode} of {' '.join(words)}")
        return json.loads(done.stdout)


def goal(text, is_met):
    """Prints a row and remembers a goal that was missed."""
    print(text if is_met else f"{text}  MISSED", flush=True)
    if not is_met:
        missed.append(text)


def metric(result, name, statistic="value"):
    return result["variants"][0]["metrics"][name][statistic]


def pinned_program(programs, scratch, name):
    """A CLI that runs on the second core, whoever starts it."""
    path = os.path.join(scratch, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec taskset -c 1 "{os.path.abspath(programs)}/mock-copilot" "$@"\n')
    os.chmod(path, 0o755)
    return path


def place_of_homes(scratch):
    """Four million turns, which the longest round has, write some 4 GB."""
    memory = "/dev/shm"
    try:
        facts = os.statvfs(memory)
    except OSError:
        return scratch
    with open("/proc/meminfo", encoding="utf-8") as file:
        free = next((int(line.split()[1]) << 10 for line in file if line.startswith("MemAvail")), 0)
    enough = min(facts.f_bavail * facts.f_frsize, free) >= 10 << 30
    return tempfile.mkdtemp(dir=memory, prefix="seatrial-bench-") if enough else scratch


def c_program(drive, mock):
    """Turns a second of the C program. It gives up where nothing comes for a second, as when the disk
    of a shared machine stands still: then once more, and that is said."""
    flags = ["--headless", "--profile", "none", "--events", "lean", "--broadcast", "owners",
             "--set", "model.latency=0s"]
    for left in (2, 1, 0):
        home = os.path.join(HOMES, "home")
        shutil.rmtree(home, ignore_errors=True)
        process, port = mock_speed.start(mock_speed.pinned(1, [mock, *flags]), home)
        try:
            return mock_speed.drive(drive, port, 1000, 6, FRAMES, "turn")[0]
        except SystemExit as reason:
            if left == 0:
                raise
            print(f"bench-live: {str(reason).strip()}; this round of the C program again",
                  file=sys.stderr, flush=True)
        finally:
            mock_speed.stop(process)


def main():
    programs, scratch = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    os.makedirs(scratch, exist_ok=True)
    _, drive = mock_speed.build(scratch)
    mock = os.path.abspath(os.path.join(programs, "mock-copilot"))
    binary = pinned_program(programs, scratch, "pinned-mock")
    print(f"load average {os.getloadavg()[0]:.1f}, {rounds} rounds, session files in {HOMES}",
          flush=True)

    ratios, ours, theirs = [], [], []
    for _ in range(rounds):
        result = live(programs, "turns.yaml", f"fleet.binary={binary}")
        ours.append(metric(result, "turn.throughput"))
        theirs.append(c_program(drive, mock))
        ratios.append(ours[-1] / theirs[-1])
    ratio = statistics.median(ratios)
    goal(f"turns/s, 1,000 connections, lean mock: {statistics.median(ours):,.0f}, "
         f"C {statistics.median(theirs):,.0f}, ratio {ratio:.2f} (goal 0.8)", ratio >= 0.8)

    recording = os.path.join(scratch, "recording")
    recorded = [metric(live(programs, "turns.yaml", f"fleet.binary={binary}",
                            more=("--record", recording)), "turn.throughput")
                for _ in range(rounds)]
    size = os.path.getsize(recording)
    os.remove(recording)
    print(f"the same with --record: {statistics.median(recorded):,.0f} turns/s, "
          f"{statistics.median(recorded) / statistics.median(ours):.2f} of that without, "
          f"{size / 1e6:.0f} MB", flush=True)

    result = live(programs, "open-load.yaml", f"fleet.binary={binary}")
    lag = metric(result, "driver.lag", "p99")
    goal(f"open load: {metric(result, 'turn.throughput'):,.0f} turns/s, lag p50 "
         f"{metric(result, 'driver.lag', 'p50') * 1e3:.2f} ms, p99 {lag * 1e3:.2f} ms (goal 1 ms), "
         f"{result['verdict']}", lag <= 0.001)

    # All long enough for each session to have as many turns as are remembered one by one. Without
    # the looks at the end: these read whole conversations back, however long they have become.
    peaks = []
    for seconds in (6, 24, 96):
        result = live(programs, "turns.yaml", f"fleet.binary={binary}",
                      f"workload.phases.measure={seconds}s", "run.audit=0s")
        peaks.append((result["cost"]["peak_memory_bytes"] / 1e6,
                      metric(result, "turns.completed") / 1e6))
    goal("memory of longer runs (goal: the same): "
         + ", ".join(f"{memory:.1f} MB after {turns:.2f}" for memory, turns in peaks)
         + " million turns", peaks[-1][0] <= 1.03 * peaks[0][0])

    result = live(programs, "many-people.yaml", f"fleet.binary={binary}")
    peak = result["cost"]["peak_memory_bytes"]
    goal(f"100,000 people: {metric(result, 'turn.throughput'):,.0f} turns/s, "
         f"{result['verdict']} (goal valid), {peak / 1e6:.0f} MB at most, {peak / 1e5:.0f} B a "
         f"person (goal 2,048)", result["verdict"] == "valid" and peak <= 2048e5)

    result = live(programs, "pattern-one.yaml", core=None)
    up = next((fact["value"] for fact in facts(result) if fact["name"].startswith("fleet up")), "")
    seconds = float(up.split()[0]) if up else float("inf")
    goal(f"500 processes: {metric(result, 'turn.throughput'):,.1f} turns/s, {result['verdict']} "
         f"(goal valid), up in {seconds:.1f} s (goal 15 s)",
         result["verdict"] == "valid" and seconds <= 15)
    if missed:
        sys.exit(f"bench-live: {len(missed)} of 5 goals missed")


def facts(result):
    return [{"name": name, "value": value} for name, value in result["environment"].items()]


missed = []
HOMES = "."
# Frames of a lean turn: its acknowledgement and two events.
FRAMES = 3

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    HOMES = place_of_homes(os.path.abspath(sys.argv[2]))
    try:
        main()
    finally:
        if HOMES.startswith("/dev/shm/"):
            shutil.rmtree(HOMES, ignore_errors=True)
