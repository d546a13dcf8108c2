// One seed, one run: the digest says so. Other seeds differ; and variants of one seed meet the same
// people, which is what makes their differences small.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Testing
import Workload

/// A plan in which nearly everything happens: groups and locks, two instances, limits, losses, a
/// shared host.
func busyPlan(seed: UInt64) -> RunPlan {
  var plan = LossTests.plan(0)
  plan.seed = Seed(seed)
  plan.workload.arrivals = .closed
  plan.workload.users = 60
  plan.workload.think = .lognormal(median: 2, sigma: 1)
  plan.workload.sessions.turns = .geometric(mean: 5)
  plan.workload.groups = GroupPlan()
  plan.workload.groups!.share = 0.2
  plan.fleet.hosts.count = 2
  plan.fleet.changes = LossTests.losses
  plan.app.pattern = .collaborative
  plan.app.instances = 2
  plan.app.sessions.limit = 8
  plan.app.lock.acquire = .retry
  plan.app.lock.roundTrip = .milliseconds(1)
  plan.app.sessions.idleTimeout = .seconds(5)
  return plan
}

@Suite("Determinism")
struct DeterminismTests {
  static func run(_ plan: RunPlan) -> Replication {
    Replication.run(plan, warmUp: .seconds(5), measure: .seconds(60))
  }

  @Test("The same seed gives the same run; another seed another one")
  func sameSeed() {
    var digests: Set<UInt64> = []
    for seed in UInt64(1)...8 {
      let first = Self.run(busyPlan(seed: seed))
      let second = Self.run(busyPlan(seed: seed))
      #expect(first == second && first.digest == second.digest, "seed \(seed)")
      digests.insert(first.digest)
    }
    #expect(digests.count == 8)
  }

  @Test("Looking ahead changes nothing, whatever the policies")
  func lookingAhead() {
    for seed in UInt64(1)...12 {
      var plan = busyPlan(seed: seed)
      plan.workload.users = 400
      plan.fleet.servers = 5
      plan.workload.groups!.share = seed % 3 == 0 ? 0 : 0.2
      if seed % 2 == 0 { plan.fleet.hosts.count = nil }
      plan.app.instances = seed % 4 == 0 ? 5 : 1
      plan.app.routing = seed % 5 == 0 ? .roundRobin : .stickyModulo
      plan.app.sessions.limit = seed % 3 == 0 ? nil : 40
      plan.app.sessions.overflow = seed % 2 == 0 ? .guide : .reserve
      plan.looksAhead = false
      let without = Self.run(plan)
      plan.looksAhead = true
      let with = Self.run(plan)
      #expect(with == without && with.digest == without.digest, "seed \(seed)")
    }
  }

  @Test("Stopping to look, at any budget of events, changes nothing")
  func budget() {
    let whole = Self.run(busyPlan(seed: 3))
    for budget in [1, 7, 1000] {
      var simulator = Simulator(busyPlan(seed: 3))
      while !simulator.run(through: .zero + .seconds(5), budget: budget) {}
      simulator.beginMeasurement(length: .seconds(60))
      while !simulator.run(through: .zero + .seconds(65), budget: budget) {
        _ = simulator.turnsUnderWay
      }
      #expect(simulator.harvest().digest == whole.digest, "budget \(budget)")
    }
  }

  @Test("Two routings meet the same people and the same model")
  func commonRandomNumbers() {
    func plan(_ routing: Routing) -> RunPlan {
      var plan = RunPlan()
      plan.seed = Seed(11)
      plan.workload.users = 50
      plan.workload.arrivals = .poisson(.constant(5))
      plan.workload.popularity = .zipf(exponent: 0.8)
      plan.workload.sessions.kind = .ephemeral
      plan.fleet.servers = 4
      plan.model.latency = .lognormal(median: 1, sigma: 0.7)
      plan.app.routing = routing
      return plan
    }
    // Without CPU costs a turn takes what the model takes: the whole histogram must be the same.
    let runs = Routing.allCases.map { Self.run(plan($0)) }
    for run in runs {
      #expect(run.time(.turnResponse) == runs[0].time(.turnResponse))
      #expect(run.value(.turnsPlanned) == runs[0].value(.turnsPlanned))
    }
    let turns = runs.map { $0.servers.map(\.turns) }
    #expect(Set(turns).count > 4, "the routings do differ: \(turns)")
  }

  @Test("Another eviction policy leaves arrivals and model alone")
  func policies() {
    func run(_ evict: SessionPolicy.Evict) -> Replication {
      var plan = OracleCacheTests.cache(users: 60, limit: 20, exponent: 1, evict)
      plan.workload.arrivals = .poisson(.constant(1))
      plan.model.latency = .exponential(mean: 0.01)
      return Self.run(plan)
    }
    let oldest = run(.oldest)
    let recent = run(.lru)
    #expect(oldest.value(.turnsPlanned) == recent.value(.turnsPlanned))
    #expect(oldest.value(.sessionsHits) != recent.value(.sessionsHits))
    #expect(oldest.value(.providerCalls) == recent.value(.providerCalls))
  }

  @Test("Common random numbers cut the variance of a difference")
  func varianceReduction() {
    func mean(_ seed: Seed, _ service: Double) -> Double {
      var plan = OracleSingleServerTests.queue(0.7, .exponential(mean: service))
      plan.seed = seed
      let run = Replication.run(plan, warmUp: .seconds(200), measure: .seconds(4000))
      return run.time(.turnAck).mean! * 1e-9
    }
    var paired: [Double] = []
    var independent: [Double] = []
    for index in 0..<24 {
      let slow = mean(Seed(5).replication(index), 1)
      paired.append(slow - mean(Seed(5).replication(index), 0.95))
      independent.append(slow - mean(Seed(6).replication(index), 0.95))
    }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let ratio = variance(independent) / variance(paired)
    #expect(ratio > 4, "variance ratio \(ratio)")
  }

  @Test("The draws of thinking and of service are apart: a think law does not move service times")
  func separateStreams() {
    // One person alone: the service times are the responses, whatever the pauses between them.
    func responses(_ think: Distribution) -> [Double] {
      var plan = barePlan()
      plan.workload.users = 1
      plan.workload.think = think
      plan.profile.turnBefore = OperationCost(cpu: .exponential(mean: 1))
      var simulator = Simulator(plan)
      var last = 0.0
      var found: [Double] = []
      while found.count < 50 {
        let turns = simulator.completedTurns
        _ = simulator.run(through: .never, budget: 1)
        if simulator.completedTurns > turns {
          let sum = Double(simulator.recorder.snapshot(of: .turnResponse).sum) * 1e-9
          found.append(sum - last)
          last = sum
        }
      }
      return found
    }
    let short = responses(.fixed(1))
    let long = responses(.exponential(mean: 50))
    for (a, b) in zip(short, long) { #expect(abs(a - b) < 1e-6) }
  }

  @Test(
    "Thinking and service are independent: turns over a while have the spread of renewals"
  )
  func independentCycles() {
    // Cycles of two exponential parts of mean 1: the count over T has the variance 2 T / 8; with
    // one draw for both it would be 4 T / 8. Over 600 runs the ratio's standard error is 6 %.
    let counts = (0..<600).map { index -> Double in
      var plan = barePlan()
      plan.seed = Seed(12).replication(index)
      plan.workload.users = 1
      plan.workload.think = .exponential(mean: 1)
      plan.profile.turnBefore = OperationCost(cpu: .exponential(mean: 1))
      let run = Replication.run(plan, warmUp: .seconds(10), measure: .seconds(200))
      return Double(run.value(.turnsCompleted))
    }
    let mean = counts.reduce(0, +) / 600
    let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 599
    #expect(abs(mean - 100) < 1.5 && abs(variance / 50 - 1) < 0.3, "\(mean), \(variance)")
  }
}
