// A finding as a sentence, as a result shows it. Instants are seconds of the run, as everywhere in
// a result; what is not known is left out.
public import Basics

extension Finding {
  /// "turn 4 of user 17 is missing from session 3 …", without a full stop.
  public var text: String { text { "server \($0.index)" } }

  /// With the servers' names as the reader of a result knows them.
  public func text(naming name: (ServerID) -> String) -> String {
    let history = history(naming: name)
    let about = turn.map { "turn \($0.turn) of user \($0.user)" } ?? "an older turn"
    let look = seenOn == .none ? "" : " on \(name(seenOn))"
    let seen = "seen\(look) at \(Finding.seconds(at))"
    switch kind {
    case .lost:
      return "\(about) is missing from session \(session)\(history), \(seen)"
    case .duplicated:
      return "\(about) stands twice in session \(session)\(history), \(seen)"
    case .foreign:
      let home = turn.map { $0.session == session ? "" : ", sent to session \($0.session)," } ?? ""
      return "\(about)\(home) stands in session \(session) and does not belong there, \(seen)"
    case .reordered:
      let behind = other.map { " behind turn \($0.turn) of user \($0.user)" } ?? " out of order"
      return "\(about) stands\(behind) in session \(session)\(history), \(seen)"
    case .staleContext:
      let lacked = other.map { "turn \($0.turn) of user \($0.user)" } ?? "an older turn"
      return "\(about) was answered in session \(session) without \(lacked), \(seen)"
    case .doubleHeld:
      let beside = other.map { "turn \($0.turn) of user \($0.user)" } ?? "an older turn"
      return "\(about) held the lock of session \(session) beside \(beside), "
        + "from \(Finding.seconds(at)) to \(Finding.seconds(until))"
    case .staleWrite:
      return "\(about) wrote to session \(session) after it had lost the lock and its successor "
        + "had written, at \(Finding.seconds(at))"
    case .wrongRelease:
      return "\(about) released the lock of session \(session) that somebody else held by then, "
        + "at \(Finding.seconds(at))"
    }
  }

  private func history(naming name: (ServerID) -> String) -> String {
    if sent == .never { return "" }
    let goal = server == .none ? "" : " to \(name(server))"
    return " (sent\(goal) at \(Finding.seconds(sent))"
      + (acknowledged == .never ? ")" : ", acknowledged at \(Finding.seconds(acknowledged)))")
  }

  /// To the millisecond.
  private static func seconds(_ instant: Instant) -> String {
    let milliseconds = instant.nanoseconds / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest + " s"
  }
}
