// Requests that only ask, and the few that end something: the machine has given them their turn,
// and this is what they are told.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  mutating func respond(_ place: Int) {
    let ask = asks[place]
    if let refusal = ask.refusal {
      refuse(ask, refusal)
    } else if let failure = ask.failure {
      reply(ask) { output in
        output.append("{\"success\":false,\"error\":")
        output.append(quoted: failure)
        output.append("}")
      }
    } else if ask.method == .compact, let session = ask.session, session.isOpen {
      // Replies when the summary is there.
      return compactNow(place, session)
    } else {
      respond(ask)
    }
    finish(place)
  }

  private mutating func respond(_ ask: Ask) {
    switch ask.method {
    case .ping: pong(ask)
    case .status:
      reply(ask) { $0.append("{\"version\":\"1.0.57\",\"protocolVersion\":3}") }
    case .authStatus:
      reply(ask) {
        $0.append("{\"isAuthenticated\":false,\"statusMessage\":\"Not authenticated\"}")
      }
    case .models, .quota:
      refuse(ask, .failed(ask.method, "Not authenticated. Please authenticate first."))
    case .tools: reply(ask) { ToolList.append(to: &$0) }
    case .list, .listSessions: list(ask)
    case .metadata: metadata(ask)
    case .lastID, .lastForContext: lastID(ask)
    case .findByPrefix: reply(ask) { $0.append("{}") }
    case .foreground: reply(ask) { $0.append("{}") }
    case .setForeground:
      reply(ask) { output in
        output.append("{\"success\":false,\"error\":\"Not running in TUI+server mode - ")
        output.append("no foreground session change handler registered\"}")
      }
    case .checkInUse: checkInUse(ask)
    case .sizes: sizes(ask)
    case .bulkDelete: bulkDelete(ask)
    case .eventFile: eventFile(ask)
    case .runtimeShutdown: shutDownRuntime(ask)
    case .fault: changeFaults(ask)
    case .abort, .detach: reply(ask) { $0.append("{\"success\":true}") }
    default: respondAboutSession(ask)
    }
  }

  private mutating func lastID(_ ask: Ask) {
    let last = settings.disk == .files ? newest().first?.name : lastSession
    reply(ask) { output in
      output.append("{")
      if let last {
        output.append("\"sessionId\":")
        output.append(quoted: last)
      }
      output.append("}")
    }
  }

  private mutating func eventFile(_ ask: Ask) {
    guard JSONText.member("sessionId", of: ask.params) != nil, SessionName.isPlain(ask.name) else {
      return refuse(ask, .failed(ask.method, "Invalid sessionId: \(ask.name)"))
    }
    let path = folder.events(ask.name)
    reply(ask) { output in
      output.append("{\"filePath\":")
      output.append(quoted: path)
      output.append("}")
    }
  }

  private mutating func pong(_ ask: Ask) {
    let message = JSONText.member("message", of: ask.params)
    let time = wall.text
    reply(ask) { output in
      output.append("{\"message\":\"pong")
      if let text = JavaScriptText.truthy(message) {
        output.append(": ")
        output.append(escaped: text)
      }
      output.append("\",\"timestamp\":\"")
      output.append(time)
      output.append("\",\"protocolVersion\":3}")
    }
  }

  // MARK: about one live session

  private mutating func respondAboutSession(_ ask: Ask) {
    guard let session = ask.session, session.isOpen else {
      if ask.method == .getMessages {
        return refuse(ask, .failed(.getMessages, "Session not found: \(ask.name)"))
      }
      return refuse(ask, .failed(ask.method, "Session not found for sessionId: \(ask.name)"))
    }
    switch ask.method {
    case .getMessages:
      let events = memory(of: session)
      reply(ask) { output in
        output.append("{\"events\":[")
        output.append(events)
        output.append("]}")
      }
    case .readLog: readLog(ask, session)
    case .logTail:
      let cursor = session.cursor
      reply(ask) { output in
        output.append("{\"cursor\":\"")
        output.append(cursor)
        output.append("\"}")
      }
    case .isProcessing:
      let runs = machine.isRunning(session.number)
      reply(ask) { $0.append(runs ? "{\"processing\":true}" : "{\"processing\":false}") }
    case .pendingItems: pendingItems(ask, session)
    case .currentModel:
      reply(ask) { output in
        output.append("{")
        if let model = session.options.model {
          output.append("\"modelId\":")
          output.append(model)
        }
        output.append("}")
      }
    case .name:
      reply(ask) { output in
        output.append("{\"name\":")
        output.append(
          session.title.map { [UInt8(ascii: "\"")] + $0 + [UInt8(ascii: "\"")] }
            ?? Array("null".utf8))
        output.append("}")
      }
    case .mode: reply(ask) { $0.append("\"interactive\"") }
    case .metrics: metrics(ask, session)
    case .snapshot: snapshot(ask, session)
    case .suspend:
      flush(session)
      reply(ask) { $0.append("null") }
    case .shutdownSession:
      emitShutdown(session, onWire: true)
      flush(session)
      reply(ask) { $0.append("null") }
    case .removeMostRecent, .clearQueue:
      emit("pending_messages.modified", session, .ephemeral) { $0.append("{}") }
      let isOne = ask.method == .removeMostRecent
      reply(ask) { $0.append(isOne ? "{\"removed\":true}" : "null") }
    case .truncate: truncate(ask)
    case .sessionModels: refuse(ask, .failed(ask.method, "Not authenticated"))
    case .contextInfo: contextInfo(ask, session)
    case .workspace: workspace(ask, session)
    case .tasks: reply(ask) { $0.append("{\"tasks\":[]}") }
    case .agents: reply(ask) { $0.append("{\"agents\":[]}") }
    case .pendingPermissions: listPermissions(ask, session)
    case .handlePermission: answerPermission(ask, session)
    case .handleTool: answerTool(ask, session)
    default: refuse(ask, .unknownMethod(ask.method.rawValue))
    }
  }

  /// The events this process holds, a comma between them: its own branch of the history, not what
  /// others have appended since.
  private func memory(of session: MockSession) -> [UInt8] {
    var lines: [UInt8] = []
    if !session.parts.isEmpty,
      case .contents(let bytes) = Files.read(folder.events(session.name), limit: EventLog.largest)
    {
      for part in session.parts where part.upperBound <= bytes.count { lines += bytes[part] }
    }
    lines += session.unflushed.whole(prompt: systemPrompt)
    var events: [UInt8] = []
    events.reserveCapacity(lines.count)
    for line in lines.split(separator: 0x0A) {
      if !events.isEmpty { events.append(UInt8(ascii: ",")) }
      events += line
    }
    return events
  }

  private mutating func readLog(_ ask: Ask, _ session: MockSession) {
    let cursor = session.cursor
    let given = JSONText.member("cursor", of: ask.params).flatMap(JSONText.string)
    let isAtEnd = given == cursor
    // Everything from the beginning, or nothing: a limit is not heeded. Ephemeral events, which the
    // real CLI still has for a while, are not kept.
    let events = isAtEnd ? [] : memory(of: session)
    let status = given == nil || isAtEnd ? "ok" : "expired"
    reply(ask) { output in
      output.append("{\"events\":[")
      output.append(events)
      output.append("],\"cursor\":\"")
      output.append(cursor)
      output.append("\",\"hasMore\":false,\"cursorStatus\":\"")
      output.append(status)
      output.append("\"}")
    }
  }

  private mutating func pendingItems(_ ask: Ask, _ session: MockSession) {
    let queued = session.queue.filter { asks.has($0) }.map { asks[$0].prompt ?? [] }
    let steering = session.steering.filter { asks.has($0) }.map { asks[$0].prompt ?? [] }
    reply(ask) { output in
      output.append("{\"items\":[")
      for (place, prompt) in queued.enumerated() {
        if place > 0 { output.append(",") }
        output.append("{\"kind\":\"message\",\"displayText\":")
        output.append(prompt.isEmpty ? Array("\"\"".utf8) : prompt)
        output.append("}")
      }
      output.append("],\"steeringMessages\":[")
      for (place, prompt) in steering.enumerated() {
        if place > 0 { output.append(",") }
        output.append(prompt.isEmpty ? Array("\"\"".utf8) : prompt)
      }
      output.append("]}")
    }
  }

  private mutating func metrics(_ ask: Ask, _ session: MockSession) {
    let usage = session.usage
    let model = session.options.model ?? Array("\"\"".utf8)
    reply(ask) { output in
      output.append("{\"totalPremiumRequestCost\":0,\"totalUserRequests\":")
      output.append(decimal: usage.requests)
      output.append(",\"totalNanoAiu\":0,\"totalApiDurationMs\":")
      output.append(decimal: Int(usage.apiMilliseconds))
      output.append(",\"sessionStartTime\":\"")
      output.append(session.startTime)
      output.append("\",\"codeChanges\":{\"linesAdded\":0,\"linesRemoved\":0,")
      output.append("\"filesModifiedCount\":0,\"filesModified\":[]},\"modelMetrics\":")
      usage.append(to: &output, model: model)
      if usage.requests > 0 {
        output.append(",\"currentModel\":")
        output.append(model)
      }
      output.append(",\"lastCallInputTokens\":")
      output.append(decimal: usage.lastInput)
      output.append(",\"lastCallOutputTokens\":")
      output.append(decimal: usage.lastOutput)
      output.append("}")
    }
  }

  private mutating func snapshot(_ ask: Ask, _ session: MockSession) {
    let directory = directory(of: session)
    let path = folder.path(session.name)
    reply(ask) { output in
      output.append("{\"sessionId\":\"")
      output.append(session.nameBytes)
      output.append("\",\"startTime\":\"")
      output.append(session.startTime)
      output.append("\",\"modifiedTime\":\"")
      output.append(session.startTime)
      output.append("\",\"workingDirectory\":")
      output.append(quoted: directory)
      output.append(",\"currentMode\":\"interactive\"")
      if let model = session.options.model {
        output.append(",\"selectedModel\":")
        output.append(model)
      }
      output.append(",\"isRemote\":false,\"alreadyInUse\":false,\"workspace\":{\"id\":\"")
      output.append(session.nameBytes)
      output.append("\",\"cwd\":")
      output.append(quoted: directory)
      if let title = session.title {
        output.append(",\"name\":\"")
        output.append(title)
        output.append("\"")
      }
      output.append(",\"created_at\":\"")
      output.append(session.createdTime)
      output.append("\",\"updated_at\":\"")
      output.append(session.updatedTime)
      output.append("\"},\"workspacePath\":")
      output.append(quoted: path)
      output.append(",\"clientName\":\"sdk\"}")
    }
  }

  private mutating func workspace(_ ask: Ask, _ session: MockSession) {
    let directory = directory(of: session)
    let path = folder.path(session.name)
    reply(ask) { output in
      output.append("{\"workspace\":{\"id\":\"")
      output.append(session.nameBytes)
      output.append("\",\"cwd\":")
      output.append(quoted: directory)
      output.append(",\"client_name\":\"sdk\"")
      if let title = session.title {
        output.append(",\"name\":\"")
        output.append(title)
        output.append("\"")
      }
      output.append(",\"user_named\":false,\"summary_count\":")
      output.append(decimal: session.summaries)
      output.append(",\"created_at\":\"")
      output.append(session.createdTime)
      output.append("\",\"updated_at\":\"")
      output.append(session.updatedTime)
      output.append("\"},\"path\":")
      output.append(quoted: path)
      output.append("}")
    }
  }

  /// Of a model that 1.0.57 takes for granted there, whatever the session's is.
  private mutating func contextInfo(_ ask: Ask, _ session: MockSession) {
    let context = context(of: session)
    let total = context.system + context.tools + session.talk.tokens
    reply(ask) { output in
      output.append("{\"contextInfo\":{\"modelName\":\"claude-sonnet-4.5\"")
      context.appendParts(to: &output, conversation: session.talk.tokens)
      output.append(",\"mcpToolsTokens\":0,\"totalTokens\":")
      output.append(decimal: total)
      output.append(",\"promptTokenLimit\":")
      output.append(decimal: context.limit)
      output.append(",\"compactionThreshold\":")
      output.append(decimal: Int(Double(context.limit) * SessionOptions.usualThreshold))
      output.append(",\"limit\":null,\"bufferTokens\":null}}")
    }
  }

  /// Known, and of an event it has never heard.
  private mutating func truncate(_ ask: Ask) {
    let event = JSONText.member("eventId", of: ask.params).flatMap(JSONText.string)
    refuse(ask, .failed(ask.method, "Event \(event ?? "undefined") not found"))
  }
}

extension MockSession {
  /// Where a reader of the log would go on: the last event on disk, and how many there were since
  /// that are not.
  fileprivate var cursor: String {
    let id = lastEvent?.text ?? ""
    return ephemeralCount == 0 ? id : "\(id)|\(ephemeralCount)"
  }
}
