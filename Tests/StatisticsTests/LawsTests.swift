// The laws against values of an independent implementation (SciPy 1.x, double precision), and
// against each other: a quantile must undo a distribution function.
import Basics
import Statistics
import Testing

@Test("Student's quantiles agree with reference values to nine digits")
func studentQuantiles() {
  let table: [(Double, Double, Double)] = [
    (1, 0.975, 12.706204736174694), (1, 0.999999999, 318309895.1862093),
    (2, 0.6, 0.2886751345948128), (2, 0.995, 9.924843200918287),
    (3, 0.975, 3.1824463052837078), (4.5, 0.9999, 11.02099636861251),
    (9, 0.975, 2.262157162798205), (9, 0.999999999, 23.72991989503043),
    (29, 0.9, 1.311433647301551), (100, 0.995, 2.6258905214380173),
    (1000, 0.975, 1.9623390808264083), (1e6, 0.9999, 3.719030274762571),
  ]
  for (degrees, p, expected) in table {
    let law = StudentT(degreesOfFreedom: degrees)
    // p itself is known to 1e-16, which 1 - p of 1e-9 magnifies to 1e-7.
    let tolerance = p > 0.9999 ? 1e-7 : 1e-9
    expectRelative(law.quantile(p), expected, within: tolerance, "t(\(degrees)) at \(p)")
    expectRelative(law.quantile(1 - p), -expected, within: 1e-7, "t(\(degrees)) at 1 - \(p)")
  }
  #expect(StudentT(degreesOfFreedom: 7).quantile(0.5) == 0)
}

@Test("Student's distribution function agrees with reference values")
func studentCDF() {
  let table: [(Double, Double, Double)] = [
    (9, 2.2, 0.9723297136006942), (3, -1, 0.19550110947788524), (1.5, 10, 0.9881703224431893),
    (50, -4, 0.00010459512318201668), (5, 0.01, 0.5037959909787091),
  ]
  for (degrees, t, expected) in table {
    expectClose(StudentT(degreesOfFreedom: degrees).cdf(t), expected, within: 1e-12)
  }
}

@Test("Student's quantile undoes its distribution function")
func studentRoundTrip() {
  let seed = Seed(101)
  var random = SeededRandom(seed.stream("student"))
  for _ in 0..<200 {
    let law = StudentT(degreesOfFreedom: 1 + 200 * random.uniform())
    let p = random.uniform()
    expectClose(law.cdf(law.quantile(p)), p, within: 1e-11, "seed \(seed.value), p \(p)")
  }
}

@Test("The normal law has full digits in both tails")
func normalLaw() {
  expectRelative(NormalLaw.cdf(-8), 6.22096057427174e-16, within: 1e-12)
  expectRelative(NormalLaw.survival(8), 6.22096057427174e-16, within: 1e-12)
  expectClose(NormalLaw.cdf(-1.5), 0.06680720126885807, within: 1e-15)
  expectClose(NormalLaw.cdf(0.3), 0.6179114221889526, within: 1e-15)
  expectClose(NormalLaw.cdf(NormalLaw.quantile(0.95)), 0.95, within: 1e-15)
}

@Test("The binomial tails agree with sums of single chances")
func binomialTails() {
  for (trials, chance) in [(1, 0.3), (7, 0.5), (30, 0.02), (60, 0.93)] {
    let law = BinomialLaw(trials: trials, chance: chance)
    var sum = 0.0
    for k in 0...trials {
      let choices =
        logGamma(Double(trials + 1)) - logGamma(Double(k + 1))
        - logGamma(Double(trials - k + 1))
      sum += exponential(
        choices + Double(k) * naturalLog(chance) + Double(trials - k) * naturalLog(1 - chance))
      expectClose(law.cdf(k), sum, within: 1e-12, "P(X <= \(k)) of \(trials) at \(chance)")
      expectClose(law.survival(k), 1 - sum, within: 1e-12, "P(X > \(k)) of \(trials)")
    }
  }
  #expect(BinomialLaw(trials: 5, chance: 0).cdf(0) == 1)
  #expect(BinomialLaw(trials: 5, chance: 1).survival(4) == 1)
}

@Test("Laplace transforms fall from 1 with the mean as slope, whatever the law")
func laplaceTransforms() {
  let laws: [Distribution] = [
    .fixed(2), .uniform(low: 1, high: 3), .exponential(mean: 2), .erlang(shape: 3, mean: 2),
    .lognormal(median: 2, sigma: 0.7), .gamma(shape: 0.5, mean: 2),
    .pareto(minimum: 1, shape: 3), .geometric(mean: 2), .empirical([1, 2, 5]),
  ]
  for law in laws {
    expectClose(LaplaceTransform.of(law, at: 0), 1, within: 1e-9, "\(law)")
    let small = 1e-5
    // E[e^-sS] = 1 - s E[S] + s² E[S²] / 2; the second term is below 1e-9 here.
    expectClose(
      LaplaceTransform.of(law, at: small), 1 - small * law.mean, within: 1e-8, "\(law)")
  }
  expectClose(LaplaceTransform.of(.uniform(low: 0, high: 1), at: 1), 1 - exponential(-1))
}
