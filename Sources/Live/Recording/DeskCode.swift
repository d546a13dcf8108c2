// The machines behind the desk, as bytes: the people, the balancer in front of the app instances,
// the locks. As in GatewayCode, kinds are numbers of the format, and a new case of a machine does
// not compile here before it is written and read.
package import Basics
package import Policies
package import Workload

/// What the people's machine is told; `begin` is a call of its own there.
package enum PopulationCall: BitwiseCopyable, Sendable {
  case begin(from: Int, to: Int)
  case handle(PopulationInput)
}

package enum LockCall: BitwiseCopyable, Sendable {
  case command(LockCommand, SessionID, TurnID, token: UInt32)
  case wake(SessionID)
}

package enum PopulationCallKind: UInt8, CaseIterable, Sendable {
  case begin, ready, arrivalDue, turnOver, sessionForgotten
}

package enum PopulationActionKind: UInt8, CaseIterable, Sendable {
  case plan, wake, arrive, drop
}

package enum LockCallKind: UInt8, CaseIterable, Sendable {
  case command, wake
}

package enum LockAnswerKind: UInt8, CaseIterable, Sendable {
  case granted, refused, wasMine, released, renewed, stale, wake
}

extension ByteBuffer {
  mutating func put(_ call: PopulationCall) {
    func kind(_ kind: PopulationCallKind) -> UInt8 { kind.rawValue }
    switch call {
    case .begin(let from, let to):
      append(kind(.begin))
      put(count: from)
      put(count: to)
    case .handle(.ready(let loop)):
      append(kind(.ready))
      put(loop)
    case .handle(.arrivalDue): append(kind(.arrivalDue))
    case .handle(.turnOver(let plan)):
      append(kind(.turnOver))
      put(plan)
    case .handle(.sessionForgotten(let session)):
      append(kind(.sessionForgotten))
      put(session)
    }
  }

  mutating func put(_ action: PopulationAction, at now: Instant) {
    func kind(_ kind: PopulationActionKind) -> UInt8 { kind.rawValue }
    switch action {
    case .plan(let plan):
      append(kind(.plan))
      put(plan)
    case .wake(let loop, let instant):
      append(kind(.wake))
      put(loop)
      put(instant, from: now)
    case .arrive(let instant):
      append(kind(.arrive))
      put(instant, from: now)
    case .drop: append(kind(.drop))
    }
  }

  mutating func put(_ call: LockCall) {
    switch call {
    case .command(let command, let session, let turn, let token):
      append(LockCallKind.command.rawValue)
      append(command.rawValue)
      put(session)
      put(turn)
      put(token)
    case .wake(let session):
      append(LockCallKind.wake.rawValue)
      put(session)
    }
  }

  mutating func put(_ answer: LockAnswer, at now: Instant) {
    func kind(_ kind: LockAnswerKind) -> UInt8 { kind.rawValue }
    switch answer {
    case .granted(let turn, let token):
      append(kind(.granted))
      put(turn)
      put(token)
    case .refused(let turn):
      append(kind(.refused))
      put(turn)
    case .wasMine(let turn, let mine):
      append(kind(.wasMine))
      put(turn)
      put(mine)
    case .released(let turn):
      append(kind(.released))
      put(turn)
    case .renewed(let turn, let mine):
      append(kind(.renewed))
      put(turn)
      put(mine)
    case .stale(let turn):
      append(kind(.stale))
      put(turn)
    case .wake(let session, let instant):
      append(kind(.wake))
      put(session)
      put(instant, from: now)
    }
  }
}

extension RecordCursor {
  mutating func populationCall() -> PopulationCall {
    switch word(PopulationCallKind.arrivalDue) {
    case .begin: .begin(from: Int(short()), to: Int(short()))
    case .ready: .handle(.ready(loop: short()))
    case .arrivalDue: .handle(.arrivalDue)
    case .turnOver: .handle(.turnOver(plan()))
    case .sessionForgotten: .handle(.sessionForgotten(session()))
    }
  }

  mutating func populationAction(at now: Instant) -> PopulationAction {
    switch word(PopulationActionKind.drop) {
    case .plan: .plan(plan())
    case .wake: .wake(loop: short(), at: instant(from: now))
    case .arrive: .arrive(at: instant(from: now))
    case .drop: .drop
    }
  }

  mutating func lockCall() -> LockCall {
    switch word(LockCallKind.wake) {
    case .command: .command(word(LockCommand.read), session(), turn(), token: short())
    case .wake: .wake(session())
    }
  }

  mutating func lockAnswer(at now: Instant) -> LockAnswer {
    switch word(LockAnswerKind.refused) {
    case .granted: .granted(turn(), token: short())
    case .refused: .refused(turn())
    case .wasMine: .wasMine(turn(), flag())
    case .released: .released(turn())
    case .renewed: .renewed(turn(), flag())
    case .stale: .stale(turn())
    case .wake: .wake(session(), at: instant(from: now))
    }
  }
}
