// What a variant's result says beside its figures: one value of each replication, for later
// comparisons.
internal import Metrics

extension Campaign {
  /// Figures whose replications are kept. Two results can be compared in these with intervals.
  private static let sampledTimes: [(TimeMetric, [Statistic])] = [
    (.turnResponse, [.mean, .p50, .p95, .p99]), (.turnService, [.mean]), (.sessionOpen, [.p95]),
    (.lockWait, [.p95]), (.cliSpawn, [.p95]),
  ]
  private static let sampledCounts: [CountMetric] = [
    .turnsCompleted, .turnsFailed, .turnsDropped, .turnsLost, .turnsForeign, .turnsDuplicated,
    .turnsStaleContext, .sessionsNotFound, .sessionsContextLost, .sessionsSplitBrain,
    .sessionsEvictedBusy,
    .locksDoubleHeld, .locksWrongRelease, .locksStaleWrites, .accessLeaks, .accessFalseDenials,
    .cliLeaked,
  ]
  private static let sampledPeaks: [PeakMetric] = [
    .sessionsOverLimitMax, .fleetServers, .fleetMemory,
  ]

  /// What is nothing in every replication is left out.
  static func samples(of replications: [Replication]) -> [SampleResult] {
    var found: [SampleResult] = []
    func add(_ metric: String, _ value: (Replication) -> Double?) {
      let values = replications.map(value)
      if values.contains(where: { ($0 ?? 0) != 0 }) {
        found.append(SampleResult(metric: metric, values: values))
      }
    }
    for (metric, statistics) in sampledTimes {
      for statistic in statistics {
        add("\(metric.name).\(statistic.rawValue)") { TimeSummary($0.time(metric))[statistic] }
      }
    }
    for metric in sampledCounts { add(metric.name) { Double($0.value(metric)) } }
    for metric in sampledPeaks { add(metric.name) { Double($0.value(metric)) } }
    for metric in DerivedMetric.allCases { add(metric.name) { $0.value(metric) } }
    return found
  }
}
