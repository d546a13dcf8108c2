// One-server closed forms against the reference table, and against each other where they meet.
import Basics
import Statistics
import Testing

@Test("M/M/1 at loads .5, .8 and .9")
func singleExponentialServer() {
  let table: [(Double, Double, [Double], Double)] = [
    (0.5, 2, [1.386294, 5.991465, 9.210340], 4.605170),
    (0.8, 5, [3.465736, 14.978661, 23.025851], 13.862944),
    (0.9, 10, [6.931472, 29.957323, 46.051702], 28.903718),
  ]
  for (rho, response, quantiles, waitP95) in table {
    let queue = MM1Queue(arrivalRate: rho, serviceRate: 1)
    expectClose(queue.meanResponse, response, within: 1e-12)
    expectClose(queue.meanWait, response - 1, within: 1e-12)
    for (p, expected) in zip([0.5, 0.95, 0.99], quantiles) {
      expectClose(queue.responseQuantile(p), expected)
    }
    expectClose(queue.waitQuantile(0.95), waitP95)
    expectClose(queue.waitExceeds(queue.waitQuantile(0.95)), 0.05, within: 1e-12)
  }
  let half = MM1Queue(arrivalRate: 0.5, serviceRate: 1)
  #expect(half.waitQuantile(0.5) == 0 && half.waitQuantile(0.2) == 0)
  expectClose(MM1Queue(arrivalRate: 0.8, serviceRate: 1).asymptoticWaitVariance, 1976, within: 0.5)
}

@Test("Scaling time by k scales every one-server time by k")
func timeScale() {
  let slow = MM1Queue(arrivalRate: 0.08, serviceRate: 0.1)
  let fast = MM1Queue(arrivalRate: 0.8, serviceRate: 1)
  expectRelative(slow.meanWait, 10 * fast.meanWait, within: 1e-12)
  expectRelative(slow.waitQuantile(0.95), 10 * fast.waitQuantile(0.95), within: 1e-12)
  expectRelative(
    slow.asymptoticWaitVariance, 100 * fast.asymptoticWaitVariance, within: 1e-12)
  let fixedSlow = MD1Queue(arrivalRate: 0.08, service: 10)
  let fixedFast = MD1Queue(arrivalRate: 0.8, service: 1)
  expectRelative(fixedSlow.waitQuantile(0.99), 10 * fixedFast.waitQuantile(0.99), within: 1e-9)
}

@Test("A queue offered too much has infinite times, not negative ones")
func overload() {
  let queue = MM1Queue(arrivalRate: 1.2, serviceRate: 1)
  #expect(queue.meanWait == .infinity && queue.responseQuantile(0.5) == .infinity)
  #expect(queue.waitQuantile(0.5) == .infinity && queue.waitExceeds(100) == 1)
  #expect(MG1Queue(arrivalRate: 1, service: .fixed(1)).meanWait == .infinity)
  #expect(MD1Queue(arrivalRate: 1, service: 1).waitQuantile(0.5) == .infinity)
  #expect(ProcessorSharingQueue(arrivalRate: 2, meanService: 1).slowdown == .infinity)
}

@Test("Pollaczek-Khinchine at load .8 for six laws of service")
func anyService() {
  let unitMean: (Double) -> Double = { exponential(-$0 * $0 / 2) }
  let table: [(Distribution, Double)] = [
    (.fixed(1), 2), (.erlang(shape: 4, mean: 1), 2.5), (.exponential(mean: 1), 4),
    (.gamma(shape: 0.25, mean: 1), 10),
    (.lognormal(median: unitMean(1), sigma: 1), 5.436564),
    (.lognormal(median: unitMean(1.5), sigma: 1.5), 18.975472),
  ]
  for (law, expected) in table {
    expectClose(MG1Queue(arrivalRate: 0.8, service: law).meanWait, expected, "\(law)")
  }
}

@Test("M/D/1 wait quantiles at loads .5 and .8")
func fixedService() {
  let half = MD1Queue(arrivalRate: 0.5, service: 1)
  let busy = MD1Queue(arrivalRate: 0.8, service: 1)
  for (p, expected) in [(0.5, 0), (0.9, 1.515745), (0.95, 2.050638), (0.99, 3.336256)] {
    expectClose(half.waitQuantile(p), expected, "p \(p)")
  }
  for (p, expected) in [(0.5, 1.275940), (0.9, 5.011511), (0.95, 6.620325), (0.99, 10.355887)] {
    expectClose(busy.waitQuantile(p), expected, "p \(p)")
  }
}

@Test("The M/D/1 law has the Pollaczek-Khinchine mean, also where the usual series fails")
func fixedServiceMean() {
  for rho in [0.3, 0.8, 0.95] {
    let queue = MD1Queue(arrivalRate: rho, service: 1)
    // The mean is the area above the distribution function, which has a corner at each integer.
    var area = 0.0
    let steps = 20
    for i in 0..<(400 * steps) {
      let t = (Double(i) + 0.5) / Double(steps)
      let beyond = 1 - queue.waitCDF(t)
      area += beyond / Double(steps)
      if beyond < 1e-8 { break }
    }
    expectRelative(area, queue.meanWait, within: 2e-3, "load \(rho)")
    expectClose(queue.waitCDF(0), 1 - rho, within: 1e-12)
  }
}

@Test("The M/D/1 law equals the alternating series at small times")
func fixedServiceSeries() {
  let queue = MD1Queue(arrivalRate: 0.7, service: 1)
  for t in [0.0, 0.25, 0.99, 1, 1.5, 2.75, 4.2] {
    var sum = 0.0
    for k in 0...Int(t) {
      let gap = 0.7 * (t - Double(k))
      sum += power(-gap, Double(k)) / exponential(logGamma(Double(k + 1))) * exponential(gap)
    }
    expectClose(queue.waitCDF(t), 0.3 * sum, within: 1e-12, "t \(t)")
  }
}

@Test("Shared capacity slows every request by the same factor")
func processorSharing() {
  let queue = ProcessorSharingQueue(arrivalRate: 0.8, meanService: 1)
  expectClose(queue.meanResponse(service: 1), 5, within: 1e-12)
  expectClose(queue.meanResponse(service: 3), 15, within: 1e-12)
}

@Test("A set-up of no length costs nothing; Welch's extra wait is that of a cold server")
func setup() {
  let queue = MG1Queue(arrivalRate: 0.5, service: .exponential(mean: 1))
  #expect(queue.meanWait(setup: .fixed(0)) == queue.meanWait)
  // With hardly any traffic every request meets a cold server and waits the set-up.
  let idle = MG1Queue(arrivalRate: 1e-9, service: .exponential(mean: 1))
  expectClose(idle.meanWait(setup: .fixed(3)), 3, within: 1e-6)
  // Exponential set-up of mean 2: (2·2 + .5·8) / (2·(1 + 1)) = 2 on top of a wait of 1.
  expectClose(queue.meanWait(setup: .exponential(mean: 2)), 3, within: 1e-12)
}
