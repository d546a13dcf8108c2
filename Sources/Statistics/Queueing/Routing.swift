// What a router does to a fleet: queues behind round robin, the fullest server under hashing,
// who stays in place when the fleet changes size, and what round robin does to conversations.

internal import Basics

/// Poisson arrivals dealt in turn to `servers` equal servers, each with its own queue and
/// exponential service: every queue is an E_n/M/1, exactly.
public struct RoundRobinQueue: Sendable {
  public let serviceRate: Double
  /// The chance that an arrival must wait. 1 without a steady state.
  public let waitProbability: Double

  public init(arrivalRate: Double, serviceRate: Double, servers: Int) {
    precondition(arrivalRate >= 0 && serviceRate > 0, "rates \(arrivalRate), \(serviceRate)")
    precondition(servers > 0, "\(servers) servers")
    self.serviceRate = serviceRate
    let total = arrivalRate / serviceRate
    if total >= Double(servers) {
      waitProbability = 1
    } else {
      // sigma = (a / (a + 1 - sigma))^n has one root below 1; solved for 1 - sigma.
      let idle = Numerics.bisect(low: 0, high: 1) { idle in
        power(total / (total + idle), Double(servers)) < 1 - idle
      }
      waitProbability = 1 - idle
    }
  }

  public var meanResponse: Double { 1 / (serviceRate * (1 - waitProbability)) }
  public var meanWait: Double { meanResponse - 1 / serviceRate }
  /// The response time is exponential.
  public func responseQuantile(_ p: Double) -> Double { -logOnePlus(-p) * meanResponse }
}

/// `users` hashed to `servers`, each to any server with equal chance, independently.
public struct HashedLoad: Sendable {
  public let users: Int
  public let servers: Int

  public init(users: Int, servers: Int) {
    precondition(users >= 0 && servers > 0, "\(users) users on \(servers) servers")
    self.users = users
    self.servers = servers
  }

  /// P(no server has more than `limit` users). Poisson counts a server, cut at the limit and
  /// conditioned on their sum.
  public func maximumAtMost(_ limit: Int) -> Double {
    if limit >= users { return 1 }
    if limit * servers < users { return 0 }
    let mean = Double(users) / Double(servers)
    let one = (0...limit).map { poisson($0, mean: mean) }
    var sums = one
    for _ in stride(from: 1, to: servers, by: 1) { sums = convolve(sums, one) }
    // Sums of several thousand rounded terms can end a few bits above 1.
    return min(1, sums[users] / poisson(users, mean: Double(users)))
  }

  public func maximumExceeds(_ limit: Int) -> Double { 1 - maximumAtMost(limit) }

  public var meanMaximum: Double {
    let least = (users + servers - 1) / servers
    var sum = Double(least)
    var limit = least
    while limit < users {
      let beyond = maximumExceeds(limit)
      // What is left out falls faster than geometrically.
      if beyond < 1e-12 { break }
      sum += beyond
      limit += 1
    }
    return sum
  }

  /// The smallest limit that holds with chance `p`.
  public func maximumQuantile(_ p: Double) -> Int {
    Numerics.firstInteger((users + servers - 1) / servers, users) { maximumAtMost($0) >= p }
  }

  /// The fewest servers that keep every server within `limit` users with chance `p`, by hashing.
  /// Perfect balance would need users / limit: the quotient is the price of stickiness.
  public static func serversNeeded(users: Int, limit: Int, probability p: Double) -> Int {
    precondition(limit > 0 && p < 1, "a limit of \(limit) held with chance \(p)")
    var servers = max(1, (users + limit - 1) / limit)
    while HashedLoad(users: users, servers: servers).maximumAtMost(limit) < p { servers += 1 }
    return servers
  }

  private func poisson(_ k: Int, mean: Double) -> Double {
    mean == 0
      ? (k == 0 ? 1 : 0)
      : exponential(Double(k) * naturalLog(mean) - mean - logGamma(Double(k + 1)))
  }

  /// Sums past the number of users are of no interest.
  private func convolve(_ sums: [Double], _ one: [Double]) -> [Double] {
    let length = min(users + 1, sums.count + one.count - 1)
    var result = [Double](repeating: 0, count: length)
    for (i, x) in sums.enumerated() where x > 0 {
      for j in 0..<min(one.count, length - i) { result[i + j] += x * one[j] }
    }
    return result
  }
}

public enum Resizing {
  /// Share of keys that stay on their server when `hash % n` becomes `hash % m`.
  public static func keptByModulo(from n: Int, to m: Int) -> Double {
    precondition(n > 0 && m > 0, "from \(n) to \(m) servers")
    var (a, b) = (n, m)
    while b > 0 { (a, b) = (b, a % b) }
    return Double(a) / Double(max(n, m))
  }

  /// Rendezvous or consistent hashing moves no more than it must.
  public static func keptByRendezvous(from n: Int, to m: Int) -> Double {
    precondition(n > 0 && m > 0, "from \(n) to \(m) servers")
    return Double(min(n, m)) / Double(max(n, m))
  }
}

public enum RoundRobinConversation {
  /// P(every turn after the first meets the server of the first), without shared storage, when
  /// the traffic of others moves the pointer at random.
  public static func staysWhole(turns: Int, servers: Int) -> Double {
    precondition(turns > 0 && servers > 0, "\(turns) turns on \(servers) servers")
    return power(1 / Double(servers), Double(turns - 1))
  }
}
