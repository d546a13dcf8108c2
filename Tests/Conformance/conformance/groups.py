"""What a test program must not leave behind: process groups that it started, and folders.

A server runs in a group of its own; when this program is told to stop, its groups go first, then
everything under the one folder that its temporary folders are made in.
"""

import atexit
import os
import shutil
import signal
import tempfile

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
    folder = tempfile.mkdtemp(prefix="conformance-")
    tempfile.tempdir = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def stop(number, _):
        for group in list(_STARTED):
            end(group)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
