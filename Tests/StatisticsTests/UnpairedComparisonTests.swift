// Welch's interval, for results whose replications are no pairs.
import Statistics
import Testing

@Suite struct UnpairedComparisonTests {
  @Test("Welch's interval is the one that was computed apart")
  func welch() throws {
    // Computed apart, Student's law by Simpson's rule with 4000 steps.
    let a = [101.0, 99, 100, 102, 98, 103, 97, 100.5, 99.5, 101.5]
    let b = [104.0, 103, 105, 106, 102.5, 107]
    let found = UnpairedComparison(
      baseline: try #require(SampleMean(Replications(a))),
      candidate: try #require(SampleMean(Replications(b))))
    #expect(abs(found.difference - 4.433333333333323) < 1e-9)
    #expect(abs(found.degreesOfFreedom - 11.154611709430688) < 1e-6)
    #expect(abs(found.interval().low - 2.4121910604579933) < 1e-6)
    #expect(abs(found.interval().high - 6.454475606208653) < 1e-6)
  }

  @Test("A mean and its interval say as much as the sample they came from")
  func fromInterval() throws {
    let sample = Replications([3, 4.5, 5, 3.5, 6])
    let direct = try #require(SampleMean(sample))
    let interval = try #require(sample.interval())
    let back = try #require(SampleMean(interval: interval, of: sample.mean, count: sample.count))
    #expect(abs(back.standardError - direct.standardError) < 1e-9)
    #expect(SampleMean(interval: interval, of: 1, count: 1) == nil)
  }
}
