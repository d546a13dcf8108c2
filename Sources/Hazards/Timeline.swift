// A schedule as text, one line a step: who goes on, what came back, what it did then, and which
// promise broke there. It runs the schedule again on fresh machines and reads along.
internal import Policies

public enum Timeline {
  /// - Precondition: the schedule is one of the program's, as an exploration returns it.
  public static func text(of schedule: [Int], in program: HazardProgram) -> String {
    var race = Race(program, tells: true)
    var lines: [String] = []
    var before = race.damage
    for (place, task) in schedule.enumerated() {
      race.step(task)
      let after = race.damage
      let isCaller = task < program.sessions.count
      let who = isCaller ? "caller \(task + 1)" : "clock"
      var line = padded("\(place + 1)", to: 2, left: true) + "  " + padded(who, to: 10)
      line += race.words.joined(separator: ", ")
      for promise in after.news(since: before) { line += "  ← breaks: \(promise.rawValue)" }
      lines.append(line)
      before = after
    }
    return lines.joined(separator: "\n")
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
    default: "goes on"
    }
  }
}
