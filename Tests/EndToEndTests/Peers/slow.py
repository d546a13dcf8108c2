"""A slow way to a server: passes everything on, both ways, each byte so many milliseconds late.

    slow.py UPSTREAM MILLISECONDS     listens on a free port of loopback; prints it
"""
import collections, socket, sys, threading, time

upstream, delay = int(sys.argv[1]), float(sys.argv[2]) / 1000


def carry(a, b):
    """What is read waits in a queue with the instant at which it is due."""
    late = collections.deque()
    news = threading.Condition()

    def write():
        while True:
            with news:
                while not late:
                    news.wait()
                due, words = late.popleft()
            time.sleep(max(0, due - time.monotonic()))
            try:
                if not words:
                    b.shutdown(socket.SHUT_WR)
                    return
                b.sendall(words)
            except OSError:
                return

    threading.Thread(target=write, daemon=True).start()
    while True:
        try:
            words = a.recv(65536)
        except OSError:
            words = b""
        with news:
            late.append((time.monotonic() + delay, words))
            news.notify()
        if not words:
            return


listener = socket.create_server(("127.0.0.1", 0), backlog=256)
print(f"listening on port {listener.getsockname()[1]}", flush=True)
while True:
    client, _ = listener.accept()
    try:
        server = socket.create_connection(("127.0.0.1", upstream))
    except OSError:
        client.close()
        continue
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=carry, args=(client, server), daemon=True).start()
    threading.Thread(target=carry, args=(server, client), daemon=True).start()
