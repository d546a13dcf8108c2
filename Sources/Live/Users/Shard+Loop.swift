// The loop of a shard: wait, let timers happen, read, tell the machines, write. Everything that is
// to be sent goes out in one write a connection, for the timers and for every few sockets.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Wire

extension Shard {
  private static let mailToken: UInt64 = 0
  /// What one peer that reads nothing can make us hold; as much as a thousand long prompts.
  private static let mostUnsent = 64 << 20
  /// Of so many sockets: a server should not wait for the last reply of a long round before it
  /// hears of the first requests.
  private static let pieceOfRound = 16

  /// Until everything is over.
  consuming func run() -> ShardReport {
    ThisProcess.sharpenTimers()
    _ = poller.add(mailboxes[index].descriptor, token: Shard.mailToken, for: .reading)
    while !isDone {
      let ready = poller.wait(until: timers.earliest, now: clock())
      now = max(now, clock())
      runTimers()
      flush()
      var next = 0
      while next < ready && !isDone {
        let end = min(ready, next + Shard.pieceOfRound)
        for place in next..<end { handle(poller[place]) }
        next = end
        // People who do not think go on at once.
        now = max(now, clock())
        runTimers()
        flush()
      }
    }
    return finalReport()
  }

  func clock() -> Instant { Instant.zero + (MonotonicClock.now() - began) }

  private mutating func runTimers() {
    // Those that come due meanwhile wait for the next round: sockets must not starve.
    let present = now
    while let event = timers.popDue(at: present) {
      now = max(now, clock())
      handle(ShardTimer(code: event.code), due: event.instant)
      if isDone { return }
    }
  }

  private mutating func handle(_ timer: ShardTimer, due: Instant) {
    switch timer {
    case .wake(let loop): wake(loop, due: due)
    case .arrival: arrive(due: due)
    case .deadline(let local):
      // The clock of the run has not begun; the beginning arms anew.
      guard phase != .starting, armed[local] == due else { return }
      armed[local] = .never
      toGateway(local, .deadlineReached)
      settle()
    case .turn(let timer, let turn, let generation):
      toGateway(local(of: turn), .timer(timer, turn, generation: generation))
      settle()
    case .lockWake(let session):
      wakeLock(session)
      settle()
    case .health(let local, let server): checkHealth(local, server)
    case .released(let local, let person):
      toGateway(local, .released(person: person))
      settle()
    case .reconnect(let local, let server): reconnect(local, server)
    case .greeting(let place, let epoch):
      if let connection = connections[place], connection.epoch == epoch,
        connection.state != .ready
      {
        broke(connection, reason: "did not answer within \(plan.greetingLimit.seconds) s")
      }
    // A run that was stopped measures no more.
    case .measureBegins: if phase == .running { beginMeasuring() }
    case .windowEnds: endWindow(due)
    case .measureEnds:
      if !report.hasMeasured { endMeasuring(due) }
      if let end = drainsUntil { drain(until: end) }
    case .figures: tellFigures(due)
    case .drainEnds: isDone = true
    case .redis(let local): redisDeadline(local, due: due)
    }
  }

  // MARK: letters

  private mutating func readMail() {
    for letter in mailboxes[index].take() {
      now = max(now, clock())
      switch letter {
      case .serverUp(let server, let address): serverUp(server, address)
      case .serverLost(let server): serverLost(server)
      case .serverBack(let server, let address): serverBack(server, address)
      case .serverRemoved(let server): serverRemoved(server)
      case .serverRetired(let server): serverRetired(server)
      case .spawned(let turn, let server, let address): spawned(turn, server, address)
      case .notSpawned(let turn):
        toGateway(local(of: turn), .refused(turn))
        settle()
      case .begin(let instant): begin(at: instant)
      case .measure(let from, let length): planMeasuring(from: from, length: length)
      case .drain(let end): drain(until: end)
      case .wake(let loops):
        precondition(phase != .starting, "people wake up after the beginning")
        for (loop, instant) in loops { timers.push(instant, ShardTimer.wake(loop: loop).code) }
      case .planned(let turn, let due, let instance):
        ledger.across -= 1
        planned(turn, due: due, instance: instance)
      case .lock(let answer):
        hear(answer)
        settle()
      case .old(let sessions, let server, let left): old(sessions, on: server, left: left)
      }
    }
  }

  // MARK: sockets

  private mutating func handle(_ ready: Ready) {
    if ready.token == Shard.mailToken { return readMail() }
    if Shard.isRedis(ready.token) { return redisReady(ready) }
    let place = Int(ready.token & 0xFFFF_FFFF) - Shard.firstConnection
    guard place >= 0, place < connections.count, let connection = connections[place],
      connection.epoch == UInt32(truncatingIfNeeded: ready.token >> 32)
    else { return }
    if connection.state == .connecting {
      guard !ready.what.isDisjoint(with: [.writing, .broken]) else { return }
      let number = TCP.pendingError(of: connection.socket)
      if number != 0 {
        return broke(connection, reason: Shard.words("connect", number))
      }
      connection.state = .greeting
      write(connection)
      return
    }
    if ready.what.contains(.writing) { write(connection) }
    if !ready.what.isDisjoint(with: [.reading, .peerClosed, .broken]) { read(connection) }
  }

  /// The kernel's, without the address: whoever reports it says whose they are.
  private static func words(_ call: String, _ number: Int32) -> String {
    let failure = SystemFailure(call: call, subject: "", number: number)
    return "\(failure.reason) (\(call))"
  }

  private mutating func read(_ connection: ServerConnection) {
    guard connection.state != .closed else { return }
    let appetite = connection.appetite
    let transfer = connection.decoder.receive { buffer in
      connection.socket.read(into: &buffer, limit: appetite)
    }
    switch transfer {
    case .moved(let count):
      tallies.bytesRead += count
      if plan.acknowledgesAtOnce && !connection.owesAcknowledgement {
        connection.owesAcknowledgement = true
        owing.append(connection.place)
      }
      if count == appetite { connection.appetite = min(appetite * 2, 1 << 18) }
      connection.noteFirstBytes()
      now = max(now, clock())
      let names = self.names
      while connection.state != .closed,
        let message = connection.decoder.next({ text in
          let list = connection.listsAwaited > 0 ? Incoming.sessions(text, names) : nil
          return list ?? Incoming(text, names)
        })
      {
        understand(message, connection)
      }
      if connection.decoder.refused > 0 {
        let most = ServerConnection.mostInMessage >> 20
        broke(connection, reason: "announced a message of more than \(most) MiB")
      } else if connection.decoder.malformed > 0 {
        broke(connection, reason: "sent what is not the protocol")
      }
    case .wouldBlock: break
    case .closed: broke(connection, reason: "closed the connection")
    case .failed(let number):
      broke(connection, reason: Shard.words("read", number))
    }
  }

  mutating func mark(_ connection: ServerConnection) {
    if connection.isDirty || connection.state == .connecting { return }
    connection.isDirty = true
    dirty.append(connection.place)
  }

  private mutating func flush() {
    repeat {
      flushConnections()
      flushRedis()
    } while !dirty.isEmpty || !dirtyLocks.isEmpty
    acknowledge()
  }

  private mutating func flushConnections() {
    // By place: what breaks on the way makes turns go elsewhere, and so more to write.
    var cursor = 0
    while cursor < dirty.count {
      let place = dirty[cursor]
      cursor += 1
      guard let connection = connections[place], connection.isDirty else { continue }
      connection.isDirty = false
      if !connection.wantsWriting {
        write(connection)
      } else if connection.output.count > Shard.mostUnsent {
        broke(connection, reason: "does not read: \(Shard.mostUnsent >> 20) MiB wait for it")
      }
    }
    dirty.removeAll(keepingCapacity: true)
  }

  /// What was read, unless something was written since: that carried the acknowledgement along.
  private mutating func acknowledge() {
    for place in owing {
      guard let connection = connections[place], connection.owesAcknowledgement else { continue }
      connection.owesAcknowledgement = false
      TCP.acknowledgeAtOnce(connection.socket)
    }
    owing.removeAll(keepingCapacity: true)
  }

  private mutating func write(_ connection: ServerConnection) {
    guard connection.state != .closed else { return }
    var blocked = false
    while !connection.output.isEmpty && !blocked {
      switch connection.socket.write(from: &connection.output) {
      case .moved(let count):
        tallies.bytesWritten += count
        connection.owesAcknowledgement = false
      case .wouldBlock: blocked = true
      case .closed: return broke(connection, reason: "closed the connection")
      case .failed(let number):
        return broke(connection, reason: Shard.words("write", number))
      }
    }
    if blocked != connection.wantsWriting {
      connection.wantsWriting = blocked
      _ = poller.change(
        connection.socket.number, token: token(of: connection),
        for: blocked ? [.reading, .writing] : .reading)
    }
  }
}

extension ServerAddress {
  var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
