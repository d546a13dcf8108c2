// Long conversations made short: on request, and in the background when the context is nearly
// full. Where a provider is asked, the decision is made here and not in the machine: it hangs on
// the length of texts, which the machine does not see. Sessions of the built-in model follow the
// machine's own count of turns.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  func context(of session: MockSession) -> ContextTokens {
    ContextTokens(
      limit: session.options.provider?.promptLimit ?? Int(settings.profile.context.window),
      hasWorkspace: session.options.isInfinite, hasSummary: session.summaries > 0)
  }

  func room(in session: MockSession) -> Int { context(of: session).room }

  /// With `--hardened` a session forgets for good what no request to the model would carry: without
  /// it an answer that fails to be summed up, or a client that claims a limit of its own, lets the
  /// conversation grow for ever, as on the real CLI. No client's limit is believed beyond the
  /// model's window.
  mutating func boundConversation(of session: MockSession) {
    guard settings.isHardened, session.talk.keepsText else { return }
    let largest = ContextTokens(
      limit: Int(settings.profile.context.window), hasWorkspace: session.options.isInfinite,
      hasSummary: session.summaries > 0)
    let kept = session.talk.forget(
      beyond: min(room(in: session), largest.room), countingFirst: session.compaction?.length ?? 0)
    session.compaction?.length = kept
  }

  // MARK: on request

  /// `session.history.compact` has had its turn at the station.
  mutating func compactNow(_ place: Int, _ session: MockSession) {
    let ask = asks[place]
    guard session.talk.count > 0 else {
      emit("session.compaction_start", session, .lasting) { output in
        output.append("{\"systemTokens\":0,\"conversationTokens\":0,\"toolDefinitionsTokens\":0}")
      }
      emit("session.compaction_complete", session, .lasting) {
        $0.append("{\"success\":false,\"error\":\"Error: Nothing to compact.\"}")
      }
      refuse(ask, .failed(ask.method, "Nothing to compact."))
      return finish(place)
    }
    beginCompaction(session, ask: place)
    if session.options.provider == nil { summarized(session, builtInSummary(session)) }
  }

  private func builtInSummary(_ session: MockSession) -> ModelAnswer {
    let text = Array("Summary of \(session.turns) turns.".utf8)
    return ModelAnswer(
      text: text, inputTokens: session.talk.tokens, outputTokens: Conversation.tokens(text.count),
      callID: [], milliseconds: 0)
  }

  // MARK: in the background

  /// A turn that begins near the limit has the conversation summed up beside it, once: a summary
  /// that leaves the context as full is not repeated.
  mutating func compactIfFull(_ session: MockSession) {
    guard session.options.provider != nil, session.compaction == nil, session.talk.count > 2,
      !session.compactionIsFutile
    else { return }
    if isNearlyFull(session) { beginCompaction(session, ask: nil) }
  }

  private func isNearlyFull(_ session: MockSession) -> Bool {
    let context = context(of: session)
    let full = context.system + context.tools + session.talk.tokens
    return Double(full) > session.options.compactAt * Double(context.limit)
  }

  private mutating func beginCompaction(_ session: MockSession, ask: Int?) {
    let context = context(of: session)
    let tokens = session.talk.tokens
    session.compaction = Compaction(
      length: session.talk.count, tokens: tokens, began: wall.milliseconds, ask: ask)
    emit("session.compaction_start", session, .lasting) { output in
      output.append("{\"systemTokens\":")
      output.append(decimal: context.system)
      output.append(",\"conversationTokens\":")
      output.append(decimal: tokens)
      output.append(",\"toolDefinitionsTokens\":")
      output.append(decimal: context.tools)
      output.append("}")
    }
    guard let provider = session.options.provider else { return }
    // A conversation that has to be cut for its summary is asked about after the turn's own call:
    // so the two were seen to go out.
    session.compaction?.isDeferred = ask == nil && isCutForSummary(session)
    if session.compaction?.isDeferred == false { askForSummary(provider, session) }
  }

  private func isCutForSummary(_ session: MockSession) -> Bool {
    let request = SummaryText.request(hasWorkspace: session.options.isInfinite)
    return session.talk.tokens + Conversation.tokens(request.count) > room(in: session)
  }

  // MARK: the summary

  /// The model has summed up.
  mutating func summarized(_ session: MockSession, _ answer: ModelAnswer) {
    guard let compaction = session.compaction, session.isOpen else { return }
    session.compaction = nil
    let context = context(of: session)
    let before = context.system + context.tools + compaction.tokens
    session.talk.sumUp(first: compaction.length, as: answer.text)
    session.summaries += 1
    session.compactionIsFutile = compaction.ask == nil && isNearlyFull(session)
    let checkpoint = session.options.isInfinite ? addCheckpoint(session, answer.text) : nil
    let after = context.system + context.tools + session.talk.tokens
    let model = session.options.model ?? Array("\"\"".utf8)
    emit("session.compaction_complete", session, .lasting) { output in
      output.append("{\"success\":true,\"preCompactionTokens\":")
      output.append(decimal: before)
      output.append(",\"preCompactionMessagesLength\":")
      output.append(decimal: compaction.length)
      if compaction.ask != nil {
        output.append(",\"postCompactionTokens\":")
        output.append(decimal: after)
        output.append(",\"messagesRemoved\":")
        output.append(decimal: compaction.length - 1)
        output.append(",\"tokensRemoved\":")
        output.append(decimal: max(0, before - after))
      }
      output.append(",\"summaryContent\":\"")
      output.append(answer.text)
      output.append("\"")
      if let checkpoint {
        output.append(",\"checkpointNumber\":")
        output.append(decimal: session.summaries)
        output.append(",\"checkpointPath\":")
        output.append(quoted: checkpoint)
      }
      answer.appendUse(of: model, to: &output)
      if compaction.ask != nil {
        context.appendParts(to: &output, conversation: session.talk.tokens)
      }
      output.append("}")
    }
    emit("session.usage_info", session, .ephemeral) { output in
      context.appendUsage(
        to: &output, conversation: session.talk.tokens, messages: session.talk.count)
      output.append("}")
    }
    if !session.waitsForTurn { armFlush(session) }
    if let place = compaction.ask {
      replyCompacted(place, session, compaction, before - after, answer)
    }
  }

  private mutating func addCheckpoint(_ session: MockSession, _ escaped: [UInt8]) -> String? {
    guard settings.disk == .files else { return nil }
    let quoted = [UInt8(ascii: "\"")] + escaped + [UInt8(ascii: "\"")]
    let text = JSONText.string(quoted) ?? String(decoding: escaped, as: UTF8.self)
    session.updatedTime = wall.text
    _ = folder.describe(session, workingDirectory: directory(of: session))
    return folder.addCheckpoint(session, session.summaries, Array(text.utf8))
  }

  private mutating func replyCompacted(
    _ place: Int, _ session: MockSession, _ compaction: Compaction, _ removed: Int,
    _ answer: ModelAnswer
  ) {
    guard asks.has(place) else { return }
    let context = context(of: session)
    reply(asks[place]) { output in
      output.append("{\"success\":true,\"tokensRemoved\":")
      output.append(decimal: max(0, removed))
      output.append(",\"messagesRemoved\":")
      output.append(decimal: compaction.length - 1)
      output.append(",\"summaryContent\":\"")
      output.append(answer.text)
      output.append("\",\"contextWindow\":")
      context.appendUsage(
        to: &output, conversation: session.talk.tokens, messages: session.talk.count)
      output.append("}}")
    }
    finish(place)
  }

  /// The provider gave no summary: the conversation stays as it is.
  mutating func summaryFailed(_ session: MockSession, _ text: String) {
    guard let compaction = session.compaction, session.isOpen else { return }
    session.compaction = nil
    session.compactionIsFutile = compaction.ask == nil
    emit("session.compaction_complete", session, .lasting) { output in
      output.append("{\"success\":false,\"error\":")
      output.append(quoted: "Error: \(text)")
      output.append("}")
    }
    guard let place = compaction.ask, asks.has(place) else { return }
    refuse(asks[place], .failed(asks[place].method, text))
    finish(place)
  }

  // MARK: as the machine has it, for the built-in model

  mutating func compacting(_ place: Int) {
    guard let session = asks[place].session else { return }
    compactions.append(session)
    if session.options.provider == nil { beginCompaction(session, ask: nil) }
  }

  mutating func compacted() {
    guard !compactions.isEmpty else { return }
    let session = compactions.removeFirst()
    guard session.isOpen, session.options.provider == nil else { return }
    summarized(session, builtInSummary(session))
    session.compactionIsFutile = false
  }
}

extension ModelAnswer {
  fileprivate func appendUse(of model: [UInt8], to output: inout ByteBuffer) {
    output.append(",\"compactionTokensUsed\":{\"inputTokens\":")
    output.append(decimal: inputTokens)
    output.append(",\"outputTokens\":")
    output.append(decimal: outputTokens)
    output.append(",\"cacheReadTokens\":0,\"cacheWriteTokens\":0,\"duration\":")
    output.append(decimal: Int(milliseconds))
    output.append(",\"model\":")
    output.append(model)
    output.append("}")
  }
}
