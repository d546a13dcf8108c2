// What the machines count, under the names of the catalog. Simulator and driver hold the same
// machines, so both take their figures from this one table.
internal import Basics
public import Metrics
public import Policies

extension GatewayTally {
  /// - sums: by the numbers of `CountMetric`.
  public func add(to sums: inout [Int]) {
    func add(_ metric: CountMetric, _ count: Int) { sums[metric.rawValue] += count }
    add(.sessionsHits, hits)
    add(.sessionsCreated, created)
    add(.sessionsResumed, resumed)
    add(.sessionsEvicted, evicted)
    add(.sessionsEvictedBusy, evictedBusy)
    add(.sessionsIdleRemoved, idleRemoved)
    add(.sessionsNotFound, notFound)
    add(.sessionsDeleted, deleted)
    add(.sessionsDuplicateCreates, duplicateCreates)
    add(.sessionsDoubleDisconnects, doubleDisconnects)
    add(.sessionsIDCollisions, idCollisions)
    add(.turnsEvicted, turnsEvicted)
    add(.locksLost, lockLost)
    add(.cliSpawned, spawned)
    add(.cliLeaked, leaked)
    add(.cliStopped, stopped)
    add(.accessChecks, checks)
    add(.accessFalseDenials, falseDenials)
    add(.accessLeaks, leaks)
  }
}

extension LockTally {
  /// Nil: the metric is none of the locks'.
  public func value(of metric: CountMetric) -> Int? {
    switch metric {
    case .locksAttempts: attempts
    case .locksAcquired: acquired
    case .locksRefused: refused
    case .locksExpired: expired
    case .locksRenewed: renewed
    case .locksDoubleHeld: doubleHeld
    case .locksWrongRelease: wrongReleases
    case .locksStaleWrites: staleWrites
    default: nil
    }
  }

  public func add(to sums: inout [Int]) {
    for metric in CountMetric.allCases {
      if let count = value(of: metric) { sums[metric.rawValue] += count }
    }
  }
}

extension TimeMetric {
  @inlinable @inline(__always) public init(_ measure: GatewayMeasure) {
    switch measure {
    case .sessionOpen: self = .sessionOpen
    case .sessionCreate: self = .sessionCreate
    case .sessionResume: self = .sessionResume
    case .sessionDisconnect: self = .sessionDisconnect
    case .spawn: self = .cliSpawn
    case .lockWait: self = .lockWait
    case .lockHold: self = .lockHold
    }
  }
}
