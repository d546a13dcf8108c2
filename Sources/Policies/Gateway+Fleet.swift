// What happens around the turns of an app instance: processes of pattern 1 come and go, servers are
// added, lost and found again, timers ring, access is checked. None of it is on the path of an
// ordinary turn.
public import Basics

extension Gateway {
  @usableFromInline mutating func handleRare(
    _ input: GatewayInput, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    switch input {
    case .failed(let id): answered(id, .failed, at: now, &actions)
    case .missing(let id): missing(id, at: now, &actions)
    case .refused(let id): refused(id, at: now, &actions)
    case .cut(let id): cut(id, at: now, &actions)
    case .lockGranted(let id, let token): lockGranted(id, token, at: now, &actions)
    case .lockRefused(let id): lockRefused(id, at: now, &actions)
    case .lockRead(let id, let mine): lockRead(id, mine: mine, at: now, &actions)
    case .lockReleased(let id): lockReleased(id, at: now, &actions)
    case .lockRenewed(let id, let mine): lockRenewed(id, mine, at: now, &actions)
    case .writeWasStale(let id): writeWasStale(id)
    case .spawned(let id, let server): spawned(id, server, at: now, &actions)
    case .released(let person): released(Int(person), at: now, &actions)
    case .timer(let kind, let id, let generation):
      rang(kind, id.place, generation, at: now, &actions)
    case .deadlineReached: deadlineReached(at: now, &actions)
    case .serverAdded(let server): router.add(server)
    case .serverRemoved(let server):
      router.remove(server)
      removed.append(server)
      forgetEntries(on: server)
      admitWaiting(inScopeOf: server, at: now, &actions)
    case .serverLost(let server): serverLost(server, at: now, &actions)
    case .serverBack(let server):
      if let period = policy.healthCheck {
        actions.append(.checkHealth(instance: index, server, at: now + period))
      }
    case .healthChecked(let server, let alive):
      if alive { router.add(server) } else { router.remove(server) }
    case .deleted, .planned, .finished, .opened, .closed: break
    }
  }

  // MARK: access

  @usableFromInline mutating func allow(_ place: Int, at now: Instant) -> Bool {
    let plan = turns[place].plan
    if access.policy.check == .none || plan.flags.contains(.group)
      || plan.flags.contains(.ephemeral)
    {
      return true
    }
    tally.checks += 1
    let owner = plan.session.place / sessionsPerPerson
    switch access.verdict(person: Int(plan.loop) / tabs, owner: owner) {
    case .allowed: return true
    case .denied: return false
    case .deniedWrongly:
      tally.falseDenials += 1
      return false
    case .leaked:
      tally.leaks += 1
      return true
    }
  }

  // MARK: pattern 1, the pool

  @usableFromInline mutating func takeFromPool(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let person = Int(turns[place].plan.loop) / tabs
    let member = pool.members[person]
    let single = policy.pool.spawn == .singleFlight
    if member.inMap && !(single && member.stopping) {
      // The guide hands out a client that is being stopped; its next call fails.
      if member.stopping {
        finish(place, .serverLost, at: now, &actions)
        return
      }
      useMember(person, place, at: now, &actions)
      return
    }
    if single && (member.spawning > 0 || member.stopping) {
      turns[place].step = .waitingSpawn
      turns[place].next = member.waiters
      pool.members[person].waiters = UInt32(truncatingIfNeeded: place)
      return
    }
    startSpawn(person, place, at: now, &actions)
  }

  private mutating func startSpawn(
    _ person: Int, _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    guard let port = pool.takePort() else {
      finish(place, .serverLost, at: now, &actions)
      return
    }
    pool.members[person].spawning += 1
    turns[place].step = .spawning
    details[place].mark = now
    actions.append(.spawn(id(place), port: port))
  }

  private mutating func useMember(
    _ person: Int, _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    turns[place].server = pool.members[person].server
    pool.members[person].busy += 1
    pool.usage.remove(person)
    getSession(place, at: now, &actions)
  }

  @usableFromInline mutating func poolTurnOver(_ place: Int, at now: Instant) {
    let person = Int(turns[place].plan.loop) / tabs
    if pool.members[person].busy > 0 { pool.members[person].busy -= 1 }
    if pool.members[person].busy == 0 && pool.members[person].inMap {
      pool.usage.use(person, at: now)
    }
  }

  /// `instances.set(userId, …)`: a second spawn for one person overwrites the first, which nobody
  /// will ever stop.
  private mutating func spawned(
    _ id: TurnID, _ server: ServerID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    let person = Int(turns[place].plan.loop) / tabs
    router.cover(server)
    tally.spawned += 1
    actions.append(.measured(.spawn, now - details[place].mark))
    if pool.members[person].spawning > 0 { pool.members[person].spawning -= 1 }
    if pool.members[person].inMap { tally.leaked += 1 }
    pool.members[person].inMap = true
    pool.members[person].server = server
    useMember(person, place, at: now, &actions)
    serveSpawnWaiters(person, at: now, &actions)
  }

  /// No process could be started; those who waited for it try again, and fail in their turn.
  private mutating func notSpawned(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let person = Int(turns[place].plan.loop) / tabs
    if pool.members[person].spawning > 0 { pool.members[person].spawning -= 1 }
    finish(place, .serverLost, at: now, &actions)
    serveSpawnWaiters(person, at: now, &actions)
  }

  private mutating func serveSpawnWaiters(
    _ person: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    var link = reversed(pool.members[person].waiters)
    pool.members[person].waiters = noLink
    while link != noLink {
      let waiter = Int(link)
      link = turns[waiter].next
      turns[waiter].next = noLink
      takeFromPool(waiter, at: now, &actions)
    }
  }

  /// The guide's `releaseUser`: await `client.stop()`, then delete from the map.
  mutating func releasePerson(
    _ person: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    guard pool.members[person].inMap, !pool.members[person].stopping else { return }
    pool.members[person].stopping = true
    pool.usage.remove(person)
    let server = pool.members[person].server
    for session in 0..<sessionsPerPerson {
      let id = SessionID(person * sessionsPerPerson + session)
      // One that is being opened belongs to the turn that opens it.
      if let entry = manager.find(id, server), manager.entries[entry].ready {
        manager.remove(entry)
        admitWaiting(inScopeOf: server, at: now, &actions)
      }
    }
    actions.append(
      .hangUp(
        server, person: UInt32(person), instance: index, kill: policy.pool.stop == .kill))
  }

  private mutating func released(
    _ person: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    pool.members[person].stopping = false
    pool.members[person].inMap = false
    if policy.pool.stop == .kill { tally.stopped += 1 } else { tally.leaked += 1 }
    serveSpawnWaiters(person, at: now, &actions)
  }

  // MARK: servers lost and refused

  private mutating func refused(
    _ id: TurnID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    switch turns[place].step {
    case .evicting: closed(id, at: now, &actions)
    case .spawning: notSpawned(place, at: now, &actions)
    case .opening:
      abandonReservation(place, .serverLost, at: now, &actions)
      finish(place, .serverLost, at: now, &actions)
    case .sending: finish(place, .serverLost, at: now, &actions)
    case .closing: closed(id, at: now, &actions)
    case .abandoned: free(place)
    // Given up on while its lock is being released: this was the last word.
    default: turns[place].isCut = true
    }
  }

  /// The connection breaks: all that was under way there fails, all that was resident there is
  /// gone.
  private mutating func serverLost(
    _ server: ServerID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    forgetEntries(on: server)
    for place in 0..<turns.places {
      let turn = turns[place]
      if turn.step == .free { continue }
      let waitsThere =
        turn.step == .evicting ? details[place].victimServer == server : turn.server == server
      let awaitsServer =
        turn.step == .evicting || turn.step == .opening || turn.step == .sending
        || turn.step == .closing || turn.step == .abandoned
        || turn.step == .releasingRead || turn.step == .releasingDelete
      if waitsThere && awaitsServer { refused(id(place), at: now, &actions) }
    }
    admitWaiting(inScopeOf: server, at: now, &actions)
    if let period = policy.healthCheck {
      actions.append(.checkHealth(instance: index, server, at: now + period))
    }
    if isolated { forgetMembers(on: server) }
  }

  private mutating func forgetMembers(on server: ServerID) {
    for person in 0..<pool.members.count where pool.members[person].inMap {
      if pool.members[person].server == server && !pool.members[person].stopping {
        pool.members[person].inMap = false
        pool.usage.remove(person)
      }
    }
  }

  private mutating func forgetEntries(on server: ServerID) {
    for place in 0..<manager.entries.places {
      let entry = manager.entries[place]
      guard entry.server == server, entry.ready,
        manager.find(entry.session, server) == place
      else { continue }
      manager.remove(place)
    }
  }

  /// The turn was cut short on the server. The app does not know; it will time out. Unless it has
  /// closed the connection itself: the client then fails what it still waits for.
  private mutating func cut(
    _ id: TurnID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    switch turns[id.place].step {
    case .sending where isolated && isLettingGo(id.place):
      turns[id.place].isCut = true
      finish(id.place, .serverLost, at: now, &actions)
    case .sending:
      turns[id.place].isCut = true
      tally.turnsEvicted += 1
    case .abandoned: free(id.place)
    default: turns[id.place].isCut = true
    }
  }

  private mutating func isLettingGo(_ place: Int) -> Bool {
    let member = pool.members[Int(turns[place].plan.loop) / tabs]
    return member.stopping && member.server == turns[place].server
  }

  /// Whether a turn under way still needs the server.
  public mutating func uses(_ server: ServerID) -> Bool {
    for place in 0..<turns.places where turns[place].step != .free {
      if turns[place].server == server { return true }
      if turns[place].step == .evicting && details[place].victimServer == server { return true }
    }
    return false
  }

  /// Turns whose outcome nobody has been told: without those that are being put away, and those
  /// that were given up on.
  public mutating func undecided() -> Int {
    var count = 0
    for place in 0..<turns.places {
      switch turns[place].step {
      case .free, .closing, .abandoned: break
      default: count += 1
      }
    }
    return count
  }

  // MARK: time

  private mutating func rang(
    _ kind: TurnTimer, _ place: Int, _ generation: UInt32, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    guard place < turns.places, turns[place].generation == generation else { return }
    switch kind {
    case .timeout:
      guard turns[place].step == .sending else { return }
      if turns[place].sent + timeout > now {
        // Sent again since, to a session that had to be opened anew: the next look arms another.
        turns[place].timed = false
      } else {
        finish(place, .timedOut, at: now, &actions)
      }
    case .retryLock:
      guard turns[place].step == .lockPause else { return }
      turns[place].step = .locking
      actions.append(.lock(.acquire, turns[place].plan.session, id(place), token: 0))
    case .renewLock:
      guard turns[place].locked, turns[place].step != .releasingDelete else { return }
      actions.append(
        .lock(.renew, turns[place].plan.session, id(place), token: turns[place].token))
    case .patience:
      guard turns[place].step == .locking else { return }
      actions.append(.lock(.abandon, turns[place].plan.session, id(place), token: 0))
      turns[place].awaitsLock = true
      tally.lockRefused += 1
      finish(place, .lockRefused, at: now, &actions)
    }
  }

  @usableFromInline var idleDeadline: Instant {
    mutating get {
      var due = min(nextSweep, nextCleanUp)
      if let limit = policy.sessions.idleTimeout, let oldest = manager.usage.oldest {
        due = min(due, oldest.at + limit)
      }
      if policy.pool.release == .idle, let oldest = pool.usage.oldest {
        due = min(due, oldest.at + policy.pool.idle)
      }
      return due
    }
  }

  private mutating func deadlineReached(
    at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    if now >= nextSweep { sweepTimeouts(at: now, &actions) }
    if now >= nextCleanUp, let rule = policy.cleanUp {
      nextCleanUp = now + rule.every
      // One instance runs the job, as one cron entry would.
      if index == 0 { actions.append(.cleanUp(olderThan: rule.olderThan)) }
    }
    if let limit = policy.sessions.idleTimeout { removeIdle(limit, at: now, &actions) }
    if policy.pool.release == .idle {
      while let oldest = pool.usage.oldest, oldest.at + policy.pool.idle <= now {
        releasePerson(oldest.place, at: now, &actions)
      }
    }
  }

  private mutating func removeIdle(
    _ limit: Interval, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    while let oldest = manager.usage.oldest, oldest.at + limit <= now {
      let entry = manager.entries[oldest.place]
      if manager.pins(oldest.place) > 0 {
        // In a turn: it will be listed again when the turn ends.
        manager.usage.remove(oldest.place)
        continue
      }
      tally.idleRemoved += 1
      manager.remove(oldest.place)
      actions.append(.disconnect(entry.server, entry.session, none, handle: entry.handle))
      admitWaiting(inScopeOf: entry.server, at: now, &actions)
    }
  }

  /// Arms a timer for each turn that will be overdue before the next sweep; all others cost
  /// nothing.
  private mutating func sweepTimeouts(
    at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    nextSweep = now + Interval(nanoseconds: max(1, timeout.nanoseconds / 8))
    for place in 0..<turns.places where turns[place].step == .sending && !turns[place].timed {
      let due = turns[place].sent + timeout
      if due > nextSweep { continue }
      turns[place].timed = true
      timer(.timeout, place, at: max(due, now), &actions)
    }
  }
}
