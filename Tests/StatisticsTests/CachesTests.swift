// Hit ratios against the reference table, and against the caches' own Markov chains by brute
// force; resident sessions under an idle timeout.
import Basics
import Statistics
import Testing

@Test("Oldest-first and least-recently-used hit ratios, exact and Che's")
func hitRatios() {
  let table: [(Int, Int, Double, [Double])] = [
    (5, 2, 1, [0.503650, 0.518885, 0.510826, 0.483472]),
    (5, 3, 1, [0.690854, 0.715588, 0.716061, 0.676602]),
    (8, 3, 0.8, [0.461421, 0.478768, 0.474914, 0.450613]),
    (60, 20, 1, [0.611255, 0.669387, 0.669780, 0.608111]),
  ]
  for (users, capacity, exponent, expected) in table {
    let cache = SessionCache(
      weights: SessionCache.zipfWeights(users: users, exponent: exponent), capacity: capacity)
    expectClose(cache.oldestFirstHitRatio, expected[0], "oldest first, N \(users)")
    expectClose(cache.leastRecentHitRatio, expected[1], "least recent, N \(users)")
    expectClose(cache.cheLeastRecentHitRatio, expected[2], "Che least recent, N \(users)")
    expectClose(cache.cheOldestFirstHitRatio, expected[3], "Che oldest first, N \(users)")
  }
}

/// Stationary hit ratio by stepping the cache's own chain: ordered contents, no formula.
private func steppedHitRatio(_ p: [Double], capacity: Int, movesToFront: Bool) -> Double {
  var law: [[Int]: Double] = [Array(0..<capacity): 1]
  var hit = 0.0
  for _ in 0..<400 {
    var next: [[Int]: Double] = [:]
    hit = 0
    for (content, weight) in law {
      for (i, chance) in p.enumerated() {
        var after = content
        if let place = after.firstIndex(of: i) {
          hit += weight * chance
          if movesToFront { after.insert(after.remove(at: place), at: 0) }
        } else {
          after.insert(i, at: 0)
          after.removeLast()
        }
        next[after, default: 0] += weight * chance
      }
    }
    law = next
  }
  return hit
}

@Test("The exact hit ratios are those of the caches themselves, stepped to their steady state")
func hitRatiosByForce() {
  let weights: [Double] = [0.4, 0.05, 0.3, 0.15, 0.1]
  for capacity in 1...4 {
    let cache = SessionCache(weights: weights, capacity: capacity)
    let recent = steppedHitRatio(weights, capacity: capacity, movesToFront: true)
    let oldest = steppedHitRatio(weights, capacity: capacity, movesToFront: false)
    expectClose(cache.leastRecentHitRatio, recent, within: 1e-8, "capacity \(capacity)")
    expectClose(cache.oldestFirstHitRatio, oldest, within: 1e-8, "capacity \(capacity)")
  }
}

@Test("With equal popularity both policies hit with capacity over users, at any size")
func equalPopularity() {
  for (users, capacity) in [(10, 3), (200, 50), (500, 499)] {
    let cache = SessionCache(weights: .init(repeating: 2, count: users), capacity: capacity)
    let expected = Double(capacity) / Double(users)
    expectClose(cache.oldestFirstHitRatio, expected, within: 1e-9, "N \(users)")
    expectClose(cache.leastRecentHitRatio, expected, within: 1e-9, "N \(users)")
  }
}

@Test("No room never hits; room for all always hits; a steep law keeps its digits")
func cacheEdges() {
  #expect(SessionCache(weights: [1, 2], capacity: 0).leastRecentHitRatio == 0)
  #expect(SessionCache(weights: [1, 2], capacity: 2).oldestFirstHitRatio == 1)
  // One place: a hit is the same session twice in a row, for either policy.
  let steep = SessionCache(weights: [1e6, 1, 1e-3], capacity: 1)
  let again = steep.popularity.reduce(0) { $0 + $1 * $1 }
  expectClose(steep.leastRecentHitRatio, again, within: 1e-12)
  expectClose(steep.oldestFirstHitRatio, again, within: 1e-12)
}

@Test("Least recently used with two places is King's sum over ordered pairs, however steep")
func kingsSum() {
  for exponent in [0.0, 1, 3, 8] {
    let weights = SessionCache.zipfWeights(users: 12, exponent: exponent)
    let cache = SessionCache(weights: weights, capacity: 2)
    let p = cache.popularity
    var hit = 0.0
    for i in p.indices {
      for j in p.indices where j != i { hit += p[i] * p[j] / (1 - p[i]) * (p[i] + p[j]) }
    }
    expectClose(cache.leastRecentHitRatio, hit, within: 1e-9, "exponent \(exponent)")
  }
}

@Test("An idle timeout of 30 minutes with 100 users at three paces")
func idleTimeout() {
  let table: [(Double, Double, Double)] = [
    (600, 0.049787, 95.021293), (1800, 0.367879, 63.212056), (3600, 0.606531, 39.346934),
  ]
  for (gap, cold, resident) in table {
    let law = IdleTimeout(timeout: 1800, users: 100, meanGap: gap)
    expectClose(law.coldStartFraction, cold)
    expectClose(law.meanResident, resident)
  }
  expectClose(IdleTimeout(timeout: 1800, users: 100, meanGap: 1800).residentExceeds(50), 0.995292)
  expectClose(IdleTimeout(timeout: 1800, users: 100, meanGap: 3600).residentExceeds(50), 0.011876)
  #expect(IdleTimeout(timeout: 1800, users: 3, meanGap: 1).residentExceeds(3) == 0)
  expectClose(IdleTimeout.fixedAgeHit(rate: 2, age: 1.5), 0.75, within: 1e-12)
}

@Test("Users with different paces count each with their own")
func mixedPaces() {
  let law = IdleTimeout(timeout: 10, rates: [0.1, 0, 1])
  let first = exponential(-1)
  let third = exponential(-10)
  expectClose(law.meanResident, 2 - first - third, within: 1e-12)
  expectClose(law.residentExceeds(1), (1 - first) * (1 - third), within: 1e-12)
  expectClose(law.coldStartFraction, (0.1 * first + third) / 1.1, within: 1e-12)
}
