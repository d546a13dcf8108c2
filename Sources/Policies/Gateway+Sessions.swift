// The awaits around the session map: evicting, opening, waiting for a slot, putting away. The guide
// checks the size, awaits the eviction, awaits the creation and only then inserts; the reserve
// policy takes the slot before its first await.
public import Basics

extension Gateway {
  // MARK: a session that is not resident

  @usableFromInline mutating func getAbsentSession(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let turn = turns[place]
    // Only the first time: a turn that comes back from the line for a slot has wanted its session
    // all along.
    if !turn.wanting {
      turns[place].wanting = true
      details[place].opening = now
    }
    if turn.plan.flags.contains(.ephemeral) {
      open(place, at: now, &actions)
      return
    }
    dropFormer(turn, &actions)
    if manager.single, let entry = manager.find(turn.plan.session, turn.server) {
      // Somebody opens it already: one creation serves all.
      turns[place].step = .waitingOpen
      turns[place].next = manager.entries[entry].waiters
      manager.entries[entry].waiters = UInt32(truncatingIfNeeded: place)
      return
    }
    let full = manager.count(inScopeOf: turn.server) >= manager.limit
    if full {
      guard let victim = manager.victim(inScopeOf: turn.server) else {
        noVictim(place, at: now, &actions)
        return
      }
      evict(victim, for: place, at: now, &actions)
    } else {
      if manager.single { reserve(place) }
      open(place, at: now, &actions)
    }
  }

  /// What is resident under this number may be a conversation that is over: it ended on another
  /// server, or in another instance, and nobody told this entry. Or a turn of it is under way: the
  /// last one puts its conversation away itself when it ends, an earlier one leaves it open.
  private mutating func dropFormer(_ turn: Turn, _ actions: inout Table<GatewayAction>) {
    guard let entry = manager.find(turn.plan.session, turn.server),
      manager.entries[entry].ready,
      manager.entries[entry].conversation != turn.plan.conversation
    else { return }
    let handle = manager.entries[entry].handle
    let isBusy = manager.pins(entry) > 0
    manager.remove(entry)
    if isBusy { return }
    actions.append(.disconnect(turn.server, turn.plan.session, none, handle: handle))
  }

  private mutating func evict(
    _ victim: Int, for place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let entry = manager.entries[victim]
    if manager.pins(victim) > 0 { tally.evictedBusy += 1 }
    if entry.leaving { tally.doubleDisconnects += 1 }
    turns[place].step = .evicting
    details[place].mark = now
    details[place].victim = entry.session
    details[place].victimServer = entry.server
    if manager.single {
      tally.evicted += 1
      manager.remove(victim)
      reserve(place)
    } else {
      manager.entries[victim].leaving = true
      turns[place].entry = UInt32(truncatingIfNeeded: victim)
    }
    actions.append(
      .disconnect(entry.server, entry.session, id(place), handle: entry.handle))
  }

  /// Every session is in a turn and pinned: the turn waits in line, or is told to come back.
  private mutating func noVictim(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    // The guide's map cannot be full of nothing, so a missing victim means that all are pinned or
    // being opened.
    if policy.sessions.whenBusy == .reject || (!manager.pinned && !manager.single) {
      finish(place, .rejected, at: now, &actions)
      return
    }
    turns[place].step = .waitingSlot
    turns[place].next = noLink
    let scope = manager.scope(of: turns[place].server)
    manager.ensureScope(scope)
    let link = UInt32(truncatingIfNeeded: place)
    if manager.scopes[scope].waitFirst == noLink {
      manager.scopes[scope].waitFirst = link
    } else {
      turns[Int(manager.scopes[scope].waitLast)].next = link
    }
    manager.scopes[scope].waitLast = link
  }

  /// A pin or a slot came free: the first turn in line tries again. With reserved slots the next
  /// ones too while there is room, because who finds its session open by now takes no slot, and a
  /// lost server frees many.
  @usableFromInline mutating func admitWaiting(
    inScopeOf server: ServerID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let scope = manager.scope(of: server)
    guard scope < manager.scopes.count else { return }
    while manager.scopes[scope].waitFirst != noLink
      && (!manager.single || manager.hasRoom(inScopeOf: server))
    {
      let place = Int(manager.scopes[scope].waitFirst)
      manager.scopes[scope].waitFirst = turns[place].next
      if turns[place].next == noLink { manager.scopes[scope].waitLast = noLink }
      turns[place].next = noLink
      getSession(place, at: now, &actions)
      if !manager.single { return }
    }
  }

  private mutating func reserve(_ place: Int) {
    let entry = manager.insert(
      turns[place].plan.session, turns[place].server, ready: false,
      conversation: turns[place].plan.conversation)
    turns[place].entry = UInt32(truncatingIfNeeded: entry)
  }

  private mutating func open(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let turn = turns[place]
    turns[place].step = .opening
    details[place].mark = now
    let flags = turn.plan.flags
    let fresh = flags.contains(.begins) || flags.contains(.ephemeral)
    if fresh && access.collides(person: Int(turn.plan.loop) / tabs, at: now) {
      tally.idCollisions += 1
    }
    if fresh || policy.sessions.reopen == .create {
      actions.append(.create(turn.server, turn.plan.session, id(place)))
    } else {
      actions.append(.resume(turn.server, turn.plan.session, id(place)))
    }
  }

  // MARK: what comes back

  @usableFromInline mutating func closed(
    _ id: TurnID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    switch turns[place].step {
    case .evicting:
      actions.append(.measured(.sessionDisconnect, now - details[place].mark))
      if !manager.single {
        // `Map.delete(oldestId)`: whatever has the id by now.
        tally.evicted += 1
        let turn = turns[place]
        if let entry = manager.find(
          details[place].victim, details[place].victimServer, near: turn.entry)
        {
          manager.remove(entry)
        }
      }
      open(place, at: now, &actions)
    case .closing:
      actions.append(.forget(turns[place].server, turns[place].plan.session))
      free(place)
    default:
      preconditionFailure("session closed for a turn that is \(turns[place].step)")
    }
  }

  @usableFromInline mutating func opened(
    _ id: TurnID, resumed: Bool, handle: UInt32, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    let place = id.place
    let turn = turns[place]
    precondition(turn.step == .opening, "session opened for a turn that is \(turn.step)")
    if resumed { tally.resumed += 1 } else { tally.created += 1 }
    actions.append(.measured(resumed ? .sessionResume : .sessionCreate, now - details[place].mark))
    actions.append(.measured(.sessionOpen, now - details[place].opening))
    if turn.plan.flags.contains(.ephemeral) {
      dispatch(place, on: turn.server, handle, at: now, &actions)
      return
    }
    if manager.single {
      let entry = Int(turn.entry)
      manager.entries[entry].ready = true
      manager.entries[entry].handle = handle
      let waiters = manager.entries[entry].waiters
      manager.entries[entry].waiters = noLink
      send(place, turn.plan.session, on: turn.server, entry, at: now, &actions)
      joinOpened(waiters, entry, at: now, &actions)
      // Without pins an open session may be evicted at once; with pins the line waits for the end
      // of a turn.
      if !manager.pinned { admitWaiting(inScopeOf: turn.server, at: now, &actions) }
      return
    }
    let entry: Int
    if let existing = manager.find(turn.plan.session, turn.server) {
      tally.duplicateCreates += 1
      entry = existing
      manager.entries[entry].conversation = turn.plan.conversation
    } else {
      entry = manager.insert(
        turn.plan.session, turn.server, ready: true, conversation: turn.plan.conversation)
    }
    manager.entries[entry].handle = handle
    send(place, turn.plan.session, on: turn.server, entry, at: now, &actions)
  }

  /// Those who waited for one creation all use it, in the order they came.
  private mutating func joinOpened(
    _ waiters: UInt32, _ entry: Int, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    var link = reversed(waiters)
    while link != noLink {
      let place = Int(link)
      link = turns[place].next
      turns[place].next = noLink
      tally.hits += 1
      actions.append(.measured(.sessionOpen, now - details[place].opening))
      let turn = turns[place]
      send(place, turn.plan.session, on: turn.server, entry, at: now, &actions)
    }
  }

  /// Waiters are kept last first; this turns their list round.
  mutating func reversed(_ list: UInt32) -> UInt32 {
    var head = noLink
    var link = list
    while link != noLink {
      let next = turns[Int(link)].next
      turns[Int(link)].next = head
      head = link
      link = next
    }
    return head
  }

  /// "Session not found": on a resume the policy decides; on a send the map was wrong about the
  /// session.
  mutating func missing(_ id: TurnID, at now: Instant, _ actions: inout Table<GatewayAction>) {
    let place = id.place
    switch turns[place].step {
    case .opening:
      tally.notFound += 1
      if policy.sessions.missing == .create {
        actions.append(.create(turns[place].server, turns[place].plan.session, id))
        return
      }
      abandonReservation(place, .notFound, at: now, &actions)
      finish(place, .notFound, at: now, &actions)
    case .sending:
      tally.notFound += 1
      if manager.single && !turns[place].retried && !turns[place].plan.flags.contains(.ephemeral) {
        dropAndReopen(place, at: now, &actions)
      } else {
        finish(place, .notFound, at: now, &actions)
      }
    case .abandoned: free(place)
    // Given up on while its lock is being released: this was the last word.
    default: turns[place].isCut = true
    }
  }

  /// The safe variant believes the server: the entry goes and the session is opened once more.
  private mutating func dropAndReopen(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    turns[place].retried = true
    turns[place].wanting = false
    if !isolated { router.ended(turns[place].server) }
    turns[place].pinned = false
    var freed = ServerID.none
    if let entry = manager.find(turns[place].plan.session, turns[place].server),
      manager.entries[entry].ready
    {
      freed = manager.entries[entry].server
      manager.remove(entry)
    }
    getSession(place, at: now, &actions)
    // Others that use it can give back nothing any more.
    if freed != .none { admitWaiting(inScopeOf: freed, at: now, &actions) }
  }

  /// An opening failed: the reserved slot is given back and those who waited for it share the
  /// failure.
  mutating func abandonReservation(
    _ place: Int, _ outcome: TurnOutcome, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    if turns[place].plan.flags.contains(.ephemeral) { return }
    if !manager.single {
      // Nothing was reserved, but the next in line counts on this turn's end.
      admitWaiting(inScopeOf: turns[place].server, at: now, &actions)
      return
    }
    let entry = Int(turns[place].entry)
    var link = reversed(manager.entries[entry].waiters)
    let server = manager.entries[entry].server
    manager.remove(entry)
    while link != noLink {
      let waiter = Int(link)
      link = turns[waiter].next
      turns[waiter].next = noLink
      finish(waiter, outcome, at: now, &actions)
    }
    admitWaiting(inScopeOf: server, at: now, &actions)
  }

  // MARK: after the answer

  /// Ephemeral sessions are destroyed, ended ones deleted or left, turns given up on wait for the
  /// CLI's last word.
  @usableFromInline mutating func putAway(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let turn = turns[place]
    let flags = turn.plan.flags
    let opened = turn.sent != .never
    if flags.contains(.ephemeral) {
      if opened {
        turns[place].step = .closing
        actions.append(
          .disconnect(turn.server, turn.plan.session, id(place), handle: noLink))
      } else {
        actions.append(.forget(turn.server, turn.plan.session))
        free(place)
      }
      return
    }
    if flags.contains(.endsSession) { endSession(turn, at: now, &actions) }
    if turn.isOwed { turns[place].step = .abandoned } else { free(place) }
    if flags.contains(.endsSession) && isolated && policy.pool.release == .sessionEnd {
      releasePerson(Int(turn.plan.loop) / tabs, at: now, &actions)
    }
  }

  private mutating func endSession(
    _ turn: Turn, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    guard let server = deletes(turn) else { return }
    if let entry = manager.find(turn.plan.session, server), manager.entries[entry].ready,
      manager.entries[entry].conversation == turn.plan.conversation
    {
      let freed = manager.entries[entry].server
      manager.remove(entry)
      admitWaiting(inScopeOf: freed, at: now, &actions)
    }
    tally.deleted += 1
    actions.append(
      .delete(server, turn.plan.session, none, conversation: turn.plan.conversation))
  }

  /// The server that is asked to delete an ended session: the turn's own; where the turn was turned
  /// away before it had one, a server that has the session, or the one that the next turn would go
  /// to. Who may not open a session may not delete it either.
  private mutating func deletes(_ turn: Turn) -> ServerID? {
    if turn.server != .none { return turn.server }
    if turn.outcome == .denied { return nil }
    if isolated {
      let member = pool.members[Int(turn.plan.loop) / tabs]
      return member.inMap && !member.stopping ? member.server : nil
    }
    if let server = manager.someServer(of: turn.plan.session) { return server }
    return router.pick(key: keyIsUser ? turn.plan.key : Gateway.sessionKey(turn.plan.session))
  }
}
