// Rank statistics against the reference vectors, and against plain enumeration.
import Basics
import Statistics
import Testing

private let a: [Double] = [101, 99, 100, 102, 98, 103, 97, 100.5, 99.5, 101.5]
private let b: [Double] = [104, 103, 105, 106, 102.5, 107, 101.2, 104.5, 103.5, 105.5]

@Test("Mann-Whitney on the reference samples")
func mannWhitneyVector() throws {
  let test = MannWhitney(a, b)
  #expect(test.u == 4.5)
  expectClose(test.normalP, 0.0006666008624321637, within: 1e-12)
  // One tie across the samples: 28 of the 184 756 permutations are as far out.
  expectClose(try #require(test.exactP), 28.0 / 184_756, within: 1e-12)
  let mirrored = MannWhitney(b, a)
  #expect(mirrored.u == 95.5)
  expectClose(mirrored.p, test.p, within: 1e-15)
}

@Test("Three runs a side can never show a difference; six can")
func smallestP() {
  let smallest = [(3, 0.1), (4, 0.028571), (5, 0.007937), (6, 0.002165), (10, 0.000011)]
  for (n, expected) in smallest {
    let low = (0..<n).map(Double.init)
    let high = (0..<n).map { Double($0 + 100) }
    expectClose(MannWhitney(low, high).p, expected, within: 5.1e-7)
    expectClose(MannWhitney.smallestP(runsPerArm: n), MannWhitney(low, high).p, within: 1e-12)
  }
}

@Test("Equal samples differ with p = 1; large samples use the normal law")
func mannWhitneyEdges() {
  #expect(MannWhitney([1, 1, 1], [1, 1]).p == 1)
  let many = MannWhitney((0..<40).map(Double.init), (0..<40).map { Double($0) + 0.5 })
  #expect(many.exactP == nil && many.p > 0.8)
}

@Test("The Hodges-Lehmann ratio of the reference samples is 1.0399, and its interval excludes 1")
func hodgesLehmann() throws {
  let estimate = HodgesLehmann(from: a, to: b)
  expectClose(estimate.ratio, 1.0399004975124377, within: 1e-12)
  let interval = try #require(estimate.interval)
  #expect(interval.contains(estimate.ratio) && interval.low > 1)
  #expect(HodgesLehmann(from: [1, 2, 3], to: [2, 3, 4]).interval == nil)
}

@Test("The Hodges-Lehmann interval holds the true ratio at least 95 times in a hundred")
func hodgesLehmannCoverage() {
  let seed = Seed(23)
  var random = SeededRandom(seed.stream("ratio"))
  func sample(_ n: Int, _ scale: Double) -> [Double] {
    (0..<n).map { _ in scale * exponential(0.1 * inverseNormal(random.uniform())) }
  }
  // The second pair is large enough for the normal branch.
  for (n, rounds) in [(8, 2000), (40, 500)] {
    var held = 0
    for _ in 0..<rounds {
      let estimate = HodgesLehmann(from: sample(n, 1), to: sample(n, 1.5))
      if estimate.interval?.contains(1.5) == true { held += 1 }
    }
    let share = Double(held) / Double(rounds)
    let error = (0.95 * 0.05 / Double(rounds)).squareRoot()
    // Discrete ranks cover a little more than asked for at n = 8: 0.9500 to 0.9650.
    #expect(share > 0.95 - 4 * error && share < 0.965 + 4 * error, "n \(n): \(share), seed 23")
  }
}

@Test("Holm and Benjamini-Hochberg adjust the reference p-values, in the order given")
func multiplicity() {
  let p = [0.001, 0.01, 0.02, 0.03, 0.2]
  for (value, expected) in zip(Multiplicity.holm(p), [0.005, 0.04, 0.06, 0.06, 0.2]) {
    expectClose(value, expected, within: 1e-12)
  }
  let reported = [0.005, 0.025, 0.1 / 3, 0.0375, 0.2]
  for (value, expected) in zip(Multiplicity.benjaminiHochberg(p), reported) {
    expectClose(value, expected, within: 1e-12)
  }
  let backwards: [Double] = Multiplicity.holm(p.reversed()).reversed()
  #expect(backwards == Multiplicity.holm(p))
  #expect(Multiplicity.holm([0.9, 0.8]) == [1, 1] && Multiplicity.holm([]) == [])
}

@Test("The detectable effect and the runs it takes are the tabled ones")
func detectableEffect() {
  let effect = DetectableEffect()
  for (n, expected) in [(5, 1.81), (10, 1.28), (20, 0.91)] {
    expectClose(effect.smallest(variation: 1, runsPerArm: n), expected, within: 0.005)
  }
  let table = [
    (0.05, 0.02, 4), (0.05, 0.05, 17), (0.05, 0.1, 66), (0.02, 0.02, 17), (0.02, 0.05, 103),
  ]
  for (size, variation, runs) in table {
    #expect(effect.runsPerArm(effect: size, variation: variation) == runs)
  }
}

@Test("The distances of the reference samples are 0.8 and 4.07")
func distances() {
  expectClose(Distances.kolmogorovSmirnov(a, b), 0.8, within: 1e-12)
  expectClose(Distances.wasserstein(a, b), 4.07, within: 1e-12)
  expectClose(Distances.wasserstein(b, a), 4.07, within: 1e-12)
  #expect(Distances.kolmogorovSmirnov(a, a) == 0 && Distances.wasserstein(a, a) == 0)
  // Unequal sizes: half of the mass moves by one.
  #expect(Distances.wasserstein([0], [0, 1]) == 0.5)
  #expect(Distances.kolmogorovSmirnov([0], [0, 1]) == 0.5)
}
