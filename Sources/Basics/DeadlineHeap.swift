// Timers of a live host: the earliest deadline first, equal ones in the order they were set. A
// binary heap, because a live host asks for the earliest after every turn of its loop and has a few
// thousand at most; the simulator's `EventQueue` is for millions and answers only by popping.

public struct DeadlineHeap: ~Copyable {
  @usableFromInline struct Entry: BitwiseCopyable {
    var instant: Instant
    var order: UInt64
    var code: UInt64
  }

  @usableFromInline var entries: Table<Entry>
  private var set: UInt64 = 0

  public init() { entries = Table() }

  public var count: Int { entries.count }
  public var earliest: Instant? { entries.isEmpty ? nil : entries[0].instant }

  public mutating func push(_ instant: Instant, _ code: UInt64) {
    set &+= 1
    entries.append(Entry(instant: instant, order: set, code: code))
    var place = entries.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard isBefore(place, parent) else { return }
      entries.swapAt(place, parent)
      place = parent
    }
  }

  /// The earliest that is due by `now`, with the instant it was set for.
  public mutating func popDue(at now: Instant) -> Event? {
    guard !entries.isEmpty, entries[0].instant <= now else { return nil }
    let first = entries[0]
    entries.swapAt(0, entries.count - 1)
    _ = entries.removeLast()
    sink()
    return Event(first.instant, first.code)
  }

  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < entries.count {
        if isBefore(child, least) { least = child }
      }
      if least == place { return }
      entries.swapAt(place, least)
      place = least
    }
  }

  private func isBefore(_ one: Int, _ other: Int) -> Bool {
    let (one, other) = (entries[one], entries[other])
    return one.instant == other.instant ? one.order < other.order : one.instant < other.instant
  }
}
