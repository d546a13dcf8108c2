// What workers publish about their progress, and the only thing they share while they run. A worker
// adds to it once a tick (every few thousand events), never once an event: the counters are relaxed
// atomics on one cache line, cheap enough at that pace and not at another.
internal import Synchronization

public final class ProgressCounter: Sendable {
  /// Steps of the whole run, in whatever unit measures the way to the end: simulated milliseconds,
  /// replications.
  public let total: Int
  private let steps = Atomic<Int>(0)
  private let things = Atomic<Int>(0)

  public init(total: Int) {
    precondition(total > 0, "progress needs a way to go")
    self.total = total
  }

  /// Adds steps of the way, and what was worked off on them (events, turns), of which the line
  /// shows the rate.
  public func advance(steps: Int, count: Int = 0) {
    self.steps.wrappingAdd(steps, ordering: .relaxed)
    things.wrappingAdd(count, ordering: .relaxed)
  }

  /// In 0...1, also when a run overshoots its plan.
  public var fraction: Double {
    min(1, max(0, Double(steps.load(ordering: .relaxed)) / Double(total)))
  }

  public var count: Int { things.load(ordering: .relaxed) }
}
