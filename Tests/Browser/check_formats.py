"""Reads the machine formats with readers that are not ours: Prometheus' parser for OpenMetrics,
Python's for XML and CSV. JUnit's rules are those of the schema that Jenkins' plugin publishes."""
import csv
import io
import json
import re
import sys
import xml.etree.ElementTree as tree

from prometheus_client.openmetrics.parser import text_string_to_metric_families

work = sys.argv[1]
failures = []


def check(condition, message):
    if not condition:
        failures.append(message)


def read(name, file):
    with open(f"{work}/{name}/{file}", encoding="utf-8", newline="") as handle:
        return handle.read()


def open_metrics(name, result):
    families = {f.name: f for f in text_string_to_metric_families(read(name, "report.openmetrics"))}
    response = families.get("seatrial_turn_response_seconds")
    check(response is not None and response.type == "summary", f"{name}: no summary of responses")
    for variant in result["variants"]:
        figures = variant["metrics"]["turn.response"]
        found = {
            s.labels.get("quantile", s.name): s.value
            for s in response.samples
            if s.labels["variant"] == variant["name"]
        }
        for share, key in (("0.5", "p50"), ("0.95", "p95"), ("0.999", "p999")):
            check(found.get(share) == figures[key], f"{name}: quantile {share}")
        check(
            found["seatrial_turn_response_seconds_count"] == figures["count"], f"{name}: count")


def junit(name, result):
    root = tree.fromstring(read(name, "report.junit"))
    check(root.tag == "testsuites", f"{name}: the root is {root.tag}")
    allowed = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for suite in root:
        check(suite.tag == "testsuite" and set(suite.attrib) <= allowed, f"{name}: {suite.attrib}")
        cases = list(suite)
        counted = {
            "tests": len(cases),
            "failures": sum(case.find("failure") is not None for case in cases),
            "errors": sum(case.find("error") is not None for case in cases),
        }
        for key, count in counted.items():
            check(int(suite.get(key)) == count, f"{name}: {suite.get('name')} {key}")
            totals[key] += count
        stamp = suite.get("timestamp")
        check(
            stamp is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", stamp),
            f"{name}: timestamp {stamp}")
        for case in cases:
            check({"name", "classname", "time"} <= set(case.attrib), f"{name}: {case.attrib}")
            check(len(case) <= 1, f"{name}: {case.get('name')} has two outcomes")
    for key, count in totals.items():
        check(int(root.get(key)) == count, f"{name}: testsuites {key}")
    expected = sum(len(variant["expectations"]) for variant in result["variants"])
    check(totals["tests"] == expected, f"{name}: {totals['tests']} cases, {expected} expectations")


def comma_separated(name, result):
    rows = list(csv.DictReader(io.StringIO(read(name, "report.csv"))))
    found = {(r["variant"].lstrip("'"), r["metric"], r["statistic"]): r["value"] for r in rows}
    for variant in result["variants"]:
        for metric, figure in variant["metrics"].items():
            for key in ("value", "mean", "p95", "max"):
                if key in figure:
                    text = found[(variant["name"], metric, key)]
                    value = float(text) if text else None
                    check(value == figure[key], f"{name}: {variant['name']} {metric} {key}")
    points = sum(
        len(s["values"])
        for v in result["variants"]
        for s in v["series"] + [s for server in v["servers"] for s in server["series"]])
    series = list(csv.DictReader(io.StringIO(read(name, "report.csv-series"))))
    check(len(series) == points, f"{name}: {len(series)} points in CSV, {points} in the result")


for name in ("patterns", "hostile", "failed", "missed"):
    with open(f"{work}/{name}/result.json", encoding="utf-8") as file:
        result = json.load(file)
    open_metrics(name, result)
    junit(name, result)
    comma_separated(name, result)
    check(len(read(name, "report.markdown")) < 65536, f"{name}: Markdown is too long for GitHub")
    for line in read(name, "report.github").splitlines():
        check(re.match(r"::(error|warning|notice) title=[^:]*::", line), f"{name}: {line[:80]}")

for failure in failures:
    print("formats:", failure, file=sys.stderr)
print(f"formats: 4 results in 7 formats, {len(failures)} complaints")
sys.exit(1 if failures else 0)
