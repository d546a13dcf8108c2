// Sessions come and go: created, resumed, closed, deleted, swept, and written to disk on the way.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  // MARK: opened

  /// The machine has opened the session: now the files, then the client.
  mutating func opened(ask place: Int, resumed: Bool) {
    let ask = asks[place]
    guard let session = ask.session else { return }
    if !faults.isEmpty { faults.sessionOpened() }
    if resumed { resume(ask, session, place) } else { create(ask, session, place) }
    hold(session)
    finish(place)
  }

  private mutating func create(_ ask: Ask, _ session: MockSession, _ place: Int) {
    session.options = options(of: ask)
    session.startMilliseconds = wall.milliseconds
    session.startTime = wall.text
    session.createdTime = wall.text
    session.lastEvent = nil
    session.eventCount = 0
    session.turns = 0
    session.usage = UsageTotals()
    session.conversation = []
    session.skillsAreLoaded = false
    session.parts = []
    session.unflushed.removeAll()
    session.waitsForTurn = true
    session.title = nil
    note(owner: ask.connection, of: session)
    let isShared = settings.disk == .files && folder.otherHolders(ask.name, clean: false)
    if settings.disk == .files {
      let directory = directory(of: session)
      if let failure = folder.create(session, workingDirectory: directory), !isTooLong(failure) {
        return fail(ask, session, "\(failure)")
      }
    }
    session.isOpen = true
    lastSession = session.name
    announce("session.created", session)
    replyOpened(ask, session)
    emitStart(session, isShared: isShared)
  }

  private mutating func emitStart(_ session: MockSession, isShared: Bool) {
    let directory = directory(of: session)
    emit("session.start", session, [.wire, .disk], keepsLean: true) { output in
      output.append("{\"sessionId\":\"")
      output.append(session.nameBytes)
      output.append("\",\"version\":1,\"producer\":\"copilot-agent\",\"copilotVersion\":\"")
      output.append(MockProgram.modelledVersion)
      output.append("\",\"startTime\":\"")
      output.append(session.startTime)
      output.append("\"")
      if let model = session.options.model {
        output.append(",\"selectedModel\":")
        output.append(model)
      }
      output.append(",\"contextTier\":null,\"context\":{\"cwd\":")
      output.append(quoted: directory)
      output.append("},\"alreadyInUse\":")
      output.append(isShared ? "true" : "false")
      output.append(",\"remoteSteerable\":false}")
    }
  }

  private mutating func resume(_ ask: Ask, _ session: MockSession, _ place: Int) {
    let wasOpen = session.isOpen
    var isShared = false
    if !wasOpen {
      let options = options(of: ask)
      switch read(session, withConversation: options.provider != nil) {
      case .missing: return fail(ask, session, "Session not found: \(ask.name)")
      case .corrupted(let problem):
        return fail(ask, session, "Session file is corrupted (\(problem))")
      case .events(let summary):
        isShared = folder.otherHolders(ask.name, clean: true)
        adopt(summary, session, ask)
        _ = folder.takeLock(ask.name)
      }
    }
    note(owner: ask.connection, of: session)
    session.isOpen = true
    lastSession = session.name
    if !wasOpen, let title = session.title {
      emit("session.title_changed", session, .ephemeral) { output in
        output.append("{\"title\":\"")
        output.append(title)
        output.append("\"}")
      }
    }
    emitResume(session, isShared: isShared, wasOpen: wasOpen)
    replyOpened(ask, session)
  }

  private mutating func emitResume(_ session: MockSession, isShared: Bool, wasOpen: Bool) {
    let directory = directory(of: session)
    let count = session.eventCount
    let time = wall.text
    emit("session.resume", session, .lasting) { output in
      output.append("{\"resumeTime\":\"")
      output.append(time)
      output.append("\",\"eventCount\":")
      output.append(decimal: count)
      if let model = session.options.model {
        output.append(",\"selectedModel\":")
        output.append(model)
      }
      output.append(",\"contextTier\":null,\"context\":{\"cwd\":")
      output.append(quoted: directory)
      output.append("},\"alreadyInUse\":")
      output.append(isShared ? "true" : "false")
      output.append(",\"remoteSteerable\":false")
      if wasOpen { output.append(",\"continuePendingWork\":false") }
      output.append(",\"sessionWasActive\":")
      output.append(wasOpen ? "true" : "false")
      output.append("}")
    }
    if wasOpen && !session.waitsForTurn { armFlush(session) }
  }

  /// A history from disk becomes the session's own.
  private mutating func adopt(_ summary: EventLog.Summary, _ session: MockSession, _ ask: Ask) {
    session.options = options(of: ask)
    if session.options.model == nil { session.options.model = summary.model }
    session.startMilliseconds = wall.milliseconds
    session.startTime = summary.startTime ?? wall.text
    session.createdTime =
      folder.description(session.name, key: "created_at").map { Array($0.utf8) } ?? wall.text
    session.lastEvent = summary.lastEvent
    session.eventCount = summary.events
    session.turns = summary.turns
    session.title = summary.title
    session.parts = [0..<summary.bytes]
    session.conversation = summary.conversation
    session.usage = UsageTotals()
    session.skillsAreLoaded = false
    session.waitsForTurn = true
    session.unflushed.removeAll()
  }

  /// The client gets an error, and the machine forgets what it had opened.
  private mutating func fail(_ ask: Ask, _ session: MockSession, _ text: String) {
    session.isOpen = false
    machine.forget(session.number, store: &store, into: &actions)
    refuse(ask, .failed(ask.method, text))
  }

  private mutating func replyOpened(_ ask: Ask, _ session: MockSession) {
    let path = folder.path(session.name)
    reply(ask) { output in
      output.append("{\"sessionId\":\"")
      output.append(session.nameBytes)
      output.append("\",\"workspacePath\":")
      output.append(quoted: path)
      output.append(",\"capabilities\":{\"ui\":{\"elicitation\":false,\"mcpApps\":false},")
      output.append("\"extensions\":false}}")
    }
  }

  func read(_ session: MockSession, withConversation: Bool) -> EventLog.Reading {
    settings.disk == .files
      ? EventLog.read(folder.events(session.name), withConversation: withConversation) : .missing
  }

  func directory(of session: MockSession) -> String {
    session.options.workingDirectory ?? settings.workingDirectory
  }

  private func note(owner: Int, of session: MockSession) {
    if !session.owners.contains(owner) { session.owners.append(owner) }
  }

  /// Memory and children that a session takes, where that is wanted or a fault.
  private mutating func hold(_ session: MockSession) {
    var wanted = settings.memory == .real ? Int(settings.profile.memory.idleSession) : 0
    if !faults.isEmpty {
      let growth: Int? = faults.active(at: now - .zero) { kind in
        if case .memory(let bytes) = kind { bytes } else { nil }
      }
      wanted += growth ?? 0
      let wantsChild: Bool? = faults.active(at: now - .zero) { $0 == .children ? true : nil }
      if wantsChild == true, let child = ChildProcess.idle() { children.append(child) }
    }
    grow(session, by: wanted)
  }

  /// Touched, so that it counts as resident.
  func grow(_ session: MockSession, by bytes: Int) {
    if bytes > 0 { session.ballast.append(repeating: 1, count: bytes) }
  }

  // MARK: closed

  /// The machine no longer has the session in memory: its last lines and its lock.
  mutating func close(_ session: MockSession) {
    guard session.isOpen else { return }
    session.isOpen = false
    session.turn = nil
    session.queue = []
    session.steering = []
    session.owners = []
    if settings.disk == .files {
      if session.title != nil || session.turns > 0 {
        if session.waitsForTurn { session.unflushed.removeAll() }
        emitShutdown(session, onWire: false)
        flush(session)
      }
      folder.releaseLock(session.name)
    }
    session.database = nil
    session.ballast.removeAll(keeping: 0)
    session.unflushed.removeAll(keeping: 0)
    release(session)
  }

  /// Those that went without a word: swept, or left by their last owner.
  mutating func closeForgotten() {
    for place in sessions.indices {
      if let session = sessions[place], session.isOpen, !machine.isLive(session.number) {
        close(session)
      }
    }
  }

  mutating func emitShutdown(_ session: MockSession, onWire: Bool) {
    let usage = session.usage
    let model = session.options.model ?? Array("\"\"".utf8)
    emit(
      "session.shutdown", session, onWire ? .lasting : [.disk], keepsLean: true
    ) { output in
      output.append("{\"shutdownType\":\"routine\",\"totalPremiumRequests\":0,\"totalNanoAiu\":0,")
      output.append("\"totalApiDurationMs\":")
      output.append(decimal: Int(usage.apiMilliseconds))
      output.append(",\"sessionStartTime\":")
      output.append(decimal: Int(session.startMilliseconds))
      output.append(",\"codeChanges\":{\"linesAdded\":0,\"linesRemoved\":0,\"filesModified\":[]},")
      output.append("\"modelMetrics\":")
      usage.append(to: &output, model: model)
      output.append(",\"currentModel\":")
      output.append(model)
      output.append("}")
    }
  }

  // MARK: to disk

  /// The batch timer: 100 ms after the first event that is not on disk yet.
  mutating func armFlush(_ session: MockSession) {
    guard settings.disk == .files, !session.flushIsDue, !session.unflushed.isEmpty else { return }
    session.flushIsDue = true
    timers.push(now + settings.profile.flushDelay, Timer.flush(session.number).code)
  }

  mutating func flushDue(_ number: SessionID) {
    guard number.place < sessions.count, let session = sessions[number.place] else { return }
    session.flushIsDue = false
    if session.isOpen { flush(session) }
  }

  /// One append, no sync.
  mutating func flush(_ session: MockSession) {
    guard !session.unflushed.isEmpty else { return }
    if let problem = diskFault() { return report(problem, session) }
    let size = session.unflushed.size(prompt: systemPrompt)
    let written = session.unflushed.append(
      to: folder.events(session.name), prompt: systemPrompt)
    session.unflushed.removeAll()
    switch written {
    case .success(let end):
      let part = end - size..<end
      if let last = session.parts.last, last.upperBound == part.lowerBound {
        session.parts[session.parts.count - 1] = last.lowerBound..<part.upperBound
      } else {
        session.parts.append(part)
      }
    case .failure(let failure): report(failure, session)
    }
  }

  /// Node's words for a file system error, on the wire as the real CLI reports it.
  private mutating func report(_ failure: SystemFailure, _ session: MockSession) {
    session.unflushed.removeAll()
    let text =
      "\(failure.code): \(failure.reason.lowercased()), \(failure.call)"
      + " '\(failure.subject)'"
    emit("session.error", session, .ephemeral, isEssential: true) { output in
      output.append("{\"errorType\":\"persistence\",\"message\":")
      output.append(quoted: "Failed to persist session events: \(text)")
      output.append("}")
    }
  }

  private func isTooLong(_ failure: SystemFailure) -> Bool { failure.code == "ENAMETOOLONG" }
}

extension UsageTotals {
  /// `{"gpt-4.1":{…}}`, or `{}` before the first answer.
  func append(to output: inout ByteBuffer, model: [UInt8]) {
    guard requests > 0 else { return output.append("{}") }
    output.append("{")
    output.append(model)
    output.append(":{\"requests\":{\"count\":")
    output.append(decimal: requests)
    output.append(",\"cost\":0},\"usage\":{\"inputTokens\":")
    output.append(decimal: inputTokens)
    output.append(",\"outputTokens\":")
    output.append(decimal: outputTokens)
    output.append(
      ",\"cacheReadTokens\":0,\"cacheWriteTokens\":0,\"reasoningTokens\":0},\"totalNanoAiu\":0}}")
  }
}
