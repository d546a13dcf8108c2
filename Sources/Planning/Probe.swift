// One size of one candidate, tried: replications are added until the expectations are met, missed
// or the allowed number is used up. All sizes meet the same people and the same chance.
internal import Basics
internal import CLIModel
public import Metrics
internal import Scenarios
public import Simulation
internal import Statistics

public struct Probe: Sendable {
  public let size: Int
  /// The whole fleet over the simulated part of it: 1 where the whole was simulated.
  public let scale: Double
  public let verdict: Verdict
  public let figures: [JudgedFigure]
  public let runs: [Replication]

  package init(
    size: Int, scale: Double = 1, verdict: Verdict, figures: [JudgedFigure] = [],
    runs: [Replication] = []
  ) {
    self.size = size
    self.scale = scale
    self.verdict = verdict
    self.figures = figures
    self.runs = runs
  }

  /// The p95 response of all replications, whatever is expected.
  public var p95: Double? { time(.p95) }
  public var p50: Double? { time(.p50) }
  public var p99: Double? { time(.p99) }

  private func time(_ statistic: Statistic) -> Double? {
    TimeSummary(runs.reduce(HistogramSnapshot()) { $0.merged(with: $1.time(.turnResponse)) })[
      statistic]
  }

  /// Of a figure's replications, as the result of a simulation states it.
  public var p95Interval: Metrics.ConfidenceInterval? {
    let samples = runs.compactMap { TimeSummary($0.time(.turnResponse))[.p95] }
    guard samples.count > 1, samples.count == runs.count else { return nil }
    return Interval95.of(samples)
  }
}

/// Asks the simulator about sizes of one candidate.
struct Prober: Sendable {
  let candidate: Candidate
  let users: Int
  let judge: Judge
  let runner: TrialRunner
  /// What happens to the fleet on the way; nil: nothing.
  var event: FleetEvent?
  /// Otherwise a large fleet is asked about on a slice, where people on different servers share
  /// nothing.
  var isWhole = false

  /// More clean days are taken while they are affordable: two seconds of one core for a candidate.
  private static let cleanEvents = 1e7

  /// nil: stopped.
  /// - isFinal: the size that a search ends with. What must not happen is asked of it until it is
  ///   known that fewer than one day in twenty breaks it, as far as that is affordable.
  func probe(_ size: Int, precision: Double? = nil, isFinal: Bool = false) -> Probe? {
    let part =
      isWhole
      ? (candidate: candidate, users: users, size: size)
      : candidate.slice(users: users, size: size, people: Candidate.searchPeople)
    let scenario = part.candidate.scenario(users: part.users, size: part.size)
    let length = TrialLength(scenario)
    var clean = 0
    if isFinal, judge.asksForCleanDays {
      clean = min(Judge.cleanDays, Int(Prober.cleanEvents / max(1, length.events)))
    }
    var runs: [Replication] = []
    var wanted = length.first
    while true {
      let trials = (runs.count..<runs.count + wanted).map { number in
        trial(scenario, length, number)
      }
      guard let more = runner(trials) else { return nil }
      runs += more
      let figures = judge.figures(runs)
      let probe = Probe(
        size: size, scale: Double(size) / Double(part.size), verdict: Judge.verdict(figures),
        figures: figures, runs: runs)
      let isKnown = precision.map { Interval95.relative(probe) <= $0 } ?? true
      if runs.count < length.most, probe.verdict == .undecided || !isKnown {
        wanted = min(runs.count, length.most - runs.count)
      } else if probe.verdict == .met, runs.count < clean {
        wanted = min(runs.count, clean - runs.count)
      } else {
        return probe
      }
    }
  }

  private func trial(_ scenario: Scenario, _ length: TrialLength, _ number: Int) -> Trial {
    var trial = Trial(
      plan: scenario.trialPlan(replication: number), warmUp: length.warmUp,
      measure: length.measure)
    event?.apply(to: &trial, fleet: scenario.fleet.servers)
    return trial
  }
}

/// Student's interval at 95 % over replications.
enum Interval95 {
  static func of(_ samples: [Double]) -> Metrics.ConfidenceInterval? {
    guard let found = Replications(samples).interval(), found.low.isFinite, found.high.isFinite
    else { return nil }
    return Metrics.ConfidenceInterval(low: found.low, high: found.high)
  }

  /// Half width of the p95 over the p95.
  static func relative(_ probe: Probe) -> Double {
    guard let value = probe.p95, value > 0, let interval = probe.p95Interval else {
      return .infinity
    }
    return interval.halfWidth / value
  }
}
