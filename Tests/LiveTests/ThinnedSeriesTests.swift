// What a lens keeps of a long run: few samples, from the first to nearly the last, evenly spaced.
import Live
import Testing

@Suite struct ThinnedSeriesTests {
  @Test("However many come, few are kept, at even distances from the first on")
  func thinned() {
    for count in [1, 600, 601, 1_201, 5_000, 100_000] {
      var series = ThinnedSeries<Int>()
      for sample in 0..<count { series.add(sample) }
      let kept = series.samples
      #expect(kept.first == 0 && kept.count <= 600, "\(count)")
      let steps = Set(zip(kept, kept.dropFirst()).map { $1 - $0 })
      #expect(steps.count <= 1, "\(count): \(steps)")
      #expect(count <= 600 ? kept.count == count : kept.count > 299, "\(count): \(kept.count)")
      #expect(count - (kept.last ?? 0) <= (steps.first ?? 1), "\(count)")
    }
  }
}
