// What people were promised and did not get: an answer, their own history, a lock that holds. Each
// is a tally with a name; the page lists them as hazards, and who breaks none of them is fit to be
// chosen.
internal import Basics
internal import Metrics

struct Promise: Sendable {
  let metric: String
  /// After a contender's name, with a sign where the share stands.
  private let phrase: String
  let meaning: String

  /// In the order in which people would mind.
  static let all = [
    Promise("turns.failed", "fails # of the turns"),
    Promise("turns.lost", "loses # of the turns"),
    Promise("turns.foreign", "puts # of the turns into somebody else's session"),
    Promise("access.leaks", "lets people into sessions of others in # of the turns"),
    Promise("turns.duplicated", "doubles # of the turns"),
    Promise("turns.stale_context", "answers # of the turns from a stale history"),
    Promise("sessions.context_lost", "drops a session's history in # of the turns"),
    Promise("locks.double_held", "lets two turns hold one lock in # of the turns"),
    Promise("locks.stale_writes", "writes after its lock ran out in # of the turns"),
    Promise("locks.wrong_release", "releases the lock of others in # of the turns"),
    Promise("access.false_denials", "denies people their own session in # of the turns"),
    Promise("turns.dropped", "never sends # of the turns"),
    Promise("sessions.evicted_busy", "evicts sessions in mid-turn in # of the turns"),
    Promise("sessions.split_brain", "holds a session open on two servers in # of the turns"),
    Promise("sessions.duplicate_creates", "creates a session twice in # of the turns"),
    Promise("sessions.double_disconnects", "disconnects twice in # of the turns"),
    Promise("sessions.id_collisions", "gives out an id twice in # of the turns"),
    Promise("sessions.not_found", "asks for unknown sessions in # of the turns"),
    Promise("cli.leaked", "leaks a process in # of the turns"),
    Promise("memory.exhausted", "runs out of memory in # of the turns"),
  ]

  /// The first of these are broken promises to people; the rest are signs of trouble.
  static let grave = 12

  private init(_ metric: String, _ phrase: String) {
    self.metric = metric
    self.phrase = phrase
    meaning = MetricCatalog.definition(named: metric)?.meaning ?? ""
  }

  /// `answers 3 % of the turns from a stale history`.
  func broken(_ share: String) -> String {
    phrase.split(separator: "#", omittingEmptySubsequences: false).joined(separator: share)
  }

  /// Of the turns planned; nil where either was not counted.
  func share(of contender: Contender) -> Double? {
    guard let count = contender.value(metric),
      let planned = contender.value("turns.planned"), planned > 0
    else { return nil }
    return count / planned
  }

  /// How much can be ruled out where nothing was seen: three in the number of turns.
  func ruledOut(for contender: Contender) -> Double? {
    guard contender.value(metric) == 0, let planned = contender.value("turns.planned"), planned > 0
    else { return nil }
    return min(1, 3 / planned)
  }
}

extension Contender {
  /// The gravest share of turns that got something else than promised.
  var brokenShare: Double {
    Promise.all.prefix(Promise.grave).compactMap { $0.share(of: self) }.max() ?? 0
  }

  /// Once in ten thousand turns is chance in any system; a pattern's flaw shows far above it.
  var keepsItsPromises: Bool { brokenShare < 0.0001 }

  var completed: Double { value("turns.completed") ?? 0 }
}
