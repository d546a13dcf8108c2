// How many more people a fleet of fixed size bears, as a factor: the continuous answer behind "what
// binds", "what moves it" and "how sure is it". The load is raised or lowered until the worst
// expectation stands at its bound; all questions meet the same people, so their differences are far
// better known than the factor itself. Large fleets are asked about on a slice, where that is fair.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Scenarios
public import Simulation
internal import Workload

public struct Capacity: Sendable, Hashable {
  /// People it bears over people asked about.
  public var factor: Double
  /// The load hardly matters: the bound was not met within the range looked at.
  public var isOutside: Bool
}

public struct CapacitySolve: Sendable {
  var candidate: Candidate
  var judge: Judge
  let users: Int
  let size: Int

  /// Loads from an eighth to eight times the one asked about.
  private static let range = 8.0
  /// Of the logarithm of the load: half a percent.
  private static let tolerance = 0.005
  private static let trials = 2

  /// - size: of the whole fleet; a slice of it is simulated where people on different servers share
  ///   nothing.
  public init(_ candidate: Candidate, users: Int, size: Int, judge: Judge? = nil) {
    let slice = candidate.slice(users: users, size: size)
    self.candidate = slice.candidate
    self.users = slice.users
    self.size = slice.size
    self.judge = judge ?? Judge(candidate.template)
  }

  /// Events of one solve, roughly.
  var events: Double {
    TrialLength(candidate.scenario(users: users, size: size)).events * 2 * 7
  }

  /// nil: stopped.
  public func run(_ runner: TrialRunner) -> Capacity? {
    func slack(_ log: Double) -> Double? {
      let people = max(1, Int(Double(users) * exponential(log) + 0.5))
      let scenario = candidate.scenario(users: people, size: size)
      let length = TrialLength(scenario)
      let trials = (0..<CapacitySolve.trials).map {
        Trial(
          plan: scenario.trialPlan(replication: $0), warmUp: length.warmUp, measure: length.measure)
      }
      return runner(trials).map { judge.slack($0) }
    }
    guard let first = slack(0) else { return nil }
    let limit = naturalLog(CapacitySolve.range)
    var step = 0.1
    var good = (at: -limit, slack: 0.0)
    var bad = (at: limit, slack: 0.0)
    var hasGood = false
    var hasBad = false
    var at = 0.0
    var value = first
    while true {
      if value >= 0 {
        good = (at, value)
        hasGood = true
      } else {
        bad = (at, value)
        hasBad = true
      }
      if hasGood && hasBad { break }
      if abs(at) >= limit { return Capacity(factor: exponential(at), isOutside: true) }
      at = max(-limit, min(limit, at + (value >= 0 ? step : -step)))
      step *= 2
      guard let next = slack(at) else { return nil }
      value = next
    }
    // False position, kept away from the ends so that a step in the figure cannot stall it.
    while abs(bad.at - good.at) > CapacitySolve.tolerance {
      let share = min(0.8, max(0.2, good.slack / (good.slack - bad.slack)))
      at = good.at + (bad.at - good.at) * share
      guard let next = slack(at) else { return nil }
      if next >= 0 { good = (at, next) } else { bad = (at, next) }
    }
    return Capacity(factor: exponential((good.at + bad.at) / 2), isOutside: false)
  }
}

extension Candidate {
  /// More people than this show nothing that so many do not.
  static let slicePeople = 4000
  /// A search wants more servers in its slice, so that the hash has its usual luck.
  static let searchPeople = 8000

  /// A part of the fleet with its part of the people, for questions whose answer does not depend on
  /// the whole. Where every server holds every conversation, the whole is needed.
  func slice(
    users: Int, size: Int, people: Int = slicePeople
  ) -> (candidate: Candidate, users: Int, size: Int) {
    var parts = wanders || template.workload.arrivals.isTrace ? 1 : users / people
    // A slice of a handful of servers would be luckier or unluckier than the fleet.
    parts = max(1, min(parts, size / 8))
    if parts == 1 { return (self, users, size) }
    var candidate = self
    if let limit = template.model.rateLimit {
      let part = Double(parts)
      candidate.template.model.rateLimit?.rate = limit.rate / part
      candidate.template.model.rateLimit?.burst = max(1, limit.burst / parts)
      candidate.template.model.rateLimit?.concurrent = limit.concurrent.map { max(1, $0 / parts) }
    }
    let slicedSize = Int(Double(size) / Double(parts) + 0.5)
    // The same people for each server, whatever the rounding.
    let slicedUsers = Int(Double(users) * Double(slicedSize) / Double(size) + 0.5)
    return (candidate, slicedUsers, slicedSize)
  }
}

extension Arrivals {
  var isTrace: Bool { if case .trace = self { true } else { false } }
}
