"""Asks a CLI server from outside: `outside.py PORT` pings it on an address of this machine that is not
127.0.0.1, 127.0.0.2 where there is no other. Prints "answers" or "refused"."""
import json, socket, sys

port = int(sys.argv[1])


def address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: asks only which address this machine would send from.
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
        except OSError:
            own = "127.0.0.2"
    return own if own != "127.0.0.1" else "127.0.0.2"


try:
    server = socket.create_connection((address(), port), timeout=10)
except ConnectionRefusedError:
    print("refused")
    sys.exit()
body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}}).encode()
server.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
reply = server.recv(65536)
print("answers" if b'"id":1' in reply else f"says {reply!r}")
