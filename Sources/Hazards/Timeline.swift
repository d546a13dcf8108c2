// A schedule as text: who goes on, what came back, what it did then, and which promise broke there.
// It runs the schedule again on fresh machines and reads along.
internal import Policies

public enum Timeline {
  /// One step: the task that took it, virtual seconds, what happened.
  public struct Step: Sendable {
    public let task: Int
    public let seconds: Double
    public let words: [String]
    public let breaks: [Promise]
  }

  /// Nil: the schedule is none of the program's; so many of its steps are.
  public static func steps(
    of schedule: [Int], in program: HazardProgram
  ) -> Result<[Step], Misfit> {
    program.sketch == nil
      ? steps(of: schedule, in: program, Race.self)
      : steps(of: schedule, in: program, SketchRace.self)
  }

  public struct Misfit: Error, Sendable {
    /// From 1: the step that cannot be taken; one behind the end where steps are left over.
    public let step: Int
    /// Who could go on there.
    public let enabled: [Int]
  }

  private static func steps<Run: Schedulable & ~Copyable>(
    of schedule: [Int], in program: HazardProgram, _: Run.Type
  ) -> Result<[Step], Misfit> {
    var race = Run(program, tells: true)
    var steps: [Step] = []
    var before = race.damage
    func misfit(_ enabled: UInt32) -> Result<[Step], Misfit> {
      let tasks = (0..<32).filter { enabled & (1 << UInt32($0)) != 0 }
      return .failure(Misfit(step: steps.count + 1, enabled: tasks))
    }
    for task in schedule {
      let enabled = race.enabled()
      guard task >= 0, task < 32, enabled & (1 << UInt32(task)) != 0 else { return misfit(enabled) }
      race.step(task)
      let after = race.damage
      steps.append(
        Step(
          task: task, seconds: race.seconds, words: race.words,
          breaks: after.news(since: before).filter { program.promises.contains($0) }))
      before = after
    }
    let left = race.enabled()
    return left == 0 ? .success(steps) : misfit(left)
  }

  /// One line a step.
  /// - Precondition: the schedule is one of the program's, as an exploration returns it.
  public static func text(of schedule: [Int], in program: HazardProgram) -> String {
    var lines: [String] = []
    for (place, step) in known(schedule, in: program).enumerated() {
      var line = padded("\(place + 1)", to: 2, left: true) + "  "
      line += padded(program.nameOfTask(step.task), to: 10) + step.words.joined(separator: ", ")
      for promise in step.breaks { line += "  ← breaks: \(promise.rawValue)" }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }

  /// A column for each task, a row for each step, as wide as asked for; cells are wrapped.
  /// - Precondition: as above.
  public static func columns(
    of schedule: [Int], in program: HazardProgram, width: Int, mark: String = "!"
  ) -> String {
    let steps = known(schedule, in: program)
    let origin = steps.first.map { $0.seconds } ?? 0
    let gutter = 12
    // Below 16 columns words are torn; then lines may become longer than asked for.
    let cell = max(16, (width - gutter) / max(1, program.taskCount) - 1)
    var lines = [
      padded("step  time", to: gutter)
        + (0..<program.taskCount).map { padded(program.nameOfTask($0), to: cell) }
        .joined(separator: " ")
    ]
    for (place, step) in steps.enumerated() {
      let head = padded("\(place + 1)", to: 3, left: true) + "  "
      let rows = wrapped(step.words, to: cell)
      for (row, text) in rows.enumerated() {
        let left = row == 0 ? head + offset(step.seconds - origin) : ""
        let indent = String(repeating: " ", count: step.task * (cell + 1))
        lines.append(trimmed(padded(left, to: gutter) + indent + text))
      }
      for promise in step.breaks {
        lines.append(padded("", to: gutter) + "\(mark) breaks: \(promise.rawValue)")
      }
    }
    return lines.map(trimmed).joined(separator: "\n")
  }

  private static func known(_ schedule: [Int], in program: HazardProgram) -> [Step] {
    switch steps(of: schedule, in: program) {
    case .success(let steps): return steps
    case .failure(let misfit):
      preconditionFailure("step \(misfit.step) is none of \(program.name)")
    }
  }

  /// `+0.1s` since the first step.
  private static func offset(_ seconds: Double) -> String {
    let milliseconds = Int(seconds * 1000 + 0.5)
    if milliseconds == 0 { return "0s" }
    if milliseconds % 1000 == 0 { return "+\(milliseconds / 1000)s" }
    return "+\(milliseconds)ms"
  }

  private static func wrapped(_ words: [String], to width: Int) -> [String] {
    var rows: [String] = []
    for (place, phrase) in words.enumerated() {
      var row = ""
      for word in (phrase + (place + 1 < words.count ? "," : "")).split(separator: " ") {
        if !row.isEmpty && row.count + 1 + word.count > width {
          rows.append(row)
          row = "  " + word
        } else {
          row += row.isEmpty ? String(word) : " " + word
        }
      }
      rows.append(row)
    }
    return rows.isEmpty ? ["goes on"] : rows
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func padded(_ text: String, to width: Int, left: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return left ? blanks + text : text + blanks
  }
}

extension Race {
  static func describe(_ command: LockCommand) -> String {
    switch command {
    case .acquire, .enqueue: "SET NX"
    case .read: "GET"
    case .delete: "DEL"
    case .compareAndDelete: "compare-and-delete"
    case .renew: "renewal"
    case .abandon: "leaves the queue"
    case .leave: "writes"
    case .withdraw: "never went in"
    }
  }

  static func describe(_ input: GatewayInput) -> String {
    switch input {
    case .planned: "asks"
    case .spawned: "process is up"
    case .closed: "disconnect done"
    case .opened: "session open"
    case .finished: "turn ends"
    case .lockGranted(_, let token): "granted with token \(token)"
    case .lockRefused: "refused"
    case .lockRead(_, let mine): mine ? "the key is its own" : "the key is not its own"
    case .lockReleased: "released"
    case .lockRenewed(_, let mine): mine ? "renewed" : "lost before renewal"
    case .writeWasStale: "its write is stale"
    case .missing: "session not found"
    case .released: "deletes it from the map"
    case .deadlineReached: "looks for idle processes"
    case .serverAdded: "the router knows it"
    case .serverRemoved: "the router forgets it"
    case .serverLost: "connections break"
    case .timer: "a renewal is due"
    default: "goes on"
    }
  }

  static func describe(_ outcome: TurnOutcome) -> String {
    switch outcome {
    case .completed: "completed"
    case .serverLost: "fails: the connection is closed"
    case .notFound: "fails: no such session"
    case .denied: "is turned away"
    case .lockRefused: "gives up"
    case .fenced: "is fenced off"
    case .failed, .timedOut, .rejected: "fails"
    }
  }
}
