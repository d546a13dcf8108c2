// Users who wait for their answer before they think again: the load slows down with the service.
// Mean value analysis for a chain of stations, birth and death for one pool of workers.

internal import Basics

/// N users, a mean think time, and single stations visited in turn. Exact for stations that share
/// their capacity, or serve in order with exponential times. Think times may have any law.
public struct ClosedNetwork: Sendable {
  public let think: Double
  /// Mean service a turn asks of each station.
  public let demands: [Double]

  public init(think: Double, demands: [Double]) {
    precondition(think >= 0 && demands.allSatisfy { $0 >= 0 }, "think \(think), \(demands)")
    precondition(think > 0 || demands.contains { $0 > 0 }, "a turn needs time somewhere")
    self.think = think
    self.demands = demands
  }

  public struct Solution: Sendable {
    public let users: Int
    public let throughput: Double
    /// Think time not included.
    public let response: Double
    public let stationResponses: [Double]
    public let stationQueues: [Double]
  }

  /// Adds one user after the other: each sees the stations as the others left them.
  public func solve(users: Int) -> Solution {
    precondition(users >= 0, "\(users) users")
    var queues = demands.map { _ in 0.0 }
    var responses = demands
    var throughput = 0.0
    for n in stride(from: 1, through: users, by: 1) {
      responses = zip(demands, queues).map { $0 * (1 + $1) }
      throughput = Double(n) / (think + responses.reduce(0, +))
      queues = responses.map { throughput * $0 }
    }
    return Solution(
      users: users, throughput: throughput, response: responses.reduce(0, +),
      stationResponses: responses, stationQueues: queues)
  }

  private var total: Double { demands.reduce(0, +) }
  private var slowest: Double { demands.max() ?? 0 }

  /// Where the two bounds meet: from about this many users on, they queue. Infinite without
  /// a station that takes time.
  public var saturationUsers: Double { slowest == 0 ? .infinity : (think + total) / slowest }

  /// Bounds that hold for any law of service.
  public func throughputAtMost(users: Int) -> Double {
    min(Double(users) / (think + total), slowest == 0 ? .infinity : 1 / slowest)
  }
  public func responseAtLeast(users: Int) -> Double {
    max(total, Double(users) * slowest - think)
  }
}

/// N users with a mean think time in front of c equal workers with one queue; exponential service.
/// (The machine repair model, M/M/c//N. Think times may have any law.)
public struct WorkerPool: Sendable {
  public let users: Int
  public let think: Double
  public let service: Double
  public let workers: Int
  /// P(n users at the pool), n = 0...users.
  public let states: [Double]

  public init(users: Int, think: Double, service: Double, workers: Int) {
    precondition(users >= 0 && workers > 0, "\(users) users, \(workers) workers")
    precondition(think > 0 && service > 0, "think \(think), service \(service)")
    self.users = users
    self.think = think
    self.service = service
    self.workers = workers
    states = BirthDeath.states(upTo: users) { n in
      (birth: Double(users - n) / think, death: Double(min(n + 1, workers)) / service)
    }
  }

  public var throughput: Double {
    states.enumerated().reduce(0) { $0 + Double(min($1.offset, workers)) * $1.element } / service
  }
  public var meanAtPool: Double {
    states.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
  }
  public var meanResponse: Double { meanAtPool / throughput }
  public var meanWait: Double { meanResponse - service }
  public var utilisation: Double { throughput * service / Double(workers) }

  /// The share of turns that find all workers busy: what a user sees is the pool without itself.
  public var waitProbability: Double {
    guard users > workers else { return 0 }
    let others = WorkerPool(
      users: users - 1, think: think, service: service, workers: workers)
    return others.states[workers...].reduce(0, +)
  }
}
