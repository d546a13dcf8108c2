// What the checker found: a tally of each kind, and the first few of them with names and instants,
// as a result shows them. Values that merge, so that sessions may be spread over several checkers.
public import Basics

public struct Finding: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Acknowledged, and missing from the last look at the session.
    case lost
    /// In its session's history more than once.
    case duplicated
    /// In a session that it was not sent to, or in its own although it was never sent.
    case foreign
    /// Behind a turn that was sent only after this one had been acknowledged, or behind one that an
    /// earlier look had shown it ahead of.
    case reordered
    /// Answered from a history that lacked an acknowledged earlier turn.
    case staleContext = "stale-context"
    /// Two critical sections of one session overlapped.
    case doubleHeld = "double-held"
    /// A holder that had lost its lock wrote after its successor had written, and was let.
    case staleWrite = "stale-write"
    /// A release took the lock from somebody else who held it by then.
    case wrongRelease = "wrong-release"
  }

  public var kind: Kind
  /// The session that was looked at, or whose lock was held.
  public var session: UInt32
  /// The turn concerned: lost, doubled, out of place, answered from a stale history, or the later
  /// of two holders. Nil: one of the session's older turns, of which only a digest is kept.
  public var turn: Mark?
  /// The other turn: the one it stands behind, that its context lacked, or that held the lock.
  public var other: Mark?
  /// Where the turn was sent to; `none` where that is no longer known.
  public var server = ServerID.none
  /// The server that was looked at.
  public var seenOn = ServerID.none
  public var sent = Instant.never
  public var acknowledged = Instant.never
  /// When the look was taken, the second critical section began, or the release happened.
  public var at: Instant
  /// When the first of two overlapping critical sections ended.
  public var until = Instant.never

  init(_ kind: Kind, session: UInt32, at: Instant) {
    self.kind = kind
    self.session = session
    self.at = at
  }
}

/// Counts of what was checked and found. Within one session the worst look counts, so that a
/// turn that stays doubled is counted once however often the conversation is seen.
public struct TruthTally: Hashable, Sendable, BitwiseCopyable {
  public var sent = 0
  public var acknowledged = 0
  public var unknown = 0
  public var looks = 0
  public var marks = 0
  public var sections = 0
  /// Sessions judged by a fresh resume; by the last conversation that the provider saw; not at all.
  public var resumed = 0
  public var seenLast = 0
  public var unseen = 0
  /// Acknowledged turns that were looked for: all of a session that was resumed, and those that the
  /// last conversation had to show of one that was not.
  public var judged = 0
  /// Sessions whose history was found spoilt when they were resumed: none of their turns is left.
  public var corrupted = 0
  /// Sessions that should have been looked at and could not be, for another reason.
  public var unreadable = 0
  /// Sessions with more turns of unknown outcome than are kept: what they lost cannot be told.
  public var undecided = 0

  public var lost = 0
  public var duplicated = 0
  public var foreign = 0
  public var reordered = 0
  public var staleContext = 0
  public var doubleHeld = 0
  public var staleWrites = 0
  public var wrongReleases = 0

  public init() {}

  public subscript(kind: Finding.Kind) -> Int {
    get {
      switch kind {
      case .lost: lost
      case .duplicated: duplicated
      case .foreign: foreign
      case .reordered: reordered
      case .staleContext: staleContext
      case .doubleHeld: doubleHeld
      case .staleWrite: staleWrites
      case .wrongRelease: wrongReleases
      }
    }
    set {
      switch kind {
      case .lost: lost = newValue
      case .duplicated: duplicated = newValue
      case .foreign: foreign = newValue
      case .reordered: reordered = newValue
      case .staleContext: staleContext = newValue
      case .doubleHeld: doubleHeld = newValue
      case .staleWrite: staleWrites = newValue
      case .wrongRelease: wrongReleases = newValue
      }
    }
  }

  /// Acknowledged turns that nobody looked for: of sessions that ended before they were resumed, or
  /// acknowledged after the last look.
  public var unjudged: Int { acknowledged - judged }

  /// Nothing was lost, doubled, foreign, out of order or stale, and no lock was broken.
  public var isClean: Bool { Finding.Kind.allCases.allSatisfy { self[$0] == 0 } }

  public mutating func add(_ other: TruthTally) {
    sent += other.sent
    acknowledged += other.acknowledged
    unknown += other.unknown
    looks += other.looks
    marks += other.marks
    sections += other.sections
    resumed += other.resumed
    seenLast += other.seenLast
    unseen += other.unseen
    judged += other.judged
    corrupted += other.corrupted
    unreadable += other.unreadable
    undecided += other.undecided
    for kind in Finding.Kind.allCases { self[kind] += other[kind] }
  }
}

/// Tally and examples of one checker, or of several.
public struct TruthReport: Sendable {
  public private(set) var tally = TruthTally()
  /// In the order in which they were found, at most so many of each kind.
  public private(set) var examples: [Finding] = []
  private let most: Int

  public init(examplesOfAKind: Int) { most = examplesOfAKind }

  public mutating func merge(_ other: TruthReport) {
    tally.add(other.tally)
    for finding in other.examples { keep(finding) }
  }

  mutating func note(_ finding: Finding) {
    tally[finding.kind] += 1
    keep(finding)
  }

  /// Further ones of a kind whose example has been noted.
  mutating func add(_ count: Int, _ kind: Finding.Kind) { tally[kind] += count }

  mutating func count(_ change: (inout TruthTally) -> Void) { change(&tally) }

  private mutating func keep(_ finding: Finding) {
    if examples.count(where: { $0.kind == finding.kind }) < most { examples.append(finding) }
  }
}
