// The machine has answered: what that means on the wire, for each kind of request.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  mutating func answer(_ reply: CLIReply, ask place: Int, isNone: Bool) {
    if reply == .compacted { return compacted() }
    guard !isNone, asks.has(place) else { return }
    switch reply {
    case .acknowledged: acknowledge(place)
    case .ended:
      endTurn(place)
      asks[place].session?.continues = true
    case .finished: finished(place)
    case .failed: failed(place)
    case .aborted: aborted(place)
    case .destroyed: destroyed(place)
    case .deleted, .notFound: missing(place, reply)
    case .pong, .answered: respond(place)
    case .cut: cut(place)
    case .compacting: compacting(place)
    case .compacted: break
    }
  }

  /// The request is over: its session may go, if nobody else wants it.
  mutating func finish(_ place: Int) {
    guard asks.has(place) else { return }
    let ask = asks[place]
    let session = ask.session
    asks.remove(place)
    if let connection = connections[ask.connection], connection.epoch == ask.epoch {
      connection.underway -= 1
    }
    if let session {
      session.claims -= 1
      release(session)
    }
  }

  /// A send that will not be run: its session went, or it was taken back.
  private mutating func cut(_ place: Int) {
    if let session = asks[place].session {
      session.queue.removeAll { $0 == place }
      session.steering.removeAll { $0 == place }
    }
    finish(place)
  }

  // MARK: turns

  private mutating func finished(_ place: Int) {
    let ask = asks[place]
    guard let session = ask.session else { return finish(place) }
    if session.turn?.ask == place { endTurn(place) }
    // Several sends end with one idle: it goes out when the session has nothing left.
    if session.announcesIdle {
      session.announcesIdle = false
      goIdle(session)
    }
    if ask.method == .sendAndWait { replyWithAnswer(ask, session) }
    if settings.memory == .real { grow(session, by: Int(settings.profile.memory.turn)) }
    endFault(session)
    finish(place)
  }

  private mutating func replyWithAnswer(_ ask: Ask, _ session: MockSession) {
    let event = session.lastAnswer
    reply(ask) { output in
      output.append("{\"aborted\":false,\"messageId\":\"")
      output.append(ask.message)
      output.append("\"")
      if let id = session.idleEvent {
        output.append(",\"completionEventId\":\"")
        output.append(id)
        output.append("\"")
      }
      output.append(",\"response\":")
      if event.isEmpty { output.append("null") } else { output.append(event) }
      output.append("}")
    }
  }

  private mutating func failed(_ place: Int) {
    let ask = asks[place]
    guard let session = ask.session else { return finish(place) }
    let text = session.failure?.message ?? "the model failed"
    let never = session.turn == nil && lacksModel(session)
    failTurn(place)
    settle(session, aborted: false)
    if never && ask.method == .send { replyWithMessage(ask) }
    if ask.method == .sendAndWait { refuse(ask, .failed(ask.method, text)) }
    finish(place)
  }

  private mutating func aborted(_ place: Int) {
    let ask = asks[place]
    guard let session = ask.session else { return finish(place) }
    abortTurn(place)
    settle(session, aborted: true)
    if ask.method == .sendAndWait {
      reply(ask) { output in
        output.append("{\"aborted\":true,\"messageId\":\"")
        output.append(ask.message)
        output.append("\"}")
      }
    }
    finish(place)
  }

  /// Idle, unless a send that waited goes on.
  private mutating func settle(_ session: MockSession, aborted: Bool) {
    if machine.isRunning(session.number) {
      session.continues = true
    } else {
      session.announcesIdle = false
      goIdle(session, aborted: aborted)
    }
  }

  // MARK: endings of sessions

  private mutating func destroyed(_ place: Int) {
    let ask = asks[place]
    if let session = ask.session { close(session) }
    reply(ask) { $0.append(ask.method == .close ? "{}" : "{\"success\":true}") }
    finish(place)
  }

  private mutating func missing(_ place: Int, _ reply: CLIReply) {
    let ask = asks[place]
    switch ask.method {
    case .delete: deleted(ask, existed: reply == .deleted)
    case .getMessages:
      respond(place)
      return
    case .resume: refuse(ask, .failed(.resume, "Session not found: \(ask.name)"))
    case .removeMostRecent where ask.session?.isOpen == true:
      self.reply(ask) { $0.append("{\"removed\":false}") }
    case .clearQueue where ask.session?.isOpen == true: self.reply(ask) { $0.append("null") }
    default:
      let name = ask.session?.name ?? ask.name
      refuse(ask, .failed(ask.method, "Session not found for sessionId: \(name)"))
    }
    finish(place)
  }

  private mutating func deleted(_ ask: Ask, existed: Bool) {
    if let session = ask.session { forget(session) }
    if folder.delete(ask.name) || existed {
      announce("session.deleted", name: Array(ask.name.utf8), startTime: [])
      replyFromStorage(ask) { $0.append("{\"success\":true}") }
    } else {
      reply(ask) { output in
        output.append("{\"success\":false,\"error\":")
        output.append(quoted: "Error: Session file not found for \(ask.name)")
        output.append("}")
      }
    }
  }

  /// Closed without a last word: its files are about to go.
  private mutating func forget(_ session: MockSession) {
    session.isOpen = false
    session.turn = nil
    giveUpRoom(of: session)
    session.database = nil
    session.owners = []
  }
}
