// A finding as a sentence, as a result shows it. Instants are seconds of the run, as everywhere in
// a result; what is not known is left out.
internal import Basics

extension Finding {
  /// "turn 4 of user 17 in session 3 is lost: …", without a full stop.
  public var text: String {
    let about = turn.map { "turn \($0.turn) of user \($0.user)" } ?? "an older turn"
    let look = seenOn == .none ? "" : " on server \(seenOn.index)"
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
      let names = holders.map(String.init).joined(separator: " and ")
      return "the lock of session \(session) was held by \(names) at once, "
        + "from \(Finding.seconds(at)) to \(Finding.seconds(until))"
    }
  }

  private var history: String {
    sent == .never
      ? ""
      : " (sent at \(Finding.seconds(sent))"
        + (acknowledged == .never ? ")" : ", acknowledged at \(Finding.seconds(acknowledged)))")
  }

  /// To the millisecond.
  private static func seconds(_ instant: Instant) -> String {
    let milliseconds = instant.nanoseconds / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest + " s"
  }
}
