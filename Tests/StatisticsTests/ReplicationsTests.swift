// Means of independent runs, when to stop adding runs, and the four words of a comparison.
import Basics
import Statistics
import Testing

@Test("Ten replications give Student's interval with nine degrees of freedom")
func studentInterval() throws {
  let runs = Replications([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  #expect(runs.mean == 5.5)
  expectClose(try #require(runs.variance), 55.0 / 6, within: 1e-12)
  let half = try #require(runs.halfWidth())
  expectClose(half, 2.262157162798205 * (55.0 / 60).squareRoot(), within: 1e-9)
  let interval = try #require(runs.interval())
  expectClose(interval.low, 5.5 - half, within: 1e-12)
  expectClose(interval.halfWidth, half, within: 1e-12)
  expectClose(try #require(runs.relativeHalfWidth()), half / 5.5, within: 1e-12)
}

@Test("One replication has a mean and no interval; none has neither")
func tooFewReplications() {
  #expect(Replications([3]).mean == 3)
  #expect(Replications([3]).interval() == nil && Replications([3]).variance == nil)
  #expect(Replications().mean.isNaN && Replications().halfWidth() == nil)
}

@Test("Equal replications are known exactly, whatever their value")
func equalReplications() {
  let runs = Replications(.init(repeating: 0.1, count: 10))
  #expect(runs.mean == 0.1 && runs.halfWidth() == 0 && runs.relativeHalfWidth() == 0)
}

@Test("Student's interval holds the mean of normal runs 95 times in a hundred")
func intervalCoverage() {
  let seed = Seed(11)
  var random = SeededRandom(seed.stream("runs"))
  var held = 0
  let rounds = 4000
  for _ in 0..<rounds {
    let runs = Replications((0..<5).map { _ in 10 + inverseNormal(random.uniform()) })
    if runs.interval()?.contains(10) == true { held += 1 }
  }
  let error = (0.95 * 0.05 / Double(rounds)).squareRoot()
  expectClose(Double(held) / Double(rounds), 0.95, within: 4 * error, "seed \(seed.value)")
}

@Test("The stopping rule asks for the first ten, then for more, then stops or gives up")
func stoppingRule() {
  let rule = SequentialStopping(relativeError: 0.05, most: 40)
  #expect(rule.outcome(Replications([1, 2, 3])) == .more(7))
  #expect(rule.outcome(Replications(.init(repeating: 4, count: 10))) == .reached)
  let noisy = Replications((0..<10).map { $0 % 2 == 0 ? 0.5 : 1.5 })
  guard case .more(let missing) = rule.outcome(noisy) else {
    Issue.record("ten noisy runs should ask for more")
    return
  }
  #expect(missing >= 1 && missing <= 30)
  #expect(rule.outcome(Replications((0..<40).map { $0 % 2 == 0 ? 0.5 : 1.5 })) == .notReached)
  // Around a mean of zero no relative error is ever small; the question is capped all the same.
  #expect(rule.outcome(Replications((0..<10).map { $0 % 2 == 0 ? -1 : 1 })) == .more(30))
}

@Test("The stopping rule's goal is eps / (1 + eps) of the mean")
func stoppingGoal() throws {
  let runs = Replications((0..<10).map { 10 + 0.1 * Double($0) })
  let relative = try #require(runs.relativeHalfWidth())
  // relative = eps / (1 + eps), solved for eps.
  let eps = relative / (1 - relative)
  let just = SequentialStopping(relativeError: eps * 1.0001, most: 99)
  let below = SequentialStopping(relativeError: eps * 0.9999, most: 99)
  #expect(just.outcome(runs) == .reached)
  #expect(below.outcome(runs) == .more(1))
}

@Test("A paired comparison answers with one of four words")
func fourWords() {
  func finding(_ shift: Double, _ noise: Double, _ direction: BetterDirection) -> Finding {
    let baseline = (0..<10).map { 100 + 20 * sine(Double($0)) }
    let candidate = baseline.enumerated().map { i, x in
      x + shift + (i % 2 == 0 ? noise : -noise)
    }
    return PairedComparison(baseline: baseline, candidate: candidate)
      .finding(better: direction, margin: 2)
  }
  #expect(finding(-5, 1, .lower) == .better)
  #expect(finding(5, 1, .lower) == .worse)
  #expect(finding(5, 1, .higher) == .better)
  #expect(finding(-5, 1, .higher) == .worse)
  #expect(finding(0.5, 1, .lower) == .noDifference(largerThan: 2))
  #expect(finding(2, 1, .lower) == .cannotTell)
  #expect(finding(-5, 30, .lower) == .cannotTell)
}

@Test("One pair, or a value that is not a number, cannot tell; equal runs have no difference")
func comparisonEdges() {
  let one = PairedComparison(baseline: [1], candidate: [2])
  #expect(one.finding(better: .lower, margin: 0) == .cannotTell)
  let broken = PairedComparison(baseline: [1, 2], candidate: [.nan, 2])
  #expect(broken.finding(better: .lower, margin: 1) == .cannotTell)
  let same = PairedComparison(baseline: [1, 2, 3], candidate: [1, 2, 3])
  #expect(same.finding(better: .lower, margin: 0) == .noDifference(largerThan: 0))
}
