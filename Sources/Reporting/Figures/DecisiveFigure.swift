// The figures that decide between variants: what people wait for, what failed, what sessions and
// locks did, and what it takes to serve them. Terminal, page and Markdown show the same ones. What
// is nothing everywhere is left out, except what whoever reads looks for.
internal import Metrics

/// One figure of every variant, in the unit of its metric.
struct DecisiveFigure {
  var label: String
  /// The heading where variants stand below each other.
  var heading: String
  var unit: String
  var values: [Double?]
  /// Half widths of the intervals; nil where there is none or it is nothing.
  var halves: [Double?] = []

  var isNews: Bool { values.contains { ($0 ?? 0) != 0 } }
  var hasHalves: Bool { halves.contains { $0 != nil } }

  static func lines(of variants: [VariantResult]) -> [DecisiveFigure] {
    let time: [(Statistic, String)] = [
      (.mean, "mean response"), (.p50, "p50"), (.p95, "p95"), (.p99, "p99"),
    ]
    var lines = time.map { line("turn.response", $0.0, heading: $0.1, variants) }
    lines.append(line("turn.throughput", heading: "turn rate", variants))
    let failed = line("turns.failed", heading: "turns failed", variants)
    let lost = line("turns.lost", heading: "turns lost", variants)
    // How each pattern can break a promise, in the order in which people would mind.
    let broken = [
      ("turns.dropped", "turns dropped"), ("turns.foreign", "turns foreign"),
      ("turns.duplicated", "turns doubled"), ("turns.stale_context", "stale context"),
      ("sessions.context_lost", "context lost"), ("sessions.split_brain", "split brain"),
      ("locks.double_held", "locks double held"), ("locks.wrong_release", "locks wrong release"),
      ("locks.stale_writes", "stale writes"), ("access.leaks", "access leaks"),
      ("access.false_denials", "false denials"),
    ].map { line($0.0, heading: $0.1, variants) }
    let serving = [
      line("sessions.hit_rate", heading: "hit rate", variants),
      line("sessions.eviction_rate", heading: "eviction rate", variants),
      line("sessions.evicted_busy", heading: "evicted busy", variants),
      line("sessions.over_limit_max", heading: "over limit", variants),
      line("locks.contention_rate", heading: "lock refused", variants),
      line("lock.wait", .p95, heading: "lock wait p95", variants),
      line("fleet.servers", heading: "servers", variants),
      line("fleet.memory", heading: "fleet memory", variants),
      line("server.cpu", heading: "server cpu", variants),
      line("servers.imbalance", heading: "imbalance", variants),
    ]
    let rest = (broken + serving).filter(\.isNews)
    let isCounted = { (line: DecisiveFigure) in line.values.contains { $0 != nil } }
    return lines.filter(\.isNews) + [failed].filter(isCounted)
      + [share(of: failed, variants)].filter(\.isNews) + [lost].filter(isCounted) + rest
  }

  private static func line(
    _ metric: String, _ statistic: Statistic? = nil, heading: String, _ variants: [VariantResult]
  ) -> DecisiveFigure {
    let found = variants.map { $0[metric] }
    return DecisiveFigure(
      label: statistic.map { "\(metric).\($0.rawValue)" } ?? metric, heading: heading,
      unit: found.compactMap { $0?.unit }.first ?? "",
      values: found.map { $0?.value(statistic) },
      halves: found.map { metric in
        metric?.interval(statistic).flatMap { $0.halfWidth > 0 ? $0.halfWidth : nil }
      })
  }

  /// Failures alone say little: variants differ in how many turns they planned.
  private static func share(of failed: DecisiveFigure, _ variants: [VariantResult])
    -> DecisiveFigure
  {
    let shares = zip(failed.values, variants).map { count, variant -> Double? in
      guard let count, let planned = variant["turns.planned"]?.value(), planned > 0 else {
        return nil
      }
      return count / planned
    }
    return DecisiveFigure(
      label: "  of those planned", heading: "failed", unit: "ratio", values: shares)
  }
}
