// What is known of one session: the recent turns one by one, the older ones as a digest. A turn
// moves into the digest when a look has shown it in its place and nothing that is still to be seen
// can come before it; so the memory of a session does not grow with its conversation.
internal import Basics

struct TurnTruth: Sendable, BitwiseCopyable {
  enum Outcome: UInt8, Sendable, BitwiseCopyable { case open, acknowledged, unknown }

  let code: UInt64
  let sent: Instant
  /// When it was acknowledged; never for the others, which may still take effect.
  var ended = Instant.never
  let server: ServerID
  /// Its place in the order that looks have shown; 0: not seen yet, or of unknown outcome.
  var rank: UInt32 = 0
  /// The last look that it was in.
  var stamp: UInt32 = 0
  /// So many turns of the digest come before it.
  var floor: UInt32 = 0
  var outcome = Outcome.open
  /// A look that had to show it did not.
  var isMissing = false

  init(code: UInt64, sent: Instant, server: ServerID) {
    self.code = code
    self.sent = sent
    self.server = server
  }
}

struct SessionTruth: Sendable {
  let session: UInt32
  /// In the order in which they were sent.
  var recent: [TurnTruth] = []
  var settled = Digest()
  /// Whether the digest's order means anything: not after turns had to be put there unseen.
  var isOrdered = true
  /// Turns under way.
  var open = 0
  /// Turns of unknown outcome among the recent ones, and such as had to be forgotten.
  var unknown = 0
  var forgotten = 0
  var looks: UInt32 = 0
  var acknowledged = 0
  /// Of these, how many the last look had to show.
  var due = 0
  /// The most of each kind in one look, all of which have been counted.
  var duplicated = 0
  var foreign = 0
  var reordered = 0
  /// Acknowledged turns that the last look lacked, with one of them.
  var missing = 0
  var example: Finding?
  var isResumed = false
  /// The turn that was last answered from a stale history.
  var stale: UInt64?
  /// The critical section that ended last.
  var holder: Mark?
  var from = Instant.never
  var until = Instant.zero

  init(_ session: UInt32) { self.session = session }

  /// Near the end, because it is the recent turns that are asked for.
  func place(of code: UInt64) -> Int? { recent.lastIndex { $0.code == code } }

  // MARK: turns

  mutating func send(_ code: UInt64, _ server: ServerID, at now: Instant, _ limits: TruthLimits) {
    // Sent again, since the server did not know the session: the first time came to nothing.
    if open > 0 { refuse(code) }
    shed(limits)
    open += 1
    recent.append(TurnTruth(code: code, sent: now, server: server))
  }

  mutating func acknowledge(_ code: UInt64, at now: Instant) -> Bool {
    guard let place = place(of: code), recent[place].outcome == .open else { return false }
    recent[place].outcome = .acknowledged
    recent[place].ended = now
    open -= 1
    acknowledged += 1
    return true
  }

  mutating func giveUp(_ code: UInt64) -> Bool {
    guard let place = place(of: code), recent[place].outcome == .open else { return false }
    recent[place].outcome = .unknown
    recent[place].rank = 0
    open -= 1
    unknown += 1
    return true
  }

  mutating func refuse(_ code: UInt64) {
    guard let place = place(of: code), recent[place].outcome == .open else { return }
    recent.remove(at: place)
    open -= 1
  }

  // MARK: settling

  /// After a look that was in order and showed every ranked turn.
  mutating func settle(keeping kept: Int) {
    while acknowledgedRecent > kept, let place = nextToSettle() {
      let turn = recent[place]
      // Whoever disturbs the order of the older turns now comes too late to be told apart from a
      // history that was changed.
      if recent.contains(where: { $0.sent < turn.ended && canStillComeBefore($0) }) { return }
      settle(at: place)
    }
  }

  private mutating func settle(at place: Int) {
    let turn = recent.remove(at: place)
    settled.add(turn.code)
    // Once a turn has gone there too early, not all of the digest comes before those that are left.
    guard isOrdered else { return }
    for other in recent.indices
    where recent[other].sent >= turn.ended || recent[other].rank > turn.rank {
      recent[other].floor = UInt32(truncatingIfNeeded: settled.count)
    }
  }

  private var acknowledgedRecent: Int { recent.count - unknown }

  private func nextToSettle() -> Int? {
    var best: Int?
    for place in recent.indices where recent[place].rank > 0 {
      if best.map({ recent[place].rank < recent[$0].rank }) ?? true { best = place }
    }
    return best.flatMap { recent[$0].outcome == .acknowledged ? $0 : nil }
  }

  private func canStillComeBefore(_ turn: TurnTruth) -> Bool {
    switch turn.outcome {
    case .open: true
    case .acknowledged: turn.rank == 0 && !turn.isMissing
    // Those keep their lower bound, and are skipped when the digest is compared.
    case .unknown: false
    }
  }

  /// A bound is reached, because nobody looks, or looks show disorder: the oldest go into the
  /// digest, or are forgotten if nobody knows what became of them.
  private mutating func shed(_ limits: TruthLimits) {
    if unknown >= limits.unknown, let place = recent.firstIndex(where: { $0.outcome == .unknown }) {
      recent.remove(at: place)
      unknown -= 1
      forgotten += 1
    }
    while acknowledgedRecent >= limits.unseen, let place = placeOfFirst { settle(at: place) }
    guard acknowledgedRecent >= limits.recent,
      let place = recent.firstIndex(where: { $0.outcome == .acknowledged })
    else { return }
    // Its set still holds.
    isOrdered = false
    settle(at: place)
  }

  /// The oldest turn, if every other one was sent after its acknowledgement: it comes before them,
  /// whether somebody has seen it there or not. Those of unknown outcome may stand anywhere.
  private var placeOfFirst: Int? {
    guard let place = recent.firstIndex(where: { $0.outcome != .unknown }) else { return nil }
    let oldest = recent[place]
    // Those before it are of unknown outcome and have no rank.
    guard oldest.outcome == .acknowledged, !oldest.isMissing,
      recent[(place + 1)...].allSatisfy({
        ($0.outcome == .unknown || $0.sent >= oldest.ended)
          && ($0.rank == 0 || $0.rank >= oldest.rank)
      })
    else { return nil }
    return place
  }
}
