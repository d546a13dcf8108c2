// Faults put into live runs on purpose, and what the checker says of them: a holder stalled past
// its lock's TTL, a process killed after idle and before its flush, a process that kills itself
// there, two servers with one session. Each must be found with session, turn, server and instants,
// and be gone with its cure.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite(.serialized) struct TruthRunTests {
  // MARK: a stalled holder

  /// Ten groups of five on two servers in turn. A turn takes a tenth of a second and a lock lasts
  /// for half of one, so nobody outlives it who is not stalled.
  private static let groups = """
    seatrial: 1
    name: stalled
    seed: 3
    workload:
      users: 50
      think: exponential(500ms)
      groups: {size: 5, share: 100%}
      phases: {warm-up: 0s, measure: 4s}
    model: {latency: 100ms}
    fleet:
      servers: 2
      storage: shared
      events: lean
      costs: {turn-before: 500us, turn-after: 500us, create: 1ms, resume: 1ms, destroy: 1ms}
    app:
      instances: 2
      balance: round-robin
      pattern: collaborative
      routing: round-robin
      timeout: 20s
      lock:
        ttl: 500ms
        acquire: retry
        retry-initial: 20ms
        retry-maximum: 50ms
        release: get-then-delete
    run: {drain: 6s}
    variants:
      fenced: {app.lock: {release: compare-and-delete, fencing: on}}
      renewed: {app.lock: {release: compare-and-delete, fencing: on, renew: on}}

    """

  /// Behind the sessions of the 50 people themselves.
  private static let shared = 50..<60

  private func stalled(
    _ variant: String, _ settings: [String] = []
  ) throws -> (variant: VariantResult, reasons: [String]) {
    var found: (VariantResult, [String])?
    try LiveTrial.test { trial in
      try trial.seatrial.write(Self.groups, to: "live.yaml")
      let process = try trial.start(["--variant", variant] + LiveTrial.set(settings))
      try eventually("the run is measuring") { process.errorsSoFar.contains(": measuring") }
      let servers = trial.processes("mock-copilot\0--headless")
      try #require(servers.count == 2)
      _ = usleep(500_000)
      _ = kill(servers[0], SIGSTOP)
      _ = usleep(1_500_000)
      _ = kill(servers[0], SIGCONT)
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      found = (try #require(result.variants.first), result.reasons)
      try trial.expectNothingLeft("a stalled holder")
    }
    return try #require(found)
  }

  @Test(
    "A holder stalled past its TTL: a second one enters, and its late write is a stale one",
    arguments: LiveTrial.isLong ? ["memory", "redis"] : ["memory"])
  func stalledHolder(backend: String) throws {
    if backend == "redis" && !RedisRun.hasServer { return }
    let (guide, reasons) = try stalled("base", ["app.lock.backend=\(backend)"])
    let doubles = guide.findings.filter { $0.kind == "double-held" }
    let stale = guide.findings.filter { $0.kind == "stale-write" }
    #expect(!doubles.isEmpty && !stale.isEmpty, "\(guide.findings.map(\.text)) \(reasons)")
    #expect(guide.count("locks.double_held") >= doubles.count)
    #expect(guide.count("locks.stale_writes") >= stale.count)
    for finding in doubles + stale {
      #expect(finding.user != nil && finding.turn != nil, "\(finding.text)")
      #expect(Self.shared.contains(finding.session), "\(finding.text)")
    }
    // All of those who wrote too late waited for the one server that stood still.
    #expect(Set(stale.map(\.server)).count == 1 && stale[0].server != nil)
    for finding in stale {
      #expect(try #require(finding.sentSeconds) < finding.atSeconds, "\(finding.text)")
      #expect(finding.atSeconds > 1.5 && finding.atSeconds < 5, "\(finding.text)")
    }
    // Some were sent before it stood still, others got their lock and were sent after it.
    #expect(stale.contains { $0.atSeconds - ($0.sentSeconds ?? .infinity) > 0.5 })
    // The checker looks at histories too, and these are in order: what broke is the lock's promise.
    for name in ["turns.lost", "turns.duplicated", "turns.foreign"] {
      #expect(guide.count(name) == 0, "\(name)")
    }
  }

  @Test("Fencing refuses the stalled holder's write; renewal keeps its lock", LiveTrial.long)
  func stalledHolderCured() throws {
    let (fenced, reasons) = try stalled("fenced")
    let kinds = Set(fenced.findings.map(\.kind))
    #expect(kinds.contains("double-held"), "\(reasons)")
    #expect(!kinds.contains("stale-write") && !kinds.contains("wrong-release"), "\(kinds)")
    #expect(fenced.count("locks.stale_writes") == 0 && fenced.count("turns.failed") > 0)
    let (renewed, _) = try stalled("renewed")
    #expect(renewed.findings.isEmpty, "\(renewed.findings.map(\.text))")
    #expect(renewed.count("locks.double_held") == 0 && renewed.count("locks.renewed") > 0)
  }

  // MARK: a killed server

  /// A turn is reported done a tenth of a second before its events are in the file.
  private static let crash = """
    seatrial: 1
    name: crash
    seed: 4
    workload:
      users: 40
      think: exponential(150ms)
      phases: {warm-up: 0s, measure: 3s}
    model: {latency: 20ms}
    fleet:
      servers: 2
      profile: free
      storage: shared
      events: lean
      costs: {turn-before: 500us, turn-after: 500us, create: 1ms, resume: 1ms, destroy: 1ms}
      changes: [{at: 1500ms, lose: 1, back-after: 500ms}]
    app: {routing: rendezvous, timeout: 20s, health-check: 200ms}
    run: {drain: 3s}
    variants:
      safe: {fleet.changes: [{at: 1500ms, remove: 1}]}
      fault:
        fleet.faults: [crash-after@turn=150]
        fleet.changes: [{at: 2600ms, add: 1}]

    """

  private func crashed(_ variant: String) throws -> VariantResult {
    var found: VariantResult?
    try LiveTrial.test { trial in
      try trial.seatrial.write(Self.crash, to: "live.yaml")
      // Its servers stand at once, so that one can be added in mid-run; flushes are late as ever.
      let free = "profiles/free.json"
      try trial.seatrial.write(text("\(Seatrial.root)/scenarios/\(free)"), to: free)
      let run = try trial.run("--variant", variant)
      #expect(run.code == 0, "\(run.errors)")
      found = try trial.seatrial.result(at: "o/result.json").variants.first
    }
    return try #require(found)
  }

  @Test("A server killed between idle and flush loses what it acknowledged: named and timed")
  func killed() throws {
    let variant = try crashed("base")
    let lost = variant.findings.filter { $0.kind == "lost" }
    #expect(variant.count("turns.lost") > 0 && !lost.isEmpty, "\(variant.findings.map(\.text))")
    // Half a second without a turn of its begins when it was killed, on whatever machine.
    let turns = try #require(variant.servers[1].series.first { $0.name == "turn.throughput" })
    let killed = try #require(Self.longestPause(of: turns))
    #expect(killed > 1.4, "\(turns.values)")
    for finding in lost {
      #expect(finding.user != nil && finding.turn != nil, "\(finding.text)")
      // Servers are lost from the end.
      #expect(finding.server == 1, "\(finding.text)")
      let acknowledged = try #require(finding.acknowledgedSeconds)
      #expect(acknowledged > killed - 0.3 && acknowledged < killed + 0.1, "\(finding.text)")
      #expect(try #require(finding.sentSeconds) < acknowledged, "\(finding.text)")
      #expect(finding.text.contains("cli-2"), "\(finding.text)")
    }
    #expect(variant.count("turns.duplicated") == 0 && variant.count("turns.foreign") == 0)
  }

  /// Where the longest stretch of nothing begins, in seconds.
  private static func longestPause(of series: SeriesResult) -> Double? {
    var found: (start: Int, length: Int)?
    var start = 0
    for (place, value) in series.values.enumerated() {
      if (value ?? 0) > 0 { start = place + 1 }
      if place + 1 - start > found?.length ?? 0 { found = (start, place + 1 - start) }
    }
    return found.map { series.startSeconds + Double($0.start) * series.stepSeconds }
  }

  @Test("A mock that kills itself right after idle loses that turn", LiveTrial.long)
  func killsItself() throws {
    let variant = try crashed("fault")
    #expect(variant.count("server.crashes") >= 2)
    // One for each at least: whose idle was the last thing heard of the process.
    #expect(variant.count("turns.lost") >= 2, "\(variant.findings.map(\.text))")
    #expect(Set(variant.findings.filter { $0.kind == "lost" }.compactMap(\.server)) == [0, 1])
  }

  @Test("A server that is drained loses nothing", LiveTrial.long)
  func drained() throws {
    let variant = try crashed("safe")
    #expect(variant.findings.isEmpty, "\(variant.findings.map(\.text))")
    #expect(variant.count("turns.lost") == 0 && variant.count("turns.completed") > 300)
  }

  // MARK: histories that cannot be read

  @Test("A torn line, which nobody can resume any more, has lost all turns of its session")
  func torn() throws {
    try LiveTrial.test { trial in
      // Sessions that last, so that those of the first second are there at the end.
      let process = try trial.start(LiveTrial.set(["workload.sessions.turns=1000"]))
      _ = try trial.servers(2, of: process)
      var torn: String?
      try eventually("a session is on the disk") {
        torn = Self.histories(below: trial.temporary).first
        return torn != nil
      }
      try Self.append(#"{"type":"user.mess"#, to: try #require(torn))
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = try #require(result.variants.first)
      let lost = variant.findings.filter { $0.kind == "lost" }
      #expect(variant.count("turns.lost") > 3 && lost.count == 1, "\(variant.findings.map(\.text))")
      let words = try #require(result.environment.first { $0.name.hasPrefix("histories checked") })
      #expect(words.value.contains("the file of a session is corrupted"), "\(words.value)")
      #expect(variant.count("turns.duplicated") + variant.count("turns.foreign") == 0)
    }
  }

  private static func histories(below folder: String) -> [String] {
    guard case .names(let names) = Files.list(folder) else { return [] }
    return names.flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      return name == "events.jsonl" ? [path] : histories(below: path)
    }
  }

  /// Without an end of line: what the server writes next goes on there.
  private static func append(_ text: String, to path: String) throws {
    let file = try Files.openForAppending(path).get()
    var bytes = ByteBuffer()
    bytes.append(text)
    guard case .moved = file.write(from: &bytes) else {
      Issue.record("\(path) could not be written")
      return
    }
  }

  @Test("Sessions that nobody can resume for another reason are a doubt with their number")
  func unreadable() throws {
    try LiveTrial.test { trial in
      let (mock, port) = try trial.listener(LiveTrial.mock, ["--headless", "--port", "0"])
      let (peer, front) = try trial.listener("python3", [LiveTrial.peer, "no-resume", "\(port)"])
      let run = try trial.run(
        LiveTrial.set([
          "fleet.cli=external", "fleet.targets=[\"127.0.0.1:\(front)\"]", "fleet.servers=1",
        ]))
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let doubt = result.reasons.first { $0.contains("could not be read at the end") }
      #expect(doubt?.contains("session.rescue") == true, "\(result.reasons)")
      let number = doubt?.split(separator: " ").compactMap { Int($0) }.first
      #expect(number ?? 0 > 5, "\(doubt ?? "none")")
      #expect(result.verdict == .suspect)
      // Nobody looked, so nothing is said of losses.
      #expect(result.variants.first?["turns.lost"] == nil)
      for process in [peer, mock] {
        process.send(SIGKILL)
        _ = process.wait()
      }
    }
  }

  // MARK: two servers, one session

  /// The provider sees every conversation, so it sees which one lacks a turn.
  private static let together = """
    seatrial: 1
    name: two-servers
    seed: 6
    workload:
      users: 40
      think: exponential(400ms)
      groups: {size: 4, share: 100%}
      phases: {warm-up: 0s, measure: 3s}
    model: {latency: 40ms}
    fleet:
      servers: 2
      storage: shared
      provider: fake
      events: lean
      costs: {turn-before: 500us, turn-after: 500us, create: 1ms, resume: 1ms, destroy: 1ms}
    app: {routing: round-robin, timeout: 20s, lock: {covers: never}}
    run: {drain: 3s}
    variants:
      safe: {app: {routing: rendezvous, route-by: session}}

    """

  @Test("Two servers with one session live: turns answered without what the other knows")
  func twoServers() throws {
    try LiveTrial.test { trial in
      try trial.seatrial.write(Self.together, to: "live.yaml")
      let run = try trial.run()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      try #require(result.variants.count == 2)
      let (guide, safe) = (result.variants[0], result.variants[1])
      let stale = guide.findings.filter { $0.kind == "stale-context" }
      #expect(guide.count("turns.stale_context") > 10 && stale.count == 5, "\(result.reasons)")
      for finding in stale {
        #expect(finding.user != nil && finding.turn != nil && finding.server != nil)
        #expect((40..<50).contains(finding.session), "\(finding.text)")
        let sent = try #require(finding.sentSeconds)
        #expect(finding.atSeconds >= sent && finding.atSeconds < sent + 1, "\(finding.text)")
      }
      #expect(safe.findings.isEmpty, "\(safe.findings.map(\.text))")
      #expect(safe.count("turns.stale_context") == 0 && safe.count("turns.completed") > 200)
    }
  }
}
