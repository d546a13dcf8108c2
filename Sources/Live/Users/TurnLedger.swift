// The books of turns, from the first to the last: what was planned has ended, or is still under way
// where a machine says so. Nothing else decides by it; a run whose books do not balance says so.
struct TurnLedger: Sendable {
  /// Arrivals that came to nothing because nobody was free are not among them.
  var planned = 0
  /// Completed or failed, each once.
  var over = 0
  var dropped = 0
  /// Handed to another shard, less those that were taken from others: what all shards have together
  /// is on its way.
  var across = 0
  /// What the gateways know of.
  var underWay = 0

  /// Turns that are neither over nor anywhere; negative: some ended twice.
  var missing: Int { planned - over - across - underWay }

  mutating func merge(_ other: TurnLedger) {
    planned += other.planned
    over += other.over
    dropped += other.dropped
    across += other.across
    underWay += other.underWay
  }
}
