// From a message's bytes to the machine: who may ask, what is asked for, of which session. A
// request takes its place in the line of the one station, whatever it is; only the door (tokens,
// shutdown) is guarded outside of it.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Wire

extension MockServer {
  /// One message of a client. What is no JSON object is ignored, as the real CLI ignores it.
  mutating func receive(_ body: Span<UInt8>, from connection: Connection) {
    guard let head = MessageHead(body) else { return }
    // Only numbers and strings are ids; a message without one is a notification, and none is run.
    guard let range = head.id, let id = JavaScriptText.identifier(body.bytes(range)) else {
      return
    }
    guard let method = head.method else {
      if head.result != nil || head.error != nil { answered(id, by: connection) }
      return
    }
    if isSilentNow { return }
    guard let known = methods.find(body, method) else {
      let name = String(decoding: method.map { body[$0] }, as: UTF8.self)
      return refuseUnknown(name, id, connection)
    }
    if known == .connect { return connect(body, head.params, id, connection) }
    guard admits(id, connection, isHarmless: known.outlivesShutdown) else { return }
    // Whoever asks for more than anybody can have meant is a danger to the others.
    if connection.underway >= settings.requestLimit || asks.count >= Asks.largest {
      return drop(connection)
    }
    if !connection.isKnown { introduce(connection) }
    if known == .send || known == .sendAndWait {
      return send(known, body, head.params, id, connection)
    }
    let params = head.params.map { body.bytes($0) } ?? []
    take(known, params, id, connection)
  }

  /// The answer to a request of ours: hooks are all we ask.
  private mutating func answered(_ id: [UInt8], by connection: Connection) {
    guard !hookWaits.isEmpty, let number = Int(String(decoding: id, as: UTF8.self)) else { return }
    hookAnswered(number, by: connection.place)
  }

  private var isSilentNow: Bool { !faults.isEmpty && isSilent }

  // MARK: the door

  private mutating func refuseUnknown(_ name: String, _ id: [UInt8], _ connection: Connection) {
    guard admits(id, connection) else { return }
    let decoded = JSONText.string(Array("\"\(name)\"".utf8)) ?? name
    refuse(connection, id, .unknownMethod(decoded))
  }

  /// Whether requests of this connection are served; if not, it has been told.
  private mutating func admits(
    _ id: [UInt8], _ connection: Connection, isHarmless: Bool = false
  ) -> Bool {
    // After a signal nothing is answered any more; after `runtime.shutdown` nearly nothing.
    if stop == .ending { return false }
    if stop == .idle && !isHarmless {
      refuse(connection, id, .shuttingDown)
      return false
    }
    if connection.trust == .trusted { return true }
    if connection.trust == .dead { return false }
    connection.trust = .refused
    refuse(connection, id, .authenticationNeeded)
    return false
  }

  private mutating func connect(
    _ body: Span<UInt8>, _ params: Range<Int>?, _ id: [UInt8], _ connection: Connection
  ) {
    // Once refused, a connection's `connect` is never answered again.
    if connection.trust == .refused || connection.trust == .dead { return }
    let given = params.flatMap { EventLog.member("token", of: $0, in: body) }
      .map { body.bytes($0) }
    let shown = given.flatMap(JSONText.string)
    guard let wanted = token else {
      if shown != nil {
        connection.trust = .dead
        return refuse(connection, id, .authenticationNotConfigured)
      }
      return welcome(id, connection)
    }
    guard let shown, MockServer.isSame(shown, wanted) else {
      connection.trust = .refused
      return refuse(connection, id, .authenticationFailed)
    }
    connection.trust = .trusted
    welcome(id, connection)
  }

  private mutating func welcome(_ id: [UInt8], _ connection: Connection) {
    line.removeAll()
    line.append("{\"jsonrpc\":\"2.0\",\"id\":")
    line.append(id)
    line.append(",\"result\":{\"ok\":true,\"protocolVersion\":3,\"version\":\"")
    line.append(MockProgram.modelledVersion)
    line.append("\"}}")
    sendLine(to: connection)
  }

  /// Compares every byte, so that the time tells nothing of how much was right.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private mutating func introduce(_ connection: Connection) {
    connection.isKnown = true
    machine.connectionOpened(ConnectionID(connection.place))
  }

  // MARK: prompts: read in place, since most requests are prompts

  private mutating func send(
    _ method: Method, _ body: Span<UInt8>, _ params: Range<Int>?, _ id: [UInt8],
    _ connection: Connection
  ) {
    var name: Range<Int>?
    var prompt: Range<Int>?
    var mode: Range<Int>?
    var display: Range<Int>?
    var agentMode: Range<Int>?
    var attachments: Range<Int>?
    if let params {
      _ = JSONScan.members(ofObjectAt: params.lowerBound, in: body) { key, value in
        if JSONScan.matches(body, key, "sessionId") { name = value }
        if JSONScan.matches(body, key, "prompt") { prompt = value }
        if JSONScan.matches(body, key, "mode") { mode = value }
        if JSONScan.matches(body, key, "displayPrompt") { display = value }
        if JSONScan.matches(body, key, "agentMode") { agentMode = value }
        if JSONScan.matches(body, key, "attachments") { attachments = value }
      }
    }
    let ask = Ask(method: method, connection: connection, id: id, message: ids.next())
    guard let name, body[name.lowerBound] == UInt8(ascii: "\"") else {
      ask.refusal = .failed(method, "Missing sessionId in \(method.rawValue) request")
      return hand(ask, .ping)
    }
    let inner = name.lowerBound + 1..<name.upperBound - 1
    ask.session = find(body.extracting(inner))
    if ask.session == nil {
      ask.name = JSONText.string(name.map { body[$0] }) ?? ""
    }
    ask.prompt = prompt.map { body.bytes($0) }
    if display != nil || agentMode != nil || attachments != nil {
      ask.extras = SendExtras(
        display: text(display, in: body), agentMode: text(agentMode, in: body),
        attachments: value(attachments, in: body))
    }
    ask.isSteering = mode.map { JSONScan.matches(body, $0, "\"immediate\"") } ?? false
    hand(ask, ask.isSteering ? .steer : .send)
  }

  private func value(_ range: Range<Int>?, in body: Span<UInt8>) -> [UInt8]? {
    let value = range.map { body.bytes($0) }
    return value == Array("null".utf8) ? nil : value
  }

  /// A value that is a string; others are as if they were not there.
  private func text(_ range: Range<Int>?, in body: Span<UInt8>) -> [UInt8]? {
    value(range, in: body).flatMap { $0.first == UInt8(ascii: "\"") ? $0 : nil }
  }

  // MARK: everything else

  private mutating func take(
    _ method: Method, _ params: [UInt8], _ id: [UInt8], _ connection: Connection
  ) {
    let ask = Ask(
      method: method, connection: connection, id: id, message: EventID(high: 0, low: 0))
    ask.params = params
    var work = method.work
    let value = JSONText.member("sessionId", of: params)
    switch method {
    case .create, .resume: prepareOpening(ask, value)
    case .destroy:
      name(ask, value)
      if let problem = SessionName.problem(destroying: value, params) {
        ask.refusal = .failed(method, problem)
      }
    case .close, .detach, .delete, .getMessages, .metadata, .eventFile: name(ask, value)
    default:
      name(ask, value)
      if method.needsLiveSession && ask.session == nil {
        ask.refusal = .failed(
          method,
          value?.first == UInt8(ascii: "\"")
            ? "Session not found for sessionId: \(ask.name)"
            : "Missing sessionId in \(method.rawValue) request")
      }
    }
    if method == .delete { prepareDeletion(ask, value) }
    if method == .detach, let session = ask.session, session.owners != [connection.place] {
      session.owners.removeAll { $0 == connection.place }
      work = .ping
    }
    if work == .list { store.directories = sessionCount() }
    if ask.refusal != nil { work = .ping }
    hand(ask, work)
  }

  private mutating func name(_ ask: Ask, _ value: [UInt8]?) {
    guard let value else { return ask.name = "undefined" }
    ask.name = JSONText.string(value) ?? String(decoding: value, as: UTF8.self)
    ask.session = find(Array(ask.name.utf8).span)
  }

  private mutating func prepareOpening(_ ask: Ask, _ value: [UInt8]?) {
    switch SessionName.check(value, for: ask.method) {
    case .refused(let text): return ask.refusal = .failed(ask.method, text)
    case .random: ask.name = ids.next().text
    case .name(let name): ask.name = name
    }
    if let problem = OptionCheck.problem(with: ask.params, of: ask.method) {
      return ask.refusal = .failed(ask.method, problem)
    }
    let found = find(Array(ask.name.utf8).span)
    if found == nil && sessions.count - freeSessions.count > settings.sessionLimit {
      return ask.refusal = .failed(ask.method, "Too many sessions")
    }
    let session = found ?? makeSession(ask.name)
    ask.session = session
    // What the machine knows of a dormant session is what the disk has now.
    if machine.isLive(session.number) { return }
    var stored = StoredSession()
    if settings.disk == .files, case .events(let log) = read(session, withConversation: false) {
      stored.turns = UInt32(log.turns)
      stored.used = true
    } else if ask.method == .resume, Files.exists(folder.events(ask.name)) {
      // Unreadable: the machine opens it, and the reading then says why not.
      stored.used = true
    }
    store[session.number, MockServer.server] = stored
  }

  private mutating func prepareDeletion(_ ask: Ask, _ value: [UInt8]?) {
    if case .refused(let text) = SessionName.checkForDeletion(value) {
      ask.failure = text
      return
    }
    let session = ask.session ?? makeSession(ask.name)
    ask.session = session
    var stored = store[session.number, MockServer.server]
    stored.used = Files.exists(folder.path(ask.name))
    store[session.number, MockServer.server] = stored
  }

  private func sessionCount() -> Int {
    guard settings.disk == .files else { return 0 }
    guard case .names(let names) = Files.list(folder.home + "/session-state") else { return 0 }
    return names.count
  }

  /// The request takes its place at the station.
  mutating func hand(_ ask: Ask, _ work: CLIRequest.Kind) {
    ask.session?.claims += 1
    let place = asks.insert(ask)
    if let connection = connections[ask.connection] { connection.underway += 1 }
    let session = ask.session?.number ?? MockServer.nobody
    let turn = TurnID(instance: 0, place: place)
    let kind = ask.failure == nil ? work : .ping
    feed(.requested(CLIRequest(kind, session, turn, on: ConnectionID(ask.connection))))
  }
}
