// What an app instance is told and what it asks for, as bytes. The kinds below are numbers of the
// file's format: append, never renumber. A new case of GatewayInput or GatewayAction does not
// compile here until it has a kind, and a kind not until it is read back.
internal import Basics
internal import Policies

package enum GatewayInputKind: UInt8, CaseIterable, Sendable {
  case planned, opened, closed, deleted, finished, failed, missing, refused, cut
  case lockGranted, lockRefused, lockRead, lockReleased, lockRenewed, writeWasStale
  case spawned, released, timer, deadlineReached
  case serverAdded, serverRemoved, serverLost, serverBack, healthChecked
}

package enum GatewayActionKind: UInt8, CaseIterable, Sendable {
  case create, resume, disconnect, send, delete, forget, lock, spawn, hangUp, complete, timer
  case checkHealth, cleanUp, measured
}

extension ByteBuffer {
  private mutating func put(_ kind: GatewayInputKind) { append(kind.rawValue) }
  private mutating func put(_ kind: GatewayActionKind) { append(kind.rawValue) }

  private mutating func put(_ kind: GatewayInputKind, _ turn: TurnID) {
    put(kind)
    put(turn)
  }

  private mutating func put(_ kind: GatewayInputKind, _ server: ServerID) {
    put(kind)
    put(server)
  }

  mutating func put(_ input: GatewayInput) {
    switch input {
    case .planned(let plan):
      put(GatewayInputKind.planned)
      put(plan)
    case .opened(let turn, let resumed, let handle):
      put(.opened, turn)
      put(resumed)
      put(markable: handle)
    case .closed(let turn): put(.closed, turn)
    case .deleted(let turn): put(.deleted, turn)
    case .finished(let turn): put(.finished, turn)
    case .failed(let turn): put(.failed, turn)
    case .missing(let turn): put(.missing, turn)
    case .refused(let turn): put(.refused, turn)
    case .cut(let turn): put(.cut, turn)
    case .lockGranted(let turn, let token):
      put(.lockGranted, turn)
      put(token)
    case .lockRefused(let turn): put(.lockRefused, turn)
    case .lockRead(let turn, let mine):
      put(.lockRead, turn)
      put(mine)
    case .lockReleased(let turn): put(.lockReleased, turn)
    case .lockRenewed(let turn, let mine):
      put(.lockRenewed, turn)
      put(mine)
    case .writeWasStale(let turn): put(.writeWasStale, turn)
    case .spawned(let turn, let server):
      put(.spawned, turn)
      put(server)
    case .released(let person):
      put(GatewayInputKind.released)
      put(person)
    case .timer(let timer, let turn, let generation):
      put(.timer, turn)
      append(timer.rawValue)
      put(generation)
    case .deadlineReached: put(GatewayInputKind.deadlineReached)
    case .serverAdded(let server): put(.serverAdded, server)
    case .serverRemoved(let server): put(.serverRemoved, server)
    case .serverLost(let server): put(.serverLost, server)
    case .serverBack(let server): put(.serverBack, server)
    case .healthChecked(let server, let alive):
      put(.healthChecked, server)
      put(alive)
    }
  }

  private mutating func put(
    _ kind: GatewayActionKind, _ server: ServerID, _ session: SessionID, _ turn: TurnID
  ) {
    put(kind)
    put(server)
    put(session)
    put(turn)
  }

  /// Instants stand as distances from `now`.
  mutating func put(_ action: GatewayAction, at now: Instant) {
    switch action {
    case .create(let server, let session, let turn): put(.create, server, session, turn)
    case .resume(let server, let session, let turn): put(.resume, server, session, turn)
    case .disconnect(let server, let session, let turn, let handle):
      put(.disconnect, server, session, turn)
      put(markable: handle)
    case .send(let server, let session, let turn, let handle):
      put(.send, server, session, turn)
      put(markable: handle)
    case .delete(let server, let session, let turn, let conversation):
      put(.delete, server, session, turn)
      append(conversation)
    case .forget(let server, let session):
      put(GatewayActionKind.forget)
      put(server)
      put(session)
    case .lock(let command, let session, let turn, let token):
      put(GatewayActionKind.lock)
      append(command.rawValue)
      put(session)
      put(turn)
      put(token)
    case .spawn(let turn, let port):
      put(GatewayActionKind.spawn)
      put(turn)
      put(UInt32(port))
    case .hangUp(let server, let person, let instance, let kill):
      put(GatewayActionKind.hangUp)
      put(server)
      put(person)
      put(count: instance)
      put(kill)
    case .complete(let turn, let outcome):
      put(GatewayActionKind.complete)
      put(turn)
      append(outcome.rawValue)
    case .timer(let timer, let turn, let generation, let instant):
      put(GatewayActionKind.timer)
      append(timer.rawValue)
      put(turn)
      put(generation)
      put(instant, from: now)
    case .checkHealth(let instance, let server, let instant):
      put(GatewayActionKind.checkHealth)
      put(count: instance)
      put(server)
      put(instant, from: now)
    case .cleanUp(let age):
      put(GatewayActionKind.cleanUp)
      put(age)
    case .measured(let measure, let length):
      put(GatewayActionKind.measured)
      append(measure.rawValue)
      put(length)
    }
  }
}

extension RecordCursor {
  mutating func gatewayInput() -> GatewayInput {
    switch word(GatewayInputKind.deadlineReached) {
    case .planned: .planned(plan())
    case .opened: .opened(turn(), resumed: flag(), handle: markable())
    case .closed: .closed(turn())
    case .deleted: .deleted(turn())
    case .finished: .finished(turn())
    case .failed: .failed(turn())
    case .missing: .missing(turn())
    case .refused: .refused(turn())
    case .cut: .cut(turn())
    case .lockGranted: .lockGranted(turn(), token: short())
    case .lockRefused: .lockRefused(turn())
    case .lockRead: .lockRead(turn(), mine: flag())
    case .lockReleased: .lockReleased(turn())
    case .lockRenewed: .lockRenewed(turn(), flag())
    case .writeWasStale: .writeWasStale(turn())
    case .spawned: .spawned(turn(), server())
    case .released: .released(person: short())
    case .timer: timer()
    case .deadlineReached: .deadlineReached
    case .serverAdded: .serverAdded(server())
    case .serverRemoved: .serverRemoved(server())
    case .serverLost: .serverLost(server())
    case .serverBack: .serverBack(server())
    case .healthChecked: .healthChecked(server(), alive: flag())
    }
  }

  private mutating func timer() -> GatewayInput {
    let turn = turn()
    return .timer(word(TurnTimer.timeout), turn, generation: short())
  }

  mutating func gatewayAction(at now: Instant) -> GatewayAction {
    switch word(GatewayActionKind.spawn) {
    case .create: .create(server(), session(), turn())
    case .resume: .resume(server(), session(), turn())
    case .disconnect: .disconnect(server(), session(), turn(), handle: markable())
    case .send: .send(server(), session(), turn(), handle: markable())
    case .delete: .delete(server(), session(), turn(), conversation: byte())
    case .forget: .forget(server(), session())
    case .lock: .lock(word(LockCommand.acquire), session(), turn(), token: short())
    case .spawn: .spawn(turn(), port: UInt16(truncatingIfNeeded: short()))
    case .hangUp:
      .hangUp(server(), person: short(), instance: Int(short()), kill: flag())
    case .complete: .complete(turn(), word(TurnOutcome.completed))
    case .timer:
      .timer(
        word(TurnTimer.timeout), turn(), generation: short(), at: instant(from: now))
    case .checkHealth: .checkHealth(instance: Int(short()), server(), at: instant(from: now))
    case .cleanUp: .cleanUp(olderThan: length())
    case .measured: .measured(word(GatewayMeasure.spawn), length())
    }
  }
}
