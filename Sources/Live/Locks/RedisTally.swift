// What Redis cost a run beside its locks: commands without an answer, connections lost and made
// again. Plain counts, merged over app instances and shards, told in the result's reasons.

package struct RedisTally: Sendable, Hashable {
  package var timedOut = 0
  package var closed = 0
  /// Never sent, for want of a connection.
  package var unreachable = 0
  package var rejected = 0
  /// Without an answer, so perhaps carried out: a lock that nobody knows of, until it expires.
  package var acquiresInDoubt = 0
  /// Perhaps not carried out: a lock held for longer than its turn.
  package var releasesInDoubt = 0
  package var connectionsLost = 0
  package var connectionsAgain = 0
  /// Grants that came for a turn that no longer waited, and were handed back.
  package var grantsHandedBack = 0
  /// The last thing that went wrong, in Redis' or the kernel's words.
  package var lastWords: String?

  package init() {}

  package var isQuiet: Bool {
    timedOut + closed + unreachable + rejected + connectionsLost == 0
  }

  package mutating func merge(_ other: RedisTally) {
    timedOut += other.timedOut
    closed += other.closed
    unreachable += other.unreachable
    rejected += other.rejected
    acquiresInDoubt += other.acquiresInDoubt
    releasesInDoubt += other.releasesInDoubt
    connectionsLost += other.connectionsLost
    connectionsAgain += other.connectionsAgain
    grantsHandedBack += other.grantsHandedBack
    lastWords = other.lastWords ?? lastWords
  }

  /// For the reader of a result.
  package var sentences: [String] {
    if isQuiet { return [] }
    var found: [String] = []
    let last = lastWords.map { "; last: \($0)" } ?? ""
    if connectionsLost > 0 {
      found.append(
        "Redis: \(connectionsLost) connections were lost and \(connectionsAgain) made again\(last)")
    }
    let unanswered = timedOut + closed
    if unanswered > 0 {
      found.append(
        "Redis: \(unanswered) lock commands had no answer (\(timedOut) timed out, \(closed) cut "
          + "off); \(acquiresInDoubt) may have taken a lock that stays until it expires, "
          + "\(releasesInDoubt) may have released none")
    }
    if unreachable > 0 {
      found.append("Redis: \(unreachable) lock commands were not sent, for it could not be reached")
    }
    if rejected > 0 { found.append("Redis: \(rejected) lock commands were rejected\(last)") }
    return found
  }
}
