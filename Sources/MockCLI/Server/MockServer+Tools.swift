// Tools that the model asks for: a client's own are left to the client, after its permission; the
// CLI's own are not really run. `echo` gives its words back, so that a test can tell one call from
// another, and everything else succeeds and says nothing: a stand-in must not touch the machine it
// runs on. One call after the other, as `parallel_tool_calls: false` has it.
internal import Basics
internal import CLIModel

extension MockServer {
  /// The next tool of the round, or the next round.
  mutating func runTool(_ session: MockSession) {
    guard let turn = session.turn else { return }
    guard let call = turn.calls.first else { return nextRound(session) }
    let model = session.options.model ?? []
    emit("tool.execution_start", session, .lasting) { output in
      output.append("{\"toolCallId\":")
      output.append(quoted: call.id)
      output.append(",\"toolName\":")
      output.append(quoted: call.name)
      output.append(",\"arguments\":")
      output.append(call.object)
      output.append(",\"model\":")
      output.append(model)
      output.append(",\"turnId\":\"")
      output.append(decimal: turn.round)
      output.append("\"}")
    }
    let own = session.options.tools.first { $0.name == call.name }
    if own == nil && !ToolList.names.contains(call.name) {
      return complete(session, .unknown(call, among: session.options.tools.map(\.name)))
    }
    guard own.map({ !$0.skipsPermission }) ?? (call.name == "bash") else {
      return execute(session)
    }
    guard session.options.asksPermission else { return complete(session, .denied) }
    askPermission(session, call, own)
  }

  // MARK: permission

  private mutating func askPermission(
    _ session: MockSession, _ call: ToolCall, _ own: ClientTool?
  ) {
    let request = ids.next()
    session.turn?.wait = .permission(request)
    emit("permission.requested", session, .lasting) { output in
      output.append("{\"requestId\":\"")
      output.append(request)
      output.append("\",\"permissionRequest\":")
      PermissionText.append(call, own, isPrompt: false, to: &output)
      output.append(",\"promptRequest\":")
      PermissionText.append(call, own, isPrompt: true, to: &output)
      output.append("}")
    }
    armFlush(session)
  }

  mutating func answerPermission(_ ask: Ask, _ session: MockSession) {
    guard let result = JSONText.member("result", of: ask.params),
      case .object? = JSONText.parse(result)
    else {
      return refuse(
        ask, .failed(ask.method, "Cannot read properties of undefined (reading 'kind')"))
    }
    let given = JSONText.member("requestId", of: ask.params).flatMap(JSONText.string)
    guard let turn = session.turn, case .permission(let request) = turn.wait,
      given == request.text, let call = turn.calls.first
    else { return reply(ask) { $0.append("{\"success\":false}") } }
    session.turn?.wait = .nothing
    let kind = JSONText.member("kind", of: result).flatMap(JSONText.string) ?? ""
    let isApproved = kind.hasPrefix("approve")
    emit("permission.completed", session, .lasting) { output in
      output.append("{\"requestId\":\"")
      output.append(request)
      output.append("\",\"toolCallId\":")
      output.append(quoted: call.id)
      output.append(",\"result\":{\"kind\":\"")
      output.append(isApproved ? "approved" : "denied-interactively-by-user")
      output.append("\"}}")
    }
    reply(ask) { $0.append("{\"success\":true}") }
    if isApproved { return execute(session) }
    // A refusal by the user ends the turn: the model is not asked again.
    emitCompletion(session, call, .rejected)
    closeRound(session)
    emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
    session.turn?.stage = .ended
    advance(session)
  }

  mutating func listPermissions(_ ask: Ask, _ session: MockSession) {
    let turn = session.turn
    reply(ask) { output in
      output.append("{\"items\":[")
      if let turn, case .permission(let request) = turn.wait, let call = turn.calls.first {
        let own = session.options.tools.first { $0.name == call.name }
        output.append("{\"requestId\":\"")
        output.append(request)
        output.append("\",\"request\":")
        PermissionText.append(call, own, isPrompt: true, to: &output)
        output.append("}")
      }
      output.append("]}")
    }
  }

  // MARK: execution

  private mutating func execute(_ session: MockSession) {
    guard let call = session.turn?.calls.first else { return }
    guard session.options.tools.contains(where: { $0.name == call.name }) else {
      return complete(session, .ownTool(call))
    }
    let request = ids.next()
    let directory = directory(of: session)
    session.turn?.wait = .tool(request)
    emit("external_tool.requested", session, .lasting, isEssential: true) { output in
      output.append("{\"requestId\":\"")
      output.append(request)
      output.append("\",\"sessionId\":\"")
      output.append(session.nameBytes)
      output.append("\",\"toolCallId\":")
      output.append(quoted: call.id)
      output.append(",\"toolName\":")
      output.append(quoted: call.name)
      output.append(",\"arguments\":")
      output.append(call.object)
      output.append(",\"workingDirectory\":")
      output.append(quoted: directory)
      output.append("}")
    }
    armFlush(session)
  }

  mutating func answerTool(_ ask: Ask, _ session: MockSession) {
    let given = JSONText.member("requestId", of: ask.params).flatMap(JSONText.string)
    guard let turn = session.turn, case .tool(let request) = turn.wait, given == request.text,
      let call = turn.calls.first
    else { return reply(ask) { $0.append("{\"success\":false}") } }
    session.turn?.wait = .nothing
    emit("external_tool.completed", session, .lasting) { output in
      output.append("{\"requestId\":\"")
      output.append(request)
      output.append("\"}")
    }
    reply(ask) { $0.append("{\"success\":true}") }
    complete(session, ToolResult(answerTo: call, ask.params))
  }

  /// A tool is done; where it succeeded its hook comes first.
  private mutating func complete(_ session: MockSession, _ result: ToolResult) {
    guard let call = session.turn?.calls.first else { return }
    session.turn?.result = result
    if result.failure == nil {
      let waits = runHook(.toolUsed, session) { output in
        output.append(",\"toolName\":")
        output.append(quoted: call.name)
        output.append(",\"toolArgs\":")
        output.append(quoted: call.arguments)
        output.append(",\"toolResult\":")
        result.appendForHook(to: &output)
      }
      if waits { return }
    }
    continueTools(session)
  }

  /// After the hook of a tool, or without one.
  mutating func continueTools(_ session: MockSession) {
    guard let turn = session.turn, let result = turn.result, let call = turn.calls.first else {
      return
    }
    session.turn?.result = nil
    emitCompletion(session, call, result)
    session.turn?.calls.removeFirst()
    runTool(session)
  }

  private mutating func emitCompletion(
    _ session: MockSession, _ call: ToolCall, _ result: ToolResult
  ) {
    guard let turn = session.turn else { return }
    var identity = ByteBuffer()
    identity.append(escaped: call.id)
    var text = ByteBuffer()
    text.append(escaped: result.text)
    session.talk.add(.tool, text.array, detail: identity.array)
    let model = session.options.model ?? []
    emit("tool.execution_complete", session, .lasting) { output in
      output.append("{\"toolCallId\":\"")
      output.append(identity)
      output.append("\",\"model\":")
      output.append(model)
      output.append(",\"interactionId\":\"")
      output.append(turn.interaction)
      output.append("\",\"turnId\":\"")
      output.append(decimal: turn.round)
      output.append("\",")
      result.appendForEvent(to: &output)
      output.append("}")
    }
  }

  /// All tools of the round have run: the model is asked again.
  private mutating func nextRound(_ session: MockSession) {
    closeRound(session)
    session.turn?.round += 1
    session.turn?.message = ids.next()
    session.turn?.answer = nil
    session.turn?.deltas = 0
    session.turn?.hasMessage = false
    session.turn?.firstToken = nil
    startRound(session)
    askModel(session)
  }
}
