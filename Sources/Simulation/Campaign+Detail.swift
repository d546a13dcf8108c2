// What a variant's result says beside its figures: one value of each replication for later
// comparisons, the keys of the scenario, and what is planned to happen during a run.
internal import Basics
internal import CLIModel
public import Metrics
public import Scenarios

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

extension Scenario {
  public func settings(unlike base: Scenario? = nil) -> [SettingResult] {
    resolved.indices.compactMap { place in
      let own = resolved[place]
      if let base, base.resolved[place].value == own.value { return nil }
      return SettingResult(key: own.key, value: own.value, origin: own.origin.word)
    }
  }

  /// Changes of the fleet while it runs.
  public var marks: [MarkResult] {
    fleet.changes.map {
      MarkResult(atSeconds: Double($0.at.nanoseconds) / 1e9, label: $0.kind.words)
    }
  }
}

extension Origin {
  /// Without the path of a file, which may tell who ran it where.
  fileprivate var word: String {
    switch self {
    case .file: "file"
    case .fallback, .setting, .variant, .profile: text
    }
  }
}

extension FleetChange.Kind {
  fileprivate var words: String {
    func servers(_ count: Int) -> String { count == 1 ? "1 server" : "\(count) servers" }
    return switch self {
    case .add(let count): "\(servers(count)) added"
    case .remove(let count): "\(servers(count)) drained"
    case .lose(let count, let back):
      // Tenths of a second, where it is no whole number.
      back.map { back in
        let tenths = back.nanoseconds / 100_000_000
        let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
        return "\(servers(count)) lost for \(tenths / 10)\(fraction) s"
      } ?? "\(servers(count)) lost"
    }
  }
}
