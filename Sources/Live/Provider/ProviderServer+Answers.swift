// Answers that take time: the pieces that are due go out, and a timer is set for the next. One
// timer a connection at most, since it has one answer at a time; one that comes late sends all
// that is due.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension ProviderServer {
  /// Goes on with the answer of a connection; `due`: when that was to happen.
  mutating func advance(_ connection: ProviderConnection, due: Instant) {
    guard let reply = connection.reply else { return }
    let now = clock()
    if due > reply.began { counts.late(by: now - due) }
    let age = now - reply.began
    switch reply.fault {
    case .reset:
      guard age >= reply.timing.first else { return wait(connection, reply.timing.first) }
      TCP.resetOnClose(connection.descriptor)
      drop(connection, as: .faulted)
    case .garbage:
      guard age >= reply.timing.first else { return wait(connection, reply.timing.first) }
      sendGarbage(connection)
    default:
      if reply.request.streams { stream(connection, age) } else { sendWhole(connection, age) }
    }
  }

  private mutating func wait(_ connection: ProviderConnection, _ age: Interval) {
    guard let reply = connection.reply else { return }
    timers.push(reply.began + age, token(of: connection))
  }

  // MARK: whole

  private mutating func sendWhole(_ connection: ProviderConnection, _ age: Interval) {
    guard var reply = connection.reply else { return }
    guard age >= reply.timing.whole else { return wait(connection, reply.timing.whole) }
    reply.firstSent = clock()
    reply.sent = reply.pieces
    connection.reply = reply
    body.bytes.removeAll()
    switch reply.request.dialect {
    case .chat: ChatAnswer.whole(reply, text, into: &body.bytes)
    case .responses: ResponsesAnswer.whole(reply, text, into: &body.bytes)
    }
    let before = connection.output.count
    answer(200, connection, reply.keepsAlive)
    guard reply.fault != nil else { return conclude(connection, .answered) }
    // Half of it: the head still promises the whole.
    let head = connection.output.count - before - body.bytes.count
    connection.output.truncate(to: before + head + body.bytes.count / 2)
    if connection.phase == .ending { connection.phase = .serving }
    breakOff(connection)
  }

  // MARK: streamed

  private mutating func stream(_ connection: ProviderConnection, _ age: Interval) {
    guard var reply = connection.reply else { return }
    // Whoever is to break off does so after half of the pieces, the first at least.
    let last = reply.fault == nil ? reply.pieces : max(1, reply.pieces / 2)
    let due = min(last, reply.timing.piecesDue(after: age, of: reply.pieces))
    let isOver = due == reply.pieces && age >= reply.timing.whole
    body.bytes.removeAll()
    if reply.sent < due && reply.firstSent == nil {
      reply.firstSent = clock()
      counts.answered(with: 200)
      HTTPAnswer.beginStream(
        number: counts.plain.requests, keepsAlive: reply.keepsAlive, into: &connection.output)
      if reply.request.dialect == .responses {
        ResponsesAnswer.begin(&reply, text, into: &body.bytes)
      }
    }
    while reply.sent < due {
      switch reply.request.dialect {
      case .chat: ChatAnswer.piece(reply.sent, reply, text, into: &body.bytes)
      case .responses: ResponsesAnswer.piece(reply.sent, &reply, text, into: &body.bytes)
      }
      reply.sent += 1
    }
    if isOver && reply.fault == nil {
      switch reply.request.dialect {
      case .chat: ChatAnswer.end(reply, into: &body.bytes)
      case .responses: ResponsesAnswer.end(&reply, text, into: &body.bytes)
      }
    }
    connection.reply = reply
    HTTPAnswer.chunk(body.bytes, keepsAlive: reply.keepsAlive, into: &connection.output)
    mark(connection)
    if reply.fault != nil && reply.sent == last { return breakOff(connection) }
    guard isOver else {
      let next =
        reply.sent < reply.pieces
        ? reply.timing.due(reply.sent, of: reply.pieces) : reply.timing.whole
      return wait(connection, next)
    }
    HTTPAnswer.endStream(keepsAlive: reply.keepsAlive, into: &connection.output)
    if !reply.keepsAlive { connection.phase = .ending }
    conclude(connection, .answered)
  }

  // MARK: on purpose

  /// In the middle of an answer: a stall leaves it there, a cut resets what was begun.
  private mutating func breakOff(_ connection: ProviderConnection) {
    mark(connection)
    guard connection.reply?.fault == .cut else { return }
    write(connection)
    guard connection.phase != .closed else { return }
    TCP.resetOnClose(connection.descriptor)
    drop(connection, as: .faulted)
  }

  private mutating func sendGarbage(_ connection: ProviderConnection) {
    guard var reply = connection.reply else { return }
    reply.firstSent = clock()
    connection.reply = reply
    body.bytes.removeAll()
    if reply.request.streams {
      counts.answered(with: 200)
      HTTPAnswer.beginStream(
        number: counts.plain.requests, keepsAlive: reply.keepsAlive, into: &connection.output)
      body.bytes.append("data: {\"choices\":[{\"delta\":\n\n\u{1}\u{2} not an event\ndata: [\n\n")
      HTTPAnswer.chunk(body.bytes, keepsAlive: reply.keepsAlive, into: &connection.output)
      HTTPAnswer.endStream(keepsAlive: reply.keepsAlive, into: &connection.output)
      if !reply.keepsAlive { connection.phase = .ending }
    } else {
      body.bytes.append("<html>\u{1}\u{2}{\"choices\":[")
      answer(200, connection, reply.keepsAlive)
    }
    mark(connection)
    conclude(connection, .faulted)
  }
}
