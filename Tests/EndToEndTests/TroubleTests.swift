// Servers that fail in the middle of a run: what happened is counted, the verdict is suspect, the
// reason is one line, and the books of turns balance.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite(LiveTrial.long) struct TroubleTests {
  private static let troubles: [(kind: String, words: String)] = [
    ("garbage", "sent what is not the protocol"),
    ("half", "had no answer 3.0 s after the end"),
    ("huge", "announced a message of more than 64 MiB"),
    ("no-json", "could not be read"),
    ("closes", "closed the connection"),
    // Closed or reset: whichever the kernel notices first.
    ("resets", "127.0.0.1:"),
    ("silent", "had no answer 3.0 s after the end"),
    ("deaf", "had no answer 3.0 s after the end"),
  ]

  @Test("a server that stops being one in mid-run makes the figures suspect", arguments: troubles)
  func trouble(kind: String, words: String) throws {
    try LiveTrial.test { trial in
      let (mock, port) = try trial.listener(LiveTrial.mock, ["--headless", "--port", "0"])
      let (peer, between) = try trial.listener(
        "python3", [LiveTrial.peer, kind, "\(port)", "2"])
      let run = try trial.run(
        "--set", "fleet.cli=external", "--set", "fleet.targets=[\"127.0.0.1:\(between)\"]", "--set",
        "workload.phases.measure=4s", "--set", "app.connections=shared")
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.verdict == .suspect, "\(result.reasons)")
      #expect(result.reasons.contains { $0.contains(words) }, "\(result.reasons)")
      try expectBalance(result.variants[0], result.reasons)
      for process in [peer, mock] {
        process.send(SIGKILL)
        _ = process.wait()
      }
    }
  }

  @Test(
    "a killed server is counted as a crash and named; people of other servers go on",
    arguments: ["shared", "per-user"])
  func killed(connections: String) throws {
    try LiveTrial.test { trial in
      let process = try trial.start(
        LiveTrial.set(["workload.phases.measure=4s", "app.connections=\(connections)"]))
      let servers = try trial.servers(2, of: process)
      _ = usleep(1_000_000)
      _ = kill(servers[0], SIGKILL)
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = result.variants[0]
      #expect(result.verdict == .suspect)
      #expect(variant.count("server.crashes") == 1)
      #expect(result.reasons.contains { $0.contains("was ended by signal 9") }, "\(result.reasons)")
      #expect(variant.count("turns.failed") > 0 && variant.count("turns.completed") > 100)
      try expectBalance(variant, result.reasons)
    }
  }

  @Test("a server that freezes and goes on loses no turn")
  func frozen() throws {
    try LiveTrial.test { trial in
      let process = try trial.start(LiveTrial.set(["workload.phases.measure=4s"]))
      let servers = try trial.servers(2, of: process)
      _ = usleep(1_000_000)
      _ = kill(servers[0], SIGSTOP)
      _ = usleep(1_000_000)
      _ = kill(servers[0], SIGCONT)
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.variants[0].count("turns.failed") == 0, "\(result.reasons)")
      #expect(result.variants[0].seconds("turn.response", .max) > 0.9)
      try expectBalance(result.variants[0], result.reasons)
    }
  }

  @Test("a server that freezes for good ends with the run, and its turns are counted")
  func frozenForGood() throws {
    try LiveTrial.test { trial in
      let process = try trial.start(LiveTrial.set(["app.timeout=1s"]))
      let servers = try trial.servers(2, of: process)
      _ = usleep(1_000_000)
      _ = kill(servers[0], SIGSTOP)
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.verdict == .suspect)
      #expect(result.reasons.contains { $0.contains("had no answer") }, "\(result.reasons)")
      try expectBalance(result.variants[0], result.reasons)
      try trial.expectNothingLeft("a frozen server")
    }
  }
}

/// What was planned has ended or is under way, by the result's own figures; the driver keeps books
/// of the whole run beside and says so where they do not balance. For runs without a warm-up.
func expectBalance(_ variant: VariantResult, _ reasons: [String]) throws {
  #expect(!reasons.contains { $0.contains("lost count") }, "\(reasons)")
  let series = try #require(variant.series.first { $0.name == "turns.under_way" })
  let underWay = Int((series.values.last ?? nil) ?? -1)
  let planned = variant.count("turns.planned")
  let over = variant.count("turns.completed") + variant.count("turns.failed")
  #expect(
    planned == over + underWay,
    "\(variant.name): \(planned) planned, \(over) over, \(underWay) under way")
}
