// The books of turns over all patterns and routings, with evictions, losses, several app instances
// and two threads: nothing that was planned is ever forgotten. And what a freeze does to open and
// to closed arrivals.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite(.serialized, LiveTrial.long) struct PeopleTests {
  private static let crowd = """
    seatrial: 1
    name: crowd
    seed: 9
    workload:
      users: 60
      think: exponential(150ms)
      sessions: {turns: geometric(4), per-user: 2}
      phases: {warm-up: 0s, measure: 2s}
    model: {latency: exponential(20ms), failures: {share: 2%, status: 401}}
    fleet:
      servers: 3
      storage: shared
      events: lean
      costs: {turn-before: 500us, turn-after: 500us, create: 1ms, resume: 1ms, destroy: 500us}
    app:
      instances: 3
      balance: round-robin
      timeout: 500ms
      sessions: {limit: 12, evict: oldest}
    run: {drain: 1s, threads: 2}
    variants:
      modulo: {app.routing: sticky-modulo}
      round-robin: {app.routing: round-robin}
      rendezvous: {app.routing: rendezvous}
      bounded: {app.routing: bounded-load}
      least: {app.routing: least-active}
      choices: {app.routing: two-choices}
      random: {app.routing: random}
      reserve: {app.sessions.evict: lru-pinned, app.sessions.overflow: reserve}
      reject:
        app.sessions: {evict: lru-pinned, when-busy: reject, limit: 2}
      ephemeral: {workload.sessions.kind: ephemeral, workload.sessions.per-user: 1}
      isolated: {app.pattern: isolated, app.sessions.limit: unlimited, workload.users: 12}
      kill:
        app.pattern: isolated
        app.pool: {release: session-end, stop: kill}
        workload.users: 12
      hang-up:
        app.pattern: isolated
        app.pool: {release: session-end, stop: disconnect}
        workload: {users: 6, tabs: 2}
      shared-sessions: {app.pattern: collaborative, app.lock.acquire: retry, workload.tabs: 2}
      losses:
        app.health-check: 300ms
        fleet.changes:
          - {at: 400ms, lose: 1, back-after: 500ms}
          - {at: 800ms, add: 1}
          - {at: 1200ms, remove: 1}
          - {at: 1500ms, lose: 1}
      people: {app.connections: per-user}
      open: {workload.arrivals: constant(150/s)}
      open-lost:
        workload.arrivals: poisson(150/s)
        fleet.changes: [{at: 700ms, lose: 1, back-after: 600ms}]
      visits: {workload.arrivals: poisson(150/s), workload.arrival-brings: visit}

    """

  @Test("what was planned has ended or is under way: every pattern, routing and accident")
  func books() throws {
    try LiveTrial.test { trial in
      try trial.seatrial.write(Self.crowd, to: "live.yaml")
      let run = try trial.run("--no-progress")
      // Whether the machine kept up is not what this is about.
      #expect([0, 4].contains(run.code), "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.variants.count == 20)
      for variant in result.variants {
        let reasons = result.reasons.filter { $0.hasPrefix("\(variant.name): ") }
        try expectBalance(variant, reasons)
        #expect(variant.count("turns.completed") > 0, "\(variant.name): \(reasons)")
      }
      func variant(_ name: String) throws -> VariantResult {
        try #require(result.variants.first { $0.name == name })
      }
      // The scenario does what it says: otherwise the books would balance for nothing.
      #expect(try variant("modulo").count("sessions.evicted") > 0)
      #expect(try variant("losses").count("server.crashes") == 2)
      #expect(try variant("losses").count("cli.restarted") == 1)
      #expect(try variant("losses").count("cli.stopped") == 1)
      #expect(try variant("visits").count("turns.dropped") > 0)
      #expect(try variant("kill").count("cli.stopped") > 0)
      #expect(try variant("reject").count("turns.rejected") > 0)
      #expect(try variant("shared-sessions").count("locks.attempts") > 0)
      try trial.expectNothingLeft("a crowd")
    }
  }

  /// One server freezes for two seconds out of eight.
  private func freeze(_ settings: [String]) throws -> VariantResult {
    var variant: VariantResult?
    try LiveTrial.test { trial in
      let process = try trial.start(
        LiveTrial.set(
          [
            "fleet.servers=1", "workload.phases.measure=8s", "run.drain=10s",
            "workload.sessions.turns=unlimited",
          ] + settings))
      let servers = try trial.servers(1, of: process)
      _ = usleep(2_000_000)
      _ = kill(servers[0], SIGSTOP)
      _ = usleep(2_000_000)
      _ = kill(servers[0], SIGCONT)
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      try expectBalance(result.variants[0], result.reasons)
      variant = result.variants[0]
    }
    return try #require(variant)
  }

  @Test("a freeze of two seconds shows in what people wait for, and hardly where they wait in turn")
  func coordinatedOmission() throws {
    let open = try freeze(["workload.arrivals=constant(25/s)", "workload.users=20"])
    let naive = try freeze(["workload.users=3", "workload.think=20ms"])
    func figures(_ variant: VariantResult, _ metric: String) -> String {
      "p50 \(variant.seconds(metric, .p50)) p95 \(variant.seconds(metric, .p95)) p99 "
        + "\(variant.seconds(metric, .p99)) max \(variant.seconds(metric, .max)) s"
    }
    print("open arrivals, turn.response: \(figures(open, "turn.response"))")
    print("three in turn, turn.service:  \(figures(naive, "turn.service"))")
    // Two of eight seconds: a quarter of the arrivals, evenly late by nothing to two seconds.
    #expect(abs(open.count("turns.planned") - 199) <= 1)
    #expect(abs(open.seconds("turn.response", .p90) - 1.2) < 0.3)
    #expect(open.seconds("turn.response", .max) > 1.7)
    #expect(open.seconds("turn.response", .p50) < 0.3)
    // Nobody asks while it is frozen, so nobody is seen to wait: three of some hundred turns.
    #expect(naive.count("turns.completed") > 300)
    #expect(naive.seconds("turn.service", .p99) < 0.2)
    #expect(naive.seconds("turn.service", .max) > 1.7)
    // The driver was on time all along: the lateness is the server's.
    #expect(open.seconds("driver.lag", .p95) < 0.05)
  }
}
