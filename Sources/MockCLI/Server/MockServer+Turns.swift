// How a turn begins, seen from outside: its events up to the call of the model, in the order in
// which the real CLI sends them. When it begins is the machine's doing. Hooks of a client are asked
// on the way; to the machine their time is part of the provider's, so that it need not know them.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  // MARK: the prompt

  /// `session.send` has had its turn at the station: the client gets its message id.
  mutating func acknowledge(_ place: Int) {
    let ask = asks[place]
    guard let session = ask.session else { return }
    let begins = session.turn == nil && session.queue.isEmpty && session.steering.isEmpty
    emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
    if begins { emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") } }
    // Where the turn cannot even begin, the real CLI replies after everything else.
    if ask.method == .send && !(begins && lacksModel(session)) { replyWithMessage(ask) }
    if ask.isSteering && !begins {
      session.steering.append(place)
    } else {
      session.queue.append(place)
    }
  }

  mutating func replyWithMessage(_ ask: Ask) {
    reply(ask) { output in
      output.append("{\"messageId\":\"")
      output.append(ask.message)
      output.append("\"}")
    }
  }

  /// A provider in the environment serves no session that names none: 1.0.57 then wants a login.
  /// Without one in the environment either, the model built into the mock answers.
  func lacksModel(_ session: MockSession) -> Bool {
    session.options.provider == nil && settings.provider != nil
  }

  /// The prompt's turn has come.
  mutating func beginTurn(_ place: Int, _ call: ProviderCall) {
    let ask = asks[place]
    guard let session = ask.session else { return }
    takeFromQueue(place, session)
    session.continues = false
    session.announcesIdle = true
    if lacksModel(session) {
      session.failure = .withoutLogin
      return feed(.providerFailed(call, status: ModelFailure.final))
    }
    chooseModel(session)
    session.turn = RunningTurn(
      ask: place, interaction: ids.next(), message: ids.next(), began: wall.milliseconds,
      call: call)
    let seat = Int(call.place)
    while running.count <= seat { running.append(nil) }
    running[seat] = session
    session.waitsForTurn = false
    if !session.hookOwners.isEmpty {
      let waits = runHook(.promptSubmitted, session) { output in
        output.append(",\"prompt\":")
        output.append(ask.prompt ?? Array("\"\"".utf8))
      }
      if waits { return }
    }
    advance(session)
  }

  private mutating func takeFromQueue(_ place: Int, _ session: MockSession) {
    if let index = session.steering.firstIndex(of: place) {
      session.steering.remove(at: index)
      emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
      emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
    } else if let index = session.queue.firstIndex(of: place) {
      session.queue.remove(at: index)
      if session.continues {
        emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
      }
    }
  }

  private mutating func chooseModel(_ session: MockSession) {
    guard session.options.model == nil else { return }
    let model = Array("\"\(settings.defaultModel ?? "gpt-4.1")\"".utf8)
    session.options.model = model
    emit("session.model_change", session, .lasting) { output in
      output.append("{\"newModel\":")
      output.append(model)
      output.append("}")
    }
  }

  /// Goes on with a turn as far as it can without an answer of the client or of the provider.
  mutating func advance(_ session: MockSession) {
    guard let turn = session.turn, asks.has(turn.ask) else { return }
    let ask = asks[turn.ask]
    switch turn.stage {
    case .submitted:
      guard emitPrompt(session, ask, turn) else { return }
      session.turn?.stage = .prompted
      if session.startHookIsDue {
        session.startHookIsDue = false
        let source: StaticString = session.wasResumed ? "resume" : "new"
        let waits = runHook(.sessionStart, session) { output in
          output.append(",\"source\":\"")
          output.append(source)
          output.append("\",\"initialPrompt\":")
          output.append(ask.prompt ?? Array("\"\"".utf8))
        }
        if waits { return }
      }
      advance(session)
    case .prompted:
      guard SessionName.fitsDisk(session.nameBytes.count) else {
        return failForGood(session, .nameTooLong(folder.path(session.name)))
      }
      startRound(session)
      giveName(session, ask)
      armFlush(session)
      session.turn?.stage = .asking
      askModel(session)
    case .asking: continueTools(session)
    case .ended: feed(.providerAnswered(turn.call))
    }
  }

  /// False where the prompt is nothing that a turn can be made of.
  private mutating func emitPrompt(
    _ session: MockSession, _ ask: Ask, _ turn: RunningTurn
  ) -> Bool {
    if !settings.runsLean { emitOpening(session) }
    if let problem = PromptText.problem(with: ask) {
      failForGood(session, ModelFailure(kind: "query", message: problem))
      return false
    }
    let frame = PromptText.Frame(
      time: wall.text, isFirst: session.turns == 0, hasWorkspace: session.options.isInfinite)
    if session.talk.keepsText {
      var text = ByteBuffer()
      frame.append(ask, to: &text)
      session.talk.add(.user, text.array + PromptText.attached(ask))
      session.talk.hear(PromptText.content(of: ask))
    } else {
      session.talk.count(bytes: frame.size(of: ask))
    }
    if settings.runsLean {
      emitLeanPrompt(session, ask, turn)
    } else {
      emitUserMessage(session, ask, turn, frame)
    }
    return true
  }

  private mutating func emitOpening(_ session: MockSession) {
    if !session.skillsAreLoaded {
      session.skillsAreLoaded = true
      emit("session.skills_loaded", session, .ephemeral) { $0.append(Padding.skills) }
    }
    let prompt = systemPrompt
    let opening: StaticString = "{\"role\":\"system\",\"content\":\""
    emit("system.message", session, .lasting, promptAt: opening.utf8CodeUnitCount) { output in
      output.append(opening)
      output.append(prompt)
      output.append("\"}")
    }
    let model = session.options.model ?? []
    emit("session.tools_updated", session, .ephemeral) { output in
      output.append("{\"model\":")
      output.append(model)
      output.append("}")
    }
  }

  /// What a resume needs to know of a prompt, on disk only: and which answer is its own.
  private mutating func emitLeanPrompt(
    _ session: MockSession, _ ask: Ask, _ turn: RunningTurn
  ) {
    emit("user.message", session, [.disk], keepsLean: true) { output in
      output.append("{\"content\":")
      output.append(ask.prompt ?? Array("\"\"".utf8))
      output.append(",\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\"}")
    }
  }

  private mutating func emitUserMessage(
    _ session: MockSession, _ ask: Ask, _ turn: RunningTurn, _ frame: PromptText.Frame
  ) {
    let agent = ids.next()
    emit("user.message", session, .lasting) { output in
      output.append("{")
      if let prompt = ask.extras?.display ?? ask.prompt {
        output.append("\"content\":")
        output.append(prompt)
        output.append(",")
      }
      output.append("\"transformedContent\":\"")
      frame.append(ask, to: &output)
      output.append("\",\"attachments\":")
      output.append(ask.extras?.attachments ?? Array("[]".utf8))
      output.append(",\"supportedNativeDocumentMimeTypes\":[]")
      if let mode = ask.extras?.agentMode {
        output.append(",\"agentMode\":")
        output.append(mode)
      }
      output.append(",\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\",\"parentAgentTaskId\":\"")
      output.append(agent)
      output.append("\"}")
    }
  }

  /// The turn ends with an error that no retry mends.
  mutating func failForGood(_ session: MockSession, _ failure: ModelFailure) {
    guard let turn = session.turn else { return }
    session.failure = failure
    feed(.providerFailed(turn.call, status: ModelFailure.final))
  }

  // MARK: a round: one answer of the model

  mutating func startRound(_ session: MockSession) {
    guard let turn = session.turn else { return }
    emit("assistant.turn_start", session, .lasting) { output in
      output.append("{\"turnId\":\"")
      output.append(decimal: turn.round)
      output.append("\",\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\"}")
    }
    compactIfFull(session)
    emitContext(session)
    boundConversation(of: session)
  }

  /// `session.usage_info`, and what had to go for the request to fit.
  mutating func emitContext(_ session: MockSession) {
    if settings.runsLean { return }
    let shown = session.talk.fitting(room(in: session))
    let context = context(of: session)
    let isInitial = session.turn?.round == 0
    emit("session.usage_info", session, .ephemeral) { output in
      context.appendUsage(to: &output, conversation: shown.tokens, messages: shown.count + 1)
      output.append(isInitial ? ",\"isInitial\":true}" : ",\"isInitial\":false}")
    }
    guard shown.count < session.talk.count else { return }
    let before = session.talk.count + 1
    let removed = session.talk.tokens - shown.tokens
    let base = context.system + context.tools
    let full = base + session.talk.tokens
    emit("session.truncation", session, .lasting) { output in
      output.append("{\"tokenLimit\":")
      output.append(decimal: context.limit)
      output.append(",\"preTruncationTokensInMessages\":")
      output.append(decimal: full)
      output.append(",\"preTruncationMessagesLength\":")
      output.append(decimal: before)
      output.append(",\"postTruncationTokensInMessages\":")
      output.append(decimal: full - removed)
      output.append(",\"postTruncationMessagesLength\":")
      output.append(decimal: shown.count + 1)
      output.append(",\"tokensRemovedDuringTruncation\":")
      output.append(decimal: removed)
      output.append(",\"messagesRemovedDuringTruncation\":")
      output.append(decimal: before - shown.count - 1)
      output.append(",\"toolDefinitionsTokenCount\":")
      output.append(decimal: context.tools)
      output.append(",\"performedBy\":\"BasicTruncator\"}")
    }
  }

  /// The first prompt names the session, on the wire and on disk.
  private mutating func giveName(_ session: MockSession, _ ask: Ask) {
    makeDatabase(session)
    guard session.title == nil, session.options.isInfinite,
      let text = SessionTitle.make(from: ask.extras?.display ?? ask.prompt)
    else { return }
    session.title = text
    session.updatedTime = wall.text
    remember(titleOf: session)
    emitTitle(session, text)
    guard settings.disk == .files else { return }
    _ = folder.describe(session, workingDirectory: directory(of: session))
  }

  mutating func emitTitle(_ session: MockSession, _ text: [UInt8]) {
    emit("session.title_changed", session, .ephemeral) { output in
      output.append("{\"title\":\"")
      output.append(text)
      output.append("\"}")
    }
  }

  private func makeDatabase(_ session: MockSession) {
    guard settings.disk == .files, session.options.isInfinite, session.database == nil,
      !settings.runsLean
    else { return }
    switch Files.reserve(
      folder.path(session.name) + "/session.db", size: SessionFolder.databaseSize)
    {
    case .success(let descriptor): session.database = consume descriptor
    case .failure: break
    }
  }
}
