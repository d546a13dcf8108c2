// A provider over HTTP instead of the built-in model, driven exactly as the real CLI drives one:
// the whole conversation with every call, streaming or not.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  /// Tokens of provider links have this bit; below it the link's place, above its epoch.
  static let providerBit: UInt64 = 1 << 31

  mutating func callProvider(
    _ provider: ProviderSettings, _ session: MockSession, _ call: ProviderCall
  ) {
    let shown = session.talk.fitting(room(in: session))
    let body = requestBody(session, shown, streams: session.options.streams, asking: nil)
    if !send(body, to: provider, for: .turn(call)) {
      providerFailed(session, call, status: 0, text: "Connection error.", retryAfter: nil)
    }
  }

  /// The same conversation with a request for its summary behind it.
  mutating func askForSummary(_ provider: ProviderSettings, _ session: MockSession) {
    let request = SummaryText.request(hasWorkspace: session.options.isInfinite)
    let shown = session.talk.fitting(room(in: session) - Conversation.tokens(request.count))
    let body = requestBody(session, shown, streams: false, asking: request)
    if !send(body, to: provider, for: .summary(session.number)) {
      summaryFailed(session, "Connection error.")
    }
  }

  private mutating func send(
    _ body: [UInt8], to provider: ProviderSettings, for purpose: ProviderPurpose
  ) -> Bool {
    guard let place = link(to: provider), let link = links[place] else { return false }
    link.begin(purpose, body: body, at: wall.milliseconds)
    watch(link, place)
    return true
  }

  /// A link that stands idle to that provider, or a new one.
  private mutating func link(to provider: ProviderSettings) -> Int? {
    for place in links.indices {
      if let link = links[place], link.isIdle, link.settings == provider { return place }
    }
    guard case .success(let descriptor) = TCP.connect(host: provider.host, port: provider.port)
    else { return nil }
    epochs &+= 1
    let link = ProviderLink(settings: provider, descriptor: consume descriptor, epoch: epochs)
    let place = links.firstIndex { $0 == nil } ?? links.count
    if place == links.count { links.append(nil) }
    links[place] = link
    _ = poller.add(link.descriptor.number, token: token(link, place), for: .writing)
    return place
  }

  private func token(_ link: ProviderLink, _ place: Int) -> UInt64 {
    UInt64(link.epoch) << 32 | MockServer.providerBit | UInt64(place)
  }

  private mutating func watch(_ link: ProviderLink, _ place: Int) {
    _ = poller.change(
      link.descriptor.number, token: token(link, place),
      for: link.wantsWriting ? [.reading, .writing] : .reading)
  }

  /// Something is ready on a link.
  mutating func providerReady(_ ready: Ready) {
    let place = Int(ready.token & (MockServer.providerBit - 1))
    guard place < links.count, let link = links[place],
      link.epoch == UInt32(truncatingIfNeeded: ready.token >> 32)
    else { return }
    if link.wantsWriting, let problem = link.write() { return end(link, place, problem) }
    if !ready.what.isDisjoint(with: [.reading, .peerClosed, .broken]) {
      end(link, place, link.read(at: wall.milliseconds))
    }
    if links[place] === link { watch(link, place) }
  }

  private mutating func end(_ link: ProviderLink, _ place: Int, _ outcome: ProviderOutcome) {
    if case .waiting = outcome { return }
    switch link.purpose {
    // Closed or answered behind a turn's back: nobody waits for it.
    case nil: forget(link, place)
    case .turn(let call): end(call, link, place, outcome)
    case .summary(let number): endSummary(number, link, place, outcome)
    }
  }

  private mutating func end(
    _ call: ProviderCall, _ link: ProviderLink, _ place: Int, _ outcome: ProviderOutcome
  ) {
    let session = session(of: call)
    switch outcome {
    case .waiting: return
    case .pieces(let pieces): if let session { show(pieces, session) }
    case .answered(let answer, let pieces):
      link.abandon()
      guard let session else { return }
      show(pieces, session)
      session.turn?.answer = answer
      modelAnswered(session)
    case .failed(let status, let text, let retryAfter):
      forget(link, place)
      if let session {
        providerFailed(session, call, status: status, text: text, retryAfter: retryAfter)
      }
    }
  }

  private mutating func endSummary(
    _ number: SessionID, _ link: ProviderLink, _ place: Int, _ outcome: ProviderOutcome
  ) {
    let session = number.place < sessions.count ? sessions[number.place] : nil
    switch outcome {
    case .waiting, .pieces: return
    case .answered(let answer, _):
      link.abandon()
      if let session { summarized(session, answer) }
    case .failed(let status, let text, _):
      forget(link, place)
      if let session { summaryFailed(session, status == 0 ? text : "\(status) \(text)") }
    }
  }

  private mutating func show(_ pieces: [StreamPiece], _ session: MockSession) {
    for piece in pieces {
      switch piece {
      case .text(let text): sendDelta(session, text)
      case .call(let bytes): countDelta(session, bytes)
      }
    }
  }

  private mutating func forget(_ link: ProviderLink, _ place: Int) {
    poller.remove(link.descriptor.number)
    links[place] = nil
  }

  /// The machine decides whether to try again; a provider that says when is obeyed.
  private mutating func providerFailed(
    _ session: MockSession, _ call: ProviderCall, status: Int, text: String, retryAfter: Int?
  ) {
    noteFailure(session, status: status, text: text)
    session.retryAfter = retryAfter.map { .seconds(Int64($0)) }
    feed(.providerFailed(call, status: UInt16(status)))
  }

  // MARK: the request

  /// System prompt, the conversation so far, tools: about 53 KB and 270 bytes for each turn.
  private func requestBody(
    _ session: MockSession, _ shown: Conversation, streams: Bool, asking: [UInt8]?
  ) -> [UInt8] {
    var body = ByteBuffer(capacity: 56 << 10)
    body.append("{\"model\":")
    body.append(session.options.model ?? Array("\"gpt-4.1\"".utf8))
    body.append(",\"messages\":[{\"role\":\"system\",\"content\":\"")
    body.append(systemPrompt)
    body.append("\"}")
    shown.append(to: &body)
    if let asking {
      body.append(",{\"role\":\"user\",\"content\":\"")
      body.append(asking)
      body.append("\"}")
    }
    body.append("],\"temperature\":0,\"top_p\":0.95,\"frequency_penalty\":0,")
    body.append("\"presence_penalty\":0,\"parallel_tool_calls\":false,\"tools\":[")
    for (place, name) in ToolList.names.enumerated() {
      if place > 0 { body.append(",") }
      body.append("{\"type\":\"function\",\"function\":{\"name\":\"")
      body.append(name)
      body.append("\",\"description\":\"")
      body.append(Padding.toolDescription)
      body.append("\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}")
    }
    for tool in session.options.tools {
      body.append(",{\"type\":\"function\",\"function\":{\"name\":")
      body.append(quoted: tool.name)
      body.append(",\"description\":")
      body.append(quoted: tool.description)
      body.append("}}")
    }
    body.append("]")
    if streams { body.append(",\"stream\":true,\"stream_options\":{\"include_usage\":true}") }
    body.append("}")
    return body.array
  }
}
