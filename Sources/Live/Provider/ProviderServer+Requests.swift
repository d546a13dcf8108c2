// A request is whole: what it asks for, and the answers that take no time. Questions to the model
// are decided by FakeModel and answered in ProviderServer+Answers.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Wire

extension ProviderServer {
  mutating func receive(_ connection: ProviderConnection) {
    counts.plain.requests += 1
    let reader = connection.reader.isPost
    let route = ProviderRoute(
      isGet: connection.reader.isGet, isPost: reader, target: connection.reader.target)
    let keepsAlive = connection.reader.keepsAlive
    defer { connection.forgetRequest() }
    switch route {
    case .ask(let dialect): ask(dialect, connection, keepsAlive)
    case .models: listModels(connection, keepsAlive)
    case .model(let name):
      if settings.models.contains(name) {
        body.bytes.removeAll()
        append(model: name)
        answer(200, connection, keepsAlive)
      } else {
        refuse(404, "there is no model \(name)", connection, keepsAlive)
      }
    case .observed:
      body.bytes.removeAll()
      body.bytes.append(counts.snapshot(after: clock() - .zero).json.utf8())
      answer(200, connection, keepsAlive)
    case .addFault:
      switch ProviderFaultText.read(String(decoding: connection.reader.body, as: UTF8.self)) {
      case .success(let fault):
        model.add(fault)
        done(connection, keepsAlive)
      case .failure(let problem): refuse(400, problem.text, connection, keepsAlive)
      }
    case .clearFaults:
      model.removeFaults()
      done(connection, keepsAlive)
    case .wrongMethod(let allowed):
      refuse(405, "\(allowed) is the method here", connection, keepsAlive, "allow: \(allowed)\r\n")
    case .unknown:
      refuse(
        404, "nothing here; there are /v1/chat/completions, /v1/responses and /v1/models",
        connection, keepsAlive)
    }
  }

  mutating func malformed(_ connection: ProviderConnection) {
    counts.plain.malformed += 1
    if connection.reader.isTooLarge {
      refuse(413, "a request has at most 16 MiB", connection, false)
    } else {
      refuse(400, "this is no HTTP/1.1", connection, false)
    }
  }

  // MARK: answers at once

  private mutating func listModels(_ connection: ProviderConnection, _ keepsAlive: Bool) {
    body.bytes.removeAll()
    body.bytes.append("{\"object\":\"list\",\"data\":[")
    for (place, name) in settings.models.enumerated() {
      if place > 0 { body.bytes.append(",") }
      append(model: name)
    }
    body.bytes.append("]}")
    answer(200, connection, keepsAlive)
  }

  private func append(model name: String) {
    body.bytes.append("{\"id\":")
    body.bytes.append(json: name)
    body.bytes.append(",\"object\":\"model\",\"created\":0,\"owned_by\":\"seatrial\"}")
  }

  private mutating func done(_ connection: ProviderConnection, _ keepsAlive: Bool) {
    body.bytes.removeAll()
    body.bytes.append("{\"done\":true}")
    answer(200, connection, keepsAlive)
  }

  mutating func refuse(
    _ status: Int, _ message: String, _ connection: ProviderConnection, _ keepsAlive: Bool,
    _ headers: String = ""
  ) {
    body.bytes.removeAll()
    HTTPAnswer.error(status, message, into: &body.bytes)
    answer(status, connection, keepsAlive, headers)
  }

  /// Sends what stands in `body`.
  mutating func answer(
    _ status: Int, _ connection: ProviderConnection, _ keepsAlive: Bool, _ headers: String = ""
  ) {
    counts.answered(with: status)
    HTTPAnswer.whole(
      status, body.bytes, number: counts.plain.requests, keepsAlive: keepsAlive, headers: headers,
      into: &connection.output)
    if !keepsAlive { connection.phase = .ending }
    mark(connection)
  }

  // MARK: questions to the model

  private mutating func ask(
    _ dialect: ProviderRequest.Dialect, _ connection: ProviderConnection, _ keepsAlive: Bool
  ) {
    let read = connection.reader.withBody { ProviderRequest.read($0, as: dialect) }
    guard case .success(let request) = read else {
      if case .failure(let refusal) = read {
        refuse(400, refusal.text, connection, keepsAlive)
      }
      return
    }
    counts.asked(request)
    let now = clock()
    let (decision, attempt, isHolding) = model.decide(request, at: now)
    var fault: ProviderFault.Kind?
    var timing = FakeModel.Timing(first: .zero, whole: .zero, tokens: 1)
    var refusal: (status: Int, retryAfter: Int?)?
    switch decision {
    case .answer(let times): timing = times
    case .fault(let kind, let times):
      fault = kind
      timing = times
    case .refuse(let status, let retryAfter): refusal = (status, retryAfter)
    }
    let isCall = if case .call? = request.order?.kind { true } else { false }
    connection.reply = Reply(
      number: counts.plain.asked, request: request, attempt: attempt, timing: timing,
      fault: fault, isHolding: isHolding, keepsAlive: keepsAlive, began: now,
      created: beganOn + Int(now.seconds),
      pieces: isCall ? 1 : text.pieces(of: timing.tokens))
    underWay += 1
    counts.plain.askedAtOnce = max(counts.plain.askedAtOnce, underWay)
    counts.plain.tokensIn += connection.reply?.inputTokens ?? 0
    if let refusal {
      let pause = refusal.retryAfter.map { "retry-after: \($0)\r\n" } ?? ""
      connection.reply?.firstSent = now
      refuse(
        refusal.status, "\(refusal.status) from the fake provider", connection, keepsAlive, pause)
      conclude(connection, .refused, status: refusal.status)
    } else {
      advance(connection, due: now)
    }
  }

  /// The question is over, however it ended.
  mutating func conclude(
    _ connection: ProviderConnection, _ ending: Observed.Ending, status: Int? = nil
  ) {
    guard let reply = connection.reply else { return }
    connection.reply = nil
    underWay -= 1
    if reply.isHolding { model.ended() }
    counts.ended(ending)
    counts.plain.tokensOut += reply.sent
    guard let observe else { return }
    observe(
      Observed(
        number: reply.number, purpose: reply.request.purpose, asked: reply.request.asked,
        attempt: reply.attempt, marks: reply.request.marks, messages: reply.request.messages,
        bytes: reply.request.bytes, streams: reply.request.streams,
        status: status ?? (reply.firstSent == nil ? 0 : 200), fault: reply.fault, ending: ending,
        began: reply.began, firstSent: reply.firstSent, ended: clock()))
  }
}
