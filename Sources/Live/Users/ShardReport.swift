// What a shard hands over at its end, and what it counts beside the catalog's metrics: plain
// values, merged by whoever makes the result.
internal import Basics
internal import Metrics
internal import Policies

/// Counts of the wire, and of causes that the catalog has no name for.
struct LiveTallies: Sendable {
  var events = 0
  var unreadable = 0
  var bytesRead = 0
  var bytesWritten = 0
  var connections = 0
  var connectionsLost = 0
  /// Failed turns by what became of them.
  var outcomes = [Int](repeating: 0, count: TurnOutcome.allCases.count)
  /// Reasons in the servers' own words, a few of them, with their counts.
  var reasons: [String: Int] = [:]

  /// What went wrong with connections, likewise.
  var troubles: [String: Int] = [:]
  var redis = RedisTally()

  private static let mostReasons = 20

  init() {}

  mutating func note(_ outcome: TurnOutcome) { outcomes[Int(outcome.rawValue)] += 1 }

  mutating func note(_ reason: Incoming.Reason, _ names: SessionNames) {
    LiveTallies.count(names.withoutIDs(reason.text), in: &reasons)
  }

  mutating func connectionFailed(_ text: String) {
    LiveTallies.count(text, in: &troubles)
  }

  private static func count(_ text: String, in reasons: inout [String: Int]) {
    if reasons[text] != nil || reasons.count < mostReasons {
      reasons[text, default: 0] += 1
    } else {
      reasons["other reasons", default: 0] += 1
    }
  }

  mutating func merge(_ other: LiveTallies) {
    events += other.events
    unreadable += other.unreadable
    bytesRead += other.bytesRead
    bytesWritten += other.bytesWritten
    connections += other.connections
    connectionsLost += other.connectionsLost
    for place in outcomes.indices { outcomes[place] += other.outcomes[place] }
    for (text, count) in other.reasons { reasons[text, default: 0] += count }
    for (text, count) in other.troubles { troubles[text, default: 0] += count }
    redis.merge(other.redis)
  }
}

struct ShardReport: Sendable {
  var times: [HistogramSnapshot] = []
  var counts: [Int] = []
  /// Of the gateways, at the beginning and at the end of the measured time.
  var before: [Int] = []
  var after: [Int] = []
  var tallies = LiveTallies()
  var turnsByServer: [Int] = []
  var windows: [MeasuredPart.Window] = []
  /// The length of a whole one.
  var windowStep = Interval.zero
  /// Before and after the measured time.
  var warmUp = UnmeasuredPart(from: .zero)
  var drain: UnmeasuredPart?
  var residentMax = 0
  var overLimitMax = 0
  /// Turns under way when the drain ended.
  var leftUnderWay = 0
  var cpuBefore = Interval.zero
  var cpuUsed = Interval.zero
  var hasMeasured = false
  /// Of the whole run.
  var ledger = TurnLedger()

  mutating func take(_ recorder: borrowing Recorder) {
    times = TimeMetric.allCases.map { recorder.snapshot(of: $0) }
    counts = CountMetric.allCases.map { recorder.value(of: $0) }
  }
}
