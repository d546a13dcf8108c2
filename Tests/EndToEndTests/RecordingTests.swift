// `run --record` and `replay` with the built programs: a real run of a few seconds on mock
// processes, whose every decision fresh machines have to repeat; and what is said when they do not,
// or when there is nothing sound to replay.
import Basics
import Glibc
import LinuxIO
import Live
import Metrics
import Policies
import Testing

/// Patterns, routings, locks, evictions and a lost server, in a few seconds.
let recordedScenario = """
  seatrial: 1
  name: recorded
  about: Do fresh machines decide what those of a live run did?
  seed: 9
  workload:
    users: 60
    think: exponential(100ms)
    sessions: {turns: geometric(6), per-user: 2}
    phases: {warm-up: 0s, measure: 3s}
  model: {latency: exponential(20ms)}
  fleet:
    servers: 3
    storage: shared
    events: lean
    costs: {turn-before: 0ms, turn-after: 0ms, create: 0ms, resume: 0ms, destroy: 0ms}
    changes: [{at: 500ms, lose: 1, back-after: 400ms}]
  app:
    instances: 3
    sessions: {limit: 20, idle-timeout: 1s}
    health-check: 100ms
  run: {drain: 1s, threads: 2}
  variants:
    collaborative:
      app.pattern: collaborative
      workload.groups: {size: 4, share: 40%}
      app.lock: {acquire: retry, retry-initial: 5ms, retry-maximum: 50ms}
    isolated:
      app.pattern: isolated
      app.pool: {release: idle, idle: 1s}
      workload.users: 6
      fleet.changes: []

  """

@Suite(.serialized) struct RecordingTests {
  private func record(_ seatrial: Seatrial, _ more: String...) throws -> Finished {
    try seatrial.write(recordedScenario, to: "recorded.yaml")
    let words = ["run", "recorded.yaml", "--record", "r", "--out", "o", "--no-progress"]
    return try Process(Seatrial.program, words + more, in: seatrial.folder).wait()
  }

  @Test("Fresh machines repeat every decision of a live run, and the figures are its own")
  func parity() throws {
    try Seatrial.test { seatrial in
      let run = try record(seatrial)
      #expect(run.errors.contains("recording: r\n"), "\(run.errors)")
      let replayed = try seatrial.run("replay", "r", "--json")
      #expect(replayed.code == 0, "\(replayed.output) \(replayed.errors)")
      let report = try JSONValue(parsing: replayed.output)
      #expect(report["complete"] == .bool(true) && report["difference"] == nil)
      let names = ["base", "collaborative", "isolated"].map { JSONValue.string($0) }
      #expect(report["variants"] == .array(names))
      // The people, the balancer, the locks and three app instances, three times.
      #expect(report["machines"] == .integer(18))
      guard case .integer(let inputs)? = report["inputs"] else {
        Issue.record("\(replayed.output)")
        return
      }
      // A turn is five inputs at least: ready, pick, planned, finished, over.
      let result = try seatrial.result(at: "o/result.json")
      let turns = result.variants.compactMap { $0["turns.completed"]?.value() }.reduce(0, +)
      #expect(turns > 500 && Double(inputs) > 5 * turns, "\(inputs) inputs, \(turns) turns")
      let text = try seatrial.run("replay", "r")
      #expect(
        text.output
          == "every decision is the same\n\(inputs) inputs of 18 machines replayed, 3 variants of "
          + "recorded.yaml: base, collaborative, isolated\n")
      #expect(try seatrial.run("replay", "r", "--quiet").output.isEmpty)
    }
  }

  @Test("What a killed run wrote is replayed up to its end")
  func killed() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(recordedScenario, to: "recorded.yaml")
      let path = "\(seatrial.folder)/r"
      let process = try seatrial.start(
        "run", "recorded.yaml", "--record", "r", "--no-progress", "--variant", "base", "--set",
        "workload.phases.measure=60s")
      try eventually("some of a recording") {
        Files.times(of: path).map { $0.size > 60_000 } ?? false
      }
      process.send(SIGKILL)
      #expect(process.wait().ending == .killed(by: SIGKILL))
      let run = try seatrial.run("replay", "r")
      #expect(run.code == 104)
      #expect(run.output.hasPrefix("every decision up to there is the same\n"), "\(run.output)")
      #expect(run.errors.hasPrefix("seatrial: r was cut at byte "), "\(run.errors)")
      #expect(Replay.run(path).inputs > 1000)
    }
  }

  @Test("A damaged byte is named with its place; an altered decision with machine and instant")
  func altered() throws {
    try Seatrial.test { seatrial in
      _ = try record(seatrial, "--variant", "base")
      let path = "\(seatrial.folder)/r"
      guard case .contents(let whole) = Files.read(path),
        case .success(var reader) = RecordingReader.open(path)
      else {
        Issue.record("there is no recording")
        return
      }
      var found: (chunk: RecordingReader.Chunk, outcome: Int)?
      while found == nil, case .chunk(let chunk) = reader.next() {
        guard chunk.kind == .records, let outcome = Self.outcome(in: chunk) else { continue }
        found = (chunk, outcome)
      }
      var (chunk, outcome) = try #require(found)
      var damaged = whole
      damaged[chunk.place + ChunkHead.size + outcome] ^= 1
      #expect(Files.writeAtomically(damaged, to: path) == nil)
      let refused = try seatrial.run("replay", "r")
      #expect(refused.code == 104)
      #expect(
        refused.errors.hasPrefix("seatrial: r is damaged at byte \(chunk.place): "),
        "\(refused.errors)")
      #expect(refused.errors.contains("checksum"))

      // With the checksum that the altered piece ought to have, only a replay can tell.
      chunk.bytes[outcome] ^= 1
      var sealed = ByteBuffer()
      sealed.beginChunk()
      sealed.append(chunk.bytes)
      sealed.endChunk(chunk.kind, stream: chunk.stream)
      let end = chunk.place + sealed.count
      let altered = whole[..<chunk.place] + sealed.array + whole[end...]
      #expect(Files.writeAtomically(Array(altered), to: path) == nil)
      let differs = try seatrial.run("replay", "r")
      #expect(differs.code == 3, "\(differs.output) \(differs.errors)")
      let lines = differs.output.split(separator: "\n")
      #expect(lines[0].hasPrefix("a decision differs: app instance "), "\(differs.output)")
      #expect(lines[1].hasPrefix("at ") && lines[1].contains(" s, its input "))
      #expect(lines.contains("decided then") && lines.contains("decides now"))
      #expect(lines.contains { $0.hasPrefix("* complete turn ") && $0.hasSuffix(": failed") })
      #expect(differs.errors.isEmpty)
    }
  }

  /// Where the outcome of some turn stands: the last byte of a record that ends with it.
  private static func outcome(in chunk: RecordingReader.Chunk) -> Int? {
    var records = RecordedInputs(chunk)
    while let (_, decisions) = records.next() {
      guard case .gateway(let actions, deadline: nil) = decisions, let last = actions.last
      else { continue }
      if case .complete = last { return records.place - 1 }
    }
    return nil
  }

  @Test("What is no recording is said to be none; a place that cannot be written is told first")
  func mistakes() throws {
    try Seatrial.test { seatrial in
      for (name, said) in [
        ("small.yaml", "is no recording"), ("nowhere", "No such file"), (".", "Is a directory"),
      ] {
        let run = try seatrial.run("replay", name)
        #expect(run.code == 104 && run.output.isEmpty, "\(run)")
        #expect(run.errors.contains(said), "\(run.errors)")
      }
      try seatrial.write(recordedScenario, to: "recorded.yaml")
      let run = try seatrial.run("run", "recorded.yaml", "--record", "no/such/folder/r")
      #expect(run.code == 1 && run.output.isEmpty)
      #expect(run.errors.contains("cannot be written to no/such/folder/r"), "\(run.errors)")
    }
  }
}
