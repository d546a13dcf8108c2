"""What happened in one scenario, in order: messages both ways, provider requests, files, exits.

Lines are plain dictionaries with the milliseconds since the scenario began. The trace keeps the
texts as they were; making them comparable is the normaliser's work, not this one's.
"""

import json
import threading
import time


class Trace:
    def __init__(self):
        self.begun = time.monotonic()
        self.lines = []
        self.lock = threading.Lock()
        self.last = self.begun

    def clock(self):
        return round((time.monotonic() - self.begun) * 1000, 1)

    def add(self, direction, **fields):
        with self.lock:
            self.lines.append({"ms": self.clock(), "dir": direction, **fields})
            if direction in "<>":
                self.last = time.monotonic()

    def quiet_for(self, seconds, within):
        """Waits until nothing was sent or received for that long."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            left = self.last + seconds - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(left, 0.05))
        return False

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            for line in self.lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
