// The interval for a count, against values from chi-squared tables.
import Statistics
import Testing

@Test(
  "The exact interval of a count is that of the tables",
  arguments: [
    (0, 0.0, 3.688879), (1, 0.025318, 5.571643), (2, 0.242209, 7.224688),
    (10, 4.795389, 18.390356), (100, 81.363991, 121.626794), (1000, 938.973018, 1063.952136),
  ])
func poissonInterval(count: Int, low: Double, high: Double) {
  let interval = PoissonLaw.interval(count: count)
  expectClose(interval.lowerBound, low, within: 1e-6)
  expectClose(interval.upperBound, high, within: 1e-6)
}
