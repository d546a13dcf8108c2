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
      // A page load asks for all of a person's tabs at once: the others come before the first call
      // is answered.
      let page = load.tabs > 1 ? load.together : 0
      let alone = -exponentialMinusOne(-load.others * load.spawn)
      let leaked = page * (load.tabs - 1) + (1 - page) * load.others * load.spawn
      self.init(
        page + (1 - page) * alone, per: "a cold start",
        page > 0 ? "certain in a page load, else 1 - exp(-rate spawn)" : "1 - exp(-rate spawn)",
        also: "\(HazardOdds.short(leaked)) processes leaked for each")
    case .releaseLeak: self.init(1, per: "a release", "certain")
    case .staleClient:
      self.init(
        -exponentialMinusOne(-load.tabs * load.rate * load.stop), per: "a release",
        "1 - exp(-rate stop)")
    case .prefixAccess:
      // Whoever asks for somebody else's session picks one of all people, themselves among them.
      let open = load.users > 0 ? load.namesakes / load.users : 0
      self.init(
        load.intruders * open, per: "an access check",
        "share of requests for another's session x pairs (u, v) with v = u-... / people^2",
        also: "\(HazardOdds.short(load.namesakes * load.users)) such pairs; "
          + "\(HazardOdds.short(load.dashes * 100)) % of people, those with a dash, are locked out "
          + "of their own sessions")
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
        HazardOdds.misses(load) > 0 ? load.rate * load.wholeTurn : 0, per: "an eviction",
        "rate x turn: the share of time that a session is in a turn")
    case .secondHolder where load.isWaitedFor:
      self.init(
        WaitedLock(load).doubleHeld, per: "a turn",
        "a group that waits in line, one section after another",
        also: "P(S > ttl) is \(HazardOdds.short(HazardOdds.overrun(load))); turns that meet on one "
          + "server wait for one another")
    case .secondHolder:
      self.init(
        HazardOdds.secondHolder(load), per: "a turn", "E[1 - exp(-rate (S - ttl)+)]",
        also: "a waiting client enters in \(HazardOdds.short(HazardOdds.overrun(load))) of them")
    case .wrongDelete where load.isWaitedFor:
      self.init(
        WaitedLock(load).wrongDelete, per: "a turn",
        "f(ttl) gap where somebody waits in line")
    case .wrongDelete:
      let density = TurnLaw(load).density(at: load.ttl)
      self.init(
        density * load.contenders * load.gap * load.gap / 2, per: "a turn",
        "f(ttl) rate gap^2 / 2",
        also: "\(HazardOdds.short(density * load.gap)) with a waiting client")
    case .staleWrite where load.isWaitedFor:
      self.init(
        WaitedLock(load).staleWrite, per: "a turn",
        "a turn that entered later, on another server, ends first: sections one after another")
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
        exponential(-others * load.wholeTurn)
        * TurnLaw(load).mean { exponential(-others * $0) }
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
    TurnLaw(load).mean { $0 > load.ttl ? 1 : 0 }
  }

  private static func secondHolder(_ load: HazardLoad) -> Double {
    TurnLaw(load).mean {
      $0 > load.ttl ? -exponentialMinusOne(-load.contenders * ($0 - load.ttl)) : 0
    }
  }

  /// The next holder comes after an exponential time and needs a turn of its own.
  private static func staleWrite(_ load: HazardLoad) -> Double {
    let law = TurnLaw(load)
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
