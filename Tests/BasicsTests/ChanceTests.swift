// Draws: every law has the moments and percentiles it says it has, streams do not share draws, and
// addresses are pure. Bounds are five standard errors; at fixed seeds the tests are deterministic.
import Basics
import Testing

@Suite struct ChanceTests {
  static let laws: [Distribution] = [
    .fixed(2), .uniform(low: 1, high: 4), .exponential(mean: 3), .erlang(shape: 4, mean: 2),
    .lognormal(median: 1.2, sigma: 0.5), .gamma(shape: 0.5, mean: 2), .gamma(shape: 3.5, mean: 2),
    .pareto(minimum: 1, shape: 6), .geometric(mean: 1), .geometric(mean: 8),
    .empirical([1, 2, 2, 5, 9]),
  ]

  @Test("Each law has its mean and spread", arguments: laws.indices)
  func moments(index: Int) {
    let law = Self.laws[index]
    let sampler = Sampler(law)
    let stream = Seed(4).stream("moments")
    let n = 400_000
    var sum = 0.0
    var squares = 0.0
    for count in 0..<n {
      let value = sampler.value(stream.draw(entity: index, count: count))
      #expect(value >= 0)
      sum += value
      squares += value * value
    }
    let mean = sum / Double(n)
    let deviation = law.mean * law.squaredVariation.squareRoot()
    #expect(
      abs(mean - law.mean) <= 5 * deviation / Double(n).squareRoot() + 1e-9, "\(law): \(mean)")
    let variation = (squares / Double(n) - mean * mean) / (mean * mean)
    #expect(
      abs(variation - law.squaredVariation) <= 0.05 * law.squaredVariation + 1e-9,
      "\(law): \(variation)")
  }

  @Test("Percentiles of the laws drawn by inversion")
  func percentiles() {
    let n = 100_000
    let laws: [(Distribution, Double, Double)] = [
      (.exponential(mean: 1), 0.5, 0.693147), (.exponential(mean: 1), 0.99, 4.605170),
      (.lognormal(median: 30, sigma: 1), 0.95, 155.4), (.pareto(minimum: 1, shape: 2), 0.75, 2),
      (.geometric(mean: 4), 0.5, 3), (.uniform(low: 0, high: 10), 0.9, 9),
    ]
    for (law, p, expected) in laws {
      let sampler = Sampler(law)
      let stream = Seed(5).stream("percentiles")
      let below = (0..<n).count { sampler.value(stream.draw(entity: 1, count: $0)) <= expected }
      let atMost = law == .geometric(mean: 4) ? 1 - power(0.75, 3) : p
      let error = (atMost * (1 - atMost) / Double(n)).squareRoot()
      #expect(abs(Double(below) / Double(n) - atMost) < 5 * error, "\(law) at \(p)")
    }
  }

  @Test(
    "One address gives values in one proportion, so variants that differ in a scale stay coupled")
  func coupled() {
    for law in Self.laws {
      if case .geometric = law { continue }
      let slow = Sampler(law)
      let fast = Sampler(law.scaled(by: 0.5))
      for count in 0..<200 {
        let draw = Seed(6).stream("coupled").draw(entity: 0, count: count)
        #expect(abs(fast.value(draw) / slow.value(draw) - 0.5) < 1e-12, "\(law)")
      }
    }
  }

  @Test("Uniform numbers fill their interval evenly, within and across addresses")
  func uniformity() {
    // Chi-square with 63 degrees of freedom: above 130 with a chance below 1e-6.
    let stream = Seed(7).stream("even")
    for addressing in 0..<3 {
      var cells = [Int](repeating: 0, count: 64)
      for count in 0..<64_000 {
        var draw =
          addressing == 0
          ? stream.draw(entity: 0, count: count)
          : addressing == 1
            ? stream.draw(entity: count, count: 0) : stream.draw(entity: count / 8, count: 0)
        if addressing == 2 { for _ in 0..<(count % 8) { _ = draw.bits() } }
        let u = draw.uniform()
        #expect(u > 0 && u < 1)
        cells[Int(u * 64)] += 1
      }
      let chi = cells.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
      #expect(chi < 130 && chi > 20, "addressing \(addressing): \(chi)")
    }
  }

  @Test("Streams of different names, entities and counts do not move together")
  func independence() {
    let seed = Seed(8)
    let n = 50_000
    func correlation(_ a: (Int) -> Draw, _ b: (Int) -> Draw) -> Double {
      var sum = 0.0
      for count in 0..<n {
        var x = a(count)
        var y = b(count)
        sum += (x.uniform() - 0.5) * (y.uniform() - 0.5) * 12
      }
      return sum / Double(n)
    }
    let think = seed.stream("think")
    let service = seed.stream("service")
    let pairs: [(String, Double)] = [
      (
        "names",
        correlation({ think.draw(entity: 1, count: $0) }, { service.draw(entity: 1, count: $0) })
      ),
      (
        "entities",
        correlation({ think.draw(entity: 1, count: $0) }, { think.draw(entity: 2, count: $0) })
      ),
      (
        "counts",
        correlation({ think.draw(entity: 1, count: $0) }, { think.draw(entity: 1, count: $0 + 1) })
      ),
      (
        "replications",
        correlation(
          { think.draw(entity: 1, count: $0) },
          { seed.replication(1).stream("think").draw(entity: 1, count: $0) })
      ),
    ]
    for (name, value) in pairs {
      #expect(abs(value) < 5 / Double(n).squareRoot(), "\(name): \(value)")
    }
  }

  @Test("An address gives the same draw whenever it is asked; replication 0 is the seed itself")
  func addresses() {
    let stream = Seed(3).stream("x")
    var first = stream.draw(entity: 5, count: 9)
    var again = Seed(3).replication(0).stream("x").draw(entity: 5, count: 9)
    #expect(first.bits() == again.bits() && first.bits() == again.bits())
    var seeds: Set<UInt64> = []
    for index in 0..<1000 { seeds.insert(Seed(3).replication(index).value) }
    #expect(seeds.count == 1000)
  }

  @Test("The normal quantile at the points of tables")
  func normal() {
    for (p, expected) in [
      (0.5, 0.0), (0.975, 1.959963984540054), (0.995, 2.575829303548901),
      (1e-10, -6.361340902404056),
      (0.9999, 3.719016485455709),
    ] {
      #expect(abs(inverseNormal(p) - expected) < 1e-12 * max(1, abs(expected)) * 10, "\(p)")
    }
  }

  @Test("Intervals round to the nanosecond and stop at the end of time")
  func time() {
    #expect(Interval(seconds: 1.4999999994).nanoseconds == 1_499_999_999)
    #expect(Interval(seconds: -0.5).nanoseconds == -500_000_000)
    #expect(Interval(seconds: 1e300) == .unbounded)
    #expect(Instant.zero + .unbounded + .seconds(5) == .never)
    #expect((Instant.zero + .seconds(3)) - (Instant.zero + .seconds(1)) == .seconds(2))
    #expect(Interval.seconds(3) * 0.5 == .milliseconds(1500))
  }
}
