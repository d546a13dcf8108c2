// One CLI server as a first-come, first-served queue: M/M/1 and M/G/1 by Pollaczek and Khinchine.
//
// The work sits before the provider call, so the acknowledgement of `session.send` leaves at its
// end: `turn.ack` is the time in an M/G/1 queue, exactly. (Work after the call serves too, see the
// second test; but then two turns of one session would share a queue inside the session, so many
// people are needed.)
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: one server")
struct OracleSingleServerTests {
  static func queue(_ rate: Double, _ service: Distribution) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = 16
    plan.workload.arrivals = poisson(rate)
    plan.profile.turnBefore = OperationCost(cpu: service)
    return plan
  }

  @Test("M/M/1 at loads .5 and .8: mean, percentiles, utilisation")
  func exponentialService() {
    for (rate, length, cap) in [(0.5, 60_000.0, 0.03), (0.8, 150_000, 0.08)] {
      let law = MM1Queue(arrivalRate: rate, serviceRate: 1)
      let runs = OracleRuns(
        Self.queue(rate, .exponential(mean: 1)), warmUp: 1000, measure: length)
      let name = "M/M/1 at \(rate)"
      expectOracle("\(name), mean", law.meanResponse, runs.mean(.turnAck), within: cap)
      for p in [0.5, 0.95, 0.99] {
        expectOracle(
          "\(name), p\(Int(p * 100))", law.responseQuantile(p), runs.quantile(p, .turnAck),
          within: p == 0.99 ? 2 * cap : cap)
      }
      expectOracle(
        "\(name), utilisation", rate, runs.values { $0.value(.serverCPU)! }, within: 0.02)
      expectOracle("\(name), throughput", rate, runs.rate(.turnsCompleted), within: 0.02)
    }
  }

  @Test("M/M/1 with the work after the provider call: the whole response")
  func workAfterTheAnswer() {
    var plan = Self.queue(0.5, .fixed(0))
    plan.workload.users = 4000
    plan.profile.turnAfter = OperationCost(cpu: .exponential(mean: 1))
    // The first turn of each person creates a session, which waits in the same queue: they belong
    // to the warm-up.
    let runs = OracleRuns(plan, warmUp: 80_000, measure: 60_000)
    let law = MM1Queue(arrivalRate: 0.5, serviceRate: 1)
    expectOracle("response, mean", law.meanResponse, runs.mean(.turnResponse), within: 0.03)
    expectOracle(
      "response, p50", law.responseQuantile(0.5), runs.quantile(0.5, .turnResponse), within: 0.03)
    expectOracle(
      "response, p95", law.responseQuantile(0.95), runs.quantile(0.95, .turnResponse), within: 0.04)
  }

  @Test(
    "M/G/1: the wait grows with the spread of the service times, as Pollaczek and Khinchine say")
  func otherServices() {
    let laws: [(String, Distribution, Double)] = [
      ("fixed", .fixed(1), 0.03),
      ("Erlang-4", .erlang(shape: 4, mean: 1), 0.03),
      ("gamma, SCV 4", .gamma(shape: 0.25, mean: 1), 0.06),
      ("lognormal, sigma 1", .lognormal(median: exponential(-0.5), sigma: 1), 0.06),
      ("uniform", .uniform(low: 0, high: 2), 0.03),
    ]
    for (name, law, cap) in laws {
      let exact = MG1Queue(arrivalRate: 0.5, service: law)
      let runs = OracleRuns(Self.queue(0.5, law), warmUp: 1000, measure: 60_000)
      expectOracle("M/G/1 \(name)", exact.meanResponse, runs.mean(.turnAck), within: cap)
    }
  }

  @Test("M/D/1: percentiles of the wait, which tell first-come order from any other")
  func fixedService() {
    for (rate, percentiles) in [(0.5, [0.9, 0.95, 0.99]), (0.8, [0.5, 0.9, 0.95])] {
      let exact = MD1Queue(arrivalRate: rate, service: 1)
      let runs = OracleRuns(Self.queue(rate, .fixed(1)), warmUp: 2000, measure: 60_000)
      for p in percentiles {
        expectOracle(
          "M/D/1 at \(rate), p\(Int(p * 100))", exact.waitQuantile(p) + 1,
          runs.quantile(p, .turnAck), within: 0.08)
      }
    }
  }

  @Test("A process that stops when it is idle and starts cold: M/G/1 with a set-up, as Welch says")
  func coldStarts() {
    for (setup, work, rate) in [
      (Distribution.fixed(2), Distribution.exponential(mean: 1), 0.5),
      (.exponential(mean: 3), .fixed(1), 0.3),
      (.uniform(low: 0, high: 2), .erlang(shape: 2, mean: 1), 0.6),
    ] {
      var plan = Self.queue(rate, work)
      plan.workload.users = 1
      // Turns that share a session are answered together, when it is idle.
      plan.workload.sessions.kind = .ephemeral
      plan.app.pattern = .isolated
      plan.app.pool.spawn = .singleFlight
      plan.app.pool.release = .idle
      plan.app.pool.idle = Interval(nanoseconds: 1)
      plan.app.pool.stop = .kill
      plan.profile.start = setup
      // Each start takes one of the 65,536 numbers that a run has for processes.
      let runs = OracleRuns(plan, warmUp: 500, measure: 100_000)
      // Up to the acknowledgement: the end of a turn waits for work that was taken up behind it.
      let times = zip(runs.mean(.turnResponse), zip(runs.mean(.turnService), runs.mean(.turnAck)))
        .map { response, rest in response - rest.0 + rest.1 }
      let law = MG1Queue(arrivalRate: rate, service: work)
      expectOracle(
        "set-up of \(setup), work of \(work)", law.meanWait(setup: setup) + work.mean, times,
        within: 0.04)
    }
  }

  @Test("Each conversation draws its own service times, also under a number used before")
  func drawsAreNotRepeated() {
    // One person alone never waits: the response is the service time itself, whatever becomes of
    // the session.
    for kind in [SessionPlan.Kind.ephemeral, .persistent] {
      var plan = barePlan()
      plan.workload.users = 1
      plan.workload.sessions.kind = kind
      plan.workload.sessions.turns = .fixed(1)
      plan.workload.think = .exponential(mean: 1)
      plan.profile.turnBefore = OperationCost(cpu: .exponential(mean: 1))
      let runs = OracleRuns(plan, warmUp: 10, measure: 6000)
      expectOracle("\(kind), mean", 1, runs.mean(.turnResponse), within: 0.03)
      expectOracle(
        "\(kind), p95", naturalLog(20), runs.quantile(0.95, .turnResponse), within: 0.05)
    }
  }
}
