// What must follow from a change, without knowing the figures: time that is stretched stretches
// every latency, an idle server more never hurts, free operations take no time, and a law that
// holds for one run holds for its parts.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Testing
import Workload

@Suite("Metamorphic")
struct MetamorphicTests {
  /// Every length in the plan, times k.
  private static func stretched(_ seed: UInt64, by k: Double) -> RunPlan {
    var plan = RunPlan()
    plan.seed = Seed(seed)
    plan.workload.users = 40
    plan.workload.think = Distribution.exponential(mean: 8).scaled(by: k)
    plan.workload.groups = GroupPlan()
    plan.workload.groups!.share = 0.2
    plan.fleet.servers = 2
    plan.fleet.storage.kind = .shared
    plan.fleet.roundTrip = Interval.milliseconds(4) * k
    plan.fleet.storage.latency = Distribution.exponential(mean: 0.01).scaled(by: k)
    plan.model.latency = Distribution.lognormal(median: 1, sigma: 0.5).scaled(by: k)
    plan.profile.turnBefore = OperationCost(cpu: Distribution.exponential(mean: 0.02).scaled(by: k))
    plan.profile.turnAfter = OperationCost(
      cpu: Distribution.erlang(shape: 3, mean: 0.1).scaled(by: k))
    plan.profile.create = OperationCost(cpu: Distribution.fixed(0.01).scaled(by: k))
    plan.profile.resume = OperationCost(cpu: Distribution.fixed(0.01).scaled(by: k))
    plan.profile.destroy = OperationCost(cpu: Distribution.fixed(0.003).scaled(by: k))
    // Files are looked at in steps of 8 ms, which do not stretch.
    plan.profile.flushDelay = .zero
    plan.app.pattern = .collaborative
    plan.app.sessions.limit = 12
    plan.app.sessions.evict = .lruPinned
    plan.app.sessions.overflow = .reserve
    plan.app.lock.acquire = .fifo
    plan.app.lock.ttl = Interval.seconds(20) * k
    plan.app.lock.patience = Interval.seconds(30) * k
    plan.app.lock.roundTrip = Interval.milliseconds(2) * k
    plan.app.timeout = Interval.seconds(60) * k
    return plan
  }

  @Test(
    "Time stretched by k: the same counts, and every latency times k", arguments: [2.0, 3, 100])
  func stretching(k: Double) {
    for seed in UInt64(1)...5 {
      let plain = Replication.run(
        Self.stretched(seed, by: 1), warmUp: .seconds(20), measure: .seconds(400))
      let slow = Replication.run(
        Self.stretched(seed, by: k), warmUp: Interval.seconds(20) * k,
        measure: Interval.seconds(400) * k)
      #expect(plain.counts == slow.counts, "seed \(seed), k \(k)")
      #expect(plain.peaks == slow.peaks, "seed \(seed), k \(k)")
      for metric in TimeMetric.allCases {
        let one = plain.time(metric)
        let other = slow.time(metric)
        #expect(one.count == other.count)
        // Draws are rounded to the nanosecond before and after: a few nanoseconds a turn, not more.
        guard let a = one.mean, let b = other.mean, a > 0 else { continue }
        #expect(abs(b / a / k - 1) < 1e-6, "\(metric.name), seed \(seed), k \(k): \(a) \(b)")
      }
    }
  }

  @Test("With nothing that costs time nothing takes time, whatever the policies")
  func free() {
    for evict in SessionPolicy.Evict.allCases {
      for pattern in Pattern.allCases {
        for routing in Routing.allCases {
          var plan = RunPlan()
          plan.workload.users = 30
          plan.workload.groups = pattern == .collaborative ? GroupPlan() : nil
          plan.fleet.servers = 3
          plan.fleet.storage.kind = .shared
          plan.app.pattern = pattern
          plan.app.routing = routing
          plan.app.sessions.limit = 5
          plan.app.sessions.evict = evict
          let run = Replication.run(plan, warmUp: .zero, measure: .seconds(200))
          #expect(run.value(.turnsCompleted) > 100 && run.value(.turnsFailed) == 0)
          for metric in TimeMetric.allCases {
            #expect(run.time(metric).max == 0, "\(metric.name) of \(evict) \(pattern) \(routing)")
          }
        }
      }
    }
  }

  @Test("One slot more never hurts: in every replication the waits are shorter")
  func oneMore() {
    for index in 0..<10 {
      let waits = (5...7).map { slots -> Double in
        var plan = OracleManyServersTests.slots(
          slots, load: 4, answer: .exponential(mean: 1), whenBusy: .wait)
        plan.seed = Seed(77).replication(index)
        let run = Replication.run(plan, warmUp: .seconds(20), measure: .seconds(500))
        return run.time(.turnResponse).mean!
      }
      #expect(waits[0] >= waits[1] && waits[1] >= waits[2], "replication \(index): \(waits)")
    }
  }

  @Test("A server more behind fewest-turns-first does not hurt the mean, seed by seed")
  func oneServerMore() {
    for index in 0..<10 {
      let means = (3...5).map { servers -> Double in
        var plan = OracleManyServersTests.routed(.leastActive, servers: servers)
        plan.workload.arrivals = poisson(2)
        plan.profile.turnBefore = OperationCost(cpu: .fixed(1))
        plan.seed = Seed(78).replication(index)
        let run = Replication.run(plan, warmUp: .seconds(50), measure: .seconds(1000))
        return run.time(.turnAck).mean!
      }
      #expect(means[0] >= means[1] && means[1] >= means[2], "replication \(index): \(means)")
    }
  }

  @Test("Twice the work at half the speed: a host with cores for all is a host for each")
  func roomyHost() {
    // With a core for every server nothing is shared: the same run as on hosts of their own.
    for seed in UInt64(1)...5 {
      var plan = Self.stretched(seed, by: 1)
      plan.fleet.hosts.count = nil
      plan.fleet.hosts.cores = 4
      let own = Replication.run(plan, warmUp: .seconds(20), measure: .seconds(300))
      plan.fleet.hosts.count = 1
      let shared = Replication.run(plan, warmUp: .seconds(20), measure: .seconds(300))
      #expect(own.counts == shared.counts, "seed \(seed)")
      let a = own.time(.turnResponse).mean!
      let b = shared.time(.turnResponse).mean!
      #expect(abs(a / b - 1) < 1e-6, "seed \(seed): \(a) \(b)")
    }
  }

  @Test("The windows of a series add to the whole")
  func windows() {
    let run = Replication.run(
      Self.stretched(4, by: 1), warmUp: .seconds(20), measure: .seconds(240))
    let throughput = run.series.first { $0.name == "turn.throughput" }!
    let sum = throughput.values.reduce(0) { $0 + ($1 ?? 0) * throughput.stepSeconds }
    #expect(throughput.values.count == 120)
    #expect(abs(sum - Double(run.value(.turnsCompleted))) < 0.5)
  }

  @Test("What is kept over time adds to the tallies, and changes nothing of them")
  func detail() throws {
    let plan = Self.stretched(4, by: 1)
    let run = Replication.run(plan, warmUp: .seconds(20), measure: .seconds(240))
    func sum(_ name: String) -> Double {
      let series = run.series.first { $0.name == name }
      return series.map { $0.values.reduce(0) { $0 + ($1 ?? 0) } * $0.stepSeconds } ?? 0
    }
    for metric in [CountMetric.sessionsCreated, .turnsPlanned] {
      #expect(abs(sum(metric.name) - Double(run.value(metric))) < 0.5, "\(metric.name)")
    }
    let map = try #require(run.heatMap)
    #expect(map.counts.flatMap { $0 }.reduce(0, +) == run.value(.turnsCompleted))
    #expect(map.counts.count == 120 && map.stepSeconds == 2)
    for server in run.servers {
      let turns = try #require(server.series.first { $0.name == "turn.throughput" })
      let all = turns.values.reduce(0) { $0 + ($1 ?? 0) } * turns.stepSeconds
      #expect(abs(all - Double(server.turns)) < 0.5, "\(server.name)")
    }
    var simulator = Simulator(plan)
    simulator.run(through: .zero + .seconds(20))
    simulator.beginMeasurement(length: .seconds(240), detailed: false)
    simulator.run(through: .zero + .seconds(260))
    #expect(simulator.harvest().digest == run.digest)
  }
}
