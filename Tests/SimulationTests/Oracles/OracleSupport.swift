// How the oracle tests decide. A closed form is compared with independent replications of the
// simulator that users run. The test statistic is Student's t over R replications; its critical
// value is chosen for the whole tier, not for one test: with `oracleChecks` comparisons a change of
// the seed fails the tier with a chance of at most 1e-3. For many replications that value is near z
// = 4.5; for 32 it is 5.5, because the variance is estimated too.
//
// A noisy test would pass anything. So each check also bounds its own acceptance interval: a
// deviation larger than the stated share of the value cannot pass.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

/// An upper bound for the comparisons in this tier; `expectOracle` is called less often than that.
let oracleChecks = 300.0
let oracleSeed = Seed(20_260_301)

/// Compares the mean of independent samples with the exact value. `within` bounds the half width of
/// the acceptance interval, as a share of the expected value.
func expectOracle(
  _ name: String, _ expected: Double, _ samples: [Double], within cap: Double,
  at location: SourceLocation = #_sourceLocation
) {
  let runs = Replications(samples)
  #expect(runs.count >= 20, "\(name) has \(runs.count) replications", sourceLocation: location)
  let critical = StudentT(degreesOfFreedom: Double(runs.count - 1))
    .quantile(1 - 5e-4 / oracleChecks)
  let half = critical * (runs.standardError ?? .infinity)
  #expect(
    half <= cap * abs(expected),
    "\(name): the test sees only deviations above \(100 * half / abs(expected)) %",
    sourceLocation: location)
  #expect(
    abs(runs.mean - expected) <= half,
    "\(name) is \(runs.mean), expected \(expected) ± \(half), seed \(oracleSeed.value)",
    sourceLocation: location)
}

/// What R independent replications of one plan left.
struct OracleRuns {
  let runs: [Replication]

  init(
    _ plan: RunPlan, replications: Int = 32, warmUp: Double, measure: Double,
    vary: (inout RunPlan) -> Void = { _ in }, at location: SourceLocation = #_sourceLocation
  ) {
    runs = (0..<replications).map { index in
      var plan = plan
      plan.seed = oracleSeed.replication(index)
      plan.windows = 4
      vary(&plan)
      let run = Replication.run(
        plan, warmUp: Interval(seconds: warmUp), measure: Interval(seconds: measure))
      expectOperationalLaws(run, plan, at: location)
      return run
    }
  }

  func values(_ value: (Replication) -> Double) -> [Double] { runs.map(value) }
  func mean(_ metric: TimeMetric) -> [Double] { runs.map { ($0.time(metric).mean ?? 0) * 1e-9 } }
  func quantile(_ p: Double, _ metric: TimeMetric) -> [Double] {
    runs.map { ($0.time(metric).quantile(p) ?? 0) * 1e-9 }
  }
  func ratio(_ part: CountMetric, of whole: CountMetric...) -> [Double] {
    runs.map { run in
      Double(run.value(part)) / Double(whole.reduce(0) { $0 + run.value($1) })
    }
  }
  func rate(_ metric: CountMetric) -> [Double] {
    runs.map { Double($0.value(metric)) / $0.measured.seconds }
  }
}

/// Laws without tolerance, up to what stands on the edges of the measured time. They hold for every
/// run.
func expectOperationalLaws(
  _ run: Replication, _ plan: RunPlan, at location: SourceLocation = #_sourceLocation
) {
  let completed = run.value(.turnsCompleted)
  let answered = completed + run.value(.turnsFailed)
  #expect(run.time(.turnResponse).count == completed, sourceLocation: location)
  #expect(run.time(.turnService).count == completed, sourceLocation: location)
  if run.servers.count < 64 {
    let served = run.servers.reduce(0) { $0 + $1.turns }
    #expect(served == completed, "turns of the servers", sourceLocation: location)
  }
  // Flow balance and what follows from it: openings, locks and releases differ by turns on the
  // edges only.
  let edge =
    plan.workload.arrivals == .closed
    ? plan.workload.users * plan.workload.tabs : edgeOfOpenRuns
  #expect(
    abs(run.value(.turnsPlanned) - answered) <= edge, "flow balance", sourceLocation: location)
  let grants = run.value(.locksAcquired)
  #expect(
    abs(grants - run.time(.lockHold).count) <= edge, "grants and leaves", sourceLocation: location)
  let openings =
    run.value(.sessionsHits) + run.value(.sessionsCreated) + run.value(.sessionsResumed)
  if run.value(.turnsFailed) == 0 && run.value(.sessionsNotFound) == 0 {
    #expect(
      abs(run.value(.turnsPlanned) - openings) <= edge, "hits and openings",
      sourceLocation: location)
  }
}

/// More turns than this are never under way at an edge of the open runs here (loads up to 0.9 of a
/// server, or 500 Erlangs).
let edgeOfOpenRuns = 1500

/// A plan without costs, limits or delays: each oracle adds the one thing it is about.
func barePlan() -> RunPlan {
  var plan = RunPlan()
  plan.fleet.storage.kind = .shared
  plan.app.timeout = .seconds(100_000_000)
  plan.names = { "user-\($0)" }
  return plan
}

/// Open Poisson arrivals of turns, in turns a second.
func poisson(_ rate: Double) -> Arrivals { .poisson(.constant(rate)) }
