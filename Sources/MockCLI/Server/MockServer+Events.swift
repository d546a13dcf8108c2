// Builds events and puts them where they go: on the wire to everybody who listens, and, unless
// ephemeral, into the session's log. One event is built once, whoever receives it.
internal import Basics
internal import CLIModel
internal import LinuxIO

/// Where an event goes.
struct Reach: OptionSet {
  let rawValue: UInt8
  static let wire = Reach(rawValue: 1)
  static let disk = Reach(rawValue: 2)
  /// A `session.updated` follows on the wire, as after every persisted event but the first.
  static let update = Reach(rawValue: 4)

  /// Persisted and announced.
  static let lasting: Reach = [.wire, .disk, .update]
  static let ephemeral: Reach = [.wire]
}

extension MockServer {
  /// Builds an event and sends it. `isEssential`: sent in lean mode too; `keepsLean`: on disk in
  /// lean mode too. The event's id, where it went anywhere.
  @discardableResult mutating func emit(
    _ type: StaticString, _ session: MockSession, _ reach: Reach, isEssential: Bool = false,
    keepsLean: Bool = false, promptAt promptOffset: Int? = nil, _ data: (inout ByteBuffer) -> Void
  ) -> EventID? {
    var reach = reach
    if settings.runsLean {
      if !isEssential { reach.subtract([.wire, .update]) }
      if !isEssential && !keepsLean { reach.remove(.disk) }
      reach.remove(.update)
      // Nobody would see what is for the disk alone.
      if reach.isEmpty || reach == .disk && settings.disk == .none { return nil }
    }
    let id = ids.next()
    line.removeAll()
    line.append("{\"type\":\"")
    line.append(type)
    line.append("\",\"data\":")
    let prompt = promptOffset.map { $0 + line.count }
    data(&line)
    line.append(",\"id\":\"")
    line.append(id)
    line.append(wall.member)
    if let parent = session.lastEvent {
      line.append(UInt8(ascii: "\""))
      line.append(parent)
      line.append(UInt8(ascii: "\""))
    } else {
      line.append("null")
    }
    if reach.contains(.disk) {
      line.append(UInt8(ascii: "}"))
      session.lastEvent = id
      session.eventCount += 1
      keep(session, prompt)
    } else {
      line.append(",\"ephemeral\":true}")
      session.ephemeralCount += 1
    }
    if reach.contains(.wire) { broadcastLine(about: session) }
    if reach.contains(.update) { announce("session.updated", session) }
    return id
  }

  /// The line that has just been built is for the disk.
  private func keep(_ session: MockSession, _ prompt: Int?) {
    guard settings.disk == .files else { return }
    if let prompt {
      session.unflushed.append(line, promptAt: prompt, count: systemPrompt.count)
    } else {
      session.unflushed.append(line)
    }
  }

  /// `session.event` with the line that has just been built.
  private mutating func broadcastLine(about session: MockSession) {
    switch settings.audience {
    case .owners: for place in session.owners { sendEvent(session, to: place) }
    case .everybody: for place in connections.indices { sendEvent(session, to: place) }
    }
  }

  private mutating func sendEvent(_ session: MockSession, to place: Int) {
    guard let connection = connections[place], connection.trust == .trusted,
      !connection.isClosed
    else { return }
    connection.output.append("Content-Length: ")
    connection.output.append(decimal: session.eventPrefix.count + line.count + 2)
    connection.output.append("\r\n\r\n")
    noteCut(connection)
    connection.output.append(session.eventPrefix)
    connection.output.append(line)
    connection.output.append("}}")
    noteCut(connection)
    markDirty(connection)
  }

  /// `session.lifecycle`: created, updated, deleted.
  mutating func announce(_ type: StaticString, _ session: MockSession, isEssential: Bool = false) {
    announce(
      type, name: session.nameBytes, startTime: session.startTime, isEssential: isEssential,
      to: session)
  }

  mutating func announce(
    _ type: StaticString, name: [UInt8], startTime: [UInt8], isEssential: Bool = false,
    to session: MockSession? = nil
  ) {
    if settings.runsLean && !isEssential { return }
    line.removeAll()
    line.append(
      "{\"jsonrpc\":\"2.0\",\"method\":\"session.lifecycle\",\"params\":{\"type\":\"")
    line.append(type)
    line.append("\",\"sessionId\":\"")
    line.append(name)
    if startTime.isEmpty {
      line.append("\"}}")
    } else {
      line.append("\",\"metadata\":{\"startTime\":\"")
      line.append(startTime)
      line.append("\",\"modifiedTime\":\"")
      line.append(wall.text)
      line.append("\"}}}")
    }
    // A look at every connection for every event was a fifth of a turn with 64 of them.
    if let session, settings.audience == .owners {
      for place in session.owners { tell(place) }
    } else {
      for place in connections.indices { tell(place) }
    }
  }

  private mutating func tell(_ place: Int) {
    guard let connection = connections[place], connection.trust == .trusted else { return }
    sendLine(to: connection)
  }

  /// The line that has just been built, as a message of its own.
  mutating func sendLine(to connection: Connection) {
    if connection.isClosed { return }
    connection.output.append("Content-Length: ")
    connection.output.append(decimal: line.count)
    connection.output.append("\r\n\r\n")
    noteCut(connection)
    connection.output.append(line)
    noteCut(connection)
    markDirty(connection)
  }

  /// Here a write ends, where writes are split.
  private func noteCut(_ connection: Connection) {
    if settings.writes == .split { connection.cuts.append(connection.output.count) }
  }

  mutating func markDirty(_ connection: Connection) {
    if connection.isDirty { return }
    connection.isDirty = true
    dirty.append(connection)
  }

  // MARK: replies

  /// `{"id":…,"result":…}` to whoever asked, if it is still there and wants to know.
  mutating func reply(_ ask: Ask, _ result: (inout ByteBuffer) -> Void) {
    guard let connection = asker(of: ask) else { return }
    build(ask, result)
    sendLine(to: connection)
  }

  private mutating func build(_ ask: Ask, _ result: (inout ByteBuffer) -> Void) {
    line.removeAll()
    line.append("{\"jsonrpc\":\"2.0\",\"id\":")
    line.append(ask.id)
    line.append(",\"result\":")
    result(&line)
    line.append(UInt8(ascii: "}"))
  }

  /// As `reply`, when storage has done its part. What others are told of it is told at once.
  mutating func replyFromStorage(_ ask: Ask, _ result: (inout ByteBuffer) -> Void) {
    let delay = storage.delay()
    if delay == .zero { return reply(ask, result) }
    guard let connection = asker(of: ask) else { return }
    build(ask, result)
    let place = held.insert(
      HeldReply(connection: connection.place, epoch: connection.epoch, line: line.array))
    timers.push(now + delay, Timer.stored(place).code)
  }

  mutating func stored(_ place: Int) {
    guard let reply = held.remove(place), let connection = connections[reply.connection],
      connection.epoch == reply.epoch
    else { return }
    line.removeAll()
    line.append(reply.line)
    sendLine(to: connection)
  }

  mutating func refuse(_ ask: Ask, _ refusal: Refusal) {
    if let connection = asker(of: ask) { refuse(connection, ask.id, refusal) }
  }

  mutating func refuse(_ connection: Connection, _ id: [UInt8], _ refusal: Refusal) {
    line.removeAll()
    line.append("{\"jsonrpc\":\"2.0\",\"id\":")
    line.append(id)
    line.append(",\"error\":{\"code\":")
    line.append(decimal: refusal.code)
    if let message = refusal.message {
      line.append(",\"message\":")
      line.append(quoted: message)
    }
    line.append("}}")
    sendLine(to: connection)
  }

  private func asker(of ask: Ask) -> Connection? {
    guard !ask.id.isEmpty, ask.connection < connections.count,
      let connection = connections[ask.connection], connection.epoch == ask.epoch
    else { return nil }
    return connection
  }
}
