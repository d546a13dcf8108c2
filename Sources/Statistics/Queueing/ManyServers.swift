// Several equal servers behind one queue, exponential service, Poisson arrivals: with an unlimited
// queue (M/M/c) and with room for K in all (M/M/c/K). Admission control is the second.

internal import Basics

public struct MMcQueue: Sendable {
  public let arrivalRate: Double
  public let serviceRate: Double
  public let servers: Int

  public init(arrivalRate: Double, serviceRate: Double, servers: Int) {
    precondition(arrivalRate >= 0 && serviceRate > 0, "rates \(arrivalRate), \(serviceRate)")
    precondition(servers > 0, "\(servers) servers")
    self.arrivalRate = arrivalRate
    self.serviceRate = serviceRate
    self.servers = servers
  }

  /// Mean number of busy servers wanted, in Erlangs.
  public var load: Double { arrivalRate / serviceRate }
  public var utilisation: Double { load / Double(servers) }
  /// Rate at which a backlog is worked off; zero if there is none to spare.
  private var spare: Double { max(0, Double(servers) * serviceRate - arrivalRate) }

  public var waitProbability: Double { ErlangFormulas.waiting(servers: servers, load: load) }
  public var meanWait: Double { waitProbability / spare }
  public var meanQueue: Double { utilisation < 1 ? arrivalRate * meanWait : .infinity }
  public var meanResponse: Double { meanWait + 1 / serviceRate }

  public func waitExceeds(_ t: Double) -> Double { waitProbability * exponential(-spare * t) }

  public func waitQuantile(_ p: Double) -> Double {
    precondition(p >= 0 && p < 1, "a wait has no quantile at \(p)")
    let waiting = waitProbability
    return 1 - p >= waiting ? 0 : naturalLog(waiting / (1 - p)) / spare
  }

  public func responseExceeds(_ t: Double) -> Double {
    responseExceeds(t, waiting: waitProbability)
  }

  /// By bisection: the sum of two exponentials has no inverse in closed form.
  public func responseQuantile(_ p: Double) -> Double {
    precondition(p >= 0 && p < 1, "a response has no quantile at \(p)")
    if spare == 0 { return .infinity }
    let waiting = waitProbability
    return Numerics.bisectUpwards(from: 1 / serviceRate) {
      responseExceeds($0, waiting: waiting) > 1 - p
    }
  }

  private func responseExceeds(_ t: Double, waiting: Double) -> Double {
    let unit = serviceRate * t
    // Distance of the two rates, in units of one server. At zero the quotient turns into `unit`.
    let gap = spare / serviceRate - 1
    let both = abs(gap) < 1e-9 ? unit : -exponentialMinusOne(-gap * unit) / gap
    return exponential(-unit) * (1 + waiting * both)
  }
}

public struct MMcKQueue: Sendable {
  public let arrivalRate: Double
  public let serviceRate: Double
  public let servers: Int
  /// Requests inside at most, in service and waiting. Equal to `servers`: Erlang's loss system.
  public let room: Int
  /// P(n inside), n = 0...room.
  public let states: [Double]

  public init(arrivalRate: Double, serviceRate: Double, servers: Int, room: Int) {
    precondition(arrivalRate >= 0 && serviceRate > 0, "rates \(arrivalRate), \(serviceRate)")
    precondition(servers > 0 && room >= servers, "\(servers) servers with room for \(room)")
    self.arrivalRate = arrivalRate
    self.serviceRate = serviceRate
    self.servers = servers
    self.room = room
    states = BirthDeath.states(upTo: room) { n in
      (birth: arrivalRate, death: serviceRate * Double(min(n + 1, servers)))
    }
  }

  /// The share of arrivals turned away: Poisson arrivals see time averages.
  public var blocking: Double { states[room] }
  public var acceptedRate: Double { arrivalRate * (1 - blocking) }
  public var meanInside: Double {
    states.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
  }
  /// Of the accepted ones, by Little's law.
  public var meanResponse: Double { meanInside / acceptedRate }
}
