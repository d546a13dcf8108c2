// How a turn ends, seen from outside: with an answer, an error or an abort.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  // MARK: the answer

  /// The model has answered. Tools it asks for are run first, and hooks are asked; to the machine
  /// the provider has answered only when nothing is left but the end of the turn.
  mutating func modelAnswered(_ session: MockSession) {
    guard let turn = session.turn, let answer = turn.answer else { return }
    if answer.calls.isEmpty && session.hookOwners.isEmpty {
      return feed(.providerAnswered(turn.call))
    }
    emitAnswer(session, turn, answer)
    if !answer.calls.isEmpty {
      session.turn?.calls = answer.calls
      return runTool(session)
    }
    closeRound(session)
    session.turn?.stage = .ended
    let waits = runHook(.sessionEnd, session) { $0.append(",\"reason\":\"complete\"") }
    if !waits { advance(session) }
  }

  /// The machine has finished its work on a turn: answer and end go out. Not yet `session.idle`.
  mutating func endTurn(_ place: Int) {
    guard let session = asks[place].session, let turn = session.turn, turn.ask == place else {
      return
    }
    if turn.stage != .ended {
      let answer =
        turn.answer
        ?? ModelAnswer(
          text: [], inputTokens: 0, outputTokens: 0, callID: [], milliseconds: 0)
      emitAnswer(session, turn, answer)
      closeRound(session)
    }
    session.turns += 1
    session.turn = nil
  }

  mutating func emitAnswer(_ session: MockSession, _ turn: RunningTurn, _ answer: ModelAnswer) {
    let model = session.options.model ?? []
    session.usage.add(answer)
    if answer.calls.isEmpty {
      session.talk.add(.assistant, answer.text)
    } else {
      var calls = ByteBuffer()
      ToolCall.append(answer.calls, to: &calls)
      session.talk.add(.assistant, answer.text, detail: calls.array)
    }
    emitUsage(session, turn, answer, model)
    emit("assistant.message", session, [.wire, .disk], isEssential: true) { output in
      output.append("{\"messageId\":\"")
      output.append(turn.message)
      output.append("\",\"model\":")
      output.append(model)
      output.append(",\"content\":\"")
      output.append(answer.text)
      output.append("\",\"toolRequests\":")
      if answer.calls.isEmpty {
        output.append("[]")
      } else {
        ToolCall.appendRequests(answer.calls, to: &output)
      }
      output.append(",\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\",\"turnId\":\"")
      output.append(decimal: turn.round)
      output.append("\",\"outputTokens\":")
      output.append(decimal: answer.outputTokens)
      output.append("}")
    }
    if asks[turn.ask].method == .sendAndWait { session.lastAnswer = line.array }
    if !settings.runsLean { announce("session.updated", session) }
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
      // A repeated call is the agent's own, and so is one after a tool.
      output.append(
        turn.round > 0 || turn.attempt > 0
          ? ",\"initiator\":\"agent\",\"apiCallId\":\"" : ",\"initiator\":\"user\",\"apiCallId\":\""
      )
      if answer.callID.isEmpty {
        output.append("mock-")
        output.append(decimal: session.turns)
      } else {
        output.append(answer.callID)
      }
      output.append("\",\"apiEndpoint\":\"/chat/completions\",\"quotaSnapshots\":{}}")
    }
  }

  /// `assistant.turn_end` of the round under way.
  mutating func closeRound(_ session: MockSession) {
    let round = session.turn?.round ?? 0
    emit("assistant.turn_end", session, .lasting, keepsLean: true) { output in
      output.append("{\"turnId\":\"")
      output.append(decimal: round)
      output.append("\"}")
    }
    armFlush(session)
  }

  /// Nobody waits in the session any more.
  mutating func goIdle(_ session: MockSession, aborted: Bool = false) {
    session.idleEvent = emit("session.idle", session, .ephemeral, isEssential: true) {
      $0.append(aborted ? "{\"aborted\":true}" : "{}")
    }
  }

  // MARK: errors and aborts

  /// `session.error`, as after the last retry.
  mutating func failTurn(_ place: Int) {
    guard let session = asks[place].session else { return }
    let failure = session.failure
    if session.turn?.stage == .asking { closeRound(session) }
    session.turn = nil
    session.failure = nil
    guard let failure else { return }
    emit("session.error", session, .lasting, isEssential: true) { output in
      output.append("{\"errorType\":")
      output.append(quoted: failure.kind)
      output.append(",\"message\":")
      output.append(quoted: failure.message)
      if let status = failure.statusCode {
        output.append(",\"statusCode\":")
        output.append(decimal: status)
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

extension UsageTotals {
  mutating func add(_ answer: ModelAnswer) {
    requests += 1
    inputTokens += answer.inputTokens
    outputTokens += answer.outputTokens
    apiMilliseconds += answer.milliseconds
    lastInput = answer.inputTokens
    lastOutput = answer.outputTokens
  }

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
