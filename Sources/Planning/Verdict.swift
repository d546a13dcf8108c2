// What replications of one fleet say about the scenario's expectations: met, missed, or undecided.
// Each figure has Student's interval over replications, widened for the number of questions that
// one search asks (Bonferroni), so that the whole search errs with the stated chance.
internal import Basics
internal import CLIModel
internal import Metrics
public import Scenarios
public import Simulation
internal import Statistics

public enum Verdict: String, CaseIterable, Sendable, Hashable {
  case met, missed, undecided
}

/// One expectation's figure in one fleet.
public struct JudgedFigure: Sendable, Hashable {
  public var text: String
  public var name: String
  public var unit: String
  public var value: Double?
  public var low: Double?
  public var high: Double?
  public var bound: Double
  public var verdict: Verdict
  /// Of what must not happen: the largest chance of a day that breaks it which the replications
  /// leave possible, at 95 %. Nil for figures with an interval.
  public var chanceAtMost: Double?

  public init(
    text: String, name: String, unit: String, value: Double?, low: Double?, high: Double?,
    bound: Double, verdict: Verdict, chanceAtMost: Double? = nil
  ) {
    self.text = text
    self.name = name
    self.unit = unit
    self.value = value
    self.low = low
    self.high = high
    self.bound = bound
    self.verdict = verdict
    self.chanceAtMost = chanceAtMost
  }
}

/// The expectations of a scenario, ready to be asked of replications.
public struct Judge: Sendable {
  var expectations: [Metrics.Expectation]
  /// What `simulate` would measure in all, which tallies are scaled to.
  let length: Double

  /// Chance that a search of a fleet's size is wrong somewhere.
  public static let risk = 0.05
  /// Sizes that one search asks about: the bracket is halved about this often.
  public static let questions = 8

  public init(_ scenario: Scenario) {
    // A fleet that runs out of memory may answer the turns that are left quickly.
    let implied = scenario.fleet.hosts.memory == nil ? [] : [Judge.memoryHolds]
    self.init(
      scenario.expectations.map(\.text) + implied,
      length: scenario.phases.measure.seconds * Double(scenario.run.replications))
  }

  public static let memoryHolds = "memory.exhausted == 0"

  public init(_ texts: [String], length: Double) {
    expectations = texts.compactMap { try? Metrics.Expectation(parsing: $0) }
    self.length = length
  }

  /// Without those that a lost server makes impossible whatever the size of the fleet: turns under
  /// way there end badly, their conversations are looked for and opened anew. What must hold all
  /// the same stays: memory, evictions, leaks. If nothing else is expected, nothing is judged.
  package var besideLoss: Judge {
    var judge = self
    judge.keep { expectation in
      !Judge.ofLoss.contains { $0.name == expectation.metric.name }
    }
    return judge
  }

  private static let ofLoss: [CountMetric] = [
    .turnsPlanned, .turnsCompleted, .turnsFailed, .turnsTimedOut, .turnsLost, .turnsStaleContext,
    .turnsDuplicated, .sessionsCreated, .sessionsResumed, .sessionsNotFound, .sessionsContextLost,
    .cliSpawned, .cliStopped, .cliRestarted, .serverCrashes,
  ]

  private mutating func keep(_ wanted: (Metrics.Expectation) -> Bool) {
    self = Judge(expectations.filter(wanted).map(\.text), length: length)
  }

  var isEmpty: Bool { expectations.isEmpty }
  package var texts: [String] { expectations.map(\.text) }

  // MARK: a verdict

  public func figures(_ runs: [Replication]) -> [JudgedFigure] {
    expectations.map { figure($0, runs) }
  }

  public static func verdict(_ figures: [JudgedFigure]) -> Verdict {
    if figures.contains(where: { $0.verdict == .missed }) { return .missed }
    return figures.allSatisfy { $0.verdict == .met } ? .met : .undecided
  }

  private var confidence: Double {
    1 - Judge.risk / Double(Judge.questions * max(1, expectations.count))
  }

  private func figure(_ expectation: Metrics.Expectation, _ runs: [Replication]) -> JudgedFigure {
    let (value, samples) = Judge.values(expectation, runs, length: length)
    var figure = JudgedFigure(
      text: expectation.text, name: expectation.figureName, unit: expectation.unit.rawValue,
      value: value, low: nil, high: nil, bound: expectation.bound, verdict: .undecided)
    let isTally = expectation.comparison == .equal || expectation.comparison == .unequal
    if expectation.metric.kind == .time, Judge.isDrowned(runs) {
      // The few turns that ended tell nothing about those that did not.
      figure.verdict = .missed
      return figure
    }
    if let samples, samples.count == runs.count, runs.count > 1, !isTally,
      let interval = Replications(samples).interval(confidence: confidence),
      interval.low.isFinite, interval.high.isFinite
    {
      // Where no replication differs, nothing moves the figure within their reach.
      let found = Metrics.ConfidenceInterval(low: interval.low, high: interval.high)
      figure.low = found.low
      figure.high = found.high
      figure.verdict = Verdict(expectation.outcome(of: value, interval: found))
    } else if isTally, let samples {
      let broken = Judge.broken(expectation, samples)
      figure.verdict = tallyVerdict(broken, of: samples.count)
      figure.chanceAtMost = Judge.chanceAtMost(broken: broken, of: samples.count)
    } else if isTally || samples == nil {
      figure.verdict = Verdict(expectation.outcome(of: value))
    }
    return figure
  }

  /// A fleet that answers less than half of what it is asked meets no bound on a time.
  private static func isDrowned(_ runs: [Replication]) -> Bool {
    let drowned = runs.filter { 2 * $0.value(.turnsCompleted) < $0.value(.turnsPlanned) }
    return 2 * drowned.count > runs.count
  }

  /// What must not happen at all is asked of each day: missed where more than one day in twenty
  /// surely breaks it, met where none did. How much a few clean days leave open is in the figure,
  /// and the size that a search ends with is asked for more of them.
  private func tallyVerdict(_ broken: Int, of days: Int) -> Verdict {
    if broken == 0 { return .met }
    let byChance = BinomialLaw(trials: days, chance: Judge.risk).survival(broken - 1)
    return byChance < 1 - confidence ? .missed : .undecided
  }

  private static func broken(_ expectation: Metrics.Expectation, _ samples: [Double]) -> Int {
    samples.filter { Verdict(expectation.outcome(of: $0)) == .missed }.count
  }

  /// Days without a break that show, at 95 %, that fewer than one in twenty breaks: 0.95^59 < 0.05.
  static let cleanDays = 59

  /// Clopper's and Pearson's upper bound at 95 %: with a larger chance so few broken days would be
  /// seen in less than one experiment in twenty.
  package static func chanceAtMost(broken: Int, of days: Int) -> Double {
    if broken >= days { return 1 }
    var low = 0.0
    var high = 1.0
    for _ in 0..<50 {
      let middle = (low + high) / 2
      let seen = BinomialLaw(trials: days, chance: middle).cdf(broken)
      if seen > risk { low = middle } else { high = middle }
    }
    return high
  }

  /// Whether the scenario itself says of something that it must not happen.
  var asksForCleanDays: Bool {
    expectations.contains {
      ($0.comparison == .equal || $0.comparison == .unequal) && $0.text != Judge.memoryHolds
        && ($0.metric.kind == .count || $0.metric.kind == .derived)
    }
  }

  /// The figure of all runs, and each run's own where an interval can be made of them. A peak and a
  /// largest value are what they are.
  static func values(
    _ expectation: Metrics.Expectation, _ runs: [Replication], length: Double
  ) -> (value: Double?, samples: [Double]?) {
    let name = expectation.metric.name
    switch expectation.metric.kind {
    case .time:
      guard let metric = TimeMetric.allCases.first(where: { $0.name == name }),
        let statistic = expectation.statistic
      else { return (nil, []) }
      let merged = runs.reduce(HistogramSnapshot()) { $0.merged(with: $1.time(metric)) }
      let value = TimeSummary(merged)[statistic]
      if statistic == .max || statistic == .count { return (value, nil) }
      return (value, runs.compactMap { TimeSummary($0.time(metric))[statistic] })
    case .count:
      guard let metric = CountMetric.allCases.first(where: { $0.name == name }) else {
        return (nil, [])
      }
      let scaled = runs.map { run in
        Double(run.value(metric)) * length / max(1e-9, run.measured.seconds)
      }
      return (Replications(scaled).mean, scaled)
    case .peak:
      guard let metric = PeakMetric.allCases.first(where: { $0.name == name }) else {
        return (nil, [])
      }
      return (runs.map { Double($0.value(metric)) }.max(), nil)
    case .derived:
      guard let metric = DerivedMetric.allCases.first(where: { $0.name == name }) else {
        return (nil, [])
      }
      let samples = runs.compactMap { $0.value(metric) }
      return (samples.isEmpty ? nil : Replications(samples).mean, samples)
    }
  }

  /// How far the worst expectation is from its bound, as a share of the bound: above zero all hold.
  func slack(_ runs: [Replication]) -> Double {
    expectations.map { expectation in
      let (value, _) = Judge.values(expectation, runs, length: length)
      return Judge.slack(expectation, value)
    }.min() ?? 1
  }

  static func slack(_ expectation: Metrics.Expectation, _ value: Double?) -> Double {
    // Without a single turn to take the figure of, nothing was served.
    guard let value else { return -1 }
    let scale = max(abs(expectation.bound), 1e-9)
    switch expectation.comparison {
    case .below, .atMost: return (expectation.bound - value) / scale
    case .above, .atLeast: return (value - expectation.bound) / scale
    case .equal: return value == expectation.bound ? 1 : -1
    case .unequal: return value != expectation.bound ? 1 : -1
    }
  }
}

extension Verdict {
  init(_ outcome: ExpectationResult.Outcome) {
    switch outcome {
    case .met: self = .met
    case .missed: self = .missed
    case .cannotTell: self = .undecided
    }
  }
}
