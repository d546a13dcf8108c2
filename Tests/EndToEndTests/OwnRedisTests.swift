// Locks in a Redis that somebody else runs: with a password, with keys of its own that must stay,
// far away, and one that is restarted or sleeps in the middle of a run. Each test starts its own
// redis-server; skipped where none is installed.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

/// A redis-server with a password, on a free loopback port.
struct OwnRedis {
  static let password = "correct-horse-7"

  let trial: LiveTrial
  let port: Int
  private(set) var process: Process

  init(_ trial: LiveTrial) throws {
    self.trial = trial
    let listener = try freeListener("127.0.0.1")
    port = Int(listener.port)
    _ = consume listener
    process = try OwnRedis.launch(trial, port)
    try waitUntilUp()
  }

  private static func launch(_ trial: LiveTrial, _ port: Int) throws -> Process {
    try Process(
      "/usr/bin/env",
      trial.command("redis-server") + [
        "--port", "\(port)", "--bind", "127.0.0.1", "--dir", trial.seatrial.folder, "--save", "",
        "--appendonly", "no", "--requirepass", password, "--enable-debug-command", "yes",
      ], in: trial.seatrial.folder)
  }

  private func waitUntilUp() throws {
    try eventually("Redis answers") {
      (try? ask("PING"))?.output == "PONG\n"
    }
  }

  /// Empty afterwards, as it keeps nothing on disk.
  mutating func restart() throws {
    stop()
    process = try OwnRedis.launch(trial, port)
    try waitUntilUp()
  }

  func stop() {
    process.send(SIGKILL)
    _ = process.wait()
  }

  @discardableResult
  func ask(_ words: String..., database: Int = 3) throws -> Finished {
    let process = try Process(
      "/usr/bin/env",
      ["REDISCLI_AUTH=\(OwnRedis.password)", "redis-cli", "-p", "\(port)", "-n", "\(database)"]
        + words, in: trial.seatrial.folder)
    return process.wait()
  }

  var url: String { "app.lock.url=redis://localhost:\(port)/3" }
  static var secret: String { "SEATRIAL_REDIS_PASSWORD=\(password)" }
}

@Suite(.enabled(if: RedisRun.hasServer, "redis-server is not on the PATH"), .serialized)
struct OwnRedisTests {
  /// Twelve groups of five who poll every few milliseconds: a lock is wanted again at once.
  private static let eager = """
    seatrial: 1
    name: own-redis
    seed: 8
    workload:
      users: 60
      think: exponential(300ms)
      groups: {size: 5, share: 100%}
      phases: {warm-up: 0s, measure: 3s}
    model: {latency: "uniform(60ms, 140ms)"}
    fleet:
      servers: 2
      storage: shared
      events: lean
      costs: {turn-before: 500us, turn-after: 500us, create: 1ms, resume: 1ms, destroy: 1ms}
    app:
      instances: 2
      balance: round-robin
      pattern: collaborative
      route-by: session
      routing: rendezvous
      timeout: 20s
      lock:
        backend: redis
        ttl: 10s
        acquire: retry
        retry-initial: 4ms
        retry-maximum: 8ms
        release: get-then-delete
    run: {drain: 5s}

    """

  private func test(_ body: (LiveTrial, inout OwnRedis) throws -> Void) throws {
    try LiveTrial.test { trial in
      try trial.seatrial.write(Self.eager, to: "live.yaml")
      var redis = try OwnRedis(trial)
      defer { redis.stop() }
      try body(trial, &redis)
    }
  }

  @Test("A run takes its locks in a Redis with a password, touches nothing else and leaves nothing")
  func password() throws {
    try test { trial, redis in
      try redis.ask("SET", "session-lock:0", "mine")
      try redis.ask("RPUSH", "waiting:0", "mine")
      try redis.ask("SET", "other", "too", database: 0)
      func driven() throws -> Finished {
        let process = try trial.start(
          LiveTrial.set([redis.url, "app.lock.acquire=fifo"]), settings: [OwnRedis.secret])
        try eventually("its keys are there") {
          (try? redis.ask("KEYS", "seatrial:*"))?.output.contains("seatrial:") == true
        }
        // The driver needs it, its servers do not.
        let servers = trial.processes("mock-copilot\0--headless")
        #expect(!servers.isEmpty)
        for server in servers {
          #expect(!text("/proc/\(server)/environ").contains(OwnRedis.password))
        }
        return process.wait()
      }
      var run = try driven()
      // The driver itself was too late, as it says: a machine that stood still.
      for _ in 0..<2 where run.code == 4 { run = try driven() }
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.variants[0].count("locks.acquired") > 100, "\(result.reasons)")
      #expect(result.variants[0].findings.isEmpty)
      #expect(try redis.ask("DBSIZE").output == "2\n")
      #expect(try redis.ask("GET", "session-lock:0").output == "mine\n")
      #expect(try redis.ask("DBSIZE", database: 0).output == "1\n")
      let files = text("\(trial.seatrial.folder)/o/result.json") + run.errors + run.output
      #expect(!files.contains(OwnRedis.password))
    }
  }

  @Test("A wrong password, and none, end the run with code 6 and say where it is read from")
  func wrongPassword() throws {
    try test { trial, redis in
      for settings in [[], ["SEATRIAL_REDIS_PASSWORD=wrong-horse"]] {
        let run = try trial.run("--set", redis.url, settings: settings)
        #expect(run.code == 6, "\(run.errors)")
        #expect(run.errors.contains("SEATRIAL_REDIS_PASSWORD"), "\(run.errors)")
        #expect(!run.errors.contains("wrong-horse"))
      }
      let nowhere = try trial.run(
        "--set", "app.lock.url=redis://no-such-host.invalid/0", settings: [OwnRedis.secret])
      #expect(nowhere.code == 6 && nowhere.errors.contains("the name is not known"))
    }
  }

  @Test(
    "A Redis that is restarted empty forgets its locks: counted, explained, and found",
    LiveTrial.long)
  func restarted() throws {
    try test { trial, redis in
      let process = try trial.start(
        LiveTrial.set([redis.url, "workload.phases.measure=5s", "app.routing=round-robin"]),
        settings: [OwnRedis.secret])
      try eventually("it measures") { process.errorsSoFar.contains("base: measuring") }
      _ = usleep(1_000_000)
      try redis.restart()
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = result.variants[0]
      #expect(result.verdict == .suspect)
      #expect(result.reasons.contains { $0.contains("made again") }, "\(result.reasons)")
      // Whoever was inside has company now.
      #expect(variant.findings.contains { $0.kind == "double-held" }, "\(result.reasons)")
      #expect(variant.count("locks.double_held") > 0 && variant.count("locks.expired") > 0)
      // And it went on afterwards.
      let last = try #require(variant.series.first { $0.name == "turn.throughput" }?.values.last)
      #expect(try #require(last) > 10)
      try expectBalance(variant, result.reasons)
    }
  }

  @Test(
    "A Redis that sleeps for a second makes turns wait, and nothing is lost by it", LiveTrial.long)
  func sleeps() throws {
    try test { trial, redis in
      let process = try trial.start(LiveTrial.set([redis.url]), settings: [OwnRedis.secret])
      try eventually("it measures") { process.errorsSoFar.contains("base: measuring") }
      _ = usleep(800_000)
      try redis.ask("DEBUG", "SLEEP", "1")
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = result.variants[0]
      #expect(variant.seconds("lock.wait", .max) > 0.8, "\(result.reasons)")
      #expect(variant.findings.isEmpty && variant.count("turns.failed") == 0)
      try expectBalance(variant, result.reasons)
    }
  }

  @Test(
    "Far from Redis the guide's GET and DEL come apart: a release takes another's lock",
    LiveTrial.long)
  func far() throws {
    try test { trial, redis in
      let (slow, port) = try trial.listener(
        "python3", [Seatrial.root + "/Tests/EndToEndTests/Peers/slow.py", "\(redis.port)", "5"])
      defer { slow.send(SIGKILL); _ = slow.wait() }
      func run(_ settings: [String]) throws -> VariantResult {
        let run = try trial.start(
          LiveTrial.set(
            ["app.lock.url=redis://127.0.0.1:\(port)/3", "app.lock.ttl=100ms"] + settings),
          settings: [OwnRedis.secret]
        ).wait()
        #expect(run.code == 0, "\(run.errors)")
        return try trial.seatrial.result(at: "o/result.json").variants[0]
      }
      let guide = try run([])
      let wrong = guide.findings.filter { $0.kind == "wrong-release" }
      #expect(guide.count("locks.wrong_release") > 0 && !wrong.isEmpty)
      for finding in wrong {
        #expect(finding.user != nil && finding.turn != nil && finding.server != nil)
        let sent = try #require(finding.sentSeconds)
        // It had held the lock for about as long as the lock lasts.
        #expect(finding.atSeconds > sent && finding.atSeconds < sent + 0.3, "\(finding.text)")
      }
      let safe = try run(["app.lock.release=compare-and-delete"])
      #expect(!safe.findings.contains { $0.kind == "wrong-release" })
      #expect(safe.count("locks.wrong_release") == 0 && safe.count("locks.expired") > 0)
    }
  }
}
