// Several places of service. A limit of pinned sessions with a queue in front is M/M/c, with
// refusal it is Erlang's loss system; servers behind a router are queues of their own: E_n/M/1 each
// behind round robin, M/M/1 behind chance.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: many servers")
struct OracleManyServersTests {
  /// Each turn pins one of `slots` sessions while the provider answers. People are so many that two
  /// turns of one person do not meet.
  static func slots(
    _ slots: Int, load: Double, answer: Distribution, whenBusy: SessionPolicy.WhenBusy
  ) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = 50_000
    plan.workload.arrivals = poisson(load / answer.mean)
    plan.names = { _ in "anybody" }
    plan.model.latency = answer
    plan.app.sessions.limit = slots
    plan.app.sessions.evict = .lruPinned
    plan.app.sessions.overflow = .reserve
    plan.app.sessions.whenBusy = whenBusy
    return plan
  }

  @Test("Turns that wait for a pinned slot: M/M/c, mean, percentiles and the chance to wait")
  func waiting() {
    for (servers, load, length) in [
      (2, 1.6, 20_000.0), (5, 4, 10_000), (10, 8, 5000), (50, 45, 1500),
    ] {
      let law = MMcQueue(arrivalRate: load, serviceRate: 1, servers: servers)
      let runs = OracleRuns(
        Self.slots(servers, load: load, answer: .exponential(mean: 1), whenBusy: .wait),
        warmUp: 100, measure: length)
      let name = "M/M/\(servers)"
      expectOracle("\(name), mean", law.meanResponse, runs.mean(.turnResponse), within: 0.08)
      for p in [0.5, 0.95] {
        expectOracle(
          "\(name), p\(Int(p * 100))", law.responseQuantile(p), runs.quantile(p, .turnResponse),
          within: 0.08)
      }
      // Whoever finds a slot opens the session in no time.
      let waited = runs.values { run in
        let opened = run.time(.sessionOpen)
        let atOnce = opened.cells.first.map { $0.bucket == 0 ? $0.count : 0 } ?? 0
        return 1 - Double(atOnce) / Double(opened.count)
      }
      expectOracle("\(name), chance to wait", law.waitProbability, waited, within: 0.08)
      expectOracle(
        "\(name), mean wait", law.meanWait, runs.mean(.sessionOpen), within: 0.15)
    }
  }

  @Test("Turns refused when all slots are pinned: Erlang B, for every law of the answer")
  func refusing() {
    let laws: [Distribution] = [
      .exponential(mean: 1), .fixed(1), .erlang(shape: 4, mean: 1),
      .lognormal(median: exponential(-0.5), sigma: 1),
    ]
    for (slots, load) in [(5, 4.0), (10, 8), (50, 40), (50, 45), (50, 50)] {
      for law in slots == 10 ? laws : [laws[0]] {
        let runs = OracleRuns(
          Self.slots(slots, load: load, answer: law, whenBusy: .reject), warmUp: 50,
          measure: load == 40 ? 4000 : 1500)
        expectOracle(
          "Erlang B (\(slots), \(load)), \(law)",
          ErlangFormulas.blocking(servers: slots, load: load),
          runs.ratio(.turnsRejected, of: .turnsPlanned), within: 0.06)
      }
    }
  }

  @Test("The number of slots for a wanted chance to wait, by the exact formula")
  func staffing() {
    for (load, wanted) in [(10.0, 0.2), (10, 0.05), (100, 0.2)] {
      let slots = Staffing.exactServers(load: load, waitProbability: wanted)
      let runs = OracleRuns(
        Self.slots(slots, load: load, answer: .exponential(mean: 1), whenBusy: .wait),
        warmUp: 50, measure: 60_000 / load)
      let waited = runs.values { run in
        let opened = run.time(.sessionOpen)
        return 1 - Double(opened.cells[0].bucket == 0 ? opened.cells[0].count : 0)
          / Double(opened.count)
      }
      expectOracle(
        "chance to wait with \(slots) slots", ErlangFormulas.waiting(servers: slots, load: load),
        waited, within: 0.15)
    }
  }

  static func routed(_ routing: Routing, servers: Int) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = 64
    plan.workload.arrivals = poisson(0.8 * Double(servers))
    plan.fleet.servers = servers
    plan.app.routing = routing
    plan.profile.turnBefore = OperationCost(cpu: .exponential(mean: 1))
    return plan
  }

  @Test("Round robin over four servers: each is an E4/M/1")
  func roundRobin() {
    let law = RoundRobinQueue(arrivalRate: 3.2, serviceRate: 1, servers: 4)
    let runs = OracleRuns(Self.routed(.roundRobin, servers: 4), warmUp: 2000, measure: 30_000)
    expectOracle("round robin, mean", law.meanResponse, runs.mean(.turnAck), within: 0.05)
    for p in [0.5, 0.95, 0.99] {
      expectOracle(
        "round robin, p\(Int(p * 100))", law.responseQuantile(p), runs.quantile(p, .turnAck),
        within: 0.1)
    }
    #expect(runs.runs.allSatisfy { $0.value(.imbalance)! < 1.001 }, "round robin deals evenly")
  }

  @Test("Random routing over four servers: each is an M/M/1")
  func random() {
    let law = MM1Queue(arrivalRate: 0.8, serviceRate: 1)
    let runs = OracleRuns(Self.routed(.random, servers: 4), warmUp: 3000, measure: 50_000)
    expectOracle("random, mean", law.meanResponse, runs.mean(.turnAck), within: 0.06)
    for p in [0.5, 0.95] {
      expectOracle(
        "random, p\(Int(p * 100))", law.responseQuantile(p), runs.quantile(p, .turnAck),
        within: 0.08)
    }
  }

  @Test(
    "Fewest turns first lies between one queue for all and round robin; two choices before chance")
  func order() {
    let one = MMcQueue(arrivalRate: 3.2, serviceRate: 1, servers: 4).meanResponse
    let robin = RoundRobinQueue(arrivalRate: 3.2, serviceRate: 1, servers: 4).meanResponse
    func mean(_ routing: Routing) -> Double {
      let runs = OracleRuns(Self.routed(routing, servers: 4), warmUp: 2000, measure: 20_000)
      return Replications(runs.mean(.turnAck)).mean
    }
    let least = mean(.leastActive)
    let two = mean(.twoChoices)
    #expect(one < least && least < two && two < robin, "\(one) \(least) \(two) \(robin)")
  }

  @Test("Little's law: turns under way are their rate times their response")
  func littlesLaw() {
    let plan = Self.slots(5, load: 4, answer: .exponential(mean: 1), whenBusy: .wait)
    let ratios = (0..<32).map { index -> Double in
      var plan = plan
      plan.seed = oracleSeed.replication(index)
      var simulator = Simulator(plan)
      simulator.run(through: .zero + .seconds(50))
      simulator.beginMeasurement(length: .seconds(2000))
      var sum = 0
      for tick in 1...20_000 {
        simulator.run(through: .zero + .seconds(50) + .milliseconds(Int64(tick) * 100))
        sum += simulator.turnsUnderWay
      }
      let run = simulator.harvest()
      let responses = Double(run.time(.turnResponse).sum) * 1e-9 / run.measured.seconds
      return Double(sum) / 20_000 / responses
    }
    expectOracle("L over lambda W", 1, ratios, within: 0.01)
  }
}
