"""How fast and how small mock-copilot is: against a C program that moves the same bytes in as many
writes, in the same run, round about. Prints a table; every row says what was done and how often.

    mock_speed.py MOCK BUILD-FOLDER [--rounds N] [--mocks N]
"""
import argparse, os, re, shutil, statistics, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
QUIET = dict(os.environ, SWIFT_BACKTRACE="enable=no")
LEAN = ["--events", "lean", "--broadcast", "owners"]
FAITHFUL = ["--broadcast", "owners"]
CORES = sorted(os.sched_getaffinity(0))
# Seconds measured, and with what drive.c does before it measures.
MEASURED, ROUND = 2, 2.8


def build(folder):
    os.makedirs(folder, exist_ok=True)
    for name in ("pingpong", "drive"):
        source, program = os.path.join(HERE, name + ".c"), os.path.join(folder, name)
        subprocess.run(["cc", "-O2", "-Wall", "-o", program, source], check=True)
    return os.path.join(folder, "pingpong"), os.path.join(folder, "drive")


def pinned(core, command):
    return ["taskset", "-c", str(CORES[core % len(CORES)]), *command]


def start(command, home=None):
    environment = dict(QUIET, COPILOT_HOME=home) if home else QUIET
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    line = process.stdout.readline().decode()
    found = re.search(r"port (\d+)", line)
    if not found:
        sys.exit(f"{command[0]} did not start: {line!r}")
    return process, found[1]


def stop(process):
    process.kill()
    process.wait()
    process.stdout.close()


class Pool:
    """Memory for the session files of a round. A virtual machine gets memory from its host when it
    is first touched, and what stands free goes back within seconds: files written at 600 MB/s would
    measure that (290 MB/s here, 2,000 for memory that is there). So it is touched before the round,
    and let go of bit by bit while the round needs it."""

    step = 0.02

    def __init__(self, folder, mebibytes):
        self.file = open(os.path.join(folder, "pool"), "wb", buffering=0)
        self.size, self.given = mebibytes << 20, threading.Event()
        block = bytes(1 << 20)
        for _ in range(mebibytes):
            self.file.write(block)
        self.thread = threading.Thread(target=self.give)

    def give(self):
        os.sched_setaffinity(0, {CORES[0]})
        began = time.monotonic()
        while not self.given.wait(self.step):
            left = 1 - (time.monotonic() - began) / ROUND
            self.file.truncate(max(0, int(self.size * left)))

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.given.set()
        self.thread.join()
        self.file.close()
        os.remove(self.file.name)


def drive(program, port, connections, seconds, frames, mode):
    command = pinned(0, [program, port, str(connections), str(seconds), str(frames), mode])
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the driver failed: {done.stderr}")
    requests, length, size = done.stdout.split()
    return int(requests) / float(length), float(size)


def row(mock, programs, scratch, connections, frames, mode, flags, rounds, files=0):
    """Median rates of the mock and of C, and of their ratio within a round. `files`: MiB of session
    files that a round writes at most."""
    pingpong, driver = programs
    ours, theirs, ratios, size = [], [], [], 0
    for _ in range(rounds):
        home = os.path.join(scratch, "home")
        shutil.rmtree(home, ignore_errors=True)
        command = pinned(1, [mock, "--headless", "--profile", "none", *flags])
        with Pool(scratch, files):
            process, port = start(command, home)
            rate, size = drive(driver, port, connections, MEASURED, frames, mode)
            stop(process)
        process, port = start(pinned(1, [pingpong, str(frames), str(round(size))]))
        c_rate, _ = drive(driver, port, connections, MEASURED, frames, "plain")
        stop(process)
        ours.append(rate), theirs.append(c_rate), ratios.append(rate / c_rate)
    return statistics.median(ours), statistics.median(theirs), statistics.median(ratios), size


def start_times(mock, scratch, count):
    times = []
    for _ in range(count):
        began = time.monotonic()
        process, _ = start([mock, "--headless", "--profile", "none"], os.path.join(scratch, "home"))
        times.append((time.monotonic() - began) * 1e3)
        stop(process)
    return statistics.median(times)


def proportional(process):
    with open(f"/proc/{process.pid}/smaps_rollup") as file:
        return int(re.search(r"Pss:\s+(\d+)", file.read())[1]) / 1024


def idle_mocks(mock, scratch, count):
    began, processes = time.monotonic(), []
    try:
        for number in range(count):
            home = os.path.join(scratch, f"idle-{number}")
            command = [mock, "--headless", "--profile", "none"]
            processes.append(
                subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(QUIET, COPILOT_HOME=home)))
        for process in processes:
            if b"listening" not in process.stdout.readline():
                sys.exit("one of the idle mocks did not start")
        length = time.monotonic() - began
        return length, statistics.mean(proportional(process) for process in processes)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
            process.stdout.close()


def live_sessions(mock, scratch, count):
    """Memory of one mock with that many sessions, created over one connection."""
    import json, socket
    process, port = start(
        [mock, "--headless", "--profile", "none"], os.path.join(scratch, "sessions"))
    try:
        client = socket.create_connection(("127.0.0.1", int(port)))
        client.settimeout(60)
        replies = 0
        for first in range(0, count, 100):
            text = b""
            for number in range(first, min(count, first + 100)):
                body = json.dumps({"jsonrpc": "2.0", "id": number, "method": "session.create",
                                   "params": {"sessionId": f"s-{number}", "model": "gpt-4.1"}})
                text += b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode())
            client.sendall(text)
            while replies < min(count, first + 100):
                replies += client.recv(1 << 20).count(b'"capabilities"')
        with open(f"/proc/{process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024
    finally:
        stop(process)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mock"), parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mocks", type=int, default=1000)
    options = parser.parse_args()
    mock = os.path.abspath(options.mock)
    programs = build(options.folder)
    # Session files go to memory: a disk would be measured otherwise.
    scratch = tempfile.mkdtemp(prefix="seatrial-wire-", dir="/dev/shm")
    try:
        print(f"{'':34}{'goal':>14}{'mock':>12}{'C':>12}{'ratio':>8}", flush=True)
        for name, goal, connections, frames, mode, flags, files in [
            ("pings/s, 64 connections", ">= 0.85 x C", 64, 1, "ping", [], 0),
            ("pings/s, 1,000 connections", ">= 0.85 x C", 1000, 1, "ping", [], 0),
            ("lean turns/s, 64 connections", ">= 0.8 x C", 64, 3, "turn", LEAN, 300),
            ("  without session files", "", 64, 3, "turn", LEAN + ["--disk", "none"], 0),
            ("faithful turns/s, 64 connections", ">= 20,000", 64, 17, "turn", FAITHFUL, 1800),
            ("  without session files", "", 64, 17, "turn", FAITHFUL + ["--disk", "none"], 0),
        ]:
            ours, theirs, ratio, size = row(
                mock, programs, scratch, connections, frames, mode, flags, options.rounds, files)
            print(f"{name:34}{goal:>14}{ours:12,.0f}{theirs:12,.0f}{ratio:8.2f}   {size:,.0f} bytes "
                  f"a reply, median of {options.rounds}", flush=True)
        print(f"{'start to listening':34}{'<= 10 ms':>14}{start_times(mock, scratch, 30):9.1f} ms   "
              "median of 30", flush=True)
        length, memory = idle_mocks(mock, scratch, options.mocks)
        print(f"{f'{options.mocks:,} idle mocks up':34}{'<= 30 s':>14}{length:10.1f} s", flush=True)
        print(f"{'  PSS of each':34}{'<= 3 MB':>14}{memory:9.2f} MB", flush=True)
        print(f"{'10,000 live sessions':34}{'<= 64 MB':>14}"
              f"{live_sessions(mock, scratch, 10_000):9.1f} MB resident", flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
