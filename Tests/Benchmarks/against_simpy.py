"""How many times faster: `bench --closed` against SimPy on the same model, in turn.

Usage: against_simpy.py BENCH [ROUNDS]. Runs A B A B … so that a machine that slows down slows
both, and prints the median and the range of the ratio by turns per CPU second. Both means are
shown beside the exact value of the machine-repair model: a fast wrong model would be no match.
"""

import json
import os
import statistics
import subprocess
import sys

from simpy_closed import SERVERS, SERVICE, THINK, USERS, place_of


def run(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def exact_mean_response():
    """Each server with its n users is M/M/1//n; the mean over turns weighs by throughput."""
    throughput = 0.0
    present = 0.0
    counts = [0] * SERVERS
    for number in range(USERS):
        counts[place_of(number)] += 1
    for users in counts:
        weights = [1.0]
        for k in range(users):
            weights.append(weights[-1] * (users - k) * SERVICE / THINK)
        total = sum(weights)
        throughput += (1 - weights[0] / total) / SERVICE
        present += sum(k * weight for k, weight in enumerate(weights)) / total
    return present / throughput  # Little's law


def main():
    bench = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "simpy_closed.py")
    ratios, ours_all, theirs_all = [], [], []
    print("round   seatrial turns/s   SimPy turns/s   ratio")
    for number in range(1, rounds + 1):
        ours = run(bench, "--closed")
        theirs = run(sys.executable, script)
        ratio = ours["turns_per_second"] / theirs["turns_per_second"]
        ratios.append(ratio)
        ours_all.append(ours)
        theirs_all.append(theirs)
        print(
            f"{number:5d} {ours['turns_per_second']:18,.0f} "
            f"{theirs['turns_per_second']:15,.0f} {ratio:7.1f}",
            flush=True,
        )
    print(
        f"ratio: median {statistics.median(ratios):.1f}, "
        f"range {min(ratios):.1f} to {max(ratios):.1f} ({rounds} rounds, CPU time, one thread)"
    )
    for name, results in (("seatrial", ours_all), ("SimPy", theirs_all)):
        speed = statistics.median(r["events_per_second"] for r in results)
        mean = statistics.mean(r["mean_response"] for r in results)
        print(f"{name}: {speed / 1e6:.3f} M arrivals and departures/s, mean response {mean:.5f} s")
    print(f"exact mean response (machine repair): {exact_mean_response():.5f} s")


if __name__ == "__main__":
    main()
