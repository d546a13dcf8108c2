"""A network namespace with nothing but loopback, and an environment with nothing of the user's.

The real CLI is run offline; the namespace makes that a fact instead of a setting. Where none can be
made the programs still run, on loopback only by their own settings, and `isolated()` says so.
"""

import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
MARK = "CONFORMANCE_ISOLATED"


def enter():
    """Starts this program again inside a namespace of its own, once."""
    if os.environ.get(MARK):
        return
    able = subprocess.run(["unshare", "-rn", "ip", "link", "set", "lo", "up"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False) \
        if _have("unshare") and _have("ip") else None
    if able is None or able.returncode != 0:
        os.environ[MARK] = "no"
        return
    os.environ[MARK] = "yes"
    inside = 'ip link set lo up && exec "$@"'
    os.execvp("unshare", ["unshare", "-rn", "sh", "-c", inside, "sh", sys.executable, *sys.argv])


def isolated():
    return os.environ.get(MARK) == "yes"


def environment():
    """What a server under test sees. HOME is shared between runs: the real CLI unpacks itself
    there the first time, which takes seconds."""
    home = os.environ.get("CONFORMANCE_HOME") or os.path.join(ROOT, ".build", "conformance-user")
    os.makedirs(home, exist_ok=True)
    return {"PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "COPILOT_OFFLINE": "true"}


def _have(program):
    return any(os.access(os.path.join(folder, program), os.X_OK)
               for folder in (os.environ.get("PATH", "") + ":/usr/sbin:/sbin").split(":"))
