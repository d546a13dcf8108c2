// Erlang's and Engset's loss and delay formulas: how often c servers are all taken.
// Loads are in Erlangs: a = arrival rate times mean service time.

public enum ErlangFormulas {
  /// Erlang B: the share of Poisson arrivals that find all servers busy and leave.
  /// Holds for any law of service times with the same mean.
  public static func blocking(servers: Int, load a: Double) -> Double {
    precondition(servers >= 0, "\(servers) servers")
    precondition(a >= 0, "a load of \(a) Erlangs")
    var blocked = 1.0
    for k in stride(from: 1, through: servers, by: 1) {
      blocked = a * blocked / (Double(k) + a * blocked)
    }
    return blocked
  }

  /// Erlang C: the share of Poisson arrivals that must wait, with exponential service and an
  /// unlimited queue. 1 if the load is not below the number of servers.
  public static func waiting(servers: Int, load a: Double) -> Double {
    let use = a / Double(servers)
    if use >= 1 { return 1 }
    let blocked = blocking(servers: servers, load: a)
    return blocked / (1 - use * (1 - blocked))
  }

  /// Engset: `sources` users, each idle for a mean of one over the load per idle source between
  /// attempts, that leave when all servers are busy. The share of attempts that are refused, for
  /// any laws of idle and service times. An attempt sees the system without its own user.
  public static func engsetBlocking(
    servers: Int, sources: Int, loadPerIdleSource a: Double
  ) -> Double {
    sources <= servers ? 0 : engsetStates(servers: servers, sources: sources - 1, a).last ?? 0
  }

  /// Engset: the mean number of busy servers over time.
  public static func engsetBusy(
    servers: Int, sources: Int, loadPerIdleSource a: Double
  ) -> Double {
    let states = engsetStates(servers: servers, sources: sources, a)
    return states.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
  }

  private static func engsetStates(servers: Int, sources: Int, _ a: Double) -> [Double] {
    precondition(servers >= 0 && sources >= 0, "\(servers) servers, \(sources) sources")
    return BirthDeath.states(upTo: min(servers, sources)) { n in
      (birth: Double(sources - n) * a, death: Double(n + 1))
    }
  }
}

/// Stationary law of a birth-death chain on 0...limit.
enum BirthDeath {
  /// `rates(n)` gives the birth rate in n and the death rate in n + 1.
  static func states(upTo limit: Int, _ rates: (Int) -> (birth: Double, death: Double)) -> [Double]
  {
    var weights = [1.0]
    var sum = 1.0
    for n in 0..<limit {
      let (birth, death) = rates(n)
      let next = weights[n] * birth / death
      weights.append(next)
      sum += next
      // Hundreds of states overflow a Double: scale what is there and go on.
      if sum > 1e250 {
        for i in weights.indices { weights[i] *= 1e-250 }
        sum *= 1e-250
      }
    }
    return weights.map { $0 / sum }
  }
}
