"""The closed model of `bench --closed`, written for SimPy the way its own documentation would.

1000 users think for an exponential time (mean 10 s), then queue at one of ten first-come
first-served servers, chosen by the hash of their id, for an exponential service (mean 50 ms).
Prints one line of JSON with the same names as the Swift side. An event is an arrival or a
departure. It must stay plain: no tricks that a user of SimPy would not use.
"""

import json
import random
import sys
import time

import simpy

USERS = 1000
SERVERS = 10
THINK = 10.0
SERVICE = 0.05


def guide_hash(text):
    """The scaling guide's hash: 31 * h + code in 32 bits, then the absolute value."""
    value = 0
    for character in text:  # the ids are ASCII, so a character is one UTF-16 unit
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return abs(value - (1 << 32) if value & 0x80000000 else value)


def place_of(user):
    return guide_hash(f"user-{user}") % SERVERS


class Tally:
    def __init__(self):
        self.turns = 0
        self.response = 0.0


def user(env, server, chance, tally):
    while True:
        yield env.timeout(chance.expovariate(1 / THINK))
        asked = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(chance.expovariate(1 / SERVICE))
        tally.turns += 1
        tally.response += env.now - asked


def main():
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    chance = random.Random(1)
    env = simpy.Environment()
    servers = [simpy.Resource(env, capacity=1) for _ in range(SERVERS)]
    tally = Tally()
    for number in range(USERS):
        env.process(user(env, servers[place_of(number)], chance, tally))
    env.run(until=200)
    tally.turns, tally.response = 0, 0.0
    start = time.thread_time()
    env.run(until=200 + turns * 10.1 / USERS)
    seconds = time.thread_time() - start
    print(
        json.dumps(
            {
                "turns": tally.turns,
                "cpu_seconds": seconds,
                "turns_per_second": tally.turns / seconds,
                "events_per_second": 2 * tally.turns / seconds,
                "mean_response": tally.response / tally.turns,
            }
        )
    )


if __name__ == "__main__":
    main()
