"""A peer that is no CLI server, or stops being one: what runs are held against.

    peer.py KIND                    listens; prints its port
    peer.py KIND UPSTREAM SECONDS   passes everything on to a real server's port, and after so many
                                    seconds does what KIND says to everybody who is connected
    peer.py no-resume UPSTREAM      passes everything on, but asks for another method wherever a
                                    client asks to resume a session

As a program in a server's place (fleet.binary) it is called by a script that names the kind.
"""
import socket, sys, threading, time

kind = sys.argv[1]
upstream = int(sys.argv[2]) if len(sys.argv) > 2 else None
healthy = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
started = time.monotonic()

HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 22\r\n\r\n<html>no thanks</html>"


def misbehave(client):
    if kind == "http":
        client.recv(65536)
        client.sendall(HTTP)
        time.sleep(3600)
    elif kind == "garbage":
        client.sendall(bytes(range(256)) * 40 + b"\r\n\r\n")
        time.sleep(3600)
    elif kind == "half":
        client.sendall(b'Content-Length: 500\r\n\r\n{"jsonrpc":"2.0"')
        time.sleep(3600)
    elif kind == "huge":
        client.sendall(b'Content-Length: 4294967296\r\n\r\n{"jsonrpc"')
        time.sleep(3600)
    elif kind == "no-json":
        client.sendall(b"Content-Length: 5\r\n\r\nhello")
        time.sleep(3600)
    elif kind == "closes":
        if upstream is None:
            client.recv(65536)
        # Another thread may be reading: a close alone would wait for it.
        client.shutdown(socket.SHUT_RDWR)
    elif kind == "resets":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    elif kind == "silent":
        while client.recv(65536):
            pass
    elif kind == "deaf":
        time.sleep(3600)
    client.close()


def serve(client):
    try:
        if upstream is None:
            return misbehave(client)
        server = socket.create_connection(("127.0.0.1", upstream))
        stop = threading.Event()

        def carry(a, b):
            try:
                while not stop.is_set():
                    data = a.recv(65536)
                    if not data or stop.is_set():
                        break
                    if kind == "no-resume":
                        # As long as before, so that the frame's length still holds.
                        data = data.replace(b'"session.resume"', b'"session.rescue"')
                    b.sendall(data)
            except OSError:
                pass

        for ends in ((client, server), (server, client)):
            threading.Thread(target=carry, args=ends, daemon=True).start()
        if kind == "no-resume":
            return
        left = healthy - (time.monotonic() - started)
        if left > 0:
            time.sleep(left)
        stop.set()
        misbehave(client)
    except OSError:
        pass


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(f"CLI server listening on port {listener.getsockname()[1]}", flush=True)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
