// Lock clients of a few app instances on one poller, driven until what was asked is answered: the
// loop of a shard without its users.
import Basics
import LinuxIO
import Live
import Policies
import Testing

struct LockBench: ~Copyable {
  private var poller: Poller
  private let clients: [RedisLockClient]
  private var heard: [LockOutcome] = []

  init(
    _ place: RedisPlace, _ policy: LockPolicy, instances: Int, limit: Interval
  ) throws {
    poller = try Poller()
    let plan = LockPlan(
      place: place, prefix: "test:", policy: policy, limit: limit, witness: LockWitness(policy))
    clients = (0..<instances).map {
      RedisLockClient(
        plan, instance: $0, commands: UInt64($0) << 32 | 1, news: UInt64($0) << 32 | 2)
    }
    for client in clients { client.begin(poller, at: MonotonicClock.now()) }
    // A server that has just been started takes a moment; commands before it are answered too.
    let end = MonotonicClock.now() + .seconds(10)
    var isUp = false
    while !isUp && MonotonicClock.now() < end && heard.isEmpty {
      for place in clients.indices {
        clients[place].send(
          .read, SessionID(999), TurnID(instance: place, place: 999), token: 1, least: 0,
          at: MonotonicClock.now())
      }
      turn()
      let unknown = heard.contains { $0.result == .unknown }
      isUp = heard.count >= clients.count && !unknown
      if unknown && clients[0].tally.lastWords?.hasPrefix("NOAUTH") == true { break }
      if !isUp { heard = [] }
    }
    for _ in 0..<50 { turn() }
    heard = []
  }

  func tally(of instance: Int) -> RedisTally { clients[instance].tally }

  /// One round of the loop.
  private mutating func turn() {
    let now = MonotonicClock.now()
    for client in clients { client.flush(poller, at: now) }
    let count = poller.wait(until: now + .milliseconds(2), now: now)
    for place in 0..<count {
      let ready = poller[place]
      clients[Int(ready.token >> 32)].ready(
        ready.what, news: ready.token & 0xFFFF_FFFF == 2, poller, at: MonotonicClock.now())
    }
    for client in clients {
      client.deadline(poller, at: MonotonicClock.now())
      client.flush(poller, at: MonotonicClock.now())
      heard += client.outcomes
      client.outcomes = []
    }
  }

  private mutating func next(_ isIt: (LockOutcome) -> Bool) throws -> LockOutcome {
    let end = MonotonicClock.now() + .seconds(10)
    while MonotonicClock.now() < end {
      if let place = heard.firstIndex(where: isIt) { return heard.remove(at: place) }
      turn()
    }
    throw Silence()
  }

  struct Silence: Error {}

  mutating func ask(
    _ command: LockCommand, turn: Int = 0, from instance: Int, session: Int = 7,
    token: UInt32 = 0, least: UInt32 = 0
  ) throws -> LockOutcome.Result {
    let id = TurnID(instance: instance, place: turn)
    clients[instance].send(
      command, SessionID(session), id, token: token, least: least, at: MonotonicClock.now())
    return try next { $0.command == command && $0.turn == id }.result
  }

  mutating func acquire(from instance: Int) throws -> UInt32? {
    if case .granted(let token) = try ask(.acquire, from: instance) { return token }
    return nil
  }

  /// Nil: it waits.
  mutating func enqueue(
    turn: Int, from instance: Int, session: Int = 7, least: UInt32 = 0
  ) throws -> UInt32? {
    let result = try ask(.enqueue, turn: turn, from: instance, session: session, least: least)
    if case .granted(let token) = result { return token }
    return nil
  }

  /// The next grant to somebody who waits.
  mutating func grant() throws -> LockOutcome {
    try next { if case .granted = $0.result { true } else { false } }
  }

  mutating func until(
    _ what: String, _ isSo: (inout LockBench) throws -> Bool
  ) throws {
    let end = MonotonicClock.now() + .seconds(10)
    while MonotonicClock.now() < end { if try isSo(&self) { return } }
    try #require(Bool(false), "it did not happen within ten seconds: \(what)")
  }
}
