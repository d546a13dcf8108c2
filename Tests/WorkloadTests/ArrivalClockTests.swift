// The instants of open arrivals against the integral of their rate, worked out by hand.
import Basics
import Testing
import Workload

@Suite struct ArrivalClockTests {
  private func instants(_ arrivals: Arrivals, _ count: Int) -> [Double] {
    var clock = ArrivalClock(arrivals, seed: Seed(1))
    return (0..<count).map { _ in clock.next().instant.seconds }
  }

  private func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-6 }

  @Test("Constant arrivals keep their distance")
  func constant() {
    #expect(instants(.constant(.constant(4)), 4) == [0.25, 0.5, 0.75, 1])
  }

  @Test("On a ramp the n-th arrival comes when the integral of the rate is n")
  func ramp() {
    // From 0 to 2 a second in 10 s: t² / 10 arrivals by t, ten of them in all; then 2 a second.
    let ramp = RateCurve.pieces([RatePiece(length: .seconds(10), from: 0, to: 2)])
    let found = instants(.constant(ramp), 12)
    for n in 1...10 { #expect(near(found[n - 1], (Double(n) * 10).squareRoot()), "arrival \(n)") }
    #expect(near(found[10], 10.5) && near(found[11], 11))
  }

  @Test("A step changes the rate at once, and a spike ends where it ends")
  func step() {
    let curve = RateCurve.pieces([
      RatePiece(length: .seconds(2), from: 1, to: 1),
      RatePiece(length: .seconds(1), from: 4, to: 4),
      RatePiece(length: .seconds(1), from: 1, to: 1),
    ])
    #expect(instants(.constant(curve), 8) == [1, 2, 2.25, 2.5, 2.75, 3, 4, 5])
  }

  @Test("A diurnal curve brings its mean in a whole period and more around its peak")
  func diurnal() {
    let day = RateCurve.diurnal(
      mean: 1, swing: 0.8, period: .seconds(1000), shift: .zero)
    let found = instants(.constant(day), 1000)
    #expect(near(found[999], 1000))
    // The sine is positive in the first half: 500 + 0.8 * 1000 / π arrivals fall there.
    let firstHalf = found.filter { $0 <= 500 }.count
    #expect(abs(Double(firstHalf) - (500 + 800 / Double.pi)) < 1.5, "\(firstHalf)")
  }

  @Test("A Poisson stream lays the same draws over any curve of the same integral")
  func commonNumbers() {
    let flat = instants(.poisson(.constant(2)), 50)
    let pieces = instants(
      .poisson(.pieces([RatePiece(length: .seconds(5), from: 2, to: 2)])), 50)
    for (a, b) in zip(flat, pieces) { #expect(near(a, b)) }
  }

  @Test("A trace comes as it stands, and then nothing")
  func trace() {
    var clock = ArrivalClock(
      .trace([TracedArrival(at: .seconds(1), user: 3), TracedArrival(at: .seconds(4))]),
      seed: Seed(1))
    let first = clock.next()
    #expect(first.instant.seconds == 1 && first.user == 3)
    #expect(clock.next().instant.seconds == 4)
    #expect(clock.next().instant == .never)
  }
}
