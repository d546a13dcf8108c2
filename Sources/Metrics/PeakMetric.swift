// Highest levels and figures computed at the end: the two kinds of single values beside the
// tallies. Peaks merge by taking the larger one; derived figures never merge, they are computed
// again from what did.

public enum PeakMetric: Int, CaseIterable, Sendable, BitwiseCopyable {
  case sessionsResidentMax, sessionsOverLimitMax, serverMemory, serverSessions
  case fleetServers, fleetMemory

  public var name: String { definition.name }

  public var definition: MetricDefinition {
    switch self {
    case .sessionsResidentMax:
      peak(
        "sessions.resident_max", .count, .neither,
        "Most sessions that one app instance held open at once.")
    case .sessionsOverLimitMax:
      peak(
        "sessions.over_limit_max", .count, .lower,
        "Most sessions that one app instance held beyond its limit.")
    case .serverMemory:
      peak("server.memory", .bytes, .lower, "Most memory that one CLI server used.")
    case .fleetServers:
      peak("fleet.servers", .count, .lower, "Most CLI servers that ran at once.")
    case .fleetMemory:
      peak("fleet.memory", .bytes, .lower, "Most memory that all CLI servers used together.")
    case .serverSessions:
      peak(
        "server.sessions", .count, .neither, "Most sessions that were resident in one CLI server.")
    }
  }

  private func peak(
    _ name: String, _ unit: MetricUnit, _ better: Better, _ meaning: String
  ) -> MetricDefinition {
    MetricDefinition(name, .peak, unit, better, meaning)
  }
}

public enum DerivedMetric: Int, CaseIterable, Sendable, BitwiseCopyable {
  case turnThroughput
  case evictionRate, hitRate, residentMean
  case contentionRate
  case imbalance, serverCPU, driverCPU

  public var name: String { definition.name }

  public var definition: MetricDefinition {
    switch self {
    case .turnThroughput:
      derived(
        "turn.throughput", .perSecond, .higher,
        "Turns completed in each second of the measured time.")
    case .evictionRate:
      derived(
        "sessions.eviction_rate", .ratio, .lower,
        "Evictions for each opening of a session: evicted / (hits + created + resumed).")
    case .hitRate:
      derived(
        "sessions.hit_rate", .ratio, .higher,
        "Share of openings that found the session open: hits / (hits + created + resumed).")
    case .residentMean:
      derived(
        "sessions.resident_mean", .count, .neither,
        "Sessions held open by all app instances together, averaged over the measured time.")
    case .contentionRate:
      derived(
        "locks.contention_rate", .ratio, .lower,
        "Share of attempts to take a lock that were refused: refused / attempts.")
    case .imbalance:
      derived(
        "servers.imbalance", .factor, .lower,
        "Turns of the busiest CLI server over the mean of all servers; 1 is perfect balance.")
    case .serverCPU:
      derived(
        "server.cpu", .ratio, .lower,
        "Share of one core that a CLI server kept busy, averaged over servers and measured time.")
    case .driverCPU:
      derived(
        "driver.cpu", .ratio, .lower,
        "Share of one core that the busiest thread of the driver took; live runs only.")
    }
  }

  private func derived(
    _ name: String, _ unit: MetricUnit, _ better: Better, _ meaning: String
  ) -> MetricDefinition {
    MetricDefinition(name, .derived, unit, better, meaning)
  }
}
