// Locks in a real Redis beside the simulation and beside the closed forms: how often fail-fast
// refuses, how long a queue and polling make wait, and how contention grows with the number of
// people in a session. Prints the table; `make locks` runs it.
import Basics
import LinuxIO
import Metrics
import Statistics
import Testing

@Suite(
  LiveTrial.long, .enabled(if: RedisRun.hasServer, "redis-server is not on the PATH"), .serialized)
struct LockAgreementTests {
  /// A refusal rate may be apart by this much, a wait by this share of the other.
  private static let refusedApart = 0.03
  private static let waitApart = 0.15

  private struct Pair {
    let live: VariantResult
    let simulated: VariantResult

    init(_ live: RunResult, _ simulated: RunResult, _ name: String) throws {
      self.live = try #require(live.variants.first { $0.name == name })
      self.simulated = try #require(simulated.variants.first { $0.name == name })
    }

    /// What the closed forms are asked for is what was really held: a turn and two commands.
    var hold: Double { live.seconds("lock.hold", .mean) }
    var refused: (live: Double, simulated: Double) {
      (rate(live), rate(simulated))
    }
    var wait: (live: Double, simulated: Double) {
      (live.seconds("lock.wait", .mean), simulated.seconds("lock.wait", .mean))
    }

    private func rate(_ variant: VariantResult) -> Double {
      Double(variant.count("locks.refused")) / Double(variant.count("locks.attempts"))
    }
  }

  private func bothWays(_ file: String, _ body: (RunResult, RunResult) throws -> Void) throws {
    try Seatrial.test { seatrial in
      let path = "\(Seatrial.root)/scenarios/\(file).yaml"
      let run = try seatrial.run("run", path, "--out", "l", "--no-progress")
      try #require(run.code == 0, "\(run.errors)")
      let simulation = try seatrial.run(
        "simulate", path, "--out", "s", "--quiet", "--set", "workload.phases.measure=60s")
      try #require(simulation.code == 0, "\(simulation.errors)")
      let live = try seatrial.result(at: "l/result.json")
      for variant in live.variants {
        #expect(variant.findings.isEmpty, "\(variant.findings.map(\.text))")
        for name in ["locks.double_held", "locks.wrong_release", "locks.stale_writes"] {
          #expect(variant.count(name) == 0, "\(variant.name): \(name)")
        }
      }
      try body(live, try seatrial.result(at: "s/result.json"))
    }
  }

  private func row(_ name: String, _ live: Double, _ simulated: Double, _ form: String) {
    func text(_ value: Double) -> String { "\(Double(Int(value * 10_000 + 0.5)) / 10_000)" }
    print(name, text(live), text(simulated), form, separator: "\t")
  }

  @Test("Fail-fast, queue and polling at a Poisson stream: live, simulated and by formula")
  func open() throws {
    try bothWays("locks-open") { live, simulated in
      print("lock\tlive\tsimulated\tclosed form (within \(Self.refusedApart), \(Self.waitApart))")
      let rate = 200.0 / 40

      let fast = try Pair(live, simulated, "base")
      let erlang = LockContention.refused(attemptRate: rate, meanHold: fast.hold)
      row("fail-fast, refused", fast.refused.live, fast.refused.simulated, "\(erlang)")
      #expect(abs(fast.refused.live - fast.refused.simulated) < Self.refusedApart)
      #expect(abs(fast.refused.live - erlang) < Self.refusedApart)

      let fifo = try Pair(live, simulated, "fifo")
      let queued = LockContention.queuedMeanWait(attemptRate: rate, hold: .fixed(fifo.hold))
      row("fifo, mean wait in s", fifo.wait.live, fifo.wait.simulated, "\(queued)")
      #expect(abs(fifo.wait.live / fifo.wait.simulated - 1) < Self.waitApart)
      #expect(abs(fifo.wait.live / queued - 1) < Self.waitApart)

      // Pauses are uniform up to 50 ms.
      let retry = try Pair(live, simulated, "retry")
      let polled = PolledLock(
        attemptRate: rate, hold: retry.hold, pause: .uniform(longest: 0.05)
      ).meanWait
      row("retry, mean wait in s", retry.wait.live, retry.wait.simulated, "\(polled)")
      #expect(abs(retry.wait.live / retry.wait.simulated - 1) < Self.waitApart)
      #expect(abs(retry.wait.live / polled - 1) < Self.waitApart)
      #expect(retry.wait.live > fifo.wait.live)
    }
  }

  @Test("Contention grows with the people in a session as Engset says")
  func people() throws {
    try bothWays("locks-by-people") { live, simulated in
      print("people\tlive\tsimulated\tEngset (within \(Self.refusedApart))")
      var last = 0.0
      for size in [2, 3, 5, 8] {
        let name = size == 5 ? "base" : "size=\(size)"
        let pair = try Pair(live, simulated, name)
        let engset = LockContention.refused(users: size, pause: 1, meanHold: pair.hold)
        row("\(size), refused", pair.refused.live, pair.refused.simulated, "\(engset)")
        #expect(abs(pair.refused.live - pair.refused.simulated) < Self.refusedApart)
        #expect(abs(pair.refused.live - engset) < Self.refusedApart)
        #expect(pair.refused.live > last)
        last = pair.refused.live
      }
    }
  }
}
