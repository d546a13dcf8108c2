"""The official Python SDK, unchanged, in three versions, talks to a CLI over TCP and over stdio.

  sdk_tests.py --cli PATH [--versions 1.0.0 …]

Installs each version into a git-ignored environment of its own under .build/sdk-venvs. Where that
is not possible (no network) the versions missing are skipped, which is said. Exit code 1 if a step
of any conversation failed.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time

from conformance import groups, isolation, summary
from conformance.provider import Provider

VERSIONS = ["1.0.0", "1.0.2", "1.0.27"]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, ".build", "sdk-venvs")
HERE = os.path.dirname(os.path.abspath(__file__))
INSTALL_TIME = 300
CONVERSATION_TIME = 600


def python_of(version):
    return os.path.join(FOLDER, version, "bin", "python")


def install(version):
    """The reason why this version is not there, or None."""
    ready = os.path.join(FOLDER, version, "ready")
    if os.path.exists(ready):
        return None
    print(f"installing github-copilot-sdk {version} into .build/sdk-venvs", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", os.path.join(FOLDER, version)],
                       check=True, capture_output=True, timeout=INSTALL_TIME)
        subprocess.run([python_of(version), "-m", "pip", "install", "--quiet", "--retries", "1",
                        "--disable-pip-version-check", f"github-copilot-sdk=={version}"],
                       check=True, capture_output=True, timeout=INSTALL_TIME)
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "pip failed"
    except subprocess.TimeoutExpired:
        return f"not installed within {INSTALL_TIME} s"
    with open(ready, "w", encoding="ascii"):
        pass
    return None


def answer_for(request):
    """What the model says depends on what it was asked last: conversations need no script."""
    messages = request.get("messages", [])
    last = messages[-1] if messages else {}
    text = last.get("content") if isinstance(last.get("content"), str) else ""
    if last.get("role") == "tool":
        return {"text": "It rains in Oslo"}
    if "slow please" in text:  # Aborted long before it would be said.
        return {"text": "slow", "delay": 20.0}
    if "fail please" in text:
        return {"status": 400}
    if "use the tool" in text:
        return {"calls": [["get_weather", {"city": "Oslo"}]]}
    return {"chunks": ["Hello ", "from the ", "provider"], "pause": 0.02}


def converse(version, transport, cli):
    begun = time.monotonic()
    provider = Provider(time.monotonic)
    provider.chosen = answer_for
    with tempfile.TemporaryDirectory(prefix="sdk-test-", ignore_cleanup_errors=True) as folder:
        os.makedirs(os.path.join(folder, "work"))
        command = [python_of(version), os.path.join(HERE, "sdk", "conversation.py"), "--cli", cli,
                   "--transport", transport, "--home", os.path.join(folder, "home"),
                   "--work", os.path.join(folder, "work"), "--provider", provider.url]
        # A session of its own, so that a CLI that the SDK left behind is ended with it.
        talk = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**isolation.environment(), "PYTHONNOUSERSITE": "1"},
                                start_new_session=True)
        groups.started(talk.pid)
        try:
            output, errors = talk.communicate(timeout=CONVERSATION_TIME)
        except subprocess.TimeoutExpired:
            groups.end(talk.pid)
            output, _ = talk.communicate()
            errors = b"the conversation never ended"
        groups.end(talk.pid)
    provider.close()
    steps = [json.loads(line) for line in output.decode().splitlines() if line.startswith("{")]
    return {"version": version, "transport": transport, "steps": steps,
            "seconds": time.monotonic() - begun, "errors": errors.decode("utf-8", "replace")}


def report(result):
    failed = [step for step in result["steps"] if "failed" in step]
    passed = sum("ok" in step for step in result["steps"])
    skipped = sum("skipped" in step for step in result["steps"])
    ended = any(step["step"] == "stop" for step in result["steps"])
    print(f"SDK {result['version']} over {result['transport']}: {passed} steps passed, "
          f"{skipped} skipped, {len(failed)} failed, {result['seconds']:.1f} s")
    for step in failed:
        print(f"  {step['step']}: {step['failed']}")
        print("    " + step["where"].strip().replace("\n", "\n    "))
    if not ended:
        print("  it did not come to its end: " + result["errors"].strip()[-600:])
    return passed, skipped, len(failed) + (not ended)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--versions", nargs="*", default=VERSIONS)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--summary", help="a file for the counts")
    options = parser.parse_args()
    if not os.environ.get(isolation.MARK):
        missing = {version: install(version) for version in options.versions}
        os.environ["SDK_TESTS_MISSING"] = json.dumps(
            {version: why for version, why in missing.items() if why})
    isolation.enter()
    groups.end_all_when_told()
    missing = json.loads(os.environ.get("SDK_TESTS_MISSING", "{}"))
    there = [version for version in options.versions if version not in missing]
    for version, why in missing.items():
        print(f"SDK {version}: skipped, it could not be installed: {why}")
    totals = [0, len(missing), 0]
    cli = os.path.abspath(options.cli)
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        jobs = [pool.submit(converse, version, transport, cli)
                for version in there for transport in ("tcp", "stdio")]
        for job in jobs:
            totals = [one + two for one, two in zip(totals, report(job.result()))]
    print("SDK conversations: {} steps passed, {} skipped, {} failed".format(*totals))
    summary.write(options.summary, *totals)
    return 1 if totals[2] else 0


if __name__ == "__main__":
    sys.exit(main())
