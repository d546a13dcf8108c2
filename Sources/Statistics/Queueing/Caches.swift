// How often a session manager with room for `capacity` sessions already holds the one asked for,
// when each request picks its session by fixed weights, independently. Oldest-first eviction (the
// guide's), least-recently-used eviction, and Che's approximations of both.

internal import Basics

public struct SessionCache: Sendable {
  /// Shares of requests, in the order given; they sum to 1.
  public let popularity: [Double]
  public let capacity: Int

  /// Weights need not sum to 1. Every weight must be positive.
  public init(weights: [Double], capacity: Int) {
    precondition(weights.allSatisfy { $0 > 0 }, "a cache law needs positive weights")
    precondition(capacity >= 0, "a capacity of \(capacity)")
    let sum = weights.reduce(0, +)
    popularity = weights.map { $0 / sum }
    self.capacity = capacity
  }

  /// Zipf weights: the k-th of `users` has weight 1 / k^exponent.
  public static func zipfWeights(users: Int, exponent: Double) -> [Double] {
    (0..<users).map { power(Double($0 + 1), -exponent) }
  }

  private var trivialHitRatio: Double? {
    capacity == 0 ? 0 : capacity >= popularity.count ? 1 : nil
  }

  /// Oldest-first, exactly; random replacement has the same law. A set of sessions is resident
  /// with a chance proportional to the product of its weights. That is the law of independent
  /// coins given that `capacity` of them fall: the elementary symmetric polynomials, scaled so
  /// that nothing overflows.
  public var oldestFirstHitRatio: Double {
    if let ratio = trivialHitRatio { return ratio }
    let time = characteristicTime { $0 / (1 + $0) }
    let chances = popularity.map { $0 * time / (1 + $0 * time) }
    let all = Numerics.poissonBinomial(chances, limit: capacity)[capacity]
    return popularity.indices.reduce(0) { sum, i in
      var others = chances
      others.remove(at: i)
      let rest = Numerics.poissonBinomial(others, limit: capacity - 1)[capacity - 1]
      return sum + popularity[i] * chances[i] * rest / all
    }
  }

  /// Least recently used, exactly: the session is resident if, in the time since its last
  /// request, fewer than `capacity` others were asked for. That time is exponential.
  public var leastRecentHitRatio: Double {
    if let ratio = trivialHitRatio { return ratio }
    let time = characteristicTime { -exponentialMinusOne(-$0) }
    // Well before `time` residence is certain, well after it is hopeless. Only the two corrections
    // around it are integrated, so that a popular session's short gaps need no points of their own.
    let within = popularity.reduce(0) { $0 - $1 * exponentialMinusOne(-$1 * time) }
    return Numerics.gaussLegendre(200).reduce(within) { sum, point in
      let before = time * point.node
      let after = time / (1 - point.node)
      let lost = leastRecentDensity(at: before) { 1 - $0 }
      let kept = leastRecentDensity(at: after) { $0 }
      return sum + point.weight * (after * after / time * kept - time * lost)
    }
  }

  /// Sum over sessions of p_i · p_i e^(-p_i t) · weight(P(fewer than `capacity` others by t)).
  private func leastRecentDensity(at t: Double, weight: (Double) -> Double) -> Double {
    let chances = popularity.map { -exponentialMinusOne(-$0 * t) }
    let law = Numerics.poissonBinomial(chances, limit: popularity.count)
    return zip(popularity, chances).reduce(0) { sum, pair in
      let (p, chance) = pair
      return sum + p * p * exponential(-p * t) * weight(fewerThanCapacity(law, without: chance))
    }
  }

  /// Takes one coin out of the law again. From the side where that shrinks errors: from below if
  /// the coin rarely falls, from above if it mostly does.
  private func fewerThanCapacity(_ law: [Double], without chance: Double) -> Double {
    var sum = 0.0
    var previous = 0.0
    if chance <= 0.5 {
      for k in 0..<capacity {
        previous = (law[k] - chance * previous) / (1 - chance)
        sum += previous
      }
      return sum
    }
    for k in stride(from: law.count - 1, to: 0, by: -1) {
      previous = (law[k] - (1 - chance) * previous) / chance
      if k - 1 < capacity { sum += previous }
    }
    return sum
  }

  /// Che's approximation; within 4 % at tiny capacities, far better at fifty.
  public var cheOldestFirstHitRatio: Double { cheHitRatio { $0 / (1 + $0) } }
  public var cheLeastRecentHitRatio: Double { cheHitRatio { -exponentialMinusOne(-$0) } }

  private func cheHitRatio(_ resident: (Double) -> Double) -> Double {
    if let ratio = trivialHitRatio { return ratio }
    let time = characteristicTime(resident)
    return popularity.reduce(0) { $0 + $1 * resident($1 * time) }
  }

  /// How long a session stays: the time at which the expected number resident is the capacity.
  private func characteristicTime(_ resident: (Double) -> Double) -> Double {
    Numerics.bisectUpwards(from: Double(popularity.count)) { time in
      popularity.reduce(0) { $0 + resident($1 * time) } < Double(capacity)
    }
  }
}
