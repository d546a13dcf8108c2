// MSER-5 on the reference series, and the batched series that feeds it.
import Basics
import Statistics
import Testing

/// 10 · 0.98^i + sin i: a start that fades in some 180 steps, over a wave that stays.
private func fadingStart(_ count: Int) -> [Double] {
  (0..<count).map { 10 * power(0.98, Double($0)) + sine(Double($0)) }
}

private func series(_ values: [Double], step: Int64 = 1) -> BatchedSeries {
  var result = BatchedSeries()
  for (i, value) in values.enumerated() {
    result.append(value, at: Instant(nanoseconds: Int64(i) * step))
  }
  return result
}

@Test("MSER-5 cuts the reference series at batch 36, observation 180")
func mserVector() {
  let values = fadingStart(1000)
  expectClose(values.reduce(0, +) / 1000, 0.499987089, within: 1e-9)
  let batched = series(values, step: 10)
  guard case .truncate(let batches, let mean) = MSER(batchMeans: batched.batchMeans) else {
    Issue.record("the series is long enough")
    return
  }
  #expect(batches == 36)
  expectClose(mean, 0.013775480, within: 1e-9)
  guard case .ends(let cut) = batched.warmUp() else {
    Issue.record("the series is long enough")
    return
  }
  #expect(cut.index == 180 && cut.time == Instant(nanoseconds: 1800) && cut.mean == mean)
}

@Test("A start that still shows at half of the run means the run is too short")
func mserTooShort() {
  #expect(series(fadingStart(150)).warmUp() == .tooShort)
  #expect(MSER(batchMeans: (0..<100).map(Double.init)) == .tooShort)
  #expect(MSER(batchMeans: []) == .tooShort)
  #expect(MSER(batchMeans: .init(repeating: 1, count: 9)) == .tooShort)
}

@Test("A steady series is not cut")
func mserSteady() {
  #expect(MSER(batchMeans: .init(repeating: 3, count: 50)) == .truncate(batches: 0, mean: 3))
}

@Test("MSER agrees with its definition, computed the slow way")
func mserDefinition() {
  for seedValue in 0..<50 {
    var random = SeededRandom(Seed(UInt64(seedValue)).stream("mser"))
    let count = 10 + random.index(below: 60)
    let start = 5 * random.uniform()
    let values = (0..<count).map { start * power(0.8, Double($0)) + random.uniform() }
    let errors = (0...(count / 2)).map { d in
      let kept = values[d...]
      let mean = kept.reduce(0, +) / Double(kept.count)
      return kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(kept.count * kept.count)
    }
    let best = errors.indices.min { errors[$0] < errors[$1] }
    switch MSER(batchMeans: values) {
    case .tooShort: #expect(best == count / 2, "seed \(seedValue)")
    case .truncate(let d, _): #expect(best == d, "seed \(seedValue)")
    }
  }
}

@Test("A long series stays within 4096 batches, and its batches are those of the observations")
func boundedSeries() {
  let count = 5 * 4096 * 5 + 3
  let values = (0..<count).map { Double(($0 * 7919) % 1000) }
  let long = series(values)
  #expect(long.count == count)
  #expect(long.batchCount <= BatchedSeries.mostBatches && long.batchSize == 40)
  #expect(long.batchCount == count / 40)
  for (k, mean) in long.batchMeans.enumerated() {
    let expected = values[(k * 40)..<(k * 40 + 40)].reduce(0, +) / 40
    #expect(mean == expected, "batch \(k)")
  }
}

@Test("The first merge happens with the batch that would be the 4097th")
func firstMerge() {
  var full = series(.init(repeating: 1, count: 5 * 4096))
  #expect(full.batchCount == 4096 && full.batchSize == 5)
  for i in 0..<5 { full.append(1, at: Instant(nanoseconds: Int64(5 * 4096 + i))) }
  #expect(full.batchCount == 2048 && full.batchSize == 10)
  for i in 5..<10 { full.append(1, at: Instant(nanoseconds: Int64(5 * 4096 + i))) }
  #expect(full.batchCount == 2049)
}

@Test("After merging, a cut still names the index and the time of an observation")
func mergedCut() {
  let count = 60_000
  let values = (0..<count).map { 10 * power(0.9995, Double($0)) + sine(Double($0)) }
  guard case .ends(let cut) = series(values, step: 1000).warmUp() else {
    Issue.record("the series is long enough")
    return
  }
  #expect(cut.index > 2000 && cut.index < 30_000)
  #expect(cut.time == Instant(nanoseconds: Int64(cut.index) * 1000))
}

@Test("Welch's curve averages over replications, then over a window that grows at the start")
func welchCurve() {
  let curve = WelchAverage.curve(
    replications: [[0, 2, 4, 6, 8], [2, 4, 6, 8, 10, 99]], window: 1)
  #expect(curve == [1, 3, 5, 7])
  #expect(WelchAverage.curve(replications: [[9, 0, 0, 3]], window: 1) == [9, 3, 1])
  #expect(WelchAverage.curve(replications: [], window: 3) == [])
}
