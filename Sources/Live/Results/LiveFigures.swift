// What a live run of one variant came to: the shards' figures put together, in the form in which
// simulated ones are reported, and everything that makes them doubtful.
internal import Basics
internal import CLIModel
public import Metrics
internal import Policies
internal import Scenarios

public struct LiveFigures: Sendable {
  public struct Doubt: Hashable, Sendable {
    public var text: String
    public var invalid: Bool
  }

  let scenario: Scenario
  let reports: [ShardReport]
  let servers: [ServerLens]
  let names: [String]
  let restarts: [Int]
  let startTimes: [Interval]
  let locks: LockTally
  let measured: Interval
  let measuredFrom: Instant
  let crashes: Int
  let notes: [String]
  let warmUpNotFound: Bool
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
    let place = metric.rawValue
    let own = reports.reduce(0) { sum, report in
      sum + report.counts[place] + max(0, report.after[place] - report.before[place])
    }
    switch metric {
    case .locksAttempts: return locks.attempts
    case .locksAcquired: return locks.acquired
    case .locksRefused: return locks.refused
    case .locksExpired: return locks.expired
    case .locksRenewed: return locks.renewed
    case .locksDoubleHeld: return locks.doubleHeld
    case .locksWrongRelease: return locks.wrongReleases
    case .locksStaleWrites: return locks.staleWrites
    case .eventsBroadcast: return tallies.events
    case .serverCrashes: return crashes
    case .cliRestarted: return restarts.reduce(0, +)
    case .diskBytes: return servers.reduce(0) { $0 + $1.diskBytes }
    default: return own
    }
  }

  func peak(_ metric: PeakMetric) -> Int {
    switch metric {
    case .sessionsResidentMax: reports.reduce(0) { max($0, $1.residentMax) }
    case .sessionsOverLimitMax: reports.reduce(0) { max($0, $1.overLimitMax) }
    case .serverMemory: servers.reduce(0) { max($0, $1.residentMax) }
    case .serverSessions: 0
    case .fleetServers: servers.count { !$0.samples.isEmpty }
    case .fleetMemory:
      servers.reduce(0) { $0 + ($1.proportionalMax > 0 ? $1.proportionalMax : $1.residentMax) }
    }
  }

  func derived(_ metric: DerivedMetric) -> Double? {
    func share(_ part: Int, _ whole: Int) -> Double? {
      whole > 0 ? Double(part) / Double(whole) : nil
    }
    let openings = count(.sessionsHits) + count(.sessionsCreated) + count(.sessionsResumed)
    switch metric {
    case .turnThroughput:
      return measured > .zero ? Double(count(.turnsCompleted)) / measured.seconds : nil
    case .evictionRate: return share(count(.sessionsEvicted), openings)
    case .hitRate: return share(count(.sessionsHits), openings)
    case .contentionRate: return share(locks.refused, locks.attempts)
    case .residentMean:
      let windows = merged
      return windows.isEmpty
        ? nil : Double(windows.reduce(0) { $0 + $1.residents }) / Double(windows.count)
    case .imbalance: return imbalance(ofTurns: turnsByServer)
    case .serverCPU:
      guard !servers.isEmpty, measured > .zero else { return nil }
      return servers.reduce(0) { $0 + $1.cpuUsed.seconds } / Double(servers.count)
        / measured.seconds
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
  private var merged: [MeasuredPart.Window] {
    let count = reports.map(\.windows.count).max() ?? 0
    return (0..<count).map { place in
      reports.reduce(into: MeasuredPart.Window()) { sum, report in
        guard place < report.windows.count else { return }
        let window = report.windows[place]
        sum.turns += window.turns
        sum.failures += window.failures
        sum.responseSum += window.responseSum
        sum.residents += window.residents
        sum.evicted += window.evicted
        sum.backlog += window.backlog
      }
    }
  }

  // MARK: the result

  public func result() -> VariantResult {
    var result = VariantResult(name: scenario.variant)
    result.replications = 1
    result.warmUpSeconds = measuredFrom.seconds
    result.measuredSeconds = measured.seconds
    for metric in TimeMetric.allCases { result.set(MetricResult(metric, time(metric))) }
    for metric in CountMetric.allCases { result.set(MetricResult(metric, count(metric))) }
    for metric in PeakMetric.allCases { result.set(MetricResult(metric, peak(metric))) }
    for metric in DerivedMetric.allCases { result.set(MetricResult(metric, derived(metric))) }
    result.series = series
    result.servers = serverResults
    result.expectations = scenario.expectations.compactMap {
      (try? Metrics.Expectation(parsing: $0.text))?.result(in: result)
    }
    return result
  }

  private static let serversInResult = 64

  private var serverResults: [ServerResult] {
    servers.indices.prefix(LiveFigures.serversInResult).map { place in
      let lens = servers[place]
      var result = ServerResult(name: names[place], turns: turnsByServer[place])
      result.cpu = measured > .zero ? lens.cpuUsed.seconds / measured.seconds : nil
      result.memoryMaxBytes = lens.residentMax
      result.restarts = restarts[place]
      return result
    }
  }

  private var series: [SeriesResult] {
    let windows = merged
    guard !windows.isEmpty else { return [] }
    let step = (measured.seconds) / Double(windows.count)
    guard step > 0 else { return [] }
    func result(
      _ name: String, _ unit: String, _ value: (MeasuredPart.Window) -> Double?
    ) -> SeriesResult {
      SeriesResult(
        name: name, unit: unit, startSeconds: measuredFrom.seconds, stepSeconds: step,
        values: windows.map(value))
    }
    return [
      result("turn.throughput", "/s") { Double($0.turns) / step },
      result("turn.response.mean", "s") {
        $0.turns > 0 ? Double($0.responseSum) * 1e-9 / Double($0.turns) : nil
      },
      result("turns.failed", "/s") { Double($0.failures) / step },
      result("sessions.resident", "count") { Double($0.residents) },
      result("sessions.evicted", "/s") { Double($0.evicted) / step },
      result("servers.backlog", "count") { Double($0.backlog) },
    ]
  }
}
