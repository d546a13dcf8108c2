// A provider over HTTP instead of the built-in model, driven exactly as the real CLI drives one:
// the whole conversation with every call, streaming or not.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  /// Tokens of provider links have this bit; below it the link's place, above its epoch.
  static let providerBit: UInt64 = 1 << 31

  mutating func callProvider(
    _ provider: ProviderSettings, _ session: MockSession, _ call: ProviderCall, attempt: Int
  ) {
    let body = requestBody(session)
    guard let place = link(to: provider) else {
      return providerFailed(
        session, call, status: 0, text: "Connection error.", retryAfter: nil)
    }
    guard let link = links[place] else { return }
    link.begin(call, body: body, at: wall.milliseconds)
    watch(link, place)
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
    guard let call = link.call else {
      // Closed or answered behind a turn's back: nobody waits for it.
      if case .waiting = outcome { return }
      return forget(link, place)
    }
    let session = session(of: call)
    switch outcome {
    case .waiting: return
    case .pieces(let pieces):
      if let session { for piece in pieces { sendDelta(session, piece) } }
    case .answered(let answer, let pieces):
      link.abandon()
      if let session {
        for piece in pieces { sendDelta(session, piece) }
        session.turn?.answer = answer
      }
      feed(.providerAnswered(call))
    case .failed(let status, let text, let retryAfter):
      forget(link, place)
      if let session {
        providerFailed(session, call, status: status, text: text, retryAfter: retryAfter)
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
  private func requestBody(_ session: MockSession) -> [UInt8] {
    var body = ByteBuffer(capacity: 56 << 10)
    body.append("{\"model\":")
    body.append(session.options.model ?? Array("\"gpt-4.1\"".utf8))
    body.append(",\"messages\":[{\"role\":\"system\",\"content\":\"")
    body.append(systemPrompt)
    body.append("\"}")
    for spoken in session.conversation {
      body.append(spoken.isUser ? ",{\"role\":\"user\",\"content\":\"" : assistantOpening)
      body.append(spoken.text)
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
    body.append("]")
    if session.options.streams {
      body.append(",\"stream\":true,\"stream_options\":{\"include_usage\":true}")
    }
    body.append("}")
    return body.array
  }

  private var assistantOpening: StaticString { ",{\"role\":\"assistant\",\"content\":\"" }
}
