// What gateways ask for, turned into requests, timers, commands and letters.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Results
internal import Scenarios
internal import Workload

extension Shard {
  mutating func perform(_ action: GatewayAction) {
    switch action {
    case .send(let server, let session, let turn, let handle):
      send(server, session, turn, handle)
    case .complete(let turn, let outcome): complete(turn, outcome)
    case .create(let server, let session, let turn):
      open(server, session, turn, resume: false)
    case .resume(let server, let session, let turn): open(server, session, turn, resume: true)
    case .disconnect(let server, let session, let turn, let handle):
      close(server, session, turn, handle, nil, deletes: leavesNothing(turn))
    case .delete(let server, let session, let turn, let count):
      let conversation = conversation(count, of: session)
      close(server, session, turn, noLink, conversation, deletes: plan.deletesAtEnd)
      truth.ended(session, conversation: conversation, forGood: true)
    case .forget(_, let session):
      truth.ended(session)
      desk.forget(session, at: now)
    case .lock(let command, let session, let turn, let token):
      lock(command, session, turn, token)
    case .spawn(let turn, let port): keeper.post(.spawn(turn, port: port))
    case .hangUp(let server, let person, let instance, let kill):
      hangUp(server, person, local(instance), kill: kill)
    case .timer(let timer, let turn, let generation, let instant):
      timers.push(instant, ShardTimer.turn(timer, turn, generation: generation).code)
    case .checkHealth(let instance, let server, let instant):
      timers.push(instant, ShardTimer.health(local: local(instance), server).code)
    case .cleanUp(let age): cleanUp(olderThan: age)
    case .measured(let measure, let length): recorder.record(TimeMetric(measure), length)
    }
  }

  // MARK: sessions

  /// An ephemeral session is put away for good where somebody else has to live with what is left;
  /// what lies on servers of ours goes with them.
  private mutating func leavesNothing(_ turn: TurnID) -> Bool {
    guard plan.scenario.cli == .external, !turn.isNone else { return false }
    return gateways[local(of: turn)].plan(of: turn).flags.contains(.ephemeral)
  }

  /// The record of a session on the connection that its server is reached by; made where there is
  /// none.
  private mutating func record(
    _ name: SessionNames.Place, person: Int, on connection: ServerConnection
  ) -> LiveSessionPlace {
    if let known = connection.sessions[name.code] { return known }
    lives &+= 1
    let record = LiveSessionRecord(
      name: name, person: UInt32(truncatingIfNeeded: person),
      connection: UInt32(truncatingIfNeeded: connection.place), life: lives)
    let place = LiveSessionPlace(
      place: UInt32(truncatingIfNeeded: records.insert(record)), life: lives)
    connection.sessions[name.code] = place
    return place
  }

  /// Nil: the record has gone with its connection.
  func isCurrent(_ place: LiveSessionPlace) -> Bool {
    Int(place.place) < records.places && records[Int(place.place)].life == place.life
  }

  mutating func forgetIfUnused(_ place: LiveSessionPlace) {
    let record = records[Int(place.place)]
    guard record.isUnused, let connection = connections[Int(record.connection)] else { return }
    connection.sessions[record.name.code] = nil
    records[Int(place.place)].life = 0
    records.remove(Int(place.place))
  }

  /// Under which name the turn's conversation stands.
  private mutating func name(_ session: SessionID, of turn: TurnPlan) -> SessionNames.Place {
    if turn.flags.contains(.ephemeral) {
      return SessionNames.Place(session: session, conversation: latestEphemeral(session, turn))
    }
    return SessionNames.Place(
      session: session, conversation: conversation(turn.conversation, of: session))
  }

  /// The plan counts modulo 256; the nearest to the latest seen is meant.
  private mutating func conversation(_ count: UInt8, of session: SessionID) -> UInt32 {
    while latest.count <= session.place { latest.append(0) }
    let last = latest[session.place]
    let ahead = Int8(bitPattern: count &- UInt8(truncatingIfNeeded: last))
    // Before the first one none can be meant.
    let whole = Int(last) + Int(ahead) < 0 ? Int(count) : Int(last) + Int(ahead)
    latest[session.place] = max(last, UInt32(whole))
    return UInt32(whole)
  }

  /// An ephemeral session lives for one turn; its name is kept from the creation on.
  private mutating func latestEphemeral(_ session: SessionID, _ turn: TurnPlan) -> UInt32 {
    while latest.count <= session.place { latest.append(0) }
    return latest[session.place]
  }

  mutating func open(_ server: ServerID, _ session: SessionID, _ turn: TurnID, resume: Bool) {
    let local = local(of: turn)
    let planned = gateways[local].plan(of: turn)
    if planned.flags.contains(.ephemeral) {
      while latest.count <= session.place { latest.append(0) }
      latest[session.place] = desk.nextEphemeral()
    }
    let person = person(of: planned)
    guard let connection = connection(local, person, server) else {
      toGateway(local, .refused(turn))
      return
    }
    let name = name(session, of: planned)
    let place = record(name, person: person, on: connection)
    records[Int(place.place)].opensUnderWay += 1
    turns[local][turn.place].resumes = resume
    let id = connection.ask(.open(turn, place))
    writer.open(name, person: person, resume: resume, id: id, to: &connection.output)
    mark(connection)
  }

  mutating func send(
    _ server: ServerID, _ session: SessionID, _ turn: TurnID, _ handle: UInt32
  ) {
    let local = local(of: turn)
    let planned = gateways[local].plan(of: turn)
    let person = person(of: planned)
    guard let connection = connection(local, person, server) else {
      toGateway(local, .refused(turn))
      return
    }
    let name = name(session, of: planned)
    let place = record(name, person: person, on: connection)
    let index = UInt32(truncatingIfNeeded: turn.place)
    let number = records.modify(Int(place.place)) { record in
      record.sends &+= 1
      if record.last == noLink { record.first = index }
      return record.sends
    }
    let before = records[Int(place.place)].last
    if before != noLink { turns[local][Int(before)].next = index }
    records[Int(place.place)].last = index
    turns[local].modify(turn.place) {
      $0.next = noLink
      $0.send = number
      $0.isAcknowledged = false
      $0.sawPiece = false
      $0.hasFailed = false
      $0.isUnderWay = true
    }
    truth.sent(
      planned,
      to: TruthDesk.Home(
        server: server, name: name, person: UInt32(truncatingIfNeeded: person)), at: now)
    let id = connection.ask(.send(turn, place))
    writer.send(
      name, person: person, turn: planned, bytes: Int(planned.promptBytes), id: id,
      to: &connection.output)
    mark(connection)
  }

  /// Lets go of a session, or deletes it with its files.
  mutating func close(
    _ server: ServerID, _ session: SessionID, _ turn: TurnID, _ handle: UInt32,
    _ conversation: UInt32?, deletes: Bool
  ) {
    let local = local(of: turn)
    var found: ServerConnection?
    var place: LiveSessionPlace?
    if handle != noLink, Int(handle) < records.places, records[Int(handle)].life != 0,
      records[Int(handle)].name.session == session
    {
      let record = records[Int(handle)]
      let candidate = connections[Int(record.connection)]
      if let candidate, candidate.server == server, candidate.instance == local {
        found = candidate
        place = LiveSessionPlace(place: handle, life: record.life)
      }
    }
    var person = session.place / plan.scenario.workload.sessions.perUser
    if !turn.isNone && handle == noLink { person = self.person(of: gateways[local].plan(of: turn)) }
    guard let connection = found ?? self.connection(local, person, server) else {
      if !turn.isNone { toGateway(local, .refused(turn)) }
      return
    }
    let name: SessionNames.Place
    if let place {
      name = records[Int(place.place)].name
      person = Int(records[Int(place.place)].person)
    } else {
      // Not ours to remember any more: without a word the latest conversation under the number.
      while latest.count <= session.place { latest.append(0) }
      name = SessionNames.Place(
        session: session, conversation: conversation ?? latest[session.place])
      place = connection.sessions[name.code]
    }
    var sends: UInt32 = 0
    if let place {
      sends = records[Int(place.place)].sends
      records[Int(place.place)].isOpen = false
    }
    if deletes {
      let id = connection.ask(.delete(turn, place, sends: sends))
      writer.about("session.delete", name, person: person, id: id, to: &connection.output)
    } else {
      let id = connection.ask(.destroy(turn, place, sends: sends))
      writer.about("session.destroy", name, person: person, id: id, to: &connection.output)
    }
    mark(connection)
  }

  // MARK: pattern 1

  /// The client lets its connection go, and with it what was under way there.
  private mutating func hangUp(
    _ server: ServerID, _ person: UInt32, _ local: Int, kill: Bool
  ) {
    if let place = links[link(local, Int(person), server)], let connection = connections[place] {
      let cut = underWay(on: connection)
      // What else was asked for is refused by the client; a killed server's loss says that too.
      let asked = kill ? [] : connection.askers
      // The deletion of an ended session among it is on its way before the connection closes;
      // where it cannot be, nobody waits for it.
      _ = connection.socket.write(from: &connection.output)
      drop(connection)
      for turn in cut { toGateway(local, .cut(turn)) }
      for turn in asked { toGateway(local, .refused(turn)) }
    }
    if kill {
      keeper.post(.kill(server))
      if server.place < servers.count { servers[server.place].isAlive = false }
      toGateway(local, .serverLost(server))
    }
    timers.push(now, ShardTimer.released(local: local, person: person).code)
  }

  // MARK: locks

  mutating func lock(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, _ token: UInt32
  ) {
    if let witness = plan.locks?.witness {
      return redisLock(command, session, turn, token, witness)
    }
    let (answers, wasWrong) = desk.lock(.command(command, session, turn, token: token), at: now)
    if command == .leave {
      let isStale = answers.contains { if case .stale = $0 { true } else { false } }
      leftLock(turn, isStale: isStale)
    }
    if wasWrong { truth.releasedAnothers(gateways[local(of: turn)].plan(of: turn), at: now) }
    deliver(answers)
  }

  mutating func wakeLock(_ session: SessionID) {
    deliver(desk.lock(.wake(session), at: now).answers)
  }

  /// The critical section is over; with fencing a stale write is not accepted.
  mutating func leftLock(_ turn: TurnID, isStale: Bool) {
    let local = local(of: turn)
    truth.held(
      gateways[local].plan(of: turn), from: turns[local][turn.place].locked, until: now,
      wroteStale: isStale && !plan.scenario.app.lock.fencing)
  }

  mutating func deliver(_ answers: [LockAnswer]) {
    for answer in answers {
      switch answer {
      case .wake(let session, let instant):
        timers.push(instant, ShardTimer.lockWake(session).code)
      case .granted(let turn, _), .refused(let turn), .wasMine(let turn, _), .released(let turn),
        .renewed(let turn, _), .stale(let turn):
        let shard = shard(of: turn.instance)
        if shard == index { hear(answer) } else { mailboxes[shard].post(.lock(answer)) }
      }
    }
  }

  mutating func hear(_ answer: LockAnswer) {
    switch answer {
    case .granted(let turn, let token):
      // Read anew: the holder before may have left, on another thread, since this round began.
      turns[local(of: turn)][turn.place].locked = max(now, clock())
      toGateway(local(of: turn), .lockGranted(turn, token: token))
    case .refused(let turn): toGateway(local(of: turn), .lockRefused(turn))
    case .wasMine(let turn, let mine): toGateway(local(of: turn), .lockRead(turn, mine: mine))
    case .released(let turn):
      if !turn.isNone { toGateway(local(of: turn), .lockReleased(turn)) }
    case .renewed(let turn, let mine): toGateway(local(of: turn), .lockRenewed(turn, mine))
    case .stale(let turn): if !turn.isNone { toGateway(local(of: turn), .writeWasStale(turn)) }
    case .wake: preconditionFailure("a wake-up of the lock service is not delivered to a turn")
    }
  }
}
