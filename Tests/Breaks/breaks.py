#!/usr/bin/env python3
"""Breaks the code on purpose and looks whether a test notices.

    breaks.py SCRATCH [NAME ...]

Works on a copy of the committed tree in SCRATCH. Each break is an edit of one or a few places that
leaves a program which still builds, and names the tests that must fail. Breaks whose tests do not
meet are built together. A break whose tests pass, or whose place is not found any more, is an error
of the tests or of this table. Exit 0: every break was noticed.
"""

import os
import re
import shutil
import subprocess
import sys
import time

# (name, round, [(file, before, after)], filter of `swift test`)
BREAKS = [
    ("the station takes the latest request first", 1,
     [("Sources/CLIModel/CLIServer.swift", "        job = requests.removeFirst()\n", """\
        for _ in 1..<requests.count { requests.append(requests.removeFirst()) }
        job = requests.removeFirst()
""")],
     "CLIServerTests"),
    ("a lock lives one instant too long", 1,
     [("Sources/Policies/LockStore.swift", "keys[place].expires > now", "keys[place].expires >= now")],
     "LockTests"),
    ("model times are drawn in the order of calls", 1,
     [("Sources/CLIModel/Provider.swift",
       "let draw = stream.draw(entity: person, count: turn &* 8 &+ attempt)",
       "let draw = stream.draw(entity: 0, count: tally.calls)")],
     "CLIModelTests.ProviderTests"),
    ("the limit of sessions is off by one", 1,
     [("Sources/Policies/Gateway+Sessions.swift",
       "let full = manager.count(inScopeOf: turn.server) >= manager.limit",
       "let full = manager.count(inScopeOf: turn.server) > manager.limit")],
     "SessionManagerTests|LostServerTests"),
    ("prompt sizes are drawn from the think stream", 1,
     [("Sources/Workload/PromptLaw.swift", 'seed.stream("prompt")', 'seed.stream("think")')],
     "WorkloadTests"),
    ("a mock's storage answers at once", 1,
     [("Sources/MockCLI/Server/MockServer+Events.swift", "if delay == .zero { return reply",
       "if delay >= .zero { return reply")],
     "LiveCommandTests/slowStorage"),
    ("a counted port is not passed on", 1,
     [("Sources/Live/Run/LiveRun+News.swift", ".ofProcess(of: turn.instance, port: port)",
       ".ofProcess(of: turn.instance, port: port * 0)")],
     "LiveCommandTests/countedPorts"),
    ("a driver that was very late is only suspect", 1,
     [("Sources/Live/Results/DriverLoad.swift", "invalid: lag > response)", "invalid: false)")],
     "LoadDoubtTests"),
    ("nobody is strict", 1,
     [("Sources/seatrial/LiveAccount.swift",
       "missesStrictness = missesStrictness || scenario.live.strict", "missesStrictness = false")],
     "LiveVerdictTests/strictness"),
    ("what was sent late is drawn where it was planned", 1,
     [("Sources/Live/Users/MeasuredPart.swift", "if let place = place(of: now)",
       "if let place = place(of: due)")],
     "LiveVerdictTests/late"),
    ("thinking and service share a stream", 2,
     [("Sources/CLIModel/CLIServer.swift", 'seed.stream("service")', 'seed.stream("think")')],
     "DeterminismTests"),
    ("a shared host divides by one turn too many", 2,
     [("Sources/CLIModel/Host.swift", "let level = left / Double(unserved)",
       "let level = left / Double(unserved + 1)")],
     "CLIModelTests.HostTests"),
    ("LRU does not move what is used", 2,
     [("Sources/Policies/SessionManager.swift", "if movesOnUse { touch(place) }",
       "if movesOnUse && place < 0 { touch(place) }")],
     "SessionManagerTests"),
    ("responses count from the sending, not from the plan", 2,
     [("Sources/Simulation/Simulator.swift", "let response = now - turn.planned\n",
       "let response = now - turn.sent\n")],
     "Oracle"),
    ("a frame's header may end in three ways", 2,
     [("Sources/Wire/FrameDecoder.swift", "      default: matched = 0\n",
       "      default: matched = byte == carriageReturn ? 1 : 0\n")],
     "WireTests"),
    ("nobody tells the checker of a stale write", 2,
     [("Sources/Live/Users/Shard+Actions.swift",
       "wroteStale: isStale && !plan.scenario.app.lock.fencing)", "wroteStale: false)")],
     "TruthRunTests/stalledHolder"),
    ("a single missing turn is not worth a finding", 2,
     [("Sources/Truth/TruthChecker.swift", "guard record.missing > 0, let example",
       "guard record.missing > 1, let example")],
     "TruthTests"),
    ("a run leaves its keys in somebody's Redis", 2,
     [("Sources/Live/Locks/RedisService.swift", "if !keys.isEmpty, connection.command",
       "if keys.count > 1000, connection.command")],
     "OwnRedisTests/password"),
    ("every hazard is counted by the turn", 2,
     [("Sources/seatrial/HazardsCommand.swift", "occasions: occasions ?? 0, turns: turns",
       "occasions: (occasions ?? 0) * 0 + turns, turns: turns")],
     "HazardsCommandTests"),
]


def main():
    scratch = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.abspath(os.path.join(here, "..", ".."))
    breaks = [b for b in BREAKS if not wanted or b[0] in wanted]
    if not breaks:
        sys.exit("breaks: no such break; there are: " + "; ".join(b[0] for b in BREAKS))
    tree = os.path.join(scratch, "tree")
    unnoticed = []
    began = time.monotonic()
    rounds = sorted({b[1] for b in breaks})
    for count, number in enumerate(rounds):
        mine = [b for b in breaks if b[1] == number]
        refresh(root, tree)
        for name, _, edits, _ in mine:
            for path, before, after in edits:
                edit(os.path.join(tree, path), before, after, name)
        left = "" if count == 0 else \
            f", about {(time.monotonic() - began) / count * (len(rounds) - count) / 60:.0f} min left"
        print(f"building {len(mine)} breaks, {count + 1} of {len(rounds)}{left}", flush=True)
        built = swift(tree, "build", "--build-tests")
        if built.returncode != 0:
            sys.exit("breaks: a broken tree does not build:\n" + built.stdout[-3000:])
        for name, _, _, tests in mine:
            done = swift(tree, "test", "--disable-xctest", "--skip-build", "--filter", tests)
            failed = list(dict.fromkeys(re.findall(
                r'✘ Test (?!run with )"?(.+?)"?(?:\(\))? (?:recorded an issue|failed after|with \d+ test)',
                done.stdout)))
            ran = re.search(r"Test run with (\d+) tests?", done.stdout)
            if done.returncode == 0 or not (failed or not ran):
                unnoticed.append(name)
                print(f"NOT noticed: {name} ({tests}: {ran.group(1) if ran else 'no'} tests passed)")
            else:
                seen = f"\"{failed[0]}\"" if failed else "the run stops"
                more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
                print(f"noticed: {name}: {seen}{more}", flush=True)
    print(f"{len(breaks) - len(unnoticed)} of {len(breaks)} breaks noticed "
          f"in {(time.monotonic() - began) / 60:.0f} min")
    sys.exit(1 if unnoticed else 0)


def refresh(root, tree):
    """The committed tree, over what a former round has edited; built things stay."""
    os.makedirs(tree, exist_ok=True)
    for name in os.listdir(tree):
        if name != ".build":
            path = os.path.join(tree, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    pack = subprocess.Popen(["git", "-C", root, "archive", "HEAD"], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", tree], stdin=pack.stdout, check=True)
    if pack.wait() != 0:
        sys.exit("breaks: git archive failed")


def edit(path, before, after, name):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(before) != 1:
        sys.exit(f"breaks: \"{name}\" finds its place {text.count(before)} times in {path}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(before, after))


def swift(tree, *words):
    return subprocess.run(["swift", words[0], "-c", "release", *words[1:]], cwd=tree, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    main()
