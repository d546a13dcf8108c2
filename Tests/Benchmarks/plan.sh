#!/bin/bash
# How long plans take, against their goals: twelve candidates, everything that a plan says. Wall time
# on two threads, and CPU time, which a busy machine does not change.
set -euo pipefail
program=$1
scenario=scenarios/how-many-servers.yaml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

plan() {
  "$program" plan "$scenario" --users "$1" --set 'plan.pattern=[shared]' --jobs 2 \
    --seed "$2" --quiet --json --out "$folder/$1-$2" >"$folder/$1-$2.json"
}

show() {
  python3 - "$@" <<'PYTHON'
import json, sys
users, goal, files = sys.argv[1], sys.argv[2], sys.argv[3:]
sizes = []
for name in files:
    plan = json.load(open(name))
    cost = plan["environment"]
    first = plan["plans"][0]
    best = next((c for c in first["candidates"] if c["recommended"]), None)
    wide = [
        (p["response_p95_high"] - p["response_p95_low"]) / 2 / p["response_p95_seconds"]
        for c in first["candidates"] for p in c["probes"]
        if p["size"] == c["size"] and p["response_p95_high"]
    ]
    sizes.append((best["size_low"], best["size"]))
    print(f"| {users} people, seed {plan['seed']} | {goal} "
          f"| {float(cost['wall_seconds']):.0f} s ({float(cost['cpu_seconds']):.0f} s of CPU) "
          f"| {best['name']}: {best['size_low']} to {best['size']} "
          f"| p95 within {max(wide) * 100:.1f} % |")
if len(sizes) > 1:
    overlap = max(a for a, _ in sizes) <= min(b for _, b in sizes)
    print(f"| {users} people, other seed | same n or overlap | {'yes' if overlap else 'NO'} | | |")
PYTHON
}

echo "| plan | goal | measured | answer | precision |"
echo "|---|---|---|---|---|"
plan 1000 41
plan 1000 42
show 1000 "60 s" "$folder/1000-41.json" "$folder/1000-42.json"
plan 100000 41
show 100000 "300 s" "$folder/100000-41.json"
