// The requests of a client of the Copilot SDK, framed and appended to what a connection will send:
// the header's length is known only when the body stands, so the body is written beside and copied.
internal import Basics
internal import Wire

struct RequestWriter: ~Copyable {
  enum Method: UInt8 {
    case connect, ping, create, resume, send, destroy, delete, list
  }

  private var body = ByteBuffer(capacity: 1024)
  private let names: SessionNames
  /// In the marks of prompts.
  private let run: UInt32
  /// What a session is created or resumed with, after its id.
  private let sessionOptions: [UInt8]
  private let filler: [UInt8]

  init(names: SessionNames, run: UInt32, streaming: Bool, model: String, providerURL: String?) {
    self.names = names
    self.run = run
    var options = ByteBuffer()
    options.append(",\"model\":\"")
    options.append(model)
    options.append("\",\"envValueMode\":\"direct\",\"requestPermission\":false")
    if streaming { options.append(",\"streaming\":true") }
    if let providerURL {
      options.append(",\"provider\":{\"type\":\"openai\",\"baseUrl\":\"")
      options.append(providerURL)
      options.append("\",\"apiKey\":\"none\"}")
    }
    sessionOptions = options.array
    let words = "how much does a session cost when nobody asks it anything for an hour "
    filler = Array(String(repeating: words, count: 60).utf8)
  }

  mutating func connect(id: Int, token: String?, to output: inout ByteBuffer) {
    begin("connect", id)
    if let token {
      body.append("\"token\":")
      appendQuoted(token)
    }
    finish(to: &output)
  }

  mutating func plain(_ method: StaticString, id: Int, to output: inout ByteBuffer) {
    begin(method, id)
    finish(to: &output)
  }

  mutating func open(
    _ place: SessionNames.Place, person: Int, resume: Bool, id: Int, to output: inout ByteBuffer
  ) {
    if resume { begin("session.resume", id) } else { begin("session.create", id) }
    appendSession(place, person)
    body.append(sessionOptions)
    finish(to: &output)
  }

  /// The three that name a session and nothing else.
  mutating func about(
    _ method: StaticString, _ place: SessionNames.Place, person: Int, id: Int,
    to output: inout ByteBuffer
  ) {
    begin(method, id)
    appendSession(place, person)
    finish(to: &output)
  }

  /// A prompt of `bytes` bytes that begins with its mark.
  mutating func send(
    _ place: SessionNames.Place, person: Int, turn: TurnPlan, bytes: Int, id: Int,
    to output: inout ByteBuffer
  ) {
    begin("session.send", id)
    appendSession(place, person)
    body.append(",\"prompt\":\"")
    let start = body.count
    PromptMark(run: run, turn).append(to: &body)
    body.append(" ")
    let words = filler
    var left = max(0, bytes - (body.count - start))
    while left > 0 {
      let piece = min(left, filler.count)
      body.append(words.span.extracting(0..<piece))
      left -= piece
    }
    body.append("\"")
    finish(to: &output)
  }

  /// The answer to a request of the server that the driver does not serve.
  mutating func decline(_ id: [UInt8], to output: inout ByteBuffer) {
    body.removeAll()
    body.append("{\"jsonrpc\":\"2.0\",\"id\":")
    body.append(id)
    body.append(",\"result\":{\"output\":null}}")
    frame(to: &output)
  }

  // MARK: parts

  private mutating func begin(_ method: StaticString, _ id: Int) {
    body.removeAll()
    body.append("{\"jsonrpc\":\"2.0\",\"id\":")
    body.append(decimal: id)
    body.append(",\"method\":\"")
    body.append(method)
    body.append("\",\"params\":{")
  }

  private mutating func appendSession(_ place: SessionNames.Place, _ person: Int) {
    body.append("\"sessionId\":\"")
    names.append(place, person: person, to: &body)
    body.append("\"")
  }

  private mutating func appendQuoted(_ text: String) {
    body.append(JSONValue.string(text).text())
  }

  private mutating func finish(to output: inout ByteBuffer) {
    body.append("}}")
    frame(to: &output)
  }

  private mutating func frame(to output: inout ByteBuffer) {
    output.append("Content-Length: ")
    output.append(decimal: body.count)
    output.append("\r\n\r\n")
    output.append(body)
  }
}
