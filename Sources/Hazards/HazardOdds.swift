// How likely a hazard is under a load: closed forms, and for locks an integral over the law of a
// turn. A schedule has no probability of its own; how often its instants fall so is what the load
// decides. Poisson arrivals throughout: closed people contend a little less.
internal import Basics

public struct HazardOdds: Sendable, Hashable {
  public enum Formula: String, Sendable, Hashable, CaseIterable {
    case doubleSpawn, releaseLeak, staleClient, prefixAccess, sameMillisecond, overshoot
    case doubleCreate, evictionMidTurn, secondHolder, wrongDelete, staleWrite, remap, notFound
    case lostUpdate, unflushed
  }

  /// 0 to 1.
  public let probability: Double
  /// Of what: "a cold start", "a turn".
  public let per: String
  /// The form, in words and letters that the documentation explains.
  public let form: String
  /// What it comes to in a day or an hour, where that says more.
  public let also: String?

  private init(_ probability: Double, per: String, _ form: String, also: String? = nil) {
    self.probability = min(1, max(0, probability))
    self.per = per
    self.form = form
    self.also = also
  }

  public init(_ formula: Formula, under load: HazardLoad) {
    switch formula {
    case .doubleSpawn:
      self.init(
        -exponentialMinusOne(-load.others * load.spawn), per: "a cold start",
        "1 - exp(-rate spawn)",
        also: "\(HazardOdds.short(load.others * load.spawn)) processes leaked for each")
    case .releaseLeak: self.init(1, per: "a release", "certain")
    case .staleClient:
      self.init(
        -exponentialMinusOne(-load.tabs * load.rate * load.stop), per: "a release",
        "1 - exp(-rate stop)")
    case .prefixAccess:
      self.init(
        load.dashes, per: "a person", "ids with a dash: locked out, and open to the namesake")
    case .sameMillisecond:
      let gap = load.click * 1000
      self.init(
        gap <= 0 ? 1 : 1 - gap * -exponentialMinusOne(-1 / gap), per: "a double click",
        "1 - m (1 - exp(-1/m)), m the mean gap in ms")
    case .overshoot:
      let misses = HazardOdds.misses(load)
      let chance = misses * load.disconnect / (1 + misses * load.disconnect)
      self.init(
        chance, per: "an eviction", "l D / (1 + l D), l evictions a second",
        also: "\(HazardOdds.short(misses * chance * 3600)) slots an hour in each instance")
    case .doubleCreate:
      let others = load.others + load.contenders
      self.init(
        -exponentialMinusOne(-others * (load.disconnect + load.create)), per: "a creation",
        "1 - exp(-rate (disconnect + create))")
    case .evictionMidTurn:
      self.init(
        HazardOdds.misses(load) > 0 ? load.rate * load.turn.mean : 0, per: "an eviction",
        "rate x turn: the share of time that a session is in a turn")
    case .secondHolder:
      self.init(
        HazardOdds.secondHolder(load), per: "a turn", "E[1 - exp(-rate (S - ttl)+)]",
        also: "a waiting client enters in \(HazardOdds.short(HazardOdds.overrun(load))) of them")
    case .wrongDelete:
      let density = HazardOdds.density(load.turn, at: load.ttl)
      self.init(
        density * load.contenders * load.gap * load.gap / 2, per: "a turn",
        "f(ttl) rate gap^2 / 2",
        also: "\(HazardOdds.short(density * load.gap)) with a waiting client")
    case .staleWrite:
      self.init(
        HazardOdds.staleWrite(load), per: "a turn",
        "the second holder's turn ends before the first's")
    case .remap:
      let moved = load.servers / (load.servers + 1)
      self.init(
        moved, per: "a person at a resize", "n / (n + 1)",
        also: "with rendezvous hashing \(HazardOdds.short(1 - moved)) move")
    case .notFound:
      self.init(
        load.servers <= 1 ? 0 : 1 - power(1 / load.servers, max(0, load.turns - 1)),
        per: "a conversation", "1 - (1/n)^(k-1), k turns")
    case .lostUpdate:
      let others = load.others + load.contenders
      let apart = load.servers <= 1 ? 0 : 1 - 1 / load.servers
      let alone =
        exponential(-others * load.turn.mean)
        * TurnLaw(load.turn).mean { exponential(-others * $0) }
      self.init(
        apart * (1 - alone), per: "a turn",
        "(1 - 1/n) (1 - exp(-rate E[S]) E[exp(-rate S)])")
    case .unflushed:
      let recent = load.total / max(1, load.servers) * load.flush
      self.init(
        -exponentialMinusOne(-recent), per: "a kill", "1 - exp(-turn rate of the server x flush)",
        also: "\(HazardOdds.short(recent)) turns lost for each")
    }
  }

  /// Evictions a second in one app instance: with people who are all alike, whatever the order of
  /// eviction, a session is resident for limit / people of the time.
  private static func misses(_ load: HazardLoad) -> Double {
    let people = load.users / max(1, load.instances)
    return load.total / max(1, load.instances) * max(0, 1 - load.limit / max(1, people))
  }

  // MARK: locks

  private static func overrun(_ load: HazardLoad) -> Double {
    TurnLaw(load.turn).mean { $0 > load.ttl ? 1 : 0 }
  }

  private static func secondHolder(_ load: HazardLoad) -> Double {
    TurnLaw(load.turn).mean {
      $0 > load.ttl ? -exponentialMinusOne(-load.contenders * ($0 - load.ttl)) : 0
    }
  }

  /// The next holder comes after an exponential time and needs a turn of its own.
  private static func staleWrite(_ load: HazardLoad) -> Double {
    let law = TurnLaw(load.turn)
    if load.contenders <= 0 { return 0 }
    // Slices of the time that is left to the first holder: 64 keep the error below a per cent.
    let slices = 64.0
    return law.mean { first in
      let left = first - load.ttl
      guard left > 0 else { return 0 }
      var sum = 0.0
      for slice in 0..<Int(slices) {
        let start = left * Double(slice) / slices
        let entered =
          exponential(-load.contenders * start)
          * -exponentialMinusOne(-load.contenders * left / slices)
        sum += entered * law.share(below: left - start - left / slices / 2)
      }
      return sum
    }
  }

  private static func density(_ law: Distribution, at x: Double) -> Double {
    if case .lognormal(let median, let sigma) = law, sigma > 0, x > 0 {
      let z = naturalLog(x / median) / sigma
      return exponential(-z * z / 2) / (x * sigma * 2.506_628_274_631_000_5)
    }
    // Of any other law the share in a twentieth around x.
    let table = TurnLaw(law)
    return (table.share(below: x * 1.025) - table.share(below: x * 0.975)) / (x * 0.05)
  }

  /// Three figures.
  static func short(_ value: Double) -> String { words(value) }

  public static func words(_ value: Double, digits figures: Int = 3) -> String {
    if value == 0 { return "0" }
    guard value.isFinite else { return "no end of" }
    // 2^53: beyond it digits mean nothing.
    if value.magnitude > 0x1p53 { return "\(value)" }
    var scale = 1.0
    var digits = 0
    let size = value.magnitude
    if size < 1e-4 {
      var exponent = 0
      var mantissa = size
      while mantissa < 1 {
        mantissa *= 10
        exponent += 1
      }
      return "\(Double(Int(mantissa * 10 + 0.5)) / 10)e-\(exponent)"
    }
    let least = power(10, Double(figures - 1))
    while size * scale < least && digits < 6 {
      scale *= 10
      digits += 1
    }
    let rounded = Double(Int(value * scale + 0.5)) / scale
    return rounded == Double(Int(rounded)) ? "\(Int(rounded))" : "\(rounded)"
  }
}

/// Equally likely lengths of a turn, and, for the lognormal law, weighted ones far into its tail.
private struct TurnLaw {
  private var values: [Double] = []
  private var weights: [Double] = []
  /// Of the weights, from the front.
  private var sums: [Double] = []

  init(_ law: Distribution) {
    switch law {
    case .fixed(let value):
      values = [value]
      weights = [1]
    case .lognormal(let median, let sigma):
      // The midpoint rule over the normal density from -8 to 8, where 1e-15 is left outside.
      let steps = 1600
      for step in 0..<steps {
        let z = -8 + 16 * (Double(step) + 0.5) / Double(steps)
        values.append(median * exponential(sigma * z))
        weights.append(exponential(-z * z / 2) / 2.506_628_274_631_000_5 * 16 / Double(steps))
      }
    default:
      // Draws, always the same: enough for a chance of one in a thousand.
      let stream = Seed(1).stream("odds")
      let sampler = Sampler(law)
      for place in 0..<20_000 {
        values.append(sampler.value(stream.draw(entity: place, count: 0)))
        weights.append(1 / 20_000)
      }
      values.sort()
    }
    var sum = 0.0
    for weight in weights {
      sum += weight
      sums.append(sum)
    }
  }

  func mean(_ value: (Double) -> Double) -> Double {
    values.indices.reduce(0) { $0 + weights[$1] * value(values[$1]) }
  }

  func share(below x: Double) -> Double {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < x { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : sums[low - 1]
  }
}
