// The lock clients of app instances on a real Redis: what each command does, the queue between
// instances, and a Redis that is slow, empty or gone. Skipped where no redis-server is installed.
import Basics
import LinuxIO
import Live
import Policies
import Testing

@Suite(
  .enabled(if: RedisServer.program != nil, "redis-server is not on the PATH"), .serialized)
struct RedisLockClientTests {
  private let server: RedisServer

  init() throws {
    server = try RedisServer()
  }

  private func bench(
    _ acquire: LockPolicy.Acquire = .failFast, ttl: Interval = .seconds(3600),
    limit: Interval = .seconds(5), server: RedisServer? = nil
  ) throws -> LockBench {
    var policy = LockPolicy()
    policy.backend = .redis
    policy.acquire = acquire
    policy.ttl = ttl
    return try LockBench(
      RedisPlace(port: UInt16((server ?? self.server).port)), policy, instances: 2, limit: limit)
  }

  @Test("A lock is granted once, read, renewed and released by its holder alone")
  func oneHolder() throws {
    var bench = try bench()
    let token = try #require(try bench.acquire(from: 0))
    #expect(try bench.ask(.acquire, from: 1) == .refused)
    #expect(try bench.ask(.read, from: 0, token: token) == .mine)
    #expect(try bench.ask(.read, from: 1, token: token + 1) == .notMine)
    #expect(try bench.ask(.renew, from: 1, token: token + 1) == .notMine)
    #expect(try bench.ask(.renew, from: 0, token: token) == .mine)
    #expect(try bench.ask(.compareAndDelete, from: 1, token: token + 1) == .notMine)
    #expect(try bench.ask(.compareAndDelete, from: 0, token: token) == .mine)
    #expect(try bench.ask(.compareAndDelete, from: 0, token: token) == .notMine)
    // Tokens rise with every grant, whoever gets it.
    #expect(try #require(try bench.acquire(from: 1)) > token)
  }

  @Test("The guide's DEL releases another's lock, and says so")
  func wrongRelease() throws {
    var bench = try bench()
    let token = try #require(try bench.acquire(from: 0))
    #expect(try bench.ask(.delete, from: 1, token: token + 7) == .others)
    #expect(try bench.ask(.delete, from: 0, token: token) == .notMine)
  }

  @Test("A lock expires, and its late holder can neither renew nor release the next one's")
  func expiry() throws {
    var bench = try bench(ttl: .milliseconds(30))
    let first = try #require(try bench.acquire(from: 0))
    var second: UInt32?
    while second == nil { second = try bench.acquire(from: 1) }
    #expect(try bench.ask(.renew, from: 0, token: first) == .notMine)
    #expect(try bench.ask(.compareAndDelete, from: 0, token: first) == .notMine)
  }

  @Test("Who waits gets the lock in order of asking, across app instances")
  func queue() throws {
    var bench = try bench(.fifo)
    let token = try #require(try bench.enqueue(turn: 0, from: 0))
    for turn in 1...4 { #expect(try bench.enqueue(turn: turn, from: turn % 2) == nil) }
    var holder = (token, turn: 0)
    for turn in 1...4 {
      _ = try bench.ask(
        .compareAndDelete, turn: holder.turn, from: holder.turn % 2, token: holder.0)
      let granted = try bench.grant()
      #expect(granted.turn == TurnID(instance: turn % 2, place: turn))
      guard case .granted(let next) = granted.result else { return }
      #expect(next > holder.0)
      holder = (next, turn)
    }
  }

  @Test("Who leaves the queue is passed over, and an expired lock goes to the next")
  func leavingAndExpiry() throws {
    // All of them have asked before it expires.
    var bench = try bench(.fifo, ttl: .seconds(1))
    _ = try #require(try bench.enqueue(turn: 0, from: 0))
    #expect(try bench.enqueue(turn: 1, from: 1) == nil)
    #expect(try bench.enqueue(turn: 2, from: 0) == nil)
    #expect(try bench.ask(.abandon, turn: 1, from: 1) == .refused)
    // Nobody releases it.
    #expect(try bench.grant().turn == TurnID(instance: 0, place: 2))
  }

  @Test("A grant that a look found is not handed back when the word of it comes")
  func foundByALook() throws {
    var bench = try bench(.fifo, ttl: .milliseconds(15))
    for session in 0..<40 {
      _ = try #require(try bench.enqueue(turn: 0, from: 0, session: session))
      // Nobody releases: who waits looks again at one moment, and one's look grants another's.
      var waiting = 0
      for turn in 1...4 {
        // On a slow machine the lock may have expired by then, and is granted at once.
        let id = session * 4 + turn
        if try bench.enqueue(turn: id, from: turn % 2, session: session) == nil { waiting += 1 }
      }
      for _ in 0..<waiting { _ = try bench.grant() }
    }
    #expect(bench.tally(of: 0).grantsHandedBack + bench.tally(of: 1).grantsHandedBack == 0)
  }

  @Test("A Redis that does not answer leaves every command in doubt, and is used again after it")
  func frozen() throws {
    var patient = try bench()
    let token = try #require(try patient.acquire(from: 0))
    var bench = try bench(limit: .milliseconds(60))
    server.freeze()
    #expect(try bench.ask(.read, from: 0, token: token) == .unknown)
    server.resume()
    try bench.until("it answers again") {
      try $0.ask(.read, from: 0, token: token) == .mine
    }
    let tally = bench.tally(of: 0)
    #expect(tally.timedOut >= 1 && tally.connectionsAgain >= 1, "\(tally)")
  }

  @Test("A Redis that comes back empty forgets locks, and gives no token twice")
  func restarted() throws {
    let first = try RedisServer()
    var bench = try bench(.fifo, server: first)
    let token = try #require(try bench.enqueue(turn: 0, from: 0))
    // A run tells every command the newest token it has seen.
    #expect(try bench.enqueue(turn: 1, from: 1, least: token) == nil)
    first.stop()
    #expect(try bench.ask(.read, turn: 0, from: 0, token: token) == .unknown)
    let second = try RedisServer(at: first.port)
    defer { second.stop() }
    // Who waited still waits, and is found in no queue: it gets the lock that nobody holds.
    let granted = try bench.grant()
    #expect(granted.turn == TurnID(instance: 1, place: 1))
    var found = LockOutcome.Result.unknown
    try bench.until("the holder finds its lock gone") {
      found = try $0.ask(.read, turn: 0, from: 0, token: token)
      return found == .notMine || found == .mine
    }
    #expect(found == .notMine)
    let next = try #require(try bench.enqueue(turn: 5, from: 0, session: 9, least: 40))
    #expect(next == 41)
  }

  @Test("What Redis refuses is an outcome too, with its words")
  func rejected() throws {
    let closed = try RedisServer(["--requirepass", "secret"])
    var bench = try bench(server: closed)
    #expect(try bench.ask(.acquire, from: 0) == .unknown)
    #expect(bench.tally(of: 0).lastWords?.hasPrefix("NOAUTH") == true)
    var policy = LockPolicy()
    policy.backend = .redis
    var open = try LockBench(
      RedisPlace(port: UInt16(closed.port), password: "secret"), policy, instances: 1,
      limit: .seconds(5))
    #expect(try open.acquire(from: 0) != nil)
  }

  @Test("Redis and the simulated lock service answer alike", arguments: UInt64(1)...5)
  func agreement(seed: UInt64) throws {
    var bench = try bench()
    var policy = LockPolicy()
    policy.ttl = .seconds(3600)
    var store = LockStore(policy)
    var answers = Table<LockAnswer>()
    var random = SeededRandom(Seed(seed).stream("agreement"))
    // By session and client: what each was given last, in Redis and in the simulation.
    var tokens = [(real: UInt32, simulated: UInt32)](repeating: (0, 0), count: 12)
    let commands: [LockCommand] = [.acquire, .read, .delete, .compareAndDelete, .renew]
    for step in 0..<600 {
      let (session, client) = (random.index(below: 3), random.index(below: 4))
      let command = commands[random.index(below: commands.count)]
      let place = session * 4 + client
      let wrong = store.tally.wrongReleases
      store.handle(
        command, SessionID(session), from: TurnID(instance: 0, place: client),
        token: tokens[place].simulated, at: .zero + .seconds(1), into: &answers)
      let real = try bench.ask(
        command, turn: client, from: client % 2, session: session, token: tokens[place].real)
      let agrees: Bool
      switch (answers[0], real) {
      case (.granted(_, let simulated), .granted(let token)):
        tokens[place] = (token, simulated)
        agrees = true
      case (.refused, .refused): agrees = true
      case (.wasMine(_, let mine), let result), (.renewed(_, let mine), let result):
        agrees = mine == (result == .mine)
      case (.released, let result):
        agrees = command != .delete || (store.tally.wrongReleases > wrong) == (result == .others)
      default: agrees = false
      }
      answers.removeAll()
      guard agrees else {
        Issue.record("seed \(seed), step \(step): \(command) gave \(real)")
        return
      }
    }
  }
}
