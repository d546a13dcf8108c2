// What a sample may say about a quantile: the ranks and the refusals.
import Basics
import Statistics
import Testing

@Test("The ranks around a quantile are the binomial ones, with their coverage")
func quantileRanks() {
  let table: [(Int, Double, Int, Int, Double)] = [
    (100, 0.5, 40, 61, 0.9648), (1000, 0.95, 936, 964, 0.9581), (1000, 0.99, 983, 997, 0.9761),
    (10_000, 0.99, 9880, 9920, 0.9558), (500, 0.99, 490, 500, 0.9802),
  ]
  for (n, p, lower, upper, coverage) in table {
    let ranks = OrderStatistics.ranks(forQuantile: p, samples: n)
    #expect(ranks.lower == lower && ranks.upper == upper, "n \(n), p \(p): \(ranks)")
    expectClose(ranks.coverage, coverage, within: 6e-5, "n \(n), p \(p)")
  }
}

@Test("A sample too small for a bound gives none on that side")
func quantileRanksMissing() {
  let few = OrderStatistics.ranks(forQuantile: 0.95, samples: 60)
  #expect(few.lower == 53 && few.upper == nil)
  let one = OrderStatistics.ranks(forQuantile: 0.5, samples: 1)
  #expect(one.lower == nil && one.upper == nil && one.coverage == 1)
  #expect(OrderStatistics.interval(forQuantile: 0.95, sorted: [1, 2, 3]) == nil)
  let hundred = OrderStatistics.interval(
    forQuantile: 0.5, sorted: (1...100).map(Double.init))
  #expect(hundred == ConfidenceInterval(low: 40, high: 61, confidence: 0.95))
}

@Test("The interval holds the quantile as often as its coverage says")
func quantileCoverage() {
  let seed = Seed(7)
  var random = SeededRandom(seed.stream("coverage"))
  let median = 0.5
  var held = 0
  let rounds = 4000
  for _ in 0..<rounds {
    let sample = (0..<100).map { _ in random.uniform() }.sorted()
    let interval = OrderStatistics.interval(forQuantile: 0.5, sorted: sample)
    if interval?.contains(median) == true { held += 1 }
  }
  // Four standard errors: a reseed fails once in 16 000.
  let error = (0.9648 * 0.0352 / Double(rounds)).squareRoot()
  expectClose(Double(held) / Double(rounds), 0.9648, within: 4 * error, "seed \(seed.value)")
}

@Test("A p95 needs 59 samples, a p99 299, a p99.9 2995")
func minimumSamples() {
  #expect(OrderStatistics.minimumSamples(forQuantile: 0.5) == 5)
  #expect(OrderStatistics.minimumSamples(forQuantile: 0.95) == 59)
  #expect(OrderStatistics.minimumSamples(forQuantile: 0.99) == 299)
  #expect(OrderStatistics.minimumSamples(forQuantile: 0.999) == 2995)
  #expect(!OrderStatistics.mayReport(quantile: 0.99, samples: 298))
  #expect(OrderStatistics.mayReport(quantile: 0.99, samples: 299))
}

@Test("No failure in n leaves an upper bound close to 3 / n")
func ruleOfThree() {
  expectClose(OrderStatistics.upperBoundAfterNoFailures(trials: 10_000), 2.995e-4, within: 1e-7)
  expectClose(OrderStatistics.upperBoundAfterNoFailures(trials: 1), 0.95, within: 1e-12)
  #expect(OrderStatistics.upperBoundAfterNoFailures(trials: 0) == 1)
}
