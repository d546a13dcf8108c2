// Runs that are stopped, killed, or not allowed to write: each leaves what it can and says so.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite struct InterruptionTests {
  /// Enough work for minutes; nobody lets it finish.
  private static let long = [
    "--set", "workload.users=5000", "--set", "fleet.servers=200", "--set",
    "workload.phases.measure=20h", "--set", "app.sessions.limit=unlimited", "--out", "o",
    "--no-progress",
  ]

  private func startLong(_ seatrial: Seatrial, _ more: [String] = []) throws -> Process {
    let process = try Process(
      Seatrial.program, ["simulate", "small.yaml"] + Self.long + more, in: seatrial.folder)
    // The first part is written after the program has begun to listen for signals.
    try eventually("a first part") { Files.exists(seatrial.folder + "/o/result.json") }
    return process
  }

  @Test(
    "a signal stops the run, and the report is written, marked incomplete",
    arguments: [
      (SIGINT, Int32(130)), (SIGTERM, Int32(143)),
    ])
  func stopped(signal: Int32, code: Int32) throws {
    try Seatrial.test { seatrial in
      let process = try startLong(seatrial, ["--json"])
      process.send(signal)
      let run = process.wait()
      #expect(run.ending == .exited(code), "\(run.errors)")
      let result = try decoded(run.output)
      #expect(!result.complete && !result.reasons.isEmpty)
      #expect(try seatrial.result(at: "o/result.json") == result)
      #expect(run.errors.hasSuffix("result: o/result.json\n"))
    }
  }

  @Test("a run in the middle of its measurement reports what it has measured")
  func partialMeasurement() throws {
    try Seatrial.test { seatrial in
      let process = try startLong(seatrial, ["--set", "workload.phases.warm-up=0s"])
      // Twenty simulated hours take minutes; half a second of work is in the middle.
      try eventually("it simulates") { ticks(of: process.id) > 50 }
      process.send(SIGINT)
      #expect(process.wait().code == 130)
      let result = try seatrial.result(at: "o/result.json")
      #expect(!result.complete)
      #expect(result.variants[0]["turns.completed"]?.value() ?? 0 > 1000)
    }
  }

  @Test("a run that is stopped in its warm-up reports what there is, and that the start is in it")
  func partialWarmUp() throws {
    try Seatrial.test { seatrial in
      for warmUp in ["10h", "auto"] {
        let process = try startLong(seatrial, ["--set", "workload.phases.warm-up=\(warmUp)"])
        // Ten simulated hours take minutes; half a second of work is in the middle.
        try eventually("it simulates") { ticks(of: process.id) > 50 }
        process.send(SIGINT)
        #expect(process.wait().code == 130)
        let result = try seatrial.result(at: "o/result.json")
        #expect(!result.complete && result.verdict == .suspect, "\(warmUp): \(result.reasons)")
        #expect(result.reasons.contains { $0.contains("before its warm-up ended") })
        #expect(result.variants[0]["turns.completed"]?.value() ?? 0 > 1000)
        #expect(Files.remove(seatrial.folder + "/o/result.json") == nil)
      }
    }
  }

  @Test("a killed run leaves a readable part of its result")
  func killed() throws {
    try Seatrial.test { seatrial in
      let process = try seatrial.start(
        "simulate", "small.yaml", "--out", "o", "--precision", "0.01%", "--no-progress", "--set",
        "run.max-replications=10000", "--set", "workload.phases.measure=20m", "--variant", "base")
      // Every look finds a whole document: files are replaced, never written over.
      try eventually("a part after the first batch") {
        guard Files.exists(seatrial.folder + "/o/result.json") else { return false }
        do {
          let part = try seatrial.result(at: "o/result.json")
          return !part.complete && part.variants[0].replications >= 4
            && part.variants[0]["turns.completed"]?.value() ?? 0 > 1000
        } catch {
          Issue.record("a part cannot be read: \(error)")
          return true
        }
      }
      process.send(SIGKILL)
      #expect(process.wait().ending == .killed(by: SIGKILL))
      #expect(try !seatrial.result(at: "o/result.json").complete)
    }
  }

  @Test("a folder that cannot be written is explained; the table is printed all the same")
  func unwritable() throws {
    try Seatrial.test { seatrial in
      for out in ["small.yaml", "small.yaml/below", "/proc/nowhere"] {
        let run = try seatrial.run("simulate", "small.yaml", "--out", out)
        #expect(run.ending == .exited(1))
        #expect(run.output.contains("turn.response.p95"))
        #expect(run.errors.contains("cannot be written to \(out)/result.json"), "\(run.errors)")
        #expect(run.errors.contains("--out DIR"))
      }
    }
  }

  @Test(
    "a full disk behind stdout is explained and ends with 1",
    arguments: [
      ["simulate", "small.yaml", "--out", "o"], ["inspect", "small.yaml"], ["schema", "result"],
      ["validate", "small.yaml"], ["--help"],
    ])
  func fullDisk(line: [String]) throws {
    try Seatrial.test { seatrial in
      let run = try Process(
        Seatrial.program, line, in: seatrial.folder, output: .path("/dev/full")
      ).wait()
      #expect(run.ending == .exited(1), "\(run)")
      #expect(run.errors.contains("No space left on device"), "\(run.errors)")
    }
  }

  @Test(
    "a reader that has gone away is no failure",
    arguments: [
      ["simulate", "small.yaml", "--out", "o"], ["inspect", "small.yaml"], ["schema", "result"],
    ])
  func closedPipe(line: [String]) throws {
    try Seatrial.test { seatrial in
      let run = try Process(
        Seatrial.program, line, in: seatrial.folder, output: .closedPipe
      ).wait()
      #expect(run.ending == .exited(0), "\(run)")
      #expect(!run.errors.contains("Broken pipe"))
    }
  }
}
