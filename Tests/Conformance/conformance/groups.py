"""The process groups that were started and not yet ended, so that none outlives this program.

A server runs in a group of its own; when this program is told to stop, its groups go first.
"""

import os
import signal

_STARTED = set()


def started(group):
    _STARTED.add(group)


def end(group):
    _STARTED.discard(group)
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def end_all_when_told():
    def stop(number, _):
        for group in list(_STARTED):
            end(group)
        os._exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
