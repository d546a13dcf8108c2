"""Plays the scenarios of script/ and compares what two programs, or a program and a record, do.

  run.py recorded --mock CMD [NAME…]             the mock against the recorded shapes (make test)
  run.py live --real CMD --mock CMD [NAME…]      both now, side by side (make conformance)
  run.py record --real CMD [NAME…]               records the shapes anew
  run.py noise --real CMD [NAME…]                the real CLI against the record: what varies

NAME is a scenario or a script. Exit code 0: they agree; 1: they do not.
"""

import argparse
import os
import shlex
import sys
import time

from conformance import isolation, recordings, summary
from conformance.groups import end_all_when_told
from conformance.compare import compare
from conformance.known import Known
from conformance.play import play, replay, scripts

# The real CLI needs a whole core for a second to start; the mock does not.
REAL_WORKERS = 2
MOCK_WORKERS = 16
# What differs is played again with fewer beside it, then with more time: a machine that does other
# things may hold a process up for longer than a scenario waits. A mock that is wrong stays wrong,
# and what it took is said. More than this many at once are no matter of luck.
AGAIN = [(1, 2), (4, 2)]
MOST_AGAIN = 40


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["recorded", "live", "record", "noise"])
    parser.add_argument("--real", help="command line of the real CLI")
    parser.add_argument("--mock", help="command line of the mock")
    parser.add_argument("--keep", help="a folder for the raw traces")
    parser.add_argument("--kept", help="take the real CLI's traces from such a folder")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--verbose", action="store_true", help="say when each scenario is done")
    parser.add_argument("--summary", help="a file for the counts")
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    isolation.enter()
    end_all_when_told()
    groups = scripts(options.names)
    if not groups:
        parser.error(f"no such scenario or script: {' '.join(options.names)}")
    skipped, begun = [], time.monotonic()
    if options.what == "recorded" and not options.names:
        groups, skipped = without_long(groups)
    count = sum(len(scenarios) for scenarios in groups.values())
    where = "in a network namespace" if isolation.isolated() else "without a network namespace"
    print(f"{count} scenarios, {where}", flush=True)

    def told(name):
        if options.verbose:
            print(f"  {time.monotonic() - begun:6.1f} s  {name}", flush=True)

    def real():
        if options.kept:
            return replay(groups, options.kept)
        print("the real CLI …", flush=True)
        return play(groups, command(options.real), options.workers or REAL_WORKERS,
                    options.keep and os.path.join(options.keep, "real"), told)

    def mock(chosen, workers, patience=1):
        return play(chosen, command(options.mock), workers,
                    options.keep and os.path.join(options.keep, "mock"), told, patience)

    if options.what == "record":
        results = real()
        for group, scenarios in groups.items():
            old = recordings.read(group)
            old.update({one["name"]: results[one["name"]] for one in scenarios})
            everything = [one["name"] for one in scripts()[group]]
            recordings.write(group, {name: old[name] for name in everything if name in old})
        print(f"recorded {count} scenarios under {recordings.FOLDER}")
        return 0
    if options.what == "live":
        expected, actual = real(), mock(groups, options.workers or MOCK_WORKERS)
    else:
        expected = {}
        for group in groups:
            expected.update(recordings.read(group))
        actual = real() if options.what == "noise" else mock(
            groups, options.workers or MOCK_WORKERS)
    known = Known.none() if options.what == "noise" else Known.read()
    if options.what != "noise":
        play_again(groups, expected, actual, known, mock)
    agreed, failed = report(groups, expected, actual, known, bool(options.names))
    if skipped:
        print(f"skipped, since they take minutes (make conformance runs them): "
              f"{', '.join(skipped)}")
    summary.write(options.summary, agreed, len(skipped), failed)
    return 1 if failed else 0


def command(line):
    """A command line, its program by its whole path: servers run in folders of their own."""
    words = shlex.split(line)
    return [os.path.abspath(words[0]) if os.sep in words[0] else words[0], *words[1:]]


def without_long(groups):
    """Without the scenarios that wait for minutes of real time, and the names of those."""
    long = [one["name"] for scenarios in groups.values() for one in scenarios
            if one["head"].get("minutes")]
    return {group: [one for one in scenarios if one["name"] not in long]
            for group, scenarios in groups.items()}, long


def play_again(groups, expected, actual, known, mock):
    """Puts a second or third result into `actual` where the first differs."""
    for patience, workers in AGAIN:
        differing = {}
        for group, scenarios in groups.items():
            for one in scenarios:
                name = one["name"]
                found = name in expected and known.left(name, compare(expected[name], actual[name]))
                if found:
                    differing.setdefault(group, []).append(one)
                    print(f"{name} is played again, with {patience} times its time: {found[0]}",
                          flush=True)
        count = sum(len(scenarios) for scenarios in differing.values())
        if not 0 < count <= MOST_AGAIN:
            return
        actual.update(mock(differing, workers, patience))


def report(groups, expected, actual, known, partly):
    """How many scenarios agreed, and how many things did not."""
    agreed, differing = 0, 0
    for group, scenarios in groups.items():
        for one in scenarios:
            name = one["name"]
            if name not in expected:
                found = ["it was never recorded"]
            else:
                found = known.remaining(name, compare(expected[name], actual[name]))
            if not found:
                agreed += 1
                continue
            differing += 1
            print(f"\n{group} / {name}: {one['head'].get('about', '')}")
            for sentence in found:
                print("  " + sentence)
    stale = [] if partly else known.unused()
    for entry in stale:
        print(f"\nknown difference that no longer occurs: {entry}")
    print(f"\n{agreed} scenarios agree, {differing} differ, "
          f"{known.used} differences are known and meant")
    return agreed, differing + len(stale)


if __name__ == "__main__":
    sys.exit(main())
