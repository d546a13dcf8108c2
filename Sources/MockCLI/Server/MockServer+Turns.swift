// What a turn looks like from outside: the events of its beginning, of the model's answer, of its
// end, in the order in which the real CLI was seen to send them. When they happen is the machine's
// doing.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  /// Tokens as `session.usage_info` of 1.0.57 gave them for its system prompt and its tools; the
  /// rest of the profile's base is the conversation's frame.
  private static let systemTokens = 5181
  private static let toolTokens = 6465

  // MARK: the prompt

  /// `session.send` has had its turn at the station: the client gets its message id.
  mutating func acknowledge(_ place: Int) {
    let ask = asks[place]
    guard let session = ask.session else { return }
    let begins = session.turn == nil && session.queue.isEmpty && session.steering.isEmpty
    emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
    if begins { emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") } }
    if ask.method == .send {
      reply(ask) { output in
        output.append("{\"messageId\":\"")
        output.append(ask.message)
        output.append("\"}")
      }
    }
    if ask.isSteering && !begins {
      session.steering.append(place)
    } else {
      session.queue.append(place)
    }
  }

  /// The prompt becomes part of the history and the model is about to be asked.
  mutating func beginTurn(_ place: Int, _ call: ProviderCall) {
    let ask = asks[place]
    guard let session = ask.session else { return }
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
    session.continues = false
    if session.options.model == nil {
      session.options.model = Array("\"\(settings.defaultModel ?? "gpt-4.1")\"".utf8)
      let model = session.options.model ?? []
      emit("session.model_change", session, .lasting) { output in
        output.append("{\"newModel\":")
        output.append(model)
        output.append("}")
      }
    }
    let turn = RunningTurn(
      ask: place, interaction: ids.next(), message: ids.next(), began: wall.milliseconds,
      call: call)
    session.turn = turn
    let seat = Int(call.place)
    while running.count <= seat { running.append(nil) }
    running[seat] = session
    session.waitsForTurn = false
    session.announcesIdle = true
    emitPrompt(session, ask, turn)
    firstTurn(session, ask)
    armFlush(session)
  }

  private mutating func emitPrompt(_ session: MockSession, _ ask: Ask, _ turn: RunningTurn) {
    if settings.runsLean { return emitLeanPrompt(session, ask) }
    if !session.skillsAreLoaded {
      session.skillsAreLoaded = true
      emit("session.skills_loaded", session, .ephemeral) { $0.append("{\"skills\":[]}") }
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
    let time = wall.text
    if session.options.provider != nil {
      var text = ByteBuffer()
      session.appendTransformed(ask.prompt, at: time, to: &text)
      session.conversation.append(EventLog.Spoken(isUser: true, text: text.array))
    }
    let agent = ids.next()
    emit("user.message", session, .lasting, keepsLean: true) { output in
      output.append("{")
      if let prompt = ask.prompt {
        output.append("\"content\":")
        output.append(prompt)
        output.append(",")
      }
      output.append("\"transformedContent\":\"")
      session.appendTransformed(ask.prompt, at: time, to: &output)
      output.append(
        "\",\"attachments\":[],\"supportedNativeDocumentMimeTypes\":[],\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\",\"parentAgentTaskId\":\"")
      output.append(agent)
      output.append("\"}")
    }
    emit("assistant.turn_start", session, .lasting) { output in
      output.append("{\"turnId\":\"0\",\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\"}")
    }
    let conversation = conversationTokens(session)
    let messages = 2 * session.turns + 2
    let limit = Int(settings.profile.context.window)
    emit("session.usage_info", session, .ephemeral) { output in
      output.append("{\"tokenLimit\":")
      output.append(decimal: limit)
      output.append(",\"currentTokens\":")
      output.append(decimal: MockServer.systemTokens + MockServer.toolTokens + conversation)
      output.append(",\"messagesLength\":")
      output.append(decimal: messages)
      output.append(",\"systemTokens\":")
      output.append(decimal: MockServer.systemTokens)
      output.append(",\"conversationTokens\":")
      output.append(decimal: conversation)
      output.append(",\"toolDefinitionsTokens\":")
      output.append(decimal: MockServer.toolTokens)
      output.append(",\"isInitial\":true}")
    }
  }

  /// What a resume needs to know of a prompt, on disk only.
  private mutating func emitLeanPrompt(_ session: MockSession, _ ask: Ask) {
    if session.options.provider != nil {
      var text = ByteBuffer()
      session.appendTransformed(ask.prompt, at: wall.text, to: &text)
      session.conversation.append(EventLog.Spoken(isUser: true, text: text.array))
    }
    emit("user.message", session, [.disk], keepsLean: true) { output in
      output.append("{\"content\":")
      output.append(ask.prompt ?? Array("\"\"".utf8))
      output.append("}")
    }
  }

  /// The first prompt names the session, on the wire and on disk.
  private mutating func firstTurn(_ session: MockSession, _ ask: Ask) {
    guard session.title == nil, let prompt = ask.prompt, let text = JSONText.content(prompt)
    else { return }
    session.title = text
    emit("session.title_changed", session, .ephemeral) { output in
      output.append("{\"title\":\"")
      output.append(text)
      output.append("\"}")
    }
    guard settings.disk == .files else { return }
    if session.database == nil && !settings.runsLean {
      let path = folder.path(session.name) + "/session.db"
      switch Files.reserve(path, size: SessionFolder.databaseSize) {
      case .success(let descriptor): session.database = consume descriptor
      case .failure: break
      }
    }
    _ = folder.describe(session, workingDirectory: directory(of: session), updated: wall.text)
  }

  private func conversationTokens(_ session: MockSession) -> Int {
    let base =
      Int(settings.profile.context.baseTokens) - MockServer.systemTokens
      - MockServer.toolTokens
    return max(0, base) + Int(settings.profile.context.tokensPerTurn) * session.turns
  }

  // MARK: the answer

  /// The machine has finished its work on a turn: answer and end go out. Not yet `session.idle`.
  mutating func endTurn(_ place: Int) {
    guard let session = asks[place].session, let turn = session.turn, turn.ask == place else {
      return
    }
    let answer =
      turn.answer
      ?? ModelAnswer(
        text: [], inputTokens: 0, outputTokens: 0, callID: [], milliseconds: 0)
    let model = session.options.model ?? []
    session.usage.requests += 1
    session.usage.inputTokens += answer.inputTokens
    session.usage.outputTokens += answer.outputTokens
    session.usage.apiMilliseconds += answer.milliseconds
    session.usage.lastInput = answer.inputTokens
    session.usage.lastOutput = answer.outputTokens
    session.turns += 1
    if session.options.provider != nil {
      session.conversation.append(EventLog.Spoken(isUser: false, text: answer.text))
    }
    emitUsage(session, turn, answer, model)
    emit("assistant.message", session, .lasting, isEssential: true) { output in
      output.append("{\"messageId\":\"")
      output.append(turn.message)
      output.append("\",\"model\":")
      output.append(model)
      output.append(",\"content\":\"")
      output.append(answer.text)
      output.append("\",\"toolRequests\":[],\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\",\"turnId\":\"0\",\"outputTokens\":")
      output.append(decimal: answer.outputTokens)
      output.append("}")
    }
    if asks[place].method == .sendAndWait { session.lastAnswer = line.array }
    endOfTurn(session)
    session.turn = nil
  }

  private mutating func emitUsage(
    _ session: MockSession, _ turn: RunningTurn, _ answer: ModelAnswer, _ model: [UInt8]
  ) {
    let began = turn.began
    emit("assistant.usage", session, .ephemeral) { output in
      output.append("{\"model\":")
      output.append(model)
      output.append(",\"inputTokens\":")
      output.append(decimal: answer.inputTokens)
      output.append(",\"outputTokens\":")
      output.append(decimal: answer.outputTokens)
      output.append(
        ",\"cacheReadTokens\":0,\"cacheWriteTokens\":0,\"reasoningTokens\":0,\"cost\":0")
      output.append(",\"duration\":")
      output.append(decimal: Int(answer.milliseconds))
      if session.options.streams, let first = turn.firstToken {
        output.append(",\"timeToFirstTokenMs\":")
        output.append(decimal: Int(first - began))
        output.append(",\"interTokenLatencyMs\":")
        output.append(
          decimal: Int(max(0, answer.milliseconds - (first - began)))
            / max(1, turn.deltas - 1))
      }
      output.append(",\"initiator\":\"user\",\"apiCallId\":\"")
      if answer.callID.isEmpty {
        output.append("mock-")
        output.append(decimal: session.turns)
      } else {
        output.append(answer.callID)
      }
      output.append("\",\"apiEndpoint\":\"/chat/completions\",\"quotaSnapshots\":{}}")
    }
  }

  private mutating func endOfTurn(_ session: MockSession) {
    emit("assistant.turn_end", session, .lasting, keepsLean: true) {
      $0.append("{\"turnId\":\"0\"}")
    }
    armFlush(session)
  }

  /// Nobody waits in the session any more.
  mutating func goIdle(_ session: MockSession, aborted: Bool = false) {
    session.idleEvent = emit("session.idle", session, .ephemeral, isEssential: true) {
      $0.append(aborted ? "{\"aborted\":true}" : "{}")
    }
  }

  /// `session.error`, as after the last retry.
  mutating func failTurn(_ place: Int) {
    guard let session = asks[place].session else { return }
    let failure = session.failure
    if session.turn != nil { endOfTurn(session) }
    session.turn = nil
    session.failure = nil
    guard let failure else { return }
    emit("session.error", session, .lasting, isEssential: true) { output in
      output.append("{\"errorType\":")
      output.append(quoted: failure.kind)
      output.append(",\"message\":")
      output.append(quoted: failure.message)
      if failure.status >= 400 && failure.status < 429 {
        output.append(",\"statusCode\":")
        output.append(decimal: failure.status)
      }
      output.append("}")
    }
    armFlush(session)
  }

  mutating func abortTurn(_ place: Int) {
    guard let session = asks[place].session else { return }
    session.turn = nil
    emit("abort", session, .lasting, isEssential: true) {
      $0.append("{\"reason\":\"user_initiated\"}")
    }
    emit("session.info", session, .ephemeral) {
      $0.append("{\"infoType\":\"cancellation\",\"message\":\"Operation cancelled by user\"}")
    }
    armFlush(session)
  }
}

extension MockSession {
  /// The prompt as the model gets it: with the time before it and a reminder behind, escaped.
  func appendTransformed(_ prompt: [UInt8]?, at time: [UInt8], to output: inout ByteBuffer) {
    output.append("<current_datetime>")
    output.append(time.span.extracting(0..<time.count - 1))
    output.append("+00:00</current_datetime>")
    if let prompt, prompt.first == UInt8(ascii: "\"") {
      output.append("\\n\\n")
      output.append(prompt.span.extracting(1..<prompt.count - 1))
    }
    output.append("\\n\\n<system_reminder>\\n<sql_tables>")
    if turns == 0 {
      output.append("No tables currently exist. Default tables (todos, todo_deps) will be ")
      output.append("created automatically when using the SQL tool for the first time.")
    } else {
      output.append("Available tables: todos, todo_deps, inbox_entries")
    }
    output.append("</sql_tables>\\n</system_reminder>")
  }
}
