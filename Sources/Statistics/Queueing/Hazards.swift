// How often the guide's code breaks a promise under load: the rates that hazard runs are held to.
// Each form assumes Poisson requests and names what else it assumes.

public import Basics

/// Ids made from the time in milliseconds.
public enum TimeStampIds {
  /// P(two of `calls` share a millisecond), calls uniform over a window of `milliseconds`.
  public static func collision(calls: Int, withinMilliseconds milliseconds: Int) -> Double {
    precondition(calls >= 0 && milliseconds > 0, "\(calls) calls in \(milliseconds) ms")
    if calls > milliseconds { return 1 }
    var logDistinct = 0.0
    for i in stride(from: 1, to: calls, by: 1) {
      logDistinct += logOnePlus(-Double(i) / Double(milliseconds))
    }
    return -exponentialMinusOne(logDistinct)
  }

  /// P(two calls share a millisecond), their gap exponential with this mean.
  public static func collision(meanGapMilliseconds m: Double) -> Double {
    precondition(m > 0, "a mean gap of \(m) ms")
    return 1 + m * exponentialMinusOne(-1 / m)
  }
}

/// A pool that checks its map, awaits the spawn, then writes the map.
public enum DoubleSpawn {
  /// P(a cold start spawns more than one process); requests of one user at `rate`, fixed spawn.
  public static func chance(rate: Double, spawn: Double) -> Double {
    -exponentialMinusOne(-rate * spawn)
  }

  /// Mean number of processes leaked by a cold start, for any law of spawn times.
  public static func meanLeaked(rate: Double, meanSpawn: Double) -> Double { rate * meanSpawn }
}

/// A session manager that picks its victim before an await and removes it after: two misses
/// meanwhile pick the same victim, and the limit is passed by one for good.
public enum LimitRatchet {
  /// Sessions gained over the limit per unit of time; misses at `missRate`, a fixed disconnect
  /// time, after the first moments. An exponential disconnect time gives 5 to 13 % less.
  public static func gainRate(missRate: Double, disconnect: Double) -> Double {
    missRate * missRate * disconnect / (1 + missRate * disconnect)
  }
}

/// Two servers write one session, storage shared, no lock.
public enum LostUpdate {
  /// P(a turn overlaps another turn of its session), turns at `rate`.
  public static func overlap(rate: Double, turn: Distribution) -> Double {
    1 - exponential(-rate * turn.mean) * LaplaceTransform.of(turn, at: rate)
  }
}
