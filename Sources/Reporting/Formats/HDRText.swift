// The percentile table that HdrHistogram's tools write and plot: value, share, count so far and
// 1 / (1 - share), then a footer. Milliseconds, as those tools expect, one table for each time of
// each variant. Ticks halve the distance to 100 % five times a step, and end where samples do.
internal import Basics
internal import Metrics

struct HDRText {
  private let contenders: [Contender]

  init(_ results: [NamedResult]) { contenders = Contender.all(of: results) }

  func text() -> String {
    var tables: [String] = []
    for contender in contenders {
      for metric in contender.variant.metrics {
        guard case .time(let summary) = metric.figure, summary.count > 0 else { continue }
        let label = String(contender.label.map { $0.isNewline ? " " : $0 })
        tables.append("#[\(label): \(metric.name), in milliseconds]\n" + table(summary.histogram))
      }
    }
    return tables.isEmpty ? "#[No time was recorded]\n" : tables.joined(separator: "\n")
  }

  private func table(_ histogram: HistogramSnapshot) -> String {
    var text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
    let shares = HDRText.shares(upTo: histogram.count)
    for (share, value) in zip(shares, histogram.quantiles(shares)) {
      let count = quantileRank(share, of: histogram.count)
      text += row(value, share, count, inverse: decimal(1 / (1 - share), places: 2))
    }
    // The largest value, which is exact; its inverse is infinite and left out, as in the original.
    text += row(Double(histogram.max), 1, histogram.count, inverse: "")
    let mean = histogram.mean ?? 0
    text +=
      "#[Mean    = \(padded(milliseconds(mean), 12)), StdDeviation   = "
      + "\(padded(milliseconds(deviation(histogram, mean)), 12))]\n"
    text +=
      "#[Max     = \(padded(milliseconds(Double(histogram.max)), 12)), Total count    = "
      + "\(padded(String(histogram.count), 12))]\n"
    text += "#[Buckets = \(padded("41", 12)), SubBuckets     = \(padded("512", 12))]\n"
    return text
  }

  private func row(_ value: Double, _ share: Double, _ count: Int, inverse: String) -> String {
    "\(padded(milliseconds(value), 12)) \(decimal(share, places: 12)) \(padded(String(count), 10))"
      + (inverse.isEmpty ? "\n" : " \(padded(inverse, 14))\n")
  }

  /// Five ticks for each halving of the distance to the end, while one value stands for the rest.
  private static func shares(upTo count: Int) -> [Double] {
    var shares: [Double] = []
    var share = 0.0
    while shares.count < 400 {
      shares.append(share)
      let halvings = floorOf(naturalLog(1 / (1 - share)) / naturalLog(2)) + 1
      share += 1 / (5 * power(2, halvings))
      if (1 - share) * Double(count) < 1 { break }
    }
    return shares
  }

  /// From the buckets, so right to a tenth of a per cent.
  private func deviation(_ histogram: HistogramSnapshot, _ mean: Double) -> Double {
    let squares = histogram.distribution().reduce(0) {
      $0 + ($1.nanoseconds - mean) * ($1.nanoseconds - mean) * Double($1.count)
    }
    return (squares / Double(histogram.count)).squareRoot()
  }

  private func milliseconds(_ nanoseconds: Double) -> String {
    decimal(nanoseconds / 1e6, places: 3)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
