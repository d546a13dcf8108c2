// The last few seconds of a run for the live view: rates, quantiles, the words for failures and how
// busy each server is. Results are made elsewhere; nothing here is kept.
internal import Basics
internal import LinuxIO
internal import Policies

/// The last few seconds, for the live view.
struct RecentFigures {
  private var parts: [(at: Instant, figures: ShardFigures)] = []
  /// Of all parts together.
  private var times = RecentTimes()
  private var levels: [Int: (underWay: Int, residents: Int)] = [:]
  private static let span = Interval.seconds(5)

  mutating func add(_ figures: ShardFigures, of shard: Int, at now: Instant) {
    levels[shard] = (figures.underWay, figures.residents)
    parts.append((now, figures))
    times.add(figures.responses)
    forget(at: now)
  }

  mutating func fill(_ progress: inout LiveProgress, at now: Instant) {
    forget(at: now)
    guard let first = parts.first else { return }
    let seconds = max(0.25, (now - first.at).seconds + 0.25)
    func rate(_ value: (ShardFigures) -> Int) -> Double {
      Double(parts.reduce(0) { $0 + value($1.figures) }) / seconds
    }
    progress.turnsPerSecond = rate { $0.completed }
    progress.failuresPerSecond = rate { $0.failed }
    progress.evictionsPerSecond = rate { $0.evicted }
    progress.refusalsPerSecond = rate { $0.refused }
    progress.underWay = levels.values.reduce(0) { $0 + $1.underWay }
    progress.residents = levels.values.reduce(0) { $0 + $1.residents }
    progress.p50 = times.quantile(0.5)
    progress.p95 = times.quantile(0.95)
    progress.p99 = times.quantile(0.99)
  }

  private mutating func forget(at now: Instant) {
    for part in parts where now - part.at > RecentFigures.span {
      times.subtract(part.figures.responses)
    }
    parts.removeAll { now - $0.at > RecentFigures.span }
  }
}

extension TurnOutcome {
  /// For the live view.
  var words: String {
    switch self {
    case .completed: "completed"
    case .failed: "model failed"
    case .timedOut: "timed out"
    case .denied: "denied"
    case .rejected: "rejected"
    case .lockRefused: "lock refused"
    case .notFound: "not found"
    case .serverLost: "server lost"
    case .fenced: "fenced"
    }
  }
}

extension ServerLens {
  /// Share of a core between the last two samples.
  var recentLoad: Double {
    guard samples.count > 1 else { return 0 }
    let (last, before) = (samples[samples.count - 1], samples[samples.count - 2])
    let time = (last.at - before.at).seconds
    return time > 0 ? max(0, (last.gauge.cpu - before.gauge.cpu).seconds / time) : 0
  }
}
