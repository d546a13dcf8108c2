// Closed populations: people who wait for their answer before they think again. One server in order
// (machine repair), a limit of pinned sessions as a pool of workers, and a shared host with a
// provider behind it by mean value analysis.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: closed populations")
struct OracleClosedTests {
  static func people(_ users: Int, think: Distribution) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = users
    plan.workload.think = think
    return plan
  }

  @Test(
    "N people who think 60 s at one server of 2 s: throughput and response by mean value analysis")
  func oneServer() {
    // Response times near saturation swing more, so their bound is wider.
    for (users, cap) in [(10, 0.05), (20, 0.05), (31, 0.06), (50, 0.03), (100, 0.02)] {
      var plan = Self.people(users, think: .exponential(mean: 60))
      plan.profile.turnAfter = OperationCost(cpu: .exponential(mean: 2))
      let exact = ClosedNetwork(think: 60, demands: [2]).solve(users: users)
      let runs = OracleRuns(plan, warmUp: 2000, measure: 40_000)
      expectOracle(
        "throughput of \(users)", exact.throughput, runs.values { $0.value(.turnThroughput)! },
        within: 0.02)
      expectOracle("response of \(users)", exact.response, runs.mean(.turnResponse), within: cap)
      expectOracle(
        "utilisation of \(users)", exact.throughput * 2, runs.values { $0.value(.serverCPU)! },
        within: 0.03)
    }
  }

  @Test("Think times may have any law where the server is shared equally")
  func insensitiveToThinking() {
    for think in [
      Distribution.fixed(60), .exponential(mean: 60),
      .lognormal(median: 60 * exponential(-0.5), sigma: 1),
    ] {
      var plan = Self.people(20, think: think)
      plan.app.pattern = .isolated
      plan.fleet.hosts.count = 1
      plan.fleet.hosts.cores = 1
      plan.profile.turnBefore = OperationCost(cpu: .erlang(shape: 2, mean: 2))
      let exact = ClosedNetwork(think: 60, demands: [2]).solve(users: 20)
      let runs = OracleRuns(plan, warmUp: 4000, measure: 40_000)
      expectOracle(
        "throughput, think \(think)", exact.throughput, runs.values { $0.value(.turnThroughput)! },
        within: 0.02)
      expectOracle(
        "response, think \(think)", exact.response, runs.mean(.turnResponse), within: 0.06)
    }
  }

  @Test("A CLI for each person on one core, and a provider: host shared equally, then pure delay")
  func hostAndProvider() {
    for (users, cores) in [(8, 1.0), (24, 1)] {
      var plan = Self.people(users, think: .exponential(mean: 8))
      plan.app.pattern = .isolated
      plan.fleet.hosts.count = 1
      plan.fleet.hosts.cores = cores
      plan.profile.turnBefore = OperationCost(cpu: .lognormal(median: 0.3, sigma: 1))
      plan.profile.turnAfter = OperationCost(cpu: .exponential(mean: 0.2))
      plan.model.latency = .lognormal(median: 1.2, sigma: 0.5)
      let before = plan.profile.turnBefore.cpu.mean
      let latency = plan.model.latency.mean
      // Both visits to the host make one demand; the provider is a part of the thinking.
      let exact = ClosedNetwork(think: 8 + latency, demands: [before + 0.2]).solve(users: users)
      let runs = OracleRuns(plan, warmUp: 500, measure: 20_000)
      expectOracle(
        "throughput of \(users)", exact.throughput, runs.values { $0.value(.turnThroughput)! },
        within: 0.02)
      expectOracle(
        "response of \(users)", exact.response + latency, runs.mean(.turnResponse), within: 0.03)
    }
  }

  @Test("A limit of pinned sessions is a pool of workers: M/M/c//N")
  func workers() {
    for (users, slots) in [(10, 1), (10, 3), (30, 5)] {
      var plan = Self.people(users, think: .exponential(mean: 6))
      plan.model.latency = .exponential(mean: 1)
      plan.app.sessions.limit = slots
      plan.app.sessions.evict = .lruPinned
      plan.app.sessions.overflow = .reserve
      let exact = WorkerPool(users: users, think: 6, service: 1, workers: slots)
      let runs = OracleRuns(plan, warmUp: 200, measure: 10_000)
      let name = "\(users) people, \(slots) slots"
      expectOracle(
        "\(name), throughput", exact.throughput, runs.values { $0.value(.turnThroughput)! },
        within: 0.02)
      expectOracle(
        "\(name), response", exact.meanResponse, runs.mean(.turnResponse), within: 0.03)
    }
  }
}
