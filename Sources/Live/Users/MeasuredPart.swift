// The measured time of a shard in equal windows, read off the counters that are kept anyway: how
// everything moved, for curves and for the map of responses. Bounded by the number of windows.
internal import Basics
internal import Metrics

struct MeasuredPart: Sendable {
  /// Per second, named as the tallies they come from.
  static let rates: [CountMetric] = [
    .sessionsCreated, .sessionsResumed, .sessionsEvictedBusy, .sessionsIdleRemoved,
    .sessionsDeleted,
  ]
  static let waits: [TimeMetric] = [.lockWait, .lockHold, .driverLag]

  struct Window: Sendable {
    /// By the instant for which a turn was planned, and by that at which the driver came to it.
    var planned = 0
    var sent = 0
    var turns = 0
    var failures = 0
    var responseSum: Int64 = 0
    var residents = 0
    var evicted = 0
    var backlog = 0
    /// Of the turns that this shard planned, less those that it ended.
    var underWay = 0
    /// In the order of `rates`.
    var counts = [Int](repeating: 0, count: MeasuredPart.rates.count)
    /// In the order of `waits`: sum in nanoseconds and number.
    var waits = [(sum: Double, count: Int)](repeating: (0, 0), count: MeasuredPart.waits.count)
    /// Responses by height.
    var bands = [Int](repeating: 0, count: BucketLayout.bands)
    /// By server.
    var serverTurns: [Int] = []
    var serverSessions: [Int] = []
    /// Turns sent and not yet acknowledged.
    var serverQueue: [Int] = []

    mutating func merge(_ other: Window) {
      planned += other.planned
      sent += other.sent
      turns += other.turns
      failures += other.failures
      responseSum += other.responseSum
      residents += other.residents
      evicted += other.evicted
      backlog += other.backlog
      underWay += other.underWay
      for place in counts.indices { counts[place] += other.counts[place] }
      for place in waits.indices {
        waits[place].sum += other.waits[place].sum
        waits[place].count += other.waits[place].count
      }
      for place in bands.indices { bands[place] += other.bands[place] }
      Window.add(other.serverTurns, to: &serverTurns)
      Window.add(other.serverSessions, to: &serverSessions)
      Window.add(other.serverQueue, to: &serverQueue)
    }

    private static func add(_ other: [Int], to own: inout [Int]) {
      while own.count < other.count { own.append(0) }
      for place in other.indices { own[place] += other[place] }
    }
  }

  /// Everything counted so far, at the end of a window.
  struct Levels {
    var residents = 0
    var backlog = 0
    var underWay = 0
    var evicted = 0
    var counts: [Int]
    var waits: [(sum: Double, count: Int)]
    var bands: [Int]
    var serverTurns: [Int]
    var serverSessions: [Int]
    var serverQueue: [Int]
  }

  let from: Instant
  let length: Interval
  let step: Interval
  let count: Int
  private var ended: [Window] = []
  private var current = Window()
  /// By window. A driver that stood still comes to the turns of several windows in one.
  private var planned: [Int]
  private var sent: [Int]
  private var before: Levels?

  init(from: Instant, length: Interval, windows: Int) {
    self.from = from
    self.length = length
    count = max(1, windows)
    step = Interval(nanoseconds: max(1, length.nanoseconds / Int64(count)))
    planned = [Int](repeating: 0, count: count)
    sent = planned
  }

  var isOver: Bool { ended.count >= count }
  var end: Instant { from + length }

  /// What a run that is killed leaves behind is at most so old.
  private static let keepEvery = Interval.seconds(5)
  /// At the same windows in every shard, so that their parts belong together.
  var isWorthKeeping: Bool {
    let every = max(1, Int(MeasuredPart.keepEvery.nanoseconds / step.nanoseconds))
    return !isOver && ended.count % every == 0
  }
  var nextEnd: Instant {
    from + Interval(nanoseconds: step.nanoseconds * Int64(ended.count + 1))
  }

  /// Those that have ended.
  var windows: [Window] {
    ended.indices.map { place in
      var window = ended[place]
      window.planned = planned[place]
      window.sent = sent[place]
      return window
    }
  }

  mutating func started(due: Instant, at now: Instant) {
    if let place = place(of: due) { planned[place] += 1 }
    if let place = place(of: now) { sent[place] += 1 }
  }

  private func place(of instant: Instant) -> Int? {
    guard instant >= from else { return nil }
    let place = Int((instant - from).nanoseconds / step.nanoseconds)
    return place < count ? place : nil
  }

  mutating func completed(_ response: Interval) {
    current.turns += 1
    current.responseSum += response.nanoseconds
  }

  mutating func failed() { current.failures += 1 }

  mutating func begin(_ levels: Levels) {
    // What ended during the warm-up belongs to no window.
    current = Window()
    before = levels
  }

  mutating func endWindow(_ now: Levels) {
    let before = self.before ?? now
    current.residents = now.residents
    current.backlog = now.backlog
    current.underWay = now.underWay
    current.evicted = now.evicted - before.evicted
    current.counts = zip(now.counts, before.counts).map { $0 - $1 }
    current.waits = zip(now.waits, before.waits).map { ($0.sum - $1.sum, $0.count - $1.count) }
    current.bands = zip(now.bands, before.bands).map { $0 - $1 }
    current.serverTurns = now.serverTurns.indices.map { place in
      now.serverTurns[place]
        - (place < before.serverTurns.count ? before.serverTurns[place] : 0)
    }
    current.serverSessions = now.serverSessions
    current.serverQueue = now.serverQueue
    self.before = now
    ended.append(current)
    current = Window()
  }
}
