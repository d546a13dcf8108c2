// The session lock as a loss system and as a queue. Turns of one group take one lock for the length
// of the provider's answer; nothing else takes time.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: the session lock")
struct OracleLockTests {
  static func group(of users: Int, hold: Distribution) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = users
    plan.workload.groups = GroupPlan()
    plan.workload.groups!.size = users
    plan.model.latency = hold
    plan.app.pattern = .collaborative
    plan.app.lock.ttl = .seconds(1_000_000)
    plan.app.lock.patience = .seconds(1_000_000)
    return plan
  }

  @Test("Fail-fast with Poisson requests refuses a / (1 + a), whatever the law of the hold")
  func failFast() {
    let holds: [Distribution] = [
      .exponential(mean: 20), .fixed(20), .erlang(shape: 3, mean: 20),
      .lognormal(median: 20 * exponential(-0.5), sigma: 1),
    ]
    for load in [0.1, 1.0 / 3, 0.5, 1] {
      for hold in load == 0.5 ? holds : [holds[0]] {
        var plan = Self.group(of: 5, hold: hold)
        plan.workload.arrivals = poisson(load / 20)
        let runs = OracleRuns(plan, warmUp: 1000, measure: 400_000 / load)
        expectOracle(
          "refused at \(load), hold \(hold)",
          LockContention.refused(attemptRate: load / 20, meanHold: 20),
          runs.values { $0.value(.contentionRate)! }, within: 0.03)
      }
    }
  }

  @Test("Fail-fast among N people who pause 60 s and hold 20 s: Engset's refusals and time held")
  func engset() {
    for (users, hold) in [(3, Distribution.exponential(mean: 20)), (10, .fixed(20))] {
      var plan = Self.group(of: users, hold: hold)
      plan.workload.think = .exponential(mean: 60)
      let runs = OracleRuns(plan, warmUp: 2000, measure: 200_000)
      expectOracle(
        "refused among \(users)",
        LockContention.refused(users: users, pause: 60, meanHold: 20),
        runs.values { $0.value(.contentionRate)! }, within: 0.03)
      expectOracle(
        "held among \(users)", LockContention.held(users: users, pause: 60, meanHold: 20),
        runs.values { run in
          run.time(.lockHold).mean! * 1e-9 * Double(run.time(.lockHold).count)
            / run.measured.seconds
        }, within: 0.03)
    }
  }

  @Test("First come, first served: the wait for the lock is that of Pollaczek and Khinchine")
  func queued() {
    let lognormal = Distribution.lognormal(median: 30, sigma: 1)
    for (hold, load, cap) in [
      (lognormal, 0.4, 0.1), (.exponential(mean: 20), 0.5, 0.05), (.fixed(20), 0.7, 0.05),
    ] {
      var plan = Self.group(of: 5, hold: hold)
      plan.app.lock.acquire = .fifo
      plan.workload.arrivals = poisson(load / hold.mean)
      let runs = OracleRuns(plan, warmUp: 20_000, measure: 2_000_000)
      expectOracle(
        "wait at \(load), hold \(hold)",
        LockContention.queuedMeanWait(attemptRate: load / hold.mean, hold: hold),
        runs.mean(.lockWait), within: cap)
    }
  }

  @Test("Polling costs more than queueing, and no more than exponential pauses twice as long")
  func polled() {
    // Pauses here are uniform, for which there is no closed form: the M/G/1 queue is the bound from
    // below, the M/G/1 retrial queue with exponential pauses of the longest length from above.
    for (hold, load, pause) in [
      (Distribution.exponential(mean: 20), 0.5, 4.0), (.fixed(20), 0.6, 8),
    ] {
      var plan = Self.group(of: 5, hold: hold)
      plan.app.lock.acquire = .retry
      plan.app.lock.retryInitial = Interval(seconds: pause)
      plan.app.lock.retryMaximum = Interval(seconds: pause)
      plan.workload.arrivals = poisson(load / hold.mean)
      let runs = OracleRuns(plan, warmUp: 20_000, measure: 1_000_000)
      let queued = LockContention.queuedMeanWait(attemptRate: load / hold.mean, hold: hold)
      let slowest = LockContention.polledMeanWait(
        attemptRate: load / hold.mean, hold: hold, pollRate: 1 / pause)
      let waits = Replications(runs.mean(.lockWait))
      let half =
        StudentT(degreesOfFreedom: Double(waits.count - 1)).quantile(1 - 5e-4 / oracleChecks)
        * waits.standardError!
      #expect(half < (slowest - queued) / 2, "polling every \(pause) s is seen to ± \(half)")
      #expect(
        waits.mean - half > queued && waits.mean + half < slowest,
        "waits \(waits.mean) ± \(half) s, between \(queued) and \(slowest)")
    }
  }

  @Test("A lock that expires after 300 s is outlived by the tail of a lognormal hold")
  func expiry() {
    // Rare events need many turns: about 5000 outlived locks in each row.
    let rows = [(20.0, 1.0, 3e6), (30, 1, 1e6), (60, 1, 0.5e6), (30, 1.5, 0.5e6)]
    for (median, sigma, length) in rows {
      var plan = Self.group(of: 5, hold: .lognormal(median: median, sigma: sigma))
      // On one server an overlapping turn would wait inside the session and make the hold longer.
      plan.fleet.servers = 512
      plan.app.routing = .roundRobin
      plan.app.lock.ttl = .seconds(300)
      plan.app.lock.release = .compareAndDelete
      plan.workload.arrivals = poisson(1.0 / 60)
      let runs = OracleRuns(plan, warmUp: 1000, measure: length)
      expectOracle(
        "outlived, median \(median), sigma \(sigma)",
        LockExpiry(holdMedian: median, holdSigma: sigma, lifetime: 300).outlived,
        runs.ratio(.locksExpired, of: .locksAcquired), within: 0.1)
    }
  }

  @Test("Who outlives the lock gets a second holder beside him, if somebody comes in time")
  func secondHolder() {
    // Holds that end soon after the expiry, and all are long: a third holder never comes.
    for (median, sigma) in [(120.0, 0.15), (140, 0.2)] {
      var plan = Self.group(of: 5, hold: .lognormal(median: median, sigma: sigma))
      plan.fleet.servers = 512
      plan.app.routing = .roundRobin
      plan.app.lock.ttl = .seconds(150)
      plan.app.lock.release = .compareAndDelete
      plan.workload.arrivals = poisson(1.0 / 60)
      let runs = OracleRuns(plan, warmUp: 1000, measure: 2e6)
      expectOracle(
        "second holder, median \(median)",
        LockExpiry(holdMedian: median, holdSigma: sigma, lifetime: 150)
          .secondHolder(contenderRate: 1.0 / 60),
        runs.ratio(.locksDoubleHeld, of: .locksAcquired), within: 0.1)
    }
  }

  @Test("A lock that expires at once guards nothing: who comes finds the session busy")
  func overlap() {
    // One server runs the turns of a session one after another, so it is busy with lambda E[S];
    // many servers run them side by side (M/G/infinity), so some turn is under way with 1 -
    // e^{-lambda E[S]}. Both for every law of the answer.
    for hold in [Distribution.fixed(20), .exponential(mean: 20)] {
      for (servers, expected) in [(1, 20.0 / 60), (64, 1 - exponential(-20.0 / 60))] {
        var plan = Self.group(of: 5, hold: hold)
        plan.fleet.servers = servers
        plan.app.routing = .roundRobin
        plan.app.lock.ttl = Interval(nanoseconds: 1)
        plan.app.lock.release = .compareAndDelete
        plan.workload.arrivals = poisson(1.0 / 60)
        let runs = OracleRuns(plan, warmUp: 10_000, measure: 300_000)
        expectOracle(
          "overlap on \(servers), hold \(hold)", expected,
          runs.ratio(.locksDoubleHeld, of: .locksAcquired), within: 0.03)
      }
    }
  }
}
