// What a live run of one variant came to: the shards' figures put together, in the form in which
// simulated ones are reported, and everything that makes them doubtful.
public import Basics
internal import CLIModel
internal import LinuxIO
public import Metrics
internal import Policies
internal import Results
internal import Scenarios
internal import Truth

public struct LiveFigures: Sendable {
  public struct Doubt: Hashable, Sendable {
    public var text: String
    /// They are not to be used at all.
    public var invalid: Bool

    package init(_ text: String, invalid: Bool = false) {
      self.text = text
      self.invalid = invalid
    }
  }

  let scenario: Scenario
  let reports: [ShardReport]
  let servers: [ServerLens]
  let peaks: FleetPeaks
  let names: [String]
  /// False: a balancer in front of them.
  let isServer: [Bool]
  let restarts: [Int]
  let startTimes: [Interval?]
  /// From the first start to the last process that listened before the first turn, or for one; nil
  /// with servers that somebody else runs.
  public let upAfter: Interval?
  let locks: LockTally
  let locksBefore: LockTally
  let measured: Interval
  let measuredFrom: Instant
  /// The run goes on; these are its figures so far.
  let isUnderWay: Bool
  let crashes: Int
  let cliRestarts: Int
  /// Of the fake provider, where a run has one.
  let calls: ModelCalls?
  /// By how much the state of sessions grew.
  let diskBytes: Int
  /// What the whole machine did meanwhile; nil where it cannot be read.
  let machine: MachineLoad?
  let notes: [String]
  let truth: TruthReport
  /// Sessions that were resumed and read at the end.
  let sessionsLooked: Int
  /// What the fake provider saw, where a run has one: since its start, so with the warm-up.
  let observations: Observations?
  let warmUpNotFound: Bool
  /// What was measured is the warm-up.
  let wasWarming: Bool
  let wasStopped: Bool
  let lag: Interval

  /// Messages that came from servers in the measured time.
  public var messages: Int { tallies.events }

  var tallies: LiveTallies {
    reports.reduce(into: LiveTallies()) { $0.merge($1.tallies) }
  }

  // MARK: figures

  func time(_ metric: TimeMetric) -> HistogramSnapshot {
    reports.reduce(HistogramSnapshot()) { $0.merged(with: $1.times[metric.rawValue]) }
  }

  func count(_ metric: CountMetric) -> Int {
    if let after = locks.value(of: metric), let before = locksBefore.value(of: metric) {
      return after - before
    }
    let place = metric.rawValue
    let own = reports.reduce(0) { sum, report in
      sum + report.counts[place] + max(0, report.after[place] - report.before[place])
    }
    switch metric {
    case .turnsLost: return truth.tally.lost
    case .turnsDuplicated: return truth.tally.duplicated
    case .turnsForeign: return truth.tally.foreign
    case .turnsReordered: return truth.tally.reordered
    case .turnsStaleContext: return truth.tally.staleContext
    case .providerCalls: return calls?.asked ?? 0
    case .providerRateLimited: return calls?.rateLimited ?? 0
    case .providerFailed: return calls?.failed ?? 0
    case .eventsBroadcast: return tallies.events
    case .serverCrashes: return crashes
    case .cliRestarted: return cliRestarts
    case .diskBytes: return diskBytes
    default: return own
    }
  }

  private func peak(_ metric: PeakMetric, _ curves: LiveCurves) -> Int {
    switch metric {
    case .sessionsResidentMax: reports.reduce(0) { max($0, $1.residentMax) }
    case .sessionsOverLimitMax: reports.reduce(0) { max($0, $1.overLimitMax) }
    case .serverMemory:
      servers.indices.reduce(0) { isServer[$1] ? max($0, servers[$1].residentMax) : $0 }
    case .serverSessions: servers.indices.reduce(0) { max($0, curves.sessionsMax($1) ?? 0) }
    case .fleetServers: scenario.cli == .external ? servers.count : peaks.servers
    case .fleetMemory: peaks.memory
    }
  }

  func derived(_ metric: DerivedMetric) -> Double? {
    switch metric {
    case .residentMean:
      return windows.isEmpty
        ? nil : Double(windows.reduce(0) { $0 + $1.residents }) / Double(windows.count)
    // Behind a balancer nobody here knows which server a turn went to.
    case .imbalance where scenario.app.routing == .external: return nil
    case .imbalance: return imbalance(ofTurns: turnsByServer)
    case .serverCPU:
      let own = servers.indices.filter { isServer[$0] }
      guard !own.isEmpty, measured > .zero, scenario.cli != .external else { return nil }
      return own.reduce(0) { $0 + servers[$1].cpuUsed.seconds } / Double(own.count)
        / measured.seconds
    case .driverCPU:
      return measured > .zero
        ? reports.map { $0.cpuUsed.seconds / measured.seconds }.max() : nil
    case .turnThroughput, .evictionRate, .hitRate, .contentionRate:
      return metric.value(measured: measured) { count($0) }
    }
  }

  var turnsByServer: [Int] {
    servers.indices.map { place in
      reports.reduce(0) {
        $0 + ($1.turnsByServer.indices.contains(place) ? $1.turnsByServer[place] : 0)
      }
    }
  }

  /// Windows of all shards together.
  var windows: [MeasuredPart.Window] {
    let count = reports.map(\.windows.count).max() ?? 0
    return (0..<count).map { place in
      reports.reduce(into: MeasuredPart.Window()) { sum, report in
        if place < report.windows.count { sum.merge(report.windows[place]) }
      }
    }
  }

  // MARK: the result

  public func result() -> VariantResult {
    var result = VariantResult(name: scenario.variant)
    let curves = LiveCurves(self)
    result.replications = 1
    result.warmUpSeconds = measuredFrom.seconds
    result.measuredSeconds = measured.seconds
    for metric in TimeMetric.allCases { result.set(MetricResult(metric, time(metric))) }
    for metric in CountMetric.allCases where isKnown(metric) {
      result.set(MetricResult(metric, count(metric)))
    }
    for metric in PeakMetric.allCases where isKnown(metric) {
      result.set(MetricResult(metric, peak(metric, curves)))
    }
    for metric in DerivedMetric.allCases { result.set(MetricResult(metric, derived(metric))) }
    result.series = curves.series
    result.heatMaps = curves.heatMaps
    result.servers = serverResults(curves)
    result.findings = truth.examples.map { FindingResult($0, names: names) }
    result.expectations = scenario.expectations.compactMap {
      (try? Metrics.Expectation(parsing: $0.text))?.result(in: result)
    }
    return result
  }

  /// What nobody looked for is not there, which is not the same as nothing: a server does not tell
  /// that it has lost a turn.
  private func isKnown(_ metric: CountMetric) -> Bool {
    switch metric {
    case .turnsLost, .turnsDuplicated, .turnsForeign, .turnsReordered:
      sessionsLooked > 0 || observations != nil
    case .turnsStaleContext: observations != nil
    case .sessionsContextLost, .sessionsSplitBrain, .sessionsCompacted, .memoryExhausted,
      .providerRetries:
      false
    case .providerCalls, .providerRateLimited, .providerFailed: calls != nil
    case .diskBytes: scenario.cli != .external
    default: true
    }
  }

  /// Processes that somebody else runs are not ours to look into.
  private func isKnown(_ metric: PeakMetric) -> Bool {
    switch metric {
    case .serverMemory, .fleetMemory: scenario.cli != .external
    default: true
    }
  }

  private static let serversInResult = 64

  private func serverResults(_ curves: LiveCurves) -> [ServerResult] {
    servers.indices.prefix(LiveFigures.serversInResult).map { place in
      let lens = servers[place]
      var result = ServerResult(name: names[place], turns: turnsByServer[place])
      if scenario.cli != .external {
        result.cpu = measured > .zero ? lens.cpuUsed.seconds / measured.seconds : nil
        result.memoryMaxBytes = lens.residentMax
      }
      result.sessionsMax = curves.sessionsMax(place)
      result.restarts = restarts[place]
      result.startSeconds = startTimes[place]?.seconds
      result.series = curves.series(of: place)
      return result
    }
  }
}
