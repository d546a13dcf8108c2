// One figure of a live run held against what the simulation predicts for one more replication. A
// live run is a single replication, so no interval of a difference can be had; the question is
// whether it lies where the simulation's next one would.
internal import Basics
public import Metrics
internal import Statistics

public struct PredictedFigure: Equatable, Sendable {
  public enum Word: String, CaseIterable, Sendable {
    case asPredicted = "as-predicted"
    case outside
    case cannotTell = "cannot-tell"
  }

  /// With its statistic: `turn.response.p95`.
  public let metric: String
  public let unit: String
  public let better: Better
  /// Mean of the simulated replications, tallies too.
  public let simulated: Double
  /// Where one more replication would lie, 95 times in a hundred.
  public let interval: Metrics.ConfidenceInterval?
  public let live: Double
  /// Of the one replication in which the same people asked the same things at the same instants;
  /// nil where the seeds differ or the simulation does not know.
  public let samePeople: Double?
  public let word: Word
  /// Why nobody can tell.
  public let reason: String?
  /// How often one more replication would lie as far out; nil where nobody can tell.
  public let chance: Double?
  /// Outside even when all figures of the comparison are looked at together (Holm, 5 %).
  public internal(set) var isBeyondChance = false

  /// What the live run differs from: those who met the same chance, where there are any.
  public var base: Double { samePeople ?? simulated }

  /// As a share of that; nil where it is nothing.
  public var relative: Double? { base == 0 ? nil : (live - base) / base.magnitude }

  public var isWorse: Bool {
    switch better {
    case .lower: live > simulated
    case .higher: live < simulated
    case .neither: false
    }
  }

  /// Nil where one of the two does not have the figure, or both are nothing.
  init?(
    _ name: String, simulated: VariantResult, live: VariantResult, sameSeed: Bool,
    margin: Double, objection: String?
  ) {
    guard let definition = ComparedFigure.definition(of: name),
      let model = ComparedFigure.Side(name, definition, simulated),
      let seen = ComparedFigure.Side(name, definition, live)
    else { return nil }
    if model.isNothing && seen.isNothing { return nil }
    metric = name
    unit = definition.unit.rawValue
    better = definition.better
    self.live = seen.shown
    // The first replication has the seed itself.
    let first = model.samples.first ?? (model.replications == 1 ? model.shown : nil)
    samePeople = sameSeed ? first : nil
    let isTally = definition.kind == .count
    let prediction = PredictedFigure.prediction(model, isTally: isTally)
    self.simulated = prediction?.mean ?? model.shown
    guard objection == nil, let prediction else {
      interval = nil
      word = .cannotTell
      reason = objection ?? PredictedFigure.want(model)
      chance = nil
      return
    }
    let found = prediction.interval()
    let most = definition.unit == .ratio && name != "server.cpu" ? 1.0 : .infinity
    // No tally, time or share lies below nothing, whatever a symmetrical law says.
    let low = max(0, min(found.low, found.high))
    interval = .init(low: low, high: max(low, min(most, found.high)))
    // What differs by less than the margin is not worth a word, however sure.
    let isClose = abs(seen.shown - prediction.mean) <= margin * prediction.mean.magnitude
    chance = isClose ? 1 : prediction.chance(of: seen.shown)
    word = isClose || found.contains(seen.shown) ? .asPredicted : .outside
    reason = nil
  }

  private static func prediction(_ model: ComparedFigure.Side, isTally: Bool) -> Prediction? {
    if model.samples.count > 1 {
      let sample = Replications(model.samples)
      return isTally ? Prediction(tallies: sample) : Prediction(sample)
    }
    return model.mean.map { Prediction($0) }
  }

  private static func want(_ model: ComparedFigure.Side) -> String {
    if model.replications < 2 { return "the simulation has one replication" }
    return model.isQuantile
      ? "too few turns in a simulated replication"
      : "the simulation's result has no figure of each replication"
  }
}

/// Figures that are not held against each other, and why.
public struct LeftOut: Equatable, Sendable {
  public let metrics: [String]
  public let reason: String

  public init(metrics: [String], reason: String) {
    self.metrics = metrics
    self.reason = reason
  }
}

extension Comparison.Pair {
  init(
    _ candidate: Contender, _ against: Contender, model: (simulated: Contender, live: Contender),
    of results: [NamedResult], margin: Double
  ) {
    self.init(candidate: candidate, against: against, figures: [], model: model)
    let objection = Self.objection(model.simulated.variant, model.live.variant)
    leftOut = Self.leftOut(model.simulated, model.live, of: results)
    let hasStandIn = model.live.standIn(in: results[model.live.source].result) != nil
    let skipped = hasStandIn ? Contender.ofProcesses : []
    let sameSeed =
      results[model.simulated.source].result.seed == results[model.live.source].result.seed
    predictions = Comparison.order.filter { !skipped.contains($0) }.compactMap {
      PredictedFigure(
        $0, simulated: model.simulated.variant, live: model.live.variant, sameSeed: sameSeed,
        margin: margin, objection: objection)
    }
  }

  public func predicted(_ word: PredictedFigure.Word) -> [PredictedFigure] {
    predictions.filter { $0.word == word }
  }

  /// The live run and one of the replications met the same chance.
  var hasSamePeople: Bool { predictions.contains { $0.samePeople != nil } }

  /// What surprises comes first, the rest in the order in which one asks.
  var bySurprise: [PredictedFigure] {
    let outside = predicted(.outside).enumerated().sorted {
      ($0.element.chance ?? 1, $0.offset) < ($1.element.chance ?? 1, $1.offset)
    }
    return outside.map(\.element) + predicted(.asPredicted) + predicted(.cannotTell)
  }

  /// A simulated and a live result of one scenario, whichever came first.
  static func model(
    _ candidate: Contender, _ against: Contender, of results: [NamedResult]
  ) -> (simulated: Contender, live: Contender)? {
    let kinds = (results[candidate.source].result.kind, results[against.source].result.kind)
    return switch kinds {
    case (.live, .simulated): (against, candidate)
    case (.simulated, .live): (candidate, against)
    default: nil
    }
  }

  /// Rates, tallies and tails all depend on how long one looks.
  static func objection(_ simulated: VariantResult, _ live: VariantResult) -> String? {
    let length = simulated.measuredSeconds / Double(max(1, simulated.replications))
    let own = live.measuredSeconds / Double(max(1, live.replications))
    guard abs(length - own) > 0.01 * max(length, own) else { return nil }
    let units = HumanUnits(plain: true)
    return "a replication measured \(units.length(length)), the live run \(units.length(own))"
  }

  static func leftOut(
    _ simulated: Contender, _ live: Contender, of results: [NamedResult]
  ) -> [LeftOut] {
    func known(_ names: [String]) -> [String] {
      names.filter { name in (simulated.value(name) ?? 0) != 0 }
    }
    var found: [LeftOut] = []
    switch live.standIn(in: results[live.source].result) {
    case .mock?:
      found.append(
        LeftOut(metrics: known(Contender.ofProcesses), reason: "mocks ran, not the CLI"))
    case .external?:
      found.append(
        LeftOut(metrics: known(Contender.ofProcesses), reason: "the servers are not ours to watch"))
    case nil: break
    }
    // A live result carries the tallies that somebody looked for, also where they are nothing.
    let unseen = known(Comparison.order).filter { name in
      MetricCatalog.definition(named: name)?.kind == .count && live.value(name) == nil
    }
    found.append(LeftOut(metrics: unseen, reason: "nobody looked for it live"))
    return found.filter { !$0.metrics.isEmpty }
  }
}

extension Contender {
  enum StandIn { case mock, external }

  /// Figures of server processes: they say something of the CLI only if it was the CLI that ran.
  static let ofProcesses = ["fleet.memory", "server.memory", "server.cpu"]

  /// What ran instead of the real CLI under our eyes; nil for simulations, too.
  func standIn(in result: RunResult) -> StandIn? {
    guard result.kind == .live else { return nil }
    let kind = Comparability.settings(of: result, variant).first { $0.key == "fleet.cli" }?.value
    return kind == "mock" ? .mock : kind == "external" ? .external : nil
  }
}
