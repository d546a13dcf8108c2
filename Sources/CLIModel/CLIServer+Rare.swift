// The parts of a CLI server that most turns do not meet: creating and resuming, queued sends,
// deletion, compaction, the idle sweep, lost connections, crashes. Kept apart so that the hot path
// reads in one screen.
public import Basics

extension CLIServer {
  // MARK: sessions come and go

  /// An existing id is no error: memory starts empty, the disk keeps the old turns (context is
  /// lost).
  @usableFromInline mutating func create(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    var stored = store[job.session, id]
    if stored.turns > 0 { tally.contextLost += 1 }
    if let place = find(job.session, stored) {
      forgetTurns(place)
      sessions[place].known = stored.turns
      addOwner(job.connection, to: place)
      opened(job, place, resumed: false, &actions)
    } else {
      if stored.live > 0 { tally.splitBrain += 1 }
      let place = load(job, &stored, known: stored.turns, held: 0, at: now)
      store[job.session, id] = stored
      opened(job, place, resumed: false, &actions)
    }
  }

  @usableFromInline mutating func resume(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    var stored = store[job.session, id]
    if let place = find(job.session, stored) {
      addOwner(job.connection, to: place)
      opened(job, place, resumed: true, &actions)
      return
    }
    // What another process has not written yet is not there.
    guard let turns = stored.onDisk(at: now) else {
      actions.append(.reply(.notFound, job.turn, job.connection))
      return
    }
    if stored.live > 0 { tally.splitBrain += 1 }
    let place = load(job, &stored, known: turns, held: turns, at: now)
    if countsPrompts { prompts[place].held = store.promptBytes(of: job.session) }
    store[job.session, id] = stored
    opened(job, place, resumed: true, &actions)
  }

  private mutating func opened(
    _ job: Job, _ place: Int, resumed: Bool, _ actions: inout Table<CLIAction>
  ) {
    actions.append(
      .opened(
        job.turn, job.connection, resumed: resumed, handle: UInt32(truncatingIfNeeded: place)))
  }

  private mutating func load(
    _ job: Job, _ stored: inout StoredSession, known: UInt32, held: UInt32, at now: Instant
  ) -> Int {
    loads &+= 1
    // The place keeps the generation of whoever had it before, so that their answers stay stale.
    var session = LiveSession(
      job.session, known: known, owner: job.connection, generation: nextGeneration, at: now)
    session.held = held
    // Each load starts its draws elsewhere: a number that is used again, a second server that holds
    // the same session, and a resumed session must not repeat service times that were drawn before.
    session.draws = UInt32(
      truncatingIfNeeded: mix64(UInt64(id.index) &<< 32 | UInt64(truncatingIfNeeded: loads)))
    session.mapped = listsSessions || stored.live > 0
    let place = sessions.insert(session)
    precondition(place < 1 << 20, "more than 1,048,575 sessions live in server \(id.index)")
    if session.mapped { places.insert(UInt64(job.session.index), slot: place) }
    if countsPrompts {
      while prompts.count <= place { prompts.append(HeldPrompts()) }
      prompts[place] = HeldPrompts()
    }
    if stored.live == 0 { stored.place = UInt32(truncatingIfNeeded: place) }
    stored.live += 1
    residents += 1
    residentsPeak = max(residentsPeak, residents)
    turnsHeld += Int(held)
    noteMemory()
    return place
  }

  /// One more than whoever had the place before; an event carries 20 bits of it.
  private var nextGeneration: UInt32 {
    mutating get {
      guard let place = sessions.nextFree else { return 0 }
      return (sessions[place].generation &+ 1) & 0xF_FFFF
    }
  }

  /// Success for unknown ids too. In the middle of a turn the turn is lost and nobody is told.
  @usableFromInline mutating func destroy(
    _ job: Job, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    if let place = find(job.session, handle: job.place, &store) { unload(place, &store, &actions) }
    actions.append(.reply(.destroyed, job.turn, job.connection))
  }

  /// Takes a session out of memory; a running turn and the sends behind it are never answered.
  mutating func unload(
    _ place: Int, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    let session = sessions.modify(place) {
      let session = $0
      $0.leave()
      return session
    }
    if session.running {
      tally.cutMidTurn += 1
      actions.append(.reply(.cut, TurnID(raw: session.turn), session.connection))
    }
    if session.hasLine {
      var node = lines[place]
      while node != noLink {
        let send = queued[Int(node)]
        actions.append(.reply(.cut, send.turn, send.connection))
        queued.remove(Int(node))
        node = send.next
      }
    }
    if session.coOwned { forgetOwners(of: session.id) }
    store.unload(session.id, id)
    if session.mapped { places.remove(UInt64(session.id.index), slot: place) }
    sessions.remove(place)
    residents -= 1
    if session.active { active -= 1 }
    turnsHeld -= Int(session.held)
  }

  @usableFromInline mutating func completeRare(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    switch job.kind {
    case .create: create(job, at: now, &store, &actions)
    case .resume: resume(job, at: now, &store, &actions)
    case .destroy: destroy(job, &store, &actions)
    case .delete:
      if let place = find(job.session, &store) { unload(place, &store, &actions) }
      let existed = store.delete(job.session, id)
      actions.append(.reply(existed ? .deleted : .notFound, job.turn, job.connection))
    case .ping:
      actions.append(.reply(.pong, job.turn, job.connection))
    case .compact:
      tally.compacted += 1
      actions.append(.reply(.compacted, TurnID.none(of: 0), job.connection))
    case .steer: steer(job, at: now, &store, &actions)
    case .abort: abort(job, at: now, &store, &actions)
    case .removeLast, .clearQueue: takeBack(job, &store, &actions)
    case .list: actions.append(.reply(.answered, job.turn, job.connection))
    case .messages, .compactNow:
      let place = find(job.session, &store)
      if let place, job.kind == .compactNow {
        forgetTurns(place)
        tally.compacted += 1
      }
      actions.append(.reply(place == nil ? .notFound : .answered, job.turn, job.connection))
    case .send, .finish:
      preconditionFailure("\(job.kind) is completed in complete(_:)")
    }
  }

  // MARK: sends that wait in a session

  /// The first of the sends that wait in the session at a place; none ends the line.
  private mutating func setLine(_ node: UInt32, at place: Int) {
    while lines.count <= place { lines.append(noLink) }
    lines[place] = node
    sessions[place].hasLine = node != noLink
  }

  /// Acknowledged like any send; in a busy session it goes before those that wait already.
  private mutating func steer(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    guard let place = find(job.session, &store), sessions[place].running else {
      beginElsewhere(job, at: now, &store, &actions)
      return
    }
    actions.append(.reply(.acknowledged, job.turn, job.connection))
    let node = UInt32(
      queued.insert(
        QueuedSend(
          turn: job.turn, promptBytes: job.detail, connection: job.connection, done: false)))
    insert(node, behindDoneAt: place)
  }

  /// Ends the running turn at once; a send that waits begins.
  private mutating func abort(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    guard let place = find(job.session, &store) else {
      actions.append(.reply(.notFound, job.turn, job.connection))
      return
    }
    actions.append(.reply(.answered, job.turn, job.connection))
    guard sessions[place].running else { return }
    tally.aborted += 1
    sessions[place].renew()
    settle(place, .aborted, at: now, &actions)
  }

  /// Sends that wait are forgotten: the last of them, or all. Nothing to take back: not found.
  private mutating func takeBack(
    _ job: Job, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    guard let place = find(job.session, &store) else {
      actions.append(.reply(.notFound, job.turn, job.connection))
      return
    }
    var removed = false
    while let node = lastWaiting(at: place) {
      let send = queued[Int(node)]
      removeQueued(node, at: place)
      actions.append(.reply(.cut, send.turn, send.connection))
      removed = true
      if job.kind == .removeLast { break }
    }
    actions.append(.reply(removed ? .answered : .notFound, job.turn, job.connection))
  }

  private mutating func lastWaiting(at place: Int) -> UInt32? {
    var last: UInt32?
    var node = sessions[place].hasLine ? lines[place] : noLink
    while node != noLink {
      if !queued[Int(node)].done { last = node }
      node = queued[Int(node)].next
    }
    return last
  }

  @usableFromInline mutating func queueSend(_ job: Job, at place: Int) {
    let node = UInt32(
      queued.insert(
        QueuedSend(
          turn: job.turn, promptBytes: job.detail, connection: job.connection, done: false)))
    if !sessions[place].hasLine {
      setLine(node, at: place)
      return
    }
    var last = Int(lines[place])
    while queued[last].next != noLink { last = Int(queued[last].next) }
    queued[last].next = node
  }

  /// The running turn is over and others wait: the next one starts, or all are told that the
  /// session is idle.
  @usableFromInline mutating func settleQueued(
    _ place: Int, _ outcome: CLIReply, at now: Instant, _ actions: inout Table<CLIAction>
  ) {
    if outcome != .finished {
      actions.append(
        .reply(outcome, TurnID(raw: sessions[place].turn), sessions[place].connection))
    } else {
      let done = UInt32(
        queued.insert(
          QueuedSend(
            turn: TurnID(raw: sessions[place].turn), promptBytes: 0,
            connection: sessions[place].connection, done: true)))
      actions.append(
        .reply(.ended, TurnID(raw: sessions[place].turn), sessions[place].connection))
      insert(done, behindDoneAt: place)
    }
    var node = lines[place]
    while node != noLink {
      let send = queued[Int(node)]
      if !send.done {
        removeQueued(node, at: place)
        start(send.turn, send.promptBytes, send.connection, at: place, &actions)
        return
      }
      node = send.next
    }
    node = lines[place]
    while node != noLink {
      let send = queued[Int(node)]
      actions.append(.reply(.finished, send.turn, send.connection))
      queued.remove(Int(node))
      node = send.next
    }
    setLine(noLink, at: place)
    sessions[place].running = false
    sessions[place].lastActive = LiveSession.stamp(now)
  }

  /// The next turn of a session begins.
  @usableFromInline mutating func start(
    _ turn: TurnID, _ promptBytes: UInt32, _ connection: ConnectionID, at place: Int,
    _ actions: inout Table<CLIAction>
  ) {
    if countsPrompts { prompts[place].running = promptBytes }
    let generation = sessions.modify(place) {
      $0.begin(turn, connection)
      return $0.generation
    }
    let call = ProviderCall(
      place: UInt32(truncatingIfNeeded: place), generation: generation)
    actions.append(.callProvider(call, turn, connection, attempt: 0))
  }

  /// Behind those that are done already: at idle the answers go out in the order of the turns.
  private mutating func insert(_ node: UInt32, behindDoneAt place: Int) {
    var before = noLink
    var next = sessions[place].hasLine ? lines[place] : noLink
    while next != noLink && queued[Int(next)].done {
      before = next
      next = queued[Int(next)].next
    }
    queued[Int(node)].next = next
    if before == noLink {
      setLine(node, at: place)
    } else {
      queued[Int(before)].next = node
    }
  }

  private mutating func removeQueued(_ node: UInt32, at place: Int) {
    if lines[place] == node {
      setLine(queued[Int(node)].next, at: place)
    } else {
      var before = Int(lines[place])
      while queued[before].next != node { before = Int(queued[before].next) }
      queued[before].next = queued[Int(node)].next
    }
    queued.remove(Int(node))
  }

  // MARK: rare inputs

  @usableFromInline mutating func handleRare(
    _ input: CLIInput, at now: Instant, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    switch input {
    case .providerFailed(let call, let status):
      guard isCurrent(call) else { return }
      providerFailed(call, status: status, at: now, &actions)
    case .retryDue(let call):
      guard isCurrent(call) else { return }
      let session = sessions[Int(call.place)]
      if session.attempt == LiveSession.spent {
        tally.providerFailures += 1
        settle(Int(call.place), .failed, at: now, &actions)
        return
      }
      actions.append(
        .callProvider(
          call, TurnID(raw: session.turn), session.connection, attempt: session.attempt))
    case .connectionClosed(let connection):
      connectionClosed(connection, &store, &actions)
    case .sweepDue:
      sweep(at: now, &store, &actions)
    case .requested, .workDone, .providerAnswered:
      preconditionFailure("\(input) is handled in handle(_:)")
    }
  }

  /// The CLI's own ladder of retries; at its end `session.error`, then idle.
  private mutating func providerFailed(
    _ call: ProviderCall, status: UInt16, at now: Instant, _ actions: inout Table<CLIAction>
  ) {
    let place = Int(call.place)
    if let pause = costs[0].retryPause(status: Int(status), attempt: Int(sessions[place].attempt)) {
      sessions[place].attempt += 1
      tally.retries += 1
      actions.append(.retry(call, after: pause))
      return
    }
    if let pause = costs[0].lastPause(status: Int(status)) {
      sessions[place].attempt = LiveSession.spent
      actions.append(.retry(call, after: pause))
      return
    }
    tally.providerFailures += 1
    settle(place, .failed, at: now, &actions)
  }

  private mutating func sweep(
    at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    let horizon = now.nanoseconds - min(now.nanoseconds, idleTimeout.nanoseconds)
    guard horizon > 0 else { return }
    let stamp = LiveSession.stamp(Instant(nanoseconds: horizon))
    for place in 0..<sessions.places where isLive(place) {
      if !sessions[place].running && sessions[place].lastActive <= stamp {
        unload(place, &store, &actions)
        tally.idleRemoved += 1
      }
    }
  }

  /// Whether the slab's place holds a session now.
  private mutating func isLive(_ place: Int) -> Bool { sessions[place].id != LiveSession.nobody }

  // MARK: who owns a session

  /// A client has connected; from now on its number may own sessions.
  public mutating func connectionOpened(_ connection: ConnectionID) {
    connections = max(connections, connection.place + 1)
  }

  /// Takes a session out of memory without an answer to anybody: its file turned out unreadable.
  public mutating func forget(
    _ session: SessionID, store: inout SessionStore, into actions: inout Table<CLIAction>
  ) {
    if let place = find(session, &store) { unload(place, &store, &actions) }
  }

  /// Without the store, so only where the server lists its sessions itself.
  public mutating func isLive(_ session: SessionID) -> Bool { listed(session) != nil }

  public mutating func isRunning(_ session: SessionID) -> Bool {
    listed(session).map { sessions[$0].running } ?? false
  }

  private mutating func listed(_ session: SessionID) -> Int? {
    precondition(listsSessions, "server \(id.index) was made without a list of its sessions")
    return places.find(UInt64(session.index)) { sessions[$0].id == session }
  }

  private mutating func addOwner(_ connection: ConnectionID, to place: Int) {
    if sessions[place].owner == connection { return }
    let key = CLIServer.ownerKey(sessions[place].id, connection)
    if owners.find(key, where: { ownerPairs[$0] == key }) != nil { return }
    owners.insert(key, slot: ownerPairs.insert(key))
    sessions[place].coOwned = true
  }

  private static func ownerKey(_ session: SessionID, _ connection: ConnectionID) -> UInt64 {
    UInt64(connection.index) << 32 | UInt64(session.index)
  }

  private mutating func forgetOwners(of session: SessionID) {
    for connection in 0..<connections { forgetOwner(ConnectionID(connection), of: session) }
  }

  private mutating func forgetOwner(_ connection: ConnectionID, of session: SessionID) {
    let key = CLIServer.ownerKey(session, connection)
    if let place = owners.find(key, where: { ownerPairs[$0] == key }) {
      owners.remove(key, slot: place)
      ownerPairs.remove(place)
    }
  }

  /// A session lives as long as one of the connections that created or resumed it.
  private mutating func connectionClosed(
    _ connection: ConnectionID, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    for place in 0..<sessions.places where isLive(place) {
      let session = sessions[place]
      if session.owner == connection {
        guard session.coOwned, let heir = heir(of: session.id, after: connection) else {
          unload(place, &store, &actions)
          continue
        }
        forgetOwner(heir, of: session.id)
        sessions[place].owner = heir
      } else if session.coOwned {
        forgetOwner(connection, of: session.id)
      }
    }
  }

  private mutating func heir(of session: SessionID, after closed: ConnectionID) -> ConnectionID? {
    for index in 0..<connections where index != closed.place {
      let key = CLIServer.ownerKey(session, ConnectionID(index))
      if owners.find(key, where: { ownerPairs[$0] == key }) != nil { return ConnectionID(index) }
    }
    return nil
  }

  // MARK: compaction, flush, crash

  /// In the background: it costs CPU but holds no turn up by itself.
  @usableFromInline mutating func compact(_ place: Int, _ actions: inout Table<CLIAction>) {
    forgetTurns(place)
    actions.append(
      .reply(.compacting, TurnID(raw: sessions[place].turn), sessions[place].connection))
    continuations.append(
      Job(.compact, sessions[place].id, TurnID.none(of: 0), sessions[place].connection))
  }

  private mutating func forgetTurns(_ place: Int) {
    turnsHeld -= Int(sessions[place].held)
    sessions[place].held = 0
    if countsPrompts { prompts[place].held = 0 }
  }

  /// The turn whose prompt it was is over; the tokens of all prompts in memory.
  @usableFromInline @inline(never) mutating func countPrompt(
    _ place: Int, _ session: SessionID, _ store: inout SessionStore
  ) -> Double {
    let bytes = prompts[place].running
    prompts[place].held = prompts[place].held.addingOrFull(bytes)
    store.addPrompt(bytes, to: session)
    tally.promptBytes += Int(bytes)
    return turnCost.tokensPromptByte * Double(prompts[place].held)
  }

  /// `kill -9`: memory is gone, and so are turns whose events were not in the file yet.
  public mutating func crash(
    at now: Instant, store: inout SessionStore, into actions: inout Table<CLIAction>
  ) {
    for place in 0..<sessions.places where isLive(place) {
      loseUnflushed(place, at: now, &store)
      unload(place, &store, &actions)
    }
    requests.removeAll()
    continuations.removeAll()
    busy = false
    memoryPeak = 0
    noteMemory()
  }

  private mutating func loseUnflushed(_ place: Int, at now: Instant, _ store: inout SessionStore) {
    let session = sessions[place]
    var stored = store[session.id, id]
    // Where another process wrote last, what is on its way is that one's.
    guard stored.turns == session.known & ~LiveSession.behind else { return }
    let lost = stored.lose(at: now)
    store[session.id, id] = stored
    tally.lostUnflushed += lost
    if countsPrompts && lost > 0 { store.removePrompt(prompts[place].running, from: session.id) }
  }
}
