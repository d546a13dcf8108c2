// Histograms by hand and by chance: the layout, the promised error, the exact parts, and the
// vectors of the literature.
import Basics
import Metrics
import Testing

@Suite struct HistogramTests {
  @Test("Buckets follow one another without gap or overlap")
  func layout() {
    var next: UInt64 = 0
    for index in 0..<BucketLayout.count {
      #expect(BucketLayout.lowest(of: index) == next)
      #expect(BucketLayout.index(of: next) == index)
      next += BucketLayout.width(of: index)
      #expect(BucketLayout.index(of: next - 1) == index)
    }
    #expect(next == 1 << 50)
    #expect(next - 1 == BucketLayout.largest)
  }

  @Test("The middle of a bucket is within 0.098 % of everything in it")
  func error() {
    var worst = 0.0
    for index in 1..<BucketLayout.count {
      let low = Double(BucketLayout.lowest(of: index))
      let high = low + Double(BucketLayout.width(of: index) - 1)
      let middle = BucketLayout.middle(of: index)
      worst = max(worst, (middle - low) / low, (high - middle) / high)
    }
    #expect(worst <= 0.00098)
    // Not by a wide margin either: a finer layout would be paid for in memory.
    #expect(worst > 0.0009)
  }

  @Test("An empty histogram has no figures")
  func empty() {
    let histogram = Histogram()
    #expect(histogram.count == 0)
    let median = histogram.quantile(0.5)
    #expect(median == nil)
    #expect(histogram.mean == nil)
    #expect(histogram.min == nil)
    #expect(histogram.max == nil)
    let snapshot = histogram.snapshot()
    #expect(snapshot == HistogramSnapshot())
  }

  @Test("Ranks are rounded up, and decimal shares mean what they say")
  func ranks() {
    #expect(quantileRank(0.07, of: 100) == 7)
    #expect(quantileRank(0.95, of: 100) == 95)
    #expect(quantileRank(0.95, of: 101) == 96)
    #expect(quantileRank(0, of: 5) == 1)
    #expect(quantileRank(1, of: 5) == 5)
    for share in 1...999 {
      #expect(quantileRank(Double(share) / 1000, of: 1000) == share)
      #expect(quantileRank(Double(share) / 1000, of: 1_000_000_000) == share * 1_000_000)
    }
  }

  @Test("Quantiles need 59, 299 and 2995 samples for p95, p99 and p99.9")
  func samples() {
    #expect(samplesNeeded(forQuantile: 0.5) == 5)
    #expect(samplesNeeded(forQuantile: 0.9) == 29)
    #expect(samplesNeeded(forQuantile: 0.95) == 59)
    #expect(samplesNeeded(forQuantile: 0.99) == 299)
    #expect(samplesNeeded(forQuantile: 0.999) == 2995)
  }

  @Test("What is too long is clamped and counted, while sum and max stay exact")
  func overflow() {
    var histogram = Histogram()
    let edge = Int64(BucketLayout.largest)
    for value in [edge, edge + 1, Int64.max] { histogram.record(value) }
    #expect(histogram.overflow == 2)
    #expect(histogram.count == 3)
    #expect(histogram.max == .max)
    #expect(histogram.sum == UInt128(edge) * 2 + 1 + UInt128(Int64.max))
    let median = histogram.quantile(0.5) ?? 0
    #expect(median >= Double(edge))
  }

  @Test("Quantiles are those of the sorted values, within 0.098 %, and never outside them")
  func quantiles() throws {
    for seed in seeds(60) {
      var random = random(seed, "values")
      let values = (0..<1 + random.index(below: 400)).map { _ in
        min(random.nanoseconds(), Int64(BucketLayout.largest))
      }.sorted()
      var histogram = Histogram()
      for value in values { histogram.record(value) }
      let low = try #require(values.first)
      let high = try #require(values.last)
      for share in [0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1] {
        let exact = Double(values[quantileRank(share, of: values.count) - 1])
        let quantile = histogram.quantile(share)
        let found = try #require(quantile)
        #expect(abs(found - exact) <= exact * 0.00098, "seed \(seed), share \(share)")
        #expect(found >= Double(low) && found <= Double(high), "seed \(seed), share \(share)")
      }
      let sum = values.reduce(UInt128(0)) { $0 + UInt128($1) }
      #expect(histogram.sum == sum, "seed \(seed)")
      #expect(histogram.mean == Double(sum) / Double(values.count), "seed \(seed)")
      #expect(histogram.min == low && histogram.max == high, "seed \(seed)")
    }
  }

  @Test("Merging adds buckets: the true p99 of three servers is 7.97, not the mean 10.75 of theirs")
  func mergingVector() {
    // Two servers with 100,000 requests of Exp(1) seconds, one with 10,000 of mean 5. Evenly spread
    // quantiles stand for the samples, so that the vector holds without chance.
    func server(count: Int, mean: Double) -> Histogram {
      var histogram = Histogram()
      for place in 0..<count {
        let share = (Double(place) + 0.5) / Double(count)
        histogram.record(Interval(seconds: -naturalLog(1 - share) * mean).nanoseconds)
      }
      return histogram
    }
    var merged = server(count: 100_000, mean: 1)
    let second = server(count: 100_000, mean: 1)
    let third = server(count: 10_000, mean: 5)
    let quantiles = [merged.quantile(0.99), second.quantile(0.99), third.quantile(0.99)]
    let meanOfQuantiles = quantiles.compactMap { $0 }.reduce(0, +) / 3 * 1e-9
    merged.merge(second)
    merged.merge(third)
    let true99 = (merged.quantile(0.99) ?? 0) * 1e-9
    #expect(abs(true99 - 7.970528) < 7.970528 * 0.001)
    #expect(abs(meanOfQuantiles - 10.745397) < 10.745397 * 0.002)
    #expect(merged.count == 210_000)
  }

  @Test("Parts merge to the whole, in any order, as histograms and as snapshots")
  func merging() {
    for seed in seeds(20) {
      var random = random(seed, "merging")
      var whole = Histogram()
      var parts: [HistogramSnapshot] = []
      var forwards = Histogram()
      for _ in 0..<2 + random.index(below: 4) {
        var part = Histogram()
        // Some parts stay empty: a worker may see nothing.
        for _ in 0..<random.index(below: 200) {
          let value = random.nanoseconds()
          whole.record(value)
          part.record(value)
        }
        forwards.merge(part)
        parts.append(part.snapshot())
      }
      let expected = whole.snapshot()
      let inOrder = forwards.snapshot()
      #expect(inOrder == expected, "seed \(seed)")
      let ascending = parts.reduce(HistogramSnapshot()) { $0.merged(with: $1) }
      let descending = parts.reversed().reduce(HistogramSnapshot()) { $0.merged(with: $1) }
      #expect(ascending == expected, "seed \(seed)")
      #expect(descending == expected, "seed \(seed)")
      for share in [0.01, 0.5, 0.95, 1] {
        let quantile = whole.quantile(share)
        #expect(expected.quantile(share) == quantile, "seed \(seed)")
      }
      #expect(expected.mean == whole.mean, "seed \(seed)")
      #expect(expected.distribution().reduce(0) { $0 + $1.count } == whole.count, "seed \(seed)")
    }
  }

  @Test("After a reset nothing is left")
  func reset() {
    var histogram = Histogram()
    for value in [0, 5, 1_000_000, Int64.max] { histogram.record(value) }
    histogram.reset()
    let snapshot = histogram.snapshot()
    #expect(snapshot == HistogramSnapshot())
    histogram.record(7)
    #expect(histogram.min == 7)
    #expect(histogram.max == 7)
    #expect(histogram.overflow == 0)
  }
}
