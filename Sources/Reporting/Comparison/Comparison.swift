// Contenders held against each other, figure by figure. It says what was compared with what, in
// which order figures are read, and what speaks against comparing at all (Comparability).
public import Metrics
internal import Statistics

public struct Comparison: Equatable, Sendable {
  /// One contender against another, with all figures that both have.
  public struct Pair: Equatable, Sendable {
    public let candidate: Contender
    public let against: Contender
    public let figures: [ComparedFigure]
    /// A simulation and a live run: where the live figures lie. `figures` is empty then.
    public internal(set) var predictions: [PredictedFigure] = []
    public internal(set) var leftOut: [LeftOut] = []

    /// Whether one of the two is a simulation and the other a live run.
    public var isPrediction: Bool { model != nil }
    let model: (simulated: Contender, live: Contender)?
    public var live: Contender? { model?.live }

    public static func == (a: Pair, b: Pair) -> Bool {
      a.candidate == b.candidate && a.against == b.against && a.figures == b.figures
        && a.predictions == b.predictions && a.leftOut == b.leftOut
    }

    public func with(_ words: PairedDifference.Word...) -> [ComparedFigure] {
      figures.filter { words.contains($0.word) }
    }
  }

  /// Below this share of the figure compared with, a difference is not worth a word
  /// (docs/measuring.md, Words).
  public static let usualMargin = 0.02

  public let pairs: [Pair]
  public let margin: Double

  public init(
    _ pairs: [(candidate: Contender, against: Contender)], of results: [NamedResult],
    margin: Double = Comparison.usualMargin
  ) {
    self.margin = margin
    var found = pairs.map { candidate, against -> Pair in
      if let model = Pair.model(candidate, against, of: results) {
        return Pair(candidate, against, model: model, of: results, margin: margin)
      }
      let paired = Comparability.metTheSamePeople(
        results[candidate.source].result, candidate.variant, results[against.source].result,
        against.variant)
      return Pair(
        candidate: candidate, against: against,
        figures: Comparison.order.compactMap {
          ComparedFigure($0, candidate, against: against, paired: paired, margin: margin)
        }, model: nil)
    }
    Comparison.weigh(&found)
    self.pairs = found
  }

  /// The variants of one result against its first; a live run against its simulation.
  public init(of results: [NamedResult], margin: Double = Comparison.usualMargin) {
    if Set(results.map(\.result.kind)).count > 1,
      let pairs = try? Opponents.pairs(of: results, chosen: results.map { _ in nil }).get()
    {
      self.init(pairs, of: results, margin: margin)
      return
    }
    let contenders = Contender.all(of: results)
    let pairs = contenders.dropFirst().map { (candidate: $0, against: contenders[0]) }
    self.init(pairs, of: results, margin: margin)
  }

  public func figure(_ metric: String, of label: String) -> ComparedFigure? {
    pairs.first { $0.candidate.label == label }?.figures.first { $0.metric == metric }
  }

  /// Of sixty figures three lie outside by chance. Which ones do not, looked at all together?
  private static func weigh(_ pairs: inout [Pair]) {
    let chances = pairs.flatMap { $0.predictions.compactMap(\.chance) }
    var adjusted = Multiplicity.holm(chances)[...]
    for pair in pairs.indices {
      for place in pairs[pair].predictions.indices
      where pairs[pair].predictions[place].chance != nil {
        let chance = adjusted.popFirst() ?? 1
        pairs[pair].predictions[place].isBeyondChance =
          pairs[pair].predictions[place].word == .outside && chance < 0.05
      }
    }
  }

  /// In the order in which one asks: answers, failures, promises, sessions, locks, the bill. What
  /// says the same as another is left out: completed turns are the throughput.
  static let order = [
    "turn.response.mean", "turn.response.p50", "turn.response.p95", "turn.response.p99",
    "turn.throughput", "turns.failed", "turns.lost", "turns.dropped", "turns.foreign",
    "turns.duplicated", "turns.stale_context", "sessions.not_found", "sessions.context_lost",
    "sessions.split_brain",
    "locks.double_held", "locks.wrong_release", "locks.stale_writes", "access.leaks",
    "access.false_denials", "sessions.hit_rate", "sessions.eviction_rate", "sessions.evicted_busy",
    "sessions.over_limit_max", "session.open.p95", "cli.spawn.p95", "locks.contention_rate",
    "lock.wait.p95",
    "cli.leaked", "fleet.servers", "fleet.memory", "server.cpu", "servers.imbalance",
  ]
}
