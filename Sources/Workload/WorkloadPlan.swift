// What a scenario says about its people: how many, when they ask, which conversations they hold.
// Plain values, checked by the reader; `Population` is the machine that acts on them.
public import Basics

public struct WorkloadPlan: Sendable, Hashable {
  /// People in the run; with open arrivals, the people that arrivals are drawn from.
  public var users = 100
  public var arrivals = Arrivals.closed
  /// Requests that one person keeps going at once: browser tabs, each with its own think time.
  public var tabs = 1
  public var think = Distribution.exponential(mean: 20)
  public var start = StartRule.spread
  /// Which person an open arrival belongs to.
  public var popularity = Popularity.uniform
  /// With open arrivals: does an arrival bring one turn, or a person who stays for a whole session?
  public var arrivalBrings = ArrivalKind.turn
  public var sessions = SessionPlan()
  public var groups: GroupPlan?
  /// Bytes of one prompt.
  public var prompt = Distribution.fixed(600)
  /// Whether one prompt may be longer than another.
  public var promptsVary: Bool {
    if case .trace(let arrivals) = arrivals, arrivals.contains(where: { $0.promptBytes != nil }) {
      return true
    }
    if case .fixed = prompt { return false }
    return true
  }
  /// Share of turns in which somebody presents a session id of another person.
  public var intruders = 0.0

  public init() {}
}

public enum StartRule: Sendable, Hashable {
  /// Everybody is somewhere in a think time at the start.
  case spread
  case atOnce
  /// Equally spaced over this length.
  case ramp(Interval)
}

public enum ArrivalKind: String, Sendable, Hashable, CaseIterable { case turn, visit }

public struct SessionPlan: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable { case persistent, ephemeral }
  public enum Ending: String, Sendable, Hashable, CaseIterable { case delete, leave }

  public var kind = Kind.persistent
  /// Conversations that one person holds open.
  public var perUser = 1
  /// Turns until a conversation ends; nil: it never does.
  public var turns: Distribution?
  /// Which of a person's conversations the next turn goes to.
  public var popularity = Popularity.uniform
  public var atEnd = Ending.delete

  public init() {}
}

public struct GroupPlan: Sendable, Hashable {
  /// People who share one session.
  public var size = 5
  /// Share of turns that go to the shared session rather than to one of the person's own.
  public var share = 1.0

  public init() {}
}

public enum Popularity: Sendable, Hashable {
  case uniform
  /// Rank k is chosen with weight 1 / k^exponent.
  case zipf(exponent: Double)
}

public enum Arrivals: Sendable, Hashable {
  /// Closed: a person asks again after a think time, so a slow system is asked less often.
  case closed
  /// Open, a Poisson stream of the given rate.
  case poisson(RateCurve)
  /// Open, evenly spaced in the curve's own time.
  case constant(RateCurve)
  /// Open, read from a file.
  case trace([TracedArrival])
}

public struct TracedArrival: Sendable, Hashable {
  public var at: Interval
  /// nil: drawn by popularity.
  public var user: Int?
  public var promptBytes: Double?

  public init(at: Interval, user: Int? = nil, promptBytes: Double? = nil) {
    self.at = at
    self.user = user
    self.promptBytes = promptBytes
  }
}

/// Arrivals per second over time.
public enum RateCurve: Sendable, Hashable {
  case constant(Double)
  /// Straight pieces one after another; the last rate holds for ever. A step is a piece of length
  /// zero.
  case pieces([RatePiece])
  /// mean * (1 + swing * sin(2π (t - shift) / period)), the diurnal curve.
  case diurnal(mean: Double, swing: Double, period: Interval, shift: Interval)
}

public struct RatePiece: Sendable, Hashable {
  public var length: Interval
  public var from: Double
  public var to: Double

  public init(length: Interval, from: Double, to: Double) {
    self.length = length
    self.from = from
    self.to = to
  }
}
