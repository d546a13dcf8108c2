// Figures over time: equal windows over the measured part of a run. And, in a pilot run, the
// response times in order of planning, from which the length of the warm-up is judged.
internal import Basics
internal import Statistics

struct SeriesKeeper: ~Copyable {
  private(set) var step = Interval.zero
  private var turns = 0
  private var failures = 0
  private var responseSum: Int64 = 0
  private(set) var windows = Table<Window>()
  /// Whether single responses are wanted, for the warm-up test.
  var observes = false
  private(set) var observed = BatchedSeries()

  struct Window: BitwiseCopyable {
    var turns = 0
    var failures = 0
    var responseSum: Int64 = 0
    var residents = 0
    var evicted = 0
    var backlog = 0
  }

  /// What is read off the counters at the end of each window, in one replication of a variant.
  var detail: SeriesDetail?
  /// What came before the measured part, in the same replication.
  var leadIn: LeadIn?

  @inline(__always) mutating func completed(_ response: Interval) {
    turns &+= 1
    responseSum &+= response.nanoseconds
  }

  mutating func failed() { failures += 1 }

  @inline(never) mutating func observe(_ response: Interval, at instant: Instant) {
    observed.append(response.seconds, at: instant)
  }

  mutating func begin(step: Interval) {
    self.step = step
    windows.removeAll()
    turns = 0
    failures = 0
    responseSum = 0
  }

  mutating func end(residents: Int, evicted: Int, backlog: Int) {
    windows.append(
      Window(
        turns: turns, failures: failures, responseSum: responseSum, residents: residents,
        evicted: evicted, backlog: backlog))
    turns = 0
    failures = 0
    responseSum = 0
  }
}
