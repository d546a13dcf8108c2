// The lock around a turn: the guide's `withSessionLock`, its retry and queue variants, renewal, and
// the release in one command or two. The lock service answers later; each command is an await.
public import Basics

extension Gateway {
  @usableFromInline mutating func acquireLock(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    turns[place].step = .locking
    details[place].mark = now
    let queues = policy.lock.acquire == .fifo
    actions.append(
      .lock(queues ? .enqueue : .acquire, turns[place].plan.session, id(place), token: 0))
    if queues {
      timer(.patience, place, at: now + policy.lock.patience, &actions)
    }
  }

  mutating func lockGranted(
    _ id: TurnID, _ token: UInt32, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    guard turns[place].step == .locking else {
      // Given up while the grant was on its way: hand it back.
      giveBack(turns[place].plan.session, token, &actions)
      lockAnsweredLate(place)
      return
    }
    turns[place].locked = true
    turns[place].token = token
    details[place].lockedAt = now
    actions.append(.measured(.lockWait, now - details[place].mark))
    if policy.lock.renew { renewLater(place, at: now, &actions) }
    routeOn(place, at: now, &actions)
  }

  private mutating func lockAnsweredLate(_ place: Int) {
    turns[place].awaitsLock = false
    if turns[place].step == .abandoned { free(place) }
  }

  private mutating func giveBack(
    _ session: SessionID, _ token: UInt32, _ actions: inout Table<GatewayAction>
  ) {
    actions.append(.lock(.withdraw, session, none, token: token))
    actions.append(.lock(.compareAndDelete, session, none, token: token))
  }

  /// Fail-fast gives up; retry pauses for a random part of a doubling length.
  mutating func lockRefused(
    _ id: TurnID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    guard turns[place].step == .locking else {
      lockAnsweredLate(place)
      return
    }
    let waited = now - details[place].mark
    guard policy.lock.acquire == .retry, waited < policy.lock.patience else {
      tally.lockRefused += 1
      finish(place, .lockRefused, at: now, &actions)
      return
    }
    let attempt = turns[place].attempts
    turns[place].attempts = attempt == UInt8.max ? attempt : attempt + 1
    let ceiling = min(
      policy.lock.retryMaximum.seconds,
      policy.lock.retryInitial.seconds * power(2, Double(min(attempt, 40))))
    let plan = turns[place].plan
    var draw = backOff.draw(entity: Int(plan.loop), count: Int(plan.ordinal) * 256 + Int(attempt))
    turns[place].step = .lockPause
    timer(.retryLock, place, at: now + Interval(seconds: ceiling * draw.uniform()), &actions)
  }

  func renewLater(_ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>) {
    let third = Interval(nanoseconds: policy.lock.ttl.nanoseconds / 3)
    timer(.renewLock, place, at: now + third, &actions)
  }

  func timer(
    _ kind: TurnTimer, _ place: Int, at instant: Instant, _ actions: inout Table<GatewayAction>
  ) {
    actions.append(
      .timer(kind, id(place), generation: turns[place].generation, at: instant))
  }

  // MARK: release

  @usableFromInline mutating func releaseLock(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let session = turns[place].plan.session
    let token = turns[place].token
    actions.append(.measured(.lockHold, now - details[place].lockedAt))
    actions.append(.lock(.leave, session, id(place), token: token))
    if policy.lock.release == .getThenDelete {
      turns[place].step = .releasingRead
      actions.append(.lock(.read, session, id(place), token: token))
    } else {
      turns[place].step = .releasingDelete
      actions.append(.lock(.compareAndDelete, session, id(place), token: token))
    }
  }

  /// `if (currentLock === lockId) await redis.del(lockKey)`
  mutating func lockRead(
    _ id: TurnID, mine: Bool, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    guard turns[place].step == .releasingRead else { return }
    if mine {
      turns[place].step = .releasingDelete
      actions.append(
        .lock(.delete, turns[place].plan.session, id, token: turns[place].token))
    } else {
      lockReleased(id, at: now, &actions)
    }
  }

  mutating func lockReleased(
    _ id: TurnID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    guard turns[place].step == .releasingDelete || turns[place].step == .releasingRead else {
      return
    }
    turns[place].locked = false
    conclude(place, at: now, &actions)
  }

  mutating func lockRenewed(
    _ id: TurnID, _ mine: Bool, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    guard turns[id.place].locked else { return }
    if mine { renewLater(id.place, at: now, &actions) } else { tally.lockLost += 1 }
  }

  /// With fencing the session refuses the write, so the turn has failed; without, nobody notices.
  mutating func writeWasStale(_ id: TurnID) {
    guard policy.lock.fencing, turns[id.place].outcome == .completed else { return }
    turns[id.place].outcome = .fenced
  }
}
