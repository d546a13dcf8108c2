// The bounded session manager as a cache: how often a session is still open when its next turn
// comes. With free operations and independent requests the guide's order of eviction is a FIFO
// cache and `lru` an LRU cache, both with exact hit ratios; an idle timeout is a TTL cache.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: sessions as a cache")
struct OracleCacheTests {
  static func cache(
    users: Int, limit: Int?, exponent: Double, _ evict: SessionPolicy.Evict
  ) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = users
    plan.workload.arrivals = poisson(100)
    plan.workload.popularity = exponent == 0 ? .uniform : .zipf(exponent: exponent)
    plan.app.sessions.limit = limit
    plan.app.sessions.evict = evict
    return plan
  }

  @Test("Hit ratios of oldest-first and least-recently-used eviction under Zipf popularity")
  func hitRatios() {
    // Users, limit, exponent. The hit ratios are those of the reference table.
    let rows: [(Int, Int, Double)] = [
      (5, 2, 1), (5, 3, 1), (8, 3, 0.8), (60, 20, 1), (200, 50, 0.8),
    ]
    for (users, limit, exponent) in rows {
      let law = SessionCache(
        weights: SessionCache.zipfWeights(users: users, exponent: exponent), capacity: limit)
      for (evict, expected) in [
        (SessionPolicy.Evict.oldest, law.oldestFirstHitRatio), (.lru, law.leastRecentHitRatio),
      ] {
        let runs = OracleRuns(
          Self.cache(users: users, limit: limit, exponent: exponent, evict), warmUp: 30,
          measure: 200)
        expectOracle(
          "hit ratio of \(evict), \(limit) of \(users)", expected,
          runs.values { $0.value(.hitRate)! }, within: 0.015)
      }
    }
  }

  @Test("The reserve policy and pins evict by the same order when nothing overlaps")
  func reserveIsTheSameCache() {
    let law = SessionCache(
      weights: SessionCache.zipfWeights(users: 60, exponent: 1), capacity: 20)
    for (evict, expected) in [
      (SessionPolicy.Evict.oldestPinned, law.oldestFirstHitRatio),
      (.lruPinned, law.leastRecentHitRatio),
    ] {
      var plan = Self.cache(users: 60, limit: 20, exponent: 1, evict)
      plan.app.sessions.overflow = .reserve
      let runs = OracleRuns(plan, warmUp: 30, measure: 300)
      expectOracle(
        "hit ratio of \(evict), reserved", expected, runs.values { $0.value(.hitRate)! },
        within: 0.015)
    }
  }

  @Test("With equal popularity any order hits with limit over users")
  func equalPopularity() {
    for (users, limit) in [(10, 3), (100, 50)] {
      for evict in [SessionPolicy.Evict.oldest, .lru] {
        let runs = OracleRuns(
          Self.cache(users: users, limit: limit, exponent: 0, evict), warmUp: 10, measure: 100)
        expectOracle(
          "hit ratio, \(limit) of \(users)", Double(limit) / Double(users),
          runs.values { $0.value(.hitRate)! }, within: 0.02)
      }
    }
  }

  @Test("An idle timeout of 30 minutes: cold starts and resident sessions of 100 people")
  func idleTimeout() {
    for gap in [600.0, 1800, 3600] {
      let law = IdleTimeout(timeout: 1800, users: 100, meanGap: gap)
      var plan = Self.cache(users: 100, limit: nil, exponent: 0, .oldest)
      plan.workload.arrivals = poisson(100 / gap)
      plan.app.sessions.idleTimeout = .seconds(1800)
      let runs = OracleRuns(plan, warmUp: 10_000, measure: 400_000)
      expectOracle(
        "cold starts, a turn each \(gap) s", law.coldStartFraction,
        runs.values { 1 - $0.value(.hitRate)! }, within: 0.03)
      let residents = OracleRuns(plan, replications: 200, warmUp: 10_000, measure: 1000)
      expectOracle(
        "resident, a turn each \(gap) s", law.meanResident,
        residents.values { $0.series.last { $0.name == "sessions.resident" }!.values.last!! },
        within: 0.05)
    }
  }
}
