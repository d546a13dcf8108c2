// What one execution of a scenario leaves behind: plain values, the same for simulated and live
// runs. The JSON form is a contract (`seatrial.result/1`, docs/metrics.md): members may be added,
// none renamed. Nothing here measures or judges; whoever fills it in has done that.

public struct RunResult: Equatable, Sendable {
  public static let schema = "seatrial.result/1"

  public enum Kind: String, CaseIterable, Sendable { case simulated, live }
  public enum Verdict: String, CaseIterable, Sendable { case valid, suspect, invalid }

  public struct Scenario: Equatable, Sendable {
    public var name: String
    public var digest: String
    /// The question that the scenario asks.
    public var about = ""
    /// Every key of the base.
    public var settings: [SettingResult] = []

    public init(name: String, digest: String) {
      self.name = name
      self.digest = digest
    }
  }

  /// One fact about where and how the run was made.
  public struct Fact: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public struct Cost: Equatable, Sendable {
    public var wallSeconds: Double
    public var cpuSeconds: Double
    public var events: Int
    public var peakMemoryBytes: Int

    public init(
      wallSeconds: Double = 0, cpuSeconds: Double = 0, events: Int = 0, peakMemoryBytes: Int = 0
    ) {
      self.wallSeconds = wallSeconds
      self.cpuSeconds = cpuSeconds
      self.events = events
      self.peakMemoryBytes = peakMemoryBytes
    }
  }

  public var kind: Kind
  public var scenario: Scenario
  public var seed: UInt64
  public var verdict: Verdict = .valid
  /// Why the verdict is not `valid`; whole sentences.
  public var reasons: [String] = []
  public var environment: [Fact] = []
  /// The first one is what the others are compared with.
  public var variants: [VariantResult] = []
  public var differences: [PairedDifference] = []
  public var cost = Cost()
  /// False until the run has ended by itself: a killed run leaves a readable part.
  public var complete = false

  public init(kind: Kind, scenario: Scenario, seed: UInt64) {
    self.kind = kind
    self.scenario = scenario
    self.seed = seed
  }
}

public struct VariantResult: Equatable, Sendable {
  public var name: String
  public var metrics: [MetricResult] = []
  public var expectations: [ExpectationResult] = []
  public var servers: [ServerResult] = []
  public var series: [SeriesResult] = []
  public var heatMaps: [HeatMapResult] = []
  public var marks: [MarkResult] = []
  /// The first few of each kind that a check of the turns' histories found.
  public var findings: [FindingResult] = []
  public var samples: [SampleResult] = []
  /// What differs from the base of the scenario.
  public var settings: [SettingResult] = []
  public var replications = 1
  public var warmUpSeconds = 0.0
  /// Of all replications together: what a throughput was divided by.
  public var measuredSeconds = 0.0

  public init(name: String) { self.name = name }

  public subscript(name: String) -> MetricResult? { metrics.first { $0.name == name } }

  /// Replaces the metric of that name, or adds it.
  public mutating func set(_ metric: MetricResult) {
    if let place = metrics.firstIndex(where: { $0.name == metric.name }) {
      metrics[place] = metric
    } else {
      metrics.append(metric)
    }
  }
}

/// One CLI server over the whole measured time; what was not observed is nil.
public struct ServerResult: Equatable, Sendable {
  public var name: String
  public var turns: Int
  public var sessionsMax: Int?
  /// Share of one core.
  public var cpu: Double?
  public var memoryMaxBytes: Int?
  public var restarts = 0
  /// This server over time; empty where too many servers ran to keep that of each.
  public var series: [SeriesResult] = []

  public init(name: String, turns: Int) {
    self.name = name
    self.turns = turns
  }
}

/// A level at equal steps of time. A missing value is a gap in the curve.
public struct SeriesResult: Equatable, Sendable {
  public var name: String
  public var unit: String
  public var startSeconds: Double
  public var stepSeconds: Double
  public var values: [Double?]

  public init(
    name: String, unit: String, startSeconds: Double, stepSeconds: Double, values: [Double?]
  ) {
    self.name = name
    self.unit = unit
    self.startSeconds = startSeconds
    self.stepSeconds = stepSeconds
    self.values = values
  }
}

/// What an expectation of the scenario came to.
public struct ExpectationResult: Equatable, Sendable {
  public enum Outcome: String, CaseIterable, Sendable {
    case met, missed
    case cannotTell = "cannot-tell"
  }

  public var text: String
  /// With its statistic: `turn.response.p95`.
  public var metric: String
  public var unit: String
  public var observed: Double?
  public var bound: Double
  public var outcome: Outcome
  /// Why it cannot be told.
  public var reason: String?

  public init(
    text: String, metric: String, unit: String, observed: Double?, bound: Double, outcome: Outcome,
    reason: String? = nil
  ) {
    self.text = text
    self.metric = metric
    self.unit = unit
    self.observed = observed
    self.bound = bound
    self.outcome = outcome
    self.reason = reason
  }
}

/// Variant minus the one it is held against, from replications that met the same chance.
public struct PairedDifference: Equatable, Sendable {
  public enum Word: String, CaseIterable, Sendable {
    case better, worse
    /// For metrics of which neither direction is better.
    case lower, higher
    case noDifference = "no-difference"
    case cannotTell = "cannot-tell"
  }

  /// With its statistic: `turn.response.p95`.
  public var metric: String
  public var unit: String
  public var variant: String
  public var against: String
  public var difference: Double
  /// Nil with a single replication.
  public var interval: ConfidenceInterval?
  public var word: Word

  public init(
    metric: String, unit: String, variant: String, against: String, difference: Double,
    interval: ConfidenceInterval?, word: Word
  ) {
    self.metric = metric
    self.unit = unit
    self.variant = variant
    self.against = against
    self.difference = difference
    self.interval = interval
    self.word = word
  }
}
