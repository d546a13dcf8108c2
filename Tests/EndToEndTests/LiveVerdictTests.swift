// What a live run says of itself: when its figures are not to be believed, and what they cost.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite struct LiveVerdictTests {
  @Test("Doubts end a run with 4 where the scenario asks for strictness, and with 0 elsewhere")
  func strictness() throws {
    try LiveTrial.test { trial in
      for (strict, code) in [("on", Int32(4)), ("off", 0)] {
        let run = try trial.run(
          ["--no-progress"]
            + LiveTrial.set([
              "workload.users=2", "model.latency=300ms", "workload.phases.measure=2s",
              "run.strict=\(strict)",
            ]))
        #expect(run.code == code, "\(strict): \(run.errors)")
        let result = try trial.seatrial.result(at: "o/result.json")
        #expect(result.verdict == .suspect)
        #expect(result.reasons.contains { $0.contains("turns are too few for a p99") })
      }
    }
  }

  @Test("A driver that stood still keeps every planned instant, and voids its figures")
  func late() throws {
    try LiveTrial.test { trial in
      let process = try trial.start(
        LiveTrial.set([
          "workload.arrivals=poisson(100/s)", "workload.think=0s", "workload.phases.measure=5s",
        ]))
      _ = try trial.servers(2, of: process)
      process.send(SIGSTOP)
      _ = usleep(1_500_000)
      process.send(SIGCONT)
      let run = process.wait()
      #expect(run.code == 4, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = result.variants[0]
      #expect(result.verdict == .invalid)
      #expect(
        result.reasons.contains { $0.contains("the driver was late: lag p99 1") },
        "\(result.reasons)")
      #expect(result.reasons.contains { $0.contains("before the driver came to them") })
      // They came while it stood, were sent late, and their response counts from the plan.
      #expect(variant.count("turns.late") > 50 && variant.seconds("driver.lag", .max) > 1.4)
      #expect(variant.seconds("turn.response", .p95) > 1)
      #expect(variant.seconds("turn.service", .p95) < 0.5)
      try expectBalance(variant, result.reasons)
      /// The longest time without any, in seconds.
      func pause(_ name: String) throws -> Double {
        let series = try #require(variant.series.first { $0.name == name })
        var (longest, length) = (0, 0)
        for value in series.values {
          length = (value ?? 0) == 0 ? length + 1 : 0
          longest = max(longest, length)
        }
        return Double(longest) * series.stepSeconds
      }
      // What was planned went on meanwhile; what was sent did not.
      #expect(try pause("turns.planned") < 0.5 && pause("turns.sent") > 1.2)
    }
  }

  @Test("With a connection for each person the result says how many events a turn costs")
  func broadcast() throws {
    try LiveTrial.test { trial in
      func events(_ connections: String) throws -> Double {
        let run = try trial.run(
          ["--no-progress"] + LiveTrial.set(["app.connections=\(connections)"]))
        let result = try trial.seatrial.result(at: "o/result.json")
        let said = result.environment.first { $0.name == "broadcast (base)" }?.value
        #expect((said != nil) == (connections == "per-user"), "\(run.errors)")
        if let said { #expect(said.contains(" a turn; with a connection for each person")) }
        let variant = result.variants[0]
        #expect(variant.count("turns.completed") > 50)
        return Double(variant.count("events.broadcast")) / Double(variant.count("turns.completed"))
      }
      // Twenty people on two servers: ten connections hear of every turn instead of one.
      let (shared, own) = (try events("shared"), try events("per-user"))
      #expect(own > 5 * shared, "\(shared) and \(own) events a turn")
    }
  }
}
