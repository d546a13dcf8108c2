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
    case .lastID:
      let last = settings.disk == .files ? newest().first?.name : lastSession
      reply(ask) { output in
        output.append("{")
        if let last {
          output.append("\"sessionId\":")
          output.append(quoted: last)
        }
        output.append("}")
      }
    case .foreground: reply(ask) { $0.append("{}") }
    case .setForeground:
      reply(ask) { output in
        output.append("{\"success\":false,\"error\":\"Not running in TUI+server mode - ")
        output.append("no foreground session change handler registered\"}")
      }
    case .checkInUse: checkInUse(ask)
    case .sizes: sizes(ask)
    case .bulkDelete: bulkDelete(ask)
    case .eventFile:
      let path = folder.events(ask.name)
      reply(ask) { output in
        output.append("{\"filePath\":")
        output.append(quoted: path)
        output.append("}")
      }
    case .runtimeShutdown: shutDownRuntime(ask)
    case .fault: changeFaults(ask)
    case .abort, .detach: reply(ask) { $0.append("{\"success\":true}") }
    default: respondAboutSession(ask)
    }
  }

  private mutating func pong(_ ask: Ask) {
    let message = JSONText.member("message", of: ask.params)
    let time = wall.text
    reply(ask) { output in
      output.append("{\"message\":\"pong")
      if let message, message != Array("\"\"".utf8), message != Array("null".utf8) {
        output.append(": ")
        output.append(JSONText.content(message) ?? message)
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
    case .compact: compactNow(ask, session)
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
    var events = isAtEnd ? [] : memory(of: session)
    var hasMore = false
    if let limit = JSONText.member("limit", of: ask.params).flatMap({ JSONText.parse($0) }),
      case .integer(let most) = limit, most >= 0
    {
      (events, hasMore) = EventList.first(Int(most), of: events)
    }
    let status = given == nil || isAtEnd ? "ok" : "reset"
    reply(ask) { output in
      output.append("{\"events\":[")
      output.append(events)
      output.append("],\"cursor\":\"")
      output.append(cursor)
      output.append("\",\"hasMore\":")
      output.append(hasMore ? "true" : "false")
      output.append(",\"cursorStatus\":\"")
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
      output.append(session.createdTime)
      output.append("\"}}")
    }
  }

  private mutating func compactNow(_ ask: Ask, _ session: MockSession) {
    let turns = session.turns
    emit("session.compaction_start", session, .lasting) { output in
      output.append("{\"systemTokens\":5181,\"conversationTokens\":")
      output.append(decimal: 300 * turns)
      output.append(",\"toolDefinitionsTokens\":6465}")
    }
    let removed = 300 * turns
    emit("session.compaction_complete", session, .lasting) { output in
      output.append("{\"success\":true,\"preCompactionTokens\":")
      output.append(decimal: 11_646 + removed)
      output.append(",\"summaryContent\":\"Summary of \(turns) turns.\"}")
    }
    if !session.waitsForTurn { armFlush(session) }
    reply(ask) { output in
      output.append("{\"success\":true,\"tokensRemoved\":")
      output.append(decimal: removed)
      output.append(",\"messagesRemoved\":")
      output.append(decimal: 2 * turns)
      output.append(",\"summaryContent\":\"Summary of \(turns) turns.\",\"contextWindow\":{")
      output.append("\"tokenLimit\":128000,\"currentTokens\":11646,\"messagesLength\":1}}")
    }
  }

  // MARK: about the disk

  private struct Found {
    var name: String
    var times: FileTimes
  }

  /// Sessions with an event log, the last written first.
  private func newest() -> [Found] {
    guard settings.disk == .files else { return [] }
    return folder.sessionsWithEvents().compactMap { name in
      Files.times(of: folder.events(name)).map { Found(name: name, times: $0) }
    }.sorted {
      ($0.times.modified, $1.name) > ($1.times.modified, $0.name)
    }
  }

  private mutating func list(_ ask: Ask) {
    let filter = JSONText.member("filter", of: ask.params)
    let wanted = filter.flatMap { JSONText.member("cwd", of: $0) }.flatMap(JSONText.string)
    let found = newest()
    let folder = folder
    reply(ask) { output in
      output.append("{\"sessions\":[")
      var isFirst = true
      for entry in found {
        let directory = folder.description(entry.name, key: "cwd") ?? ""
        if let wanted, wanted != directory { continue }
        if !isFirst { output.append(",") }
        isFirst = false
        folder.append(entry.name, entry.times, directory, to: &output)
      }
      output.append("]}")
    }
  }

  private mutating func metadata(_ ask: Ask) {
    guard ask.name != "undefined" || JSONText.member("sessionId", of: ask.params) != nil else {
      return refuse(
        ask,
        .failed(
          .metadata, "Failed to convert JavaScript value `Undefined` into rust type `String`"))
    }
    let folder = folder
    let times = SessionName.isPlain(ask.name) ? Files.times(of: folder.events(ask.name)) : nil
    reply(ask) { output in
      output.append("{")
      if let times {
        output.append("\"session\":")
        let directory = folder.description(ask.name, key: "cwd") ?? ""
        folder.append(ask.name, times, directory, to: &output)
      }
      output.append("}")
    }
  }

  /// Looks for the locks of other processes; a server's own sessions are not listed.
  private mutating func checkInUse(_ ask: Ask) {
    let names = Self.strings(ask.params, "sessionIds")
    let used = names.filter { SessionName.isPlain($0) && folder.otherHolders($0, clean: false) }
    reply(ask) { output in
      output.append("{\"inUse\":[")
      for (place, name) in used.enumerated() {
        if place > 0 { output.append(",") }
        output.append(quoted: name)
      }
      output.append("]}")
    }
  }

  private mutating func sizes(_ ask: Ask) {
    let folder = folder
    let names = newest().map(\.name).sorted()
    reply(ask) { output in
      output.append("{\"sizes\":{")
      for (place, name) in names.enumerated() {
        if place > 0 { output.append(",") }
        output.append(quoted: name)
        output.append(":")
        output.append(decimal: folder.size(name))
      }
      output.append("}}")
    }
  }

  private mutating func bulkDelete(_ ask: Ask) {
    let names = Self.strings(ask.params, "sessionIds").filter(SessionName.isPlain)
    var freed: [(String, Int)] = []
    for name in names {
      freed.append((name, Files.exists(folder.path(name)) ? folder.size(name) : 0))
      if let session = find(Array(name.utf8).span) {
        machine.forget(session.number, store: &store, into: &actions)
        close(session)
      }
      _ = folder.delete(name)
      announce("session.deleted", name: Array(name.utf8), startTime: [])
    }
    reply(ask) { output in
      output.append("{\"freedBytes\":{")
      for (place, entry) in freed.enumerated() {
        if place > 0 { output.append(",") }
        output.append(quoted: entry.0)
        output.append(":")
        output.append(decimal: entry.1)
      }
      output.append("}}")
    }
  }

  private static func strings(_ params: [UInt8], _ name: StaticString) -> [String] {
    guard let list = JSONText.member(name, of: params),
      case .array(let items)? = JSONText.parse(list)
    else { return [] }
    return items.compactMap { item in if case .string(let text) = item { text } else { nil } }
  }
}

extension SessionFolder {
  /// One entry of `session.list`.
  fileprivate func append(
    _ name: String, _ times: FileTimes, _ directory: String, to output: inout ByteBuffer
  ) {
    let title = description(name, key: "name") ?? ""
    output.append("{\"sessionId\":\"")
    output.append(name)
    output.append("\",\"startTime\":\"")
    output.append(WallText.text(times.created))
    output.append("\",\"modifiedTime\":\"")
    output.append(WallText.text(times.modified))
    output.append("\",\"summary\":")
    output.append(quoted: title)
    output.append(",\"name\":")
    output.append(quoted: title)
    output.append(",\"clientName\":\"sdk\",\"isRemote\":false,\"isDetached\":false,")
    output.append("\"context\":{\"cwd\":")
    output.append(quoted: directory)
    output.append("}}")
  }
}

extension MockSession {
  /// Where a reader of the log would go on: the last event, and how many there are once it ran.
  fileprivate var cursor: String {
    let id = lastEvent?.text ?? ""
    return turns == 0 ? id : "\(id)|\(eventCount + 1)"
  }
}

/// Events with commas between them, as a list.
private enum EventList {
  /// The first few, and whether there are more.
  static func first(_ count: Int, of events: [UInt8]) -> ([UInt8], Bool) {
    guard
      case .array(let list)? = JSONText.parse([UInt8(ascii: "[")] + events + [UInt8(ascii: "]")])
    else { return (events, false) }
    let text = list.prefix(count).map { $0.text(.compact) }.joined(separator: ",")
    return (Array(text.utf8), list.count > count)
  }
}
