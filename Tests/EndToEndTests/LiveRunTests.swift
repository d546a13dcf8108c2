// A live run's own care: other threads' sessions, time before its clock begins, scenarios that are
// no files, prompts that fill a message.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite struct LiveRunTests {
  private func drive(_ settings: [String]) throws -> VariantResult {
    var found: VariantResult?
    try LiveTrial.test { trial in
      let run = try trial.run(["--no-progress"] + LiveTrial.set(settings))
      let result = try trial.seatrial.result(at: "o/result.json")
      found = result.variants.first
      #expect(![1, 2, 6, 104].contains(run.code), "\(run.errors)")
    }
    return try #require(found)
  }

  @Test("The clean-up job leaves alone what another thread has open", arguments: [1, 3])
  func cleanUp(threads: Int) throws {
    let variant = try drive([
      "run.threads=\(threads)", "app.instances=3", "app.balance=by-user", "workload.users=9",
      "workload.think=2500ms", "workload.start=at-once", "workload.sessions.turns=unlimited",
      "workload.phases.measure=7s", "app.clean-up.every=1s", "app.clean-up.older-than=1500ms",
    ])
    // Open all the time, though nobody asks for longer than that.
    #expect(variant.count("turns.completed") > 15)
    #expect(variant.count("turns.failed") == 0 && variant.count("sessions.deleted") == 0)
    #expect(variant.count("turns.lost") == 0)
  }

  @Test("Time-outs are those of the run, however long its servers took to start")
  func slowStart() throws {
    let variant = try drive([
      "fleet.faults=[slow-start=3s]", "model.latency=30s", "app.timeout=1s", "workload.users=4",
      "workload.start=at-once", "workload.think=100ms", "workload.phases.measure=4s",
      "run.drain=100ms", "run.audit=0s",
    ])
    #expect(variant.count("turns.timed_out") >= 4, "\(variant.count("turns.planned")) planned")
  }

  @Test("An ended conversation's late turn does not find its own turns to be another's")
  func lateTurns() throws {
    let variant = try drive([
      "workload.users=4", "workload.tabs=3", "workload.sessions.turns=4",
      "workload.sessions.at-end=leave", "model.latency=exponential(150ms)", "fleet.servers=1",
      "app.sessions.overflow=reserve", "workload.phases.measure=4s",
    ])
    #expect(variant.count("turns.completed") > 50)
    #expect(variant.count("turns.foreign") == 0 && variant.count("turns.evicted") == 0)
    #expect(variant.count("turns.failed") == 0 && variant.findings.isEmpty)
  }

  @Test("A session that ends with its process is deleted before the connection closes")
  func sessionEnd() throws {
    let variant = try drive([
      "app.pattern=isolated", "app.pool.release=session-end", "workload.users=2",
      "workload.sessions.turns=1", "workload.start=at-once", "workload.phases.measure=4s",
      "run.audit=0s",
    ])
    let deleted = variant.count("sessions.deleted")
    // A home has some bytes of its own; a session would have thousands.
    #expect(deleted > 0 && variant.count("disk.bytes") < 1000 * (deleted + 1))
  }

  @Test("A scenario from a pipe, with a profile of the library, is driven as one from a file")
  func pipe() throws {
    try LiveTrial.test { trial in
      let folder = trial.seatrial.folder
      try trial.seatrial.write(
        text("\(Seatrial.root)/scenarios/profiles/free.json"), to: "profiles/own.json")
      let piped = try Process(
        "/bin/sh",
        [
          "-c",
          "cat live.yaml | exec '\(Seatrial.program)' run - --no-progress --out o "
            + "--set fleet.profile=own --set model.latency=300ms",
        ], in: folder
      ).wait()
      // 4: a machine that stood still for long.
      #expect(piped.code == 0 || piped.code == 4, "\(piped.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.variants[0].count("turns.completed") > 20)
    }
  }

  @Test("Prompts of 17 MB come through, which an event repeats twice")
  func longPrompt() throws {
    let variant = try drive([
      "workload.users=1", "workload.prompt=17MB", "workload.think=200ms", "fleet.servers=1",
      "workload.start=at-once", "workload.phases.measure=3s", "run.audit=0s",
    ])
    #expect(variant.count("turns.completed") > 0 && variant.count("turns.failed") == 0)
  }

  @Test("A run that is stopped in a window draws rates of whole windows")
  func partialWindow() throws {
    try LiveTrial.test { trial in
      // Windows of two seconds.
      let process = try trial.start(LiveTrial.set(["workload.phases.measure=4m"]))
      _ = try trial.servers(2, of: process)
      _ = usleep(2_300_000)
      process.send(SIGINT)
      #expect(process.wait().code == 130)
      let variant = try trial.seatrial.result(at: "o/result.json").variants[0]
      let series = try #require(variant.series.first { $0.name == "turn.throughput" })
      let rate = try #require(variant["turn.throughput"]?.value())
      let whole = Int(variant.measuredSeconds / 2)
      #expect(series.values.count == whole && series.stepSeconds == 2, "\(series)")
      let drawn = try #require(series.values.first ?? nil)
      #expect(drawn > 0.6 * rate && drawn < 1.6 * rate, "\(drawn) and \(rate)")
    }
  }
}
