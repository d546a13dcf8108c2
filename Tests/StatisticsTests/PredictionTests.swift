// Where one more replication lies: what a single live run is held against.
import Basics
import Statistics
import Testing

@Test("Ten replications predict the eleventh with Student's law and the doubt about their mean")
func predictionByHand() throws {
  let prediction = try #require(Prediction(Replications([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])))
  let half = 2.262157162798205 * (55.0 / 6 * 1.1).squareRoot()
  let interval = prediction.interval()
  expectClose(interval.low, 5.5 - half, within: 1e-9)
  expectClose(interval.high, 5.5 + half, within: 1e-9)
  expectClose(prediction.chance(of: 5.5 + half), 0.05, within: 1e-9)
  #expect(prediction.chance(of: 5.5) == 1)
  let older = Prediction(SampleMean(mean: 5.5, standardError: (55.0 / 60).squareRoot(), count: 10))
  expectClose(older.interval().high, interval.high, within: 1e-9)
  #expect(Prediction(Replications([3])) == nil && Prediction(tallies: Replications([3])) == nil)
}

@Test("One more run lies in the interval 95 times in a hundred")
func predictionCoverage() {
  let seed = Seed(17)
  var random = SeededRandom(seed.stream("runs"))
  var held = 0
  var surprising = 0
  let rounds = 4000
  for _ in 0..<rounds {
    let runs = Replications((0..<6).map { _ in 10 + inverseNormal(random.uniform()) })
    guard let prediction = Prediction(runs) else { continue }
    let next = 10 + inverseNormal(random.uniform())
    if prediction.interval().contains(next) { held += 1 }
    if prediction.chance(of: next) < 0.05 { surprising += 1 }
  }
  // Five standard deviations of a binomial share: 3800 on average, 14 either way.
  #expect((3730...3870).contains(held), "\(held) of \(rounds), seed 17")
  #expect(held + surprising == rounds, "interval and chance are one law")
}

@Test("What never happened in ten runs may happen once in the eleventh, and not twice")
func predictionOfNothing() throws {
  let never = try #require(Prediction(tallies: Replications(.init(repeating: 0, count: 10))))
  #expect(never.interval().low == 0 && never.interval().high == 1)
  expectClose(never.chance(of: 2), 2.0 / 121, within: 1e-12)
  // A hundred runs leave no room for one.
  let surely = try #require(Prediction(tallies: Replications(.init(repeating: 0, count: 100))))
  #expect(surely.interval().high == 0)
  // A figure that is no tally and always the same is known exactly.
  let same = try #require(Prediction(Replications(.init(repeating: 8, count: 10))))
  #expect(same.chance(of: 8) == 1 && same.chance(of: 9) == 0 && same.interval().halfWidth == 0)
}

@Test("Tallies spread at least as far as chance alone makes them")
func predictionOfTallies() throws {
  // Ten runs with nine events each: less spread than Poisson's law has.
  let tame = try #require(Prediction(tallies: Replications(.init(repeating: 9, count: 10))))
  expectClose(tame.standardError, (9 * 1.1).squareRoot(), within: 1e-12)
  #expect(tame.interval().contains(15) && !tame.interval().contains(17))
  let wild = Replications([0, 40, 0, 40, 0, 40, 0, 40, 0, 40])
  expectClose(
    try #require(Prediction(tallies: wild)).standardError,
    try #require(Prediction(wild)).standardError, within: 1e-12)
}
