// The model behind the server: built in, with the latency, failures and limits of the scenario, or
// a provider over HTTP. Its answer goes back to the machine, which decides what follows.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Wire

extension MockServer {
  /// The machine wants the model asked: for a turn that begins, or once more after a failure.
  mutating func callModel(_ call: ProviderCall, ask place: Int, attempt: Int) {
    guard asks.has(place), let session = asks[place].session else { return }
    guard attempt == 0 else {
      session.turn?.attempt = attempt
      announceRetry(session)
      emitContext(session)
      return askModel(session)
    }
    let fault = faults.isEmpty ? nil : faults.turnBegins(at: now - .zero)
    if let fault { begin(fault, .crashBefore) }
    session.fault = fault
    beginTurn(place, call)
    if let fault { begin(fault, .crashDuring) }
  }

  /// The prompt is out and the hooks are asked: now the model is.
  mutating func askModel(_ session: MockSession) {
    guard let turn = session.turn else { return }
    if let status = faults.isEmpty ? nil : faults.providerCalled(at: now - .zero) {
      noteFailure(session, status: Int(status), text: "\(status) from the mock")
      feed(.providerFailed(turn.call, status: status))
      return
    }
    if let provider = session.options.provider {
      callProvider(provider, session, turn.call)
      if session.compaction?.isDeferred == true {
        session.compaction?.isDeferred = false
        askForSummary(provider, session)
      }
    } else {
      callBuiltIn(session, turn.call, turn.ask, attempt: turn.attempt)
    }
  }

  /// A turn with a mark has the latency of its place in the plan, whichever server it reaches, as
  /// in a simulation; one without that of its place in its session.
  private func draws(of prompt: [UInt8]?, _ session: MockSession) -> (person: Int, turn: Int) {
    if let prompt, let mark = PromptMark.next(in: prompt.span, from: 0)?.mark {
      return (Int(mark.loop), Int(mark.turn))
    }
    return (session.number.place, session.turns)
  }

  private mutating func callBuiltIn(
    _ session: MockSession, _ call: ProviderCall, _ place: Int, attempt: Int
  ) {
    let draws = draws(of: asks[place].prompt, session)
    session.turn?.draws = draws
    let answer = provider.call(person: draws.person, turn: draws.turn, attempt: attempt, at: now)
    switch answer {
    case .failure(let status, let after):
      timers.push(now + after, Timer.modelFailed(call, status: status).code)
    case .complete(let after):
      session.turn?.answer = builtInAnswer(to: asks[place].prompt, session, after)
      if session.options.streams && after.nanoseconds > 0 {
        let first = firstToken(of: session, after)
        timers.push(now + first, Timer.delta(call).code)
      } else if session.options.streams {
        streamAll(session)
      }
      if after.nanoseconds > 0 {
        timers.push(now + after, Timer.modelAnswered(call).code)
      } else {
        provider.answered()
        modelAnswered(session)
      }
    }
  }

  /// Repeats the prompt, so that whoever reads an answer can tell what it answers.
  private mutating func builtInAnswer(
    to prompt: [UInt8]?, _ session: MockSession, _ after: Interval
  ) -> ModelAnswer {
    line.removeAll()
    if let fixed = settings.answer {
      line.append(escaped: fixed)
    } else {
      line.append("You said: ")
      if let prompt, prompt.first == UInt8(ascii: "\"") {
        var end = min(prompt.count - 1, longestEcho)
        // Not in the middle of an escape.
        while end < prompt.count - 1 && end > 1 && prompt[end - 1] == UInt8(ascii: "\\") {
          end -= 1
        }
        line.append(prompt.span.extracting(1..<end))
      }
    }
    let text = line.array
    let tokens = max(1, text.count / bytesPerToken)
    let context =
      Int(settings.profile.context.baseTokens)
      + Int(settings.profile.context.tokensPerTurn) * session.turns
    return ModelAnswer(
      text: text, inputTokens: context, outputTokens: tokens,
      callID: [],
      milliseconds: after.nanoseconds / 1_000_000)
  }

  // MARK: streaming

  private func firstToken(of session: MockSession, _ whole: Interval) -> Interval {
    let draws = session.turn?.draws ?? (person: session.number.place, turn: session.turns)
    return provider.firstToken(person: draws.person, turn: draws.turn, whole: whole)
  }

  /// The next piece of an answer that streams, and the timer of the one after it.
  mutating func streamNext(_ call: ProviderCall) {
    guard let session = session(of: call), let turn = session.turn, let answer = turn.answer else {
      return
    }
    let pieces = max(1, (answer.text.count + bytesPerDelta - 1) / bytesPerDelta)
    guard turn.deltas < pieces else { return }
    let start = turn.deltas * bytesPerDelta
    sendDelta(session, Array(answer.text[start..<min(answer.text.count, start + bytesPerDelta)]))
    guard turn.deltas < pieces else { return }
    let whole = Interval.milliseconds(answer.milliseconds)
    let rest = whole.nanoseconds - firstToken(of: session, whole).nanoseconds
    timers.push(
      now + Interval(nanoseconds: max(0, rest) / Int64(pieces)), Timer.delta(call).code)
  }

  private mutating func streamAll(_ session: MockSession) {
    guard let answer = session.turn?.answer else { return }
    var start = 0
    repeat {
      let end = min(answer.text.count, start + bytesPerDelta)
      sendDelta(session, Array(answer.text[start..<end]))
      start = end
    } while start < answer.text.count
  }

  /// A piece of a tool call: counted, and not shown.
  mutating func countDelta(_ session: MockSession, _ bytes: Int) {
    guard let turn = session.turn else { return }
    turn.streamedBytes += bytes
    turn.deltas += 1
    if turn.firstToken == nil { turn.firstToken = wall.milliseconds }
    let sum = turn.streamedBytes
    emit("assistant.streaming_delta", session, .ephemeral) { output in
      output.append("{\"totalResponseSizeBytes\":")
      output.append(decimal: sum)
      output.append("}")
    }
  }

  /// One piece as the provider sent it: the CLI passes them on one to one.
  mutating func sendDelta(_ session: MockSession, _ text: [UInt8]) {
    guard let turn = session.turn else { return }
    let isFirst = !turn.hasMessage
    turn.hasMessage = true
    turn.deltas += 1
    turn.streamedBytes += text.count
    if turn.firstToken == nil { turn.firstToken = wall.milliseconds }
    emit("assistant.streaming_delta", session, .ephemeral) { output in
      output.append("{\"totalResponseSizeBytes\":")
      output.append(decimal: turn.streamedBytes)
      output.append("}")
    }
    if isFirst {
      emit("assistant.message_start", session, .ephemeral, isEssential: true) { output in
        output.append("{\"messageId\":\"")
        output.append(turn.message)
        output.append("\"}")
      }
    }
    emit("assistant.message_delta", session, .ephemeral, isEssential: true) { output in
      output.append("{\"messageId\":\"")
      output.append(turn.message)
      output.append("\",\"deltaContent\":\"")
      output.append(text)
      output.append("\"}")
    }
  }

  /// The session whose turn the call belongs to, unless that turn is over.
  func session(of call: ProviderCall) -> MockSession? {
    let place = Int(call.place)
    guard place < running.count, let session = running[place], let asked = session.turn?.call,
      asked.generation == call.generation, asked.place == call.place
    else { return nil }
    return session
  }
}

extension MockServer {
  /// One call has failed: the client is told of it, and what it will be told if this was the last.
  mutating func noteFailure(_ session: MockSession, status: Int, text: String) {
    guard let turn = session.turn else { return }
    let model = session.options.model ?? []
    emit("model.call_failure", session, .ephemeral) { output in
      output.append("{\"model\":")
      output.append(model)
      if status > 0 {
        output.append(",\"statusCode\":")
        output.append(decimal: status)
      }
      output.append(",\"durationMs\":0,\"source\":\"top_level\",\"errorMessage\":")
      if status > 0 {
        var inner = ByteBuffer()
        inner.append("{\"message\":")
        inner.append(quoted: text)
        inner.append(",\"type\":\"provider_error\"}")
        output.append(quoted: String(decoding: inner.array, as: UTF8.self))
      } else {
        output.append(quoted: "\"\(text)\"")
      }
      output.append("}")
    }
    turn.failures += 1
    session.failure = .ofModel(
      status: status, text: text, attempts: turn.failures,
      waited: wall.milliseconds - turn.began, provider: session.options.provider)
  }

  /// Another attempt begins; the real CLI says so after all failures but a rate limit.
  mutating func announceRetry(_ session: MockSession) {
    guard let failure = session.failure, failure.status != 429 else { return }
    emit("session.info", session, .ephemeral) { output in
      output.append("{\"infoType\":\"model_retry\",\"message\":\"Request failed ")
      output.append(
        failure.status == 400 ? "(transient_bad_request)" : "due to a transient API error")
      output.append(". Retrying...\"}")
    }
  }
}

/// A prompt is repeated up to here: marks stand at its beginning.
private let longestEcho = 400
/// A token of English is about four letters.
private let bytesPerToken = 4
private let bytesPerDelta = 16
