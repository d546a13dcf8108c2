// `seatrial replay`: a recording against the machines of this program. What it found goes to
// standard output, what kept it from finding more to standard error.
internal import Basics
internal import LinuxIO
internal import Live

struct ReplayCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    let path = invocation.arguments[0]
    let replay = Replay.run(path)
    for warning in replay.warnings { Console.complain("\(path): \(warning)") }
    var code = ExitCode.pass
    if replay.difference != nil {
      code = .regression
    } else if replay.stop != .whole {
      code = .badScenario
      Console.complain("\(path) \(replay.stop.text)")
    }
    let text = ReplayText(replay)
    if invocation.has("json") { return code.or(Console.result(text.json.text() + "\n")) }
    // Where there was nothing to replay, all has been said.
    if replay.variants.isEmpty || (invocation.has("quiet") && code == .pass) { return code }
    return code.or(Console.result(text.report))
  }
}

/// What a replay came to, in words and as a document.
struct ReplayText {
  private let replay: Replay

  init(_ replay: Replay) { self.replay = replay }

  var report: String {
    var lines: [String] = []
    if let difference = replay.difference {
      lines += [
        "a decision differs: \(difference.machine), variant \(difference.variant)",
        "at \(difference.instant.text), its input \(difference.number): \(difference.input)",
        "decided then",
      ]
      lines += listed(difference.recorded, beside: difference.replayed)
      lines.append("decides now")
      lines += listed(difference.replayed, beside: difference.recorded)
      if replay.machinesThatDiffer > 1 {
        lines.append("\(replay.machinesThatDiffer) machines of the variant differ; this was first")
      }
    } else {
      let end = replay.stop == .whole ? "" : " up to there"
      lines.append("every decision\(end) is the same")
    }
    lines.append(
      "\(counted(replay.inputs, "input")) of \(counted(replay.machines, "machine")) replayed, "
        + "\(counted(replay.variants.count, "variant")) of \(replay.scenario): "
        + replay.variants.joined(separator: ", "))
    return lines.joined(separator: "\n") + "\n"
  }

  /// Lines that the other side has not are marked.
  private func listed(_ lines: [String], beside other: [String]) -> [String] {
    if lines.isEmpty { return ["* nothing"] }
    return lines.map { (other.contains($0) ? "  " : "* ") + $0 }
  }

  private func counted(_ count: Int, _ word: String) -> String {
    "\(count) \(word)\(count == 1 ? "" : "s")"
  }

  var json: JSONValue {
    var fields: [JSONMember] = [
      JSONMember("schema", .string("seatrial.replay/1")),
      JSONMember("scenario", .string(replay.scenario)),
      JSONMember("version", .string(replay.version)),
      JSONMember("variants", .array(replay.variants.map { .string($0) })),
      JSONMember("machines", .integer(Int64(replay.machines))),
      JSONMember("inputs", .integer(Int64(replay.inputs))),
      JSONMember("complete", .bool(replay.stop == .whole)),
    ]
    if replay.stop != .whole { fields.append(JSONMember("reason", .string(replay.stop.text))) }
    if let difference = replay.difference {
      fields.append(JSONMember("difference", json(difference)))
    }
    return .object(fields)
  }

  private func json(_ difference: Replay.Difference) -> JSONValue {
    .object([
      JSONMember("variant", .string(difference.variant)),
      JSONMember("machine", .string(difference.machine)),
      JSONMember("nanoseconds", .integer(difference.instant.nanoseconds)),
      JSONMember("number", .integer(Int64(difference.number))),
      JSONMember("input", .string(difference.input)),
      JSONMember("recorded", .array(difference.recorded.map { .string($0) })),
      JSONMember("replayed", .array(difference.replayed.map { .string($0) })),
    ])
  }
}
