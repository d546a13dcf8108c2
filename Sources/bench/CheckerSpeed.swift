// How long the check of a million turns takes, and how much memory: short conversations of many
// sessions, long ones of few, and such with turns given up on. The history is made while it is
// checked, so the time includes making it; what making it costs alone stands beside.
internal import Basics
internal import LinuxIO
internal import Truth

enum CheckerSpeed {
  private static let turns = 1_000_000

  static func run() {
    BenchCommand.say("sessions  turns each  of unknown outcome  seconds  making it  memory")
    measure(sessions: 100_000, unknownEvery: 0)
    measure(sessions: 10_000, unknownEvery: 0)
    measure(sessions: 10_000, unknownEvery: 20)
    measure(sessions: 2_000, unknownEvery: 0)
  }

  private static func measure(sessions: Int, unknownEvery: Int) {
    let idle = spent { make(sessions, unknownEvery, checks: false) }
    let before = ProcessUsage.current().residentBytes ?? 0
    var checker = TruthChecker()
    let busy = spent { make(sessions, unknownEvery, checks: true, &checker) }
    let after = ProcessUsage.current().residentBytes ?? 0
    let tally = checker.finish().tally
    precondition(tally.isClean && tally.sent == turns, "a clean history of \(turns) turns")
    let share = unknownEvery == 0 ? "none" : "1 in \(unknownEvery)"
    BenchCommand.say(
      Column.right("\(sessions)", 8) + Column.right("\(turns / sessions)", 12)
        + Column.right(share, 20) + Column.right(Column.fixed(busy, 2), 9)
        + Column.right(Column.fixed(idle, 2), 11)
        + Column.right("\((after - before) >> 20) MiB", 9)
        + "  (\(tally.marks) marks seen, \(checker.bytes >> 20) MiB of tables)")
  }

  private static func spent(_ body: () -> Void) -> Double {
    let start = ProcessUsage.threadTime()
    body()
    return (ProcessUsage.threadTime() - start).seconds
  }

  private static func make(_ sessions: Int, _ unknownEvery: Int, checks: Bool) {
    var checker = TruthChecker()
    make(sessions, unknownEvery, checks: checks, &checker)
  }

  /// Session after session takes its turn, as users do who think; each turn's conversation is all
  /// that came before and itself.
  private static func make(
    _ sessions: Int, _ unknownEvery: Int, checks: Bool, _ checker: inout TruthChecker
  ) {
    let length = turns / sessions
    var seen = 0
    for block in 0..<(sessions / block) {
      var conversations = (0..<self.block).map { _ in [Mark]() }
      for turn in 0..<length {
        for member in 0..<self.block {
          let session = UInt32(block * self.block + member)
          let mark = Mark(user: session, session: session, turn: UInt32(turn))
          conversations[member].append(mark)
          let now = Instant(nanoseconds: Int64(turn) * 1_000_000_000)
          if checks {
            feed(
              mark, conversations[member], at: now,
              isUnknown: unknownEvery > 0 && (turn + member) % unknownEvery == 0, &checker)
          } else {
            seen += conversations[member].count
          }
        }
      }
    }
    precondition(checks || seen > 0, "the history was made")
  }

  /// Sessions that are under way at once.
  private static let block = 1000

  private static func feed(
    _ mark: Mark, _ conversation: [Mark], at now: Instant, isUnknown: Bool,
    _ checker: inout TruthChecker
  ) {
    let server = ServerID(0)
    checker.sent(mark, to: server, at: now)
    checker.looked(
      at: conversation.span, of: mark.session, from: .turn(mark), on: server,
      at: now + .milliseconds(1))
    if isUnknown {
      checker.unknown(mark)
    } else {
      checker.acknowledged(mark, at: now + .milliseconds(2))
    }
  }
}
