// The lock commands on a real Redis, and the same commands on the simulated lock service: both must
// give the same answers. Skipped where no redis-server is installed.
import Basics
import LinuxIO
import Live
import Policies
import Testing

/// Asks until it is so, for at most ten seconds; a loaded machine is slow to start a server.
private func eventually(_ isSo: () -> Bool) -> Bool {
  let end = MonotonicClock.now() + .seconds(10)
  while MonotonicClock.now() < end { if isSo() { return true } }
  return false
}

private let day = Interval.seconds(86_400)

@Suite(
  .enabled(if: RedisServer.program != nil, "redis-server is not on the PATH"), .serialized)
struct RedisLocksTests {
  private let server: RedisServer

  init() throws {
    server = try RedisServer()
    let port = server.port
    let isUp = eventually {
      var locks = RedisLocks(port: port)
      return locks.read("up") == .nobody
    }
    try #require(isUp, "redis-server did not answer within ten seconds")
  }

  @Test("A lock is granted once, read, and released by its holder alone")
  func oneHolder() {
    var locks = RedisLocks(port: server.port)
    let key = RedisLocks.key(session: "team-project-review")
    #expect(key == "session-lock:team-project-review")
    #expect(locks.acquire(key, id: "one", ttl: day) == .done)
    #expect(locks.acquire(key, id: "two", ttl: day) == .declined)
    #expect(locks.acquire(key, id: "one", ttl: day) == .declined)
    #expect(locks.read(key) == .id("one"))
    #expect(locks.renew(key, id: "two", ttl: day) == .declined)
    #expect(locks.renew(key, id: "one", ttl: day) == .done)
    #expect(locks.compareAndDelete(key, id: "two") == .declined)
    #expect(locks.compareAndDelete(key, id: "one") == .done)
    #expect(locks.compareAndDelete(key, id: "one") == .declined)
    #expect(locks.read(key) == .nobody)
  }

  @Test("The guide's DEL releases another's lock")
  func wrongRelease() {
    var locks = RedisLocks(port: server.port)
    #expect(locks.delete("k") == .declined)
    #expect(locks.acquire("k", id: "one", ttl: day) == .done)
    #expect(locks.delete("k") == .done)
    #expect(locks.read("k") == .nobody)
  }

  @Test("Keys and ids may hold spaces, quotes, line ends and nothing at all")
  func oddNames() {
    var locks = RedisLocks(port: server.port)
    for name in ["two words", "a\"b'c", "line\r\nend", "grün 😀", "nul\0inside", ""] {
      #expect(locks.acquire("key " + name, id: name, ttl: day) == .done, "\(name)")
      #expect(locks.read("key " + name) == .id(name), "\(name)")
      #expect(locks.compareAndDelete("key " + name, id: name) == .done, "\(name)")
    }
  }

  @Test("A lock expires, and its late holder can neither renew nor release the next one's")
  func expiry() {
    var locks = RedisLocks(port: server.port)
    #expect(locks.acquire("k", id: "one", ttl: .milliseconds(40)) == .done)
    #expect(eventually { locks.acquire("k", id: "two", ttl: day) == .done })
    #expect(locks.renew("k", id: "one", ttl: day) == .declined)
    #expect(locks.compareAndDelete("k", id: "one") == .declined)
    #expect(locks.read("k") == .id("two"))
  }

  @Test("A renewed lock outlives its first time to live")
  func renewal() {
    var locks = RedisLocks(port: server.port)
    #expect(locks.acquire("long", id: "one", ttl: .seconds(60)) == .done)
    #expect(locks.renew("long", id: "one", ttl: .milliseconds(20)) == .done)
    // A renewal sets the time to live, so a shorter one ends the lock sooner: seen without waiting.
    #expect(eventually { locks.read("long") == .nobody })
  }

  @Test("A Redis that does not answer is a time-out, and the connection is made again after it")
  func timeout() {
    var locks = RedisLocks(port: server.port, timeout: .milliseconds(50))
    #expect(locks.acquire("k", id: "one", ttl: day) == .done)
    server.freeze()
    guard case .failed(let failure) = locks.read("k") else {
      server.resume()
      Issue.record("a frozen server answered")
      return
    }
    server.resume()
    #expect(failure.kind == .timedOut, "\(failure)")
    #expect(eventually { locks.read("k") == .id("one") })
  }

  @Test("A Redis that is gone is a failure each time, not a crash")
  func gone() {
    var locks = RedisLocks(port: server.port)
    #expect(locks.acquire("k", id: "one", ttl: day) == .done)
    server.stop()
    guard case .failed(let first) = locks.read("k") else {
      Issue.record("a stopped server answered")
      return
    }
    #expect(first.kind == .closed, "\(first)")
    guard case .failed(let second) = locks.read("k") else {
      Issue.record("a stopped server answered")
      return
    }
    #expect(second.kind == .unreachable, "\(second)")
  }

  @Test("What Redis refuses is a failure with its words")
  func rejected() throws {
    let closed = try RedisServer(["--requirepass", "secret"])
    var locks = RedisLocks(port: closed.port)
    var last = LockReply.done
    let isRefused = eventually {
      last = locks.acquire("k", id: "one", ttl: day)
      if case .failed(let failure) = last { return failure.kind == .rejected }
      return false
    }
    #expect(isRefused, "\(last)")
    guard case .failed(let failure) = last else { return }
    #expect(failure.text.hasPrefix("NOAUTH"), "\(failure)")
    guard case .failed(let unread) = locks.read("k") else {
      Issue.record("a locked server answered")
      return
    }
    #expect(unread.kind == .rejected)
  }

  @Test("Redis and the simulated lock service answer alike", arguments: UInt64(1)...5)
  func agreement(seed: UInt64) {
    var locks = RedisLocks(port: server.port)
    var policy = LockPolicy()
    policy.ttl = day
    var book = AgreementBook(policy)
    var random = SeededRandom(Seed(seed).stream("agreement"))
    for step in 0..<1000 {
      let key = random.index(below: 3)
      let client = random.index(below: 4)
      let command = AgreementBook.commands[random.index(below: AgreementBook.commands.count)]
      let name = RedisLocks.key(session: "\(seed)-\(key)")
      let id = book.token(of: client, key: key)
      let simulated = book.answer(command, key: key, client: client)
      // What was granted is noted in Redis under the service's token, the newest by now.
      let real: Bool
      switch command {
      case .acquire:
        let newest = book.token(of: client, key: key)
        real = locks.acquire(name, id: "\(newest)", ttl: day) == .done
      case .read: real = locks.read(name) == .id("\(id)")
      case .delete: real = locks.delete(name) == .done
      case .compareAndDelete: real = locks.compareAndDelete(name, id: "\(id)") == .done
      default: real = locks.renew(name, id: "\(id)", ttl: day) == .done
      }
      guard real == simulated else {
        Issue.record("seed \(seed), step \(step): \(command) gave \(real), not \(simulated)")
        return
      }
    }
  }
}

/// The simulated side: the store, and the newest token that each client was given for each key.
private struct AgreementBook: ~Copyable {
  static let commands: [LockCommand] = [.acquire, .read, .delete, .compareAndDelete, .renew]

  private var store: LockStore
  private var answers = Table<LockAnswer>()
  /// By key and client; 0 until the first grant, and no token is 0.
  private var tokens = [UInt32](repeating: 0, count: 12)
  private let now = Instant.zero + .seconds(1)

  init(_ policy: LockPolicy) { store = LockStore(policy) }

  func token(of client: Int, key: Int) -> UInt32 { tokens[key * 4 + client] }

  /// True: it did what it was asked to.
  mutating func answer(_ command: LockCommand, key: Int, client: Int) -> Bool {
    let wasHeld = tokens[(key * 4)..<(key * 4 + 4)].contains { isHeld(key, by: $0) }
    let token = tokens[key * 4 + client]
    let wasMine = isHeld(key, by: token)
    run(command, key: key, client: client, token: token)
    switch answers[0] {
    case .granted(_, let token):
      tokens[key * 4 + client] = token
      return true
    case .refused: return false
    case .wasMine(_, let mine), .renewed(_, let mine): return mine
    // The store answers a release the same way whether or not there was something to release.
    default: return command == .delete ? wasHeld : wasMine
    }
  }

  private mutating func isHeld(_ key: Int, by token: UInt32) -> Bool {
    run(.read, key: key, client: 0, token: token)
    if case .wasMine(_, true) = answers[0] { return true }
    return false
  }

  private mutating func run(_ command: LockCommand, key: Int, client: Int, token: UInt32) {
    answers.removeAll()
    let turn = TurnID(instance: 0, place: client)
    store.handle(command, SessionID(key), from: turn, token: token, at: now, into: &answers)
  }
}
