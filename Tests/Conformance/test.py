"""What `make test` runs of this folder, against the mock: five parts side by side, one count.

  test.py --mock PATH

  comparison  broken on purpose, it must notice (no server is started)
  scenarios   every scenario of script/ against the recorded shapes of the real CLI
  kill -9     200 servers killed at every step of a turn, and what the next one makes of it
  bounds      what one client can cost the others, with --hardened and without
  SDK         the official Python SDK in three versions, over TCP and stdio; needs the network the
              first time, and is skipped without it, which is said

Exit code 1 if anything failed, or if a part did not come to its end.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from conformance import summary

HERE = os.path.dirname(os.path.abspath(__file__))


def stop_with(running):
    """Told to stop, the parts are told too: they end the servers they started."""
    def stop(number, _):
        for _, _, process in running.values():
            process.terminate()
        for _, _, process in running.values():
            process.wait()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mock", required=True, help="path of mock-copilot")
    options = parser.parse_args()
    mock = os.path.abspath(options.mock)
    if not os.access(mock, os.X_OK):
        print(f"there is no program {options.mock}; build it first", file=sys.stderr)
        return 1
    parts = {"comparison": ["selftest.py"],
             "scenarios": ["run.py", "recorded", "--mock", shlex.quote(mock)],
             "kill -9": ["kill_test.py", "--cli", shlex.quote(mock)],
             "bounds": ["bounds_test.py", "--mock", shlex.quote(mock)],
             "SDK": ["sdk_tests.py", "--cli", mock]}
    begun = time.monotonic()
    total = {"passed": 0, "skipped": 0, "failed": 0}
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        running = {}
        for index, (name, arguments) in enumerate(parts.items()):
            path = os.path.join(folder, str(index))
            output = open(path + ".out", "w+b")
            running[name] = path, output, subprocess.Popen(
                [sys.executable, os.path.join(HERE, arguments[0]), *arguments[1:],
                 "--summary", path], stdout=output, stderr=subprocess.STDOUT)
        stop_with(running)
        for name, (path, output, process) in running.items():
            process.wait()
            output.seek(0)
            print(f"--- {name}\n" + output.read().decode("utf-8", "replace").rstrip(), flush=True)
            output.close()
            counts = summary.read(path)
            if counts is None or (process.returncode != 0 and counts["failed"] == 0):
                print(f"{name}: did not come to its end, exit code {process.returncode}")
                total["failed"] += 1
            for kind in total if counts else ():
                total[kind] += counts[kind]
    print(f"\nagainst {options.mock}: {total['passed']} passed, {total['skipped']} skipped, "
          f"{total['failed']} failed, {time.monotonic() - begun:.0f} s")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
