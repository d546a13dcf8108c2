"""Runs a program in a pseudo terminal of a given size and says what it did to it.

    terminal.py COLUMNS SIGNALS PROGRAM ARGUMENT…

SIGNALS: `int@2,int@3` sends Ctrl-C after two and after three seconds, as the terminal would. What is
printed: exit code, the widest line as it would stand on the screen, whether the modes and the cursor
are as they were, and everything that was shown.
"""
import fcntl, json, os, pty, re, select, struct, sys, termios, time

columns, signals, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(slave, number)
    os.close(master)
    os.execvp(command[0], command)

due = []
for part in filter(None, signals.split(",")):
    what, at = part.split("@")
    due.append((float(at), {"int": b"\x03", "quit": b"\x1c"}.get(what), what))
started = time.monotonic()
shown = b""
status = None
ended = None
while True:
    readable, _, _ = select.select([master], [], [], 0.05)
    if readable:
        try:
            shown += os.read(master, 65536)
        except OSError:
            break
    now = time.monotonic() - started
    while due and due[0][0] <= now:
        _, key, what = due.pop(0)
        if key:
            os.write(master, key)
        elif what == "kill":
            os.kill(pid, 9)
    if status is None:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            status, ended = code, now
    elif not readable:
        break

after = termios.tcgetattr(slave)
text = shown.decode("utf-8", "replace")
plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
lines = re.split(r"[\r\n]+", plain)
hidden = text.rfind("\x1b[?25l") > text.rfind("\x1b[?25h")
json.dump(
    {
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
        "seconds": ended,
        "widest": max(len(line) for line in lines),
        "modesKept": before == after,
        "cursorShown": not hidden,
        "alternateScreen": "\x1b[?1049h" in text,
        "painted": "\x1b[" in text,
        "shown": plain,
    },
    sys.stdout,
)
