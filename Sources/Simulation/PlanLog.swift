// What the people of a simulated run did, turn by turn, where a `RunPlan` asks for it: for tests
// that hold another host of the same machines against this one.
package import Basics

package struct PlannedTurn: BitwiseCopyable, Sendable {
  package var plan: TurnPlan
  package var at: Instant
}

/// After a turn: how long until the person comes back.
package struct PlannedPause: BitwiseCopyable, Sendable {
  package var loop: UInt32
  package var ordinal: UInt32
  package var length: Interval
}

package struct PlanLog: ~Copyable {
  package private(set) var turns = Table<PlannedTurn>()
  package private(set) var pauses = Table<PlannedPause>()

  @inline(never) mutating func note(_ turn: TurnPlan, at now: Instant) {
    turns.append(PlannedTurn(plan: turn, at: now))
  }

  @inline(never) mutating func note(_ turn: TurnPlan, over now: Instant, back instant: Instant) {
    pauses.append(
      PlannedPause(loop: turn.loop, ordinal: turn.ordinal, length: instant - now))
  }
}
