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
    session.lastEvent = nil
    session.eventCount = 0
    session.turns = 0
    session.parts = []
    session.talk = Conversation()
    session.wasResumed = false
    begin(session)
    // What is there already keeps its name and its age.
    let workspace = settings.disk == .files ? folder.workspace(ask.name) : nil
    let time = wall.text
    session.createdTime = workspace.map { Array($0.createdAt.utf8) } ?? time
    session.updatedTime = time
    session.summaries = workspace?.summaries ?? 0
    session.title = workspace?.name.map(JSONText.escaped)
    note(owner: ask, of: session)
    let isShared = settings.disk == .files && folder.otherHolders(ask.name, clean: false)
    if settings.disk == .files {
      let failure = folder.create(
        session, hasWorkspace: session.options.isInfinite,
        workingDirectory: directory(of: session))
      if let failure, !isTooLong(failure) { return fail(ask, session, "\(failure)") }
    }
    session.isOpen = true
    lastSession = session.name
    announce("session.created", session)
    replyOpened(ask, session)
    emitStart(session, isShared: isShared)
  }

  /// What starts anew with every opening, by create or by resume.
  private func begin(_ session: MockSession) {
    session.usage = UsageTotals()
    session.talk.keepsText = session.options.provider != nil
    session.compaction = nil
    session.compactionIsFutile = false
    session.ephemeralCount = 0
    session.skillsAreLoaded = false
    session.startHookIsDue = true
    session.unflushed.removeAll(keeping: .max)
    session.waitsForTurn = true
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
      MockServer.appendPlace(of: session, directory, isShared: isShared, to: &output)
      output.append("}")
    }
  }

  /// Where a session runs and with what, as its start and every resume say it.
  private static func appendPlace(
    of session: MockSession, _ directory: String, isShared: Bool, to output: inout ByteBuffer
  ) {
    if let model = session.options.model {
      output.append(",\"selectedModel\":")
      output.append(model)
    }
    output.append(",\"contextTier\":null,\"context\":{\"cwd\":")
    output.append(quoted: directory)
    output.append("},\"alreadyInUse\":")
    output.append(isShared ? "true" : "false")
    output.append(",\"remoteSteerable\":false")
  }

  private mutating func resume(_ ask: Ask, _ session: MockSession, _ place: Int) {
    let wasOpen = session.isOpen
    var isShared = false
    if !wasOpen {
      let options = options(of: ask)
      switch read(session, withConversation: options.provider != nil) {
      case .missing: return fail(ask, session, "Session not found: \(ask.name)")
      case .corrupted(let problem):
        return fail(ask, session, "Session file is corrupted\(problem)")
      case .events(let summary):
        isShared = folder.otherHolders(ask.name, clean: true)
        adopt(summary, session, ask)
        _ = folder.takeLock(ask.name)
      }
    }
    note(owner: ask, of: session)
    session.isOpen = true
    lastSession = session.name
    if !wasOpen, let title = session.title, knownTitles.contains(FNV1a.hash(session.nameBytes)) {
      emitTitle(session, title)
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
      MockServer.appendPlace(of: session, directory, isShared: isShared, to: &output)
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
    session.lastEvent = summary.lastEvent
    session.eventCount = summary.events
    session.turns = summary.turns
    session.parts = [0..<summary.bytes]
    session.talk = summary.talk
    session.wasResumed = true
    begin(session)
    boundConversation(of: session)
    let workspace = folder.workspace(ask.name)
    let time = wall.text
    session.createdTime = workspace.map { Array($0.createdAt.utf8) } ?? time
    session.updatedTime = time
    session.summaries = workspace?.summaries ?? 0
    session.title = workspace?.name.map(JSONText.escaped)
    if workspace != nil { _ = folder.describe(session, workingDirectory: directory(of: session)) }
  }

  /// Names are announced again to whoever resumes a session in the process that gave them.
  mutating func remember(titleOf session: MockSession) {
    // As many as sessions that a process is made for; past it the oldest habits are forgotten.
    if knownTitles.count >= 100_000 { knownTitles.removeAll() }
    knownTitles.insert(FNV1a.hash(session.nameBytes))
  }

  /// The client gets an error, and the machine forgets what it had opened.
  private mutating func fail(_ ask: Ask, _ session: MockSession, _ text: String) {
    session.isOpen = false
    machine.forget(session.number, store: &store, into: &actions)
    refuse(ask, .failed(ask.method, text))
  }

  private mutating func replyOpened(_ ask: Ask, _ session: MockSession) {
    let path = folder.path(session.name)
    replyFromStorage(ask) { output in
      output.append("{\"sessionId\":\"")
      output.append(session.nameBytes)
      output.append("\"")
      if session.options.isInfinite {
        output.append(",\"workspacePath\":")
        output.append(quoted: path)
      }
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

  private func note(owner ask: Ask, of session: MockSession) {
    let owner = ask.connection
    if !session.owners.contains(owner) { session.owners.append(owner) }
    if JSONText.isTrue(JSONText.member("hooks", of: ask.params)),
      !session.hookOwners.contains(owner)
    {
      session.hookOwners.append(owner)
    }
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
    session.compaction = nil
    session.queue = []
    session.steering = []
    session.owners = []
    session.hookOwners = []
    if settings.disk == .files {
      // A session without a turn since it was opened leaves no trace of that.
      if !session.waitsForTurn {
        emitShutdown(session, onWire: false)
        flush(session)
      }
      folder.releaseLock(session.name)
    }
    session.database = nil
    session.ballast.removeAll(keeping: 0)
    giveUpRoom(of: session)
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
    let context = context(of: session)
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
      if usage.requests > 0 {
        output.append(",\"currentModel\":")
        output.append(model)
      }
      output.append(",\"currentTokens\":")
      output.append(decimal: context.system + context.tools + session.talk.tokens)
      context.appendParts(to: &output, conversation: session.talk.tokens)
      output.append("}")
    }
  }

  // MARK: to disk

  /// The batch timer: 100 ms after the first event that is not on disk yet.
  mutating func armFlush(_ session: MockSession) {
    guard settings.disk == .files, !session.flushIsDue, !session.unflushed.isEmpty,
      !session.waitsForTurn
    else { return }
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
    let written = folder.append(session, prompt: systemPrompt)
    keepRoom(of: session)
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

  /// A session that runs turn after turn keeps the room for its lines instead of growing it anew
  /// ten times a second; all sessions together keep no more than the bound.
  private mutating func keepRoom(of session: MockSession) {
    keptRoom -= session.keptRoom
    session.keptRoom = session.unflushed.room
    if keptRoom + session.keptRoom > MockServer.mostKeptRoom {
      session.unflushed.removeAll(keeping: 4096)
      session.keptRoom = min(4096, session.unflushed.room)
    } else {
      session.unflushed.removeAll(keeping: .max)
    }
    keptRoom += session.keptRoom
  }

  /// Gives all of it back.
  mutating func giveUpRoom(of session: MockSession) {
    session.unflushed.removeAll(keeping: 0)
    keptRoom -= session.keptRoom
    session.keptRoom = 0
  }

  /// The real CLI's words for a file system error: its log is written by Rust.
  private mutating func report(_ failure: SystemFailure, _ session: MockSession) {
    session.unflushed.removeAll(keeping: .max)
    let path = folder.events(session.name)
    let subject = failure.code == "ENAMETOOLONG" ? folder.path(session.name) : path
    let reason = failure.reason.prefix(1) + failure.reason.dropFirst()
    let text =
      "Error: Failed to append to JSONL file \(path): Error: \(failure.code): "
      + "\(subject): \(reason) (os error \(failure.number))"
    emit("session.error", session, .ephemeral, isEssential: true) { output in
      output.append("{\"errorType\":\"persistence\",\"message\":")
      output.append(quoted: "Failed to persist session events: \(text)")
      output.append("}")
    }
  }

  private func isTooLong(_ failure: SystemFailure) -> Bool { failure.code == "ENAMETOOLONG" }
}
