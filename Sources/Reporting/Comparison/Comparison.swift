// Contenders held against each other, figure by figure. It says what was compared with what, in
// which order figures are read, and what speaks against comparing at all (Comparability).
public import Metrics

public struct Comparison: Equatable, Sendable {
  /// One contender against another, with all figures that both have.
  public struct Pair: Equatable, Sendable {
    public let candidate: Contender
    public let against: Contender
    public let figures: [ComparedFigure]

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
    self.pairs = pairs.map { candidate, against in
      let paired = Comparability.metTheSamePeople(
        results[candidate.source].result, candidate.variant, results[against.source].result,
        against.variant)
      return Pair(
        candidate: candidate, against: against,
        figures: Comparison.order.compactMap {
          ComparedFigure($0, candidate, against: against, paired: paired, margin: margin)
        })
    }
  }

  /// The variants of one result against its first.
  public init(of results: [NamedResult], margin: Double = Comparison.usualMargin) {
    let contenders = Contender.all(of: results)
    let pairs = contenders.dropFirst().map { (candidate: $0, against: contenders[0]) }
    self.init(pairs, of: results, margin: margin)
  }

  public func figure(_ metric: String, of label: String) -> ComparedFigure? {
    pairs.first { $0.candidate.label == label }?.figures.first { $0.metric == metric }
  }

  /// In the order in which one asks: answers, failures, promises, sessions, locks, the bill. What
  /// says the same as another is left out: completed turns are the throughput.
  private static let order = [
    "turn.response.mean", "turn.response.p50", "turn.response.p95", "turn.response.p99",
    "turn.throughput", "turns.failed", "turns.lost", "turns.dropped", "turns.foreign",
    "turns.duplicated", "turns.stale_context", "sessions.context_lost", "sessions.split_brain",
    "locks.double_held", "locks.wrong_release", "locks.stale_writes", "access.leaks",
    "access.false_denials", "sessions.hit_rate", "sessions.eviction_rate", "sessions.evicted_busy",
    "sessions.over_limit_max", "session.open.p95", "locks.contention_rate", "lock.wait.p95",
    "cli.leaked", "fleet.servers", "fleet.memory", "server.cpu", "servers.imbalance",
  ]
}
