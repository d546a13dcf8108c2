"""A CLI server under test: started from a command line, in a home of its own, on a free port.

The same class starts the real CLI and the mock; nothing here knows which one it is. It ends only
processes that it started, by their own process group.
"""

import os
import re
import shutil
import signal
import subprocess
import threading
import time

from . import groups

STARTED = re.compile(rb"listening on port (\d+)", re.IGNORECASE)
USUAL_FLAGS = ["--headless", "--no-auto-update", "--no-auto-login", "--log-level", "error"]
START_TIME = 60.0


class DidNotStart(Exception):
    pass


class Server:
    def __init__(self, command, home, trace, flags=None, environment=None, port=0, stdio=False,
                 default_flags=True):
        self.trace, self.home, self.stdio = trace, home, stdio
        os.makedirs(home, exist_ok=True)
        arguments = list(command) + (list(USUAL_FLAGS) if default_flags else [])
        arguments += list(flags or [])
        if default_flags:
            arguments += ["--stdio"] if stdio else ["--port", str(port)]
        self.environment = dict(environment or {})
        self.output = {"stdout": b"", "stderr": b""}
        self.port = None
        self.begun = time.monotonic()
        self.changed = threading.Condition()
        try:
            self.process = subprocess.Popen(
                arguments, env=self.environment, cwd=self.environment.get("WORKDIR") or home,
                stdin=subprocess.PIPE if stdio else subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            raise DidNotStart(str(error)) from error
        groups.started(self.process.pid)
        trace.add("#", note="started", flags=arguments[len(command):], pid=self.process.pid)
        self.threads = []
        for name in ["stderr"] if stdio else ["stdout", "stderr"]:
            thread = threading.Thread(target=self._collect, args=(name,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def _collect(self, name):
        stream = getattr(self.process, name)
        while True:
            data = os.read(stream.fileno(), 65536)
            with self.changed:
                if not data:
                    self.output[name + " ended"] = True
                    self.changed.notify_all()
                    return
                self.trace.add("#", stream=name, text=data.decode("utf-8", "replace"))
                self.output[name] += data
                self.changed.notify_all()

    def wait_until_listening(self, within=START_TIME):
        def known():
            return STARTED.search(self.output["stdout"]) or self.output.get("stdout ended")

        with self.changed:
            self.changed.wait_for(known, within)
            match = STARTED.search(self.output["stdout"])
        if not match:
            raise DidNotStart(self.output["stderr"].decode("utf-8", "replace")
                              or "no start-up line")
        self.port = int(match.group(1))

    def signal(self, name):
        self.trace.add("#", note=f"signal {name}")
        try:
            os.kill(self.process.pid, getattr(signal, "SIG" + name))
        except ProcessLookupError:
            pass

    def wait_for_exit(self, within):
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.trace.add("#", note="still running", after=within)
            return None
        for thread in self.threads:
            thread.join(2)
        self.trace.add("#", note="exited", code=code)
        return code

    def end(self):
        groups.end(self.process.pid)
        self.process.wait()
        for stream in (self.process.stdin,):
            if stream:
                try:
                    stream.close()
                except OSError:
                    pass


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
