"""Runs HAProxy with a plan's configuration: `proxied.py HAPROXY FOLDER`. Every server is a listener
here that says its number, names and ports are replaced by free ones of 127.0.0.1, and nothing else
is changed. Then drain.sh takes cli-1 off and gives it back. Prints what happened as JSON."""
import json, re, socket, subprocess, sys, threading, time

haproxy, folder = sys.argv[1:]
with open(f"{folder}/haproxy.cfg", encoding="utf-8") as file:
    planned = file.read()


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def serve(listener, number):
    while True:
        client, _ = listener.accept()
        try:
            client.sendall(b"%d\n" % number)
        except OSError:
            pass  # A health check that has gone again.
        client.close()


def server(match):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, int(match[1])), daemon=True).start()
    return f"server cli-{match[1]} 127.0.0.1:{listener.getsockname()[1]} check"


planned = re.sub(r"server cli-(\d+) cli-\d+:4321 check", server, planned)
count = len(re.findall(r"^ +server ", planned, re.M))


def ask(port):
    """The number of the server that answered; None: nobody did."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as one:
            said = one.recv(64)
            return int(said) if said else None
    except OSError:
        return None


def start():
    """The proxy, its ports and its door for commands; None: it has ended."""
    ports = []

    def bind(match):
        ports.append((int(match[1]), free()))
        return f"bind 127.0.0.1:{ports[-1][1]}"

    text = re.sub(r"bind :(\d+)", bind, planned)
    if [port for port, _ in ports] != list(range(4321, 4321 + len(ports))):
        sys.exit(f"ports {ports}")
    admin = f"127.0.0.1:{free()}"
    with open(f"{folder}/tried.cfg", "w", encoding="utf-8") as file:
        file.write(text.replace("127.0.0.1:9321", admin))
    proxy = subprocess.Popen(
        [haproxy, "-db", "-f", f"{folder}/tried.cfg"], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while any(ask(port) is None for _, port in ports):
        if proxy.poll() is not None:
            return None
        if time.monotonic() > until:
            proxy.kill()
            sys.exit("HAProxy does not answer")
        time.sleep(0.05)
    return proxy, ports, admin


# Somebody else may take a port between the look and the start.
started = start() or start() or start()
if started is None:
    sys.exit("HAProxy ended, three times")
proxy, ports, admin = started


def drain(*words):
    return subprocess.run(
        ["/bin/sh", f"{folder}/drain.sh", *words], check=False, capture_output=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "COPILOT_PROXY": admin, "DRAIN_MOST": "1",
             "DRAIN_QUIET": "1", "COPILOT_HOME": folder}).returncode


try:
    if len(ports) > 1:
        answers = [ask(port) for _, port in ports for _ in range(2)]
    else:
        answers = [ask(ports[0][1]) for _ in range(8 * count)]
    drain("cli-1")
    drained = [ask(ports[0][1]) for _ in range(4 * count)]
    drain("--ready", "cli-1")
    until = time.monotonic() + 10
    ready = False
    while not ready and time.monotonic() < until:
        ready = any(ask(ports[0][1]) == 1 for _ in range(4 * count))
    print(json.dumps({
        "servers": count, "answers": answers, "drained_answers": 1 in drained,
        "ready_answers": ready, "unknown_code": drain("--ready", "cli-99")}))
finally:
    proxy.kill()
    proxy.wait()
