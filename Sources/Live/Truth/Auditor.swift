// The look at the end: each session that is left is resumed by a client that has nothing in memory
// and its history is read. All connections of the run are closed by then, so servers have let the
// sessions go and answer from their storage. Bounded in time; what was not reached is counted.
internal import Basics
internal import LinuxIO
internal import Wire

struct Auditor: ~Copyable {
  struct Target: Sendable {
    var server: ServerID
    var address: ServerAddress
  }

  private enum Step: UInt8 { case resume, read, destroy }

  private struct Look {
    var session: SessionID
    var home: TruthDesk.Home
    var step = Step.resume
  }

  private final class Line {
    let target: Target
    let socket: Descriptor
    var decoder = FrameDecoder(limit: 256 << 20)
    var output = ByteBuffer()
    var isOpen = false
    var waiting: [Look] = []
    /// By request id.
    var asked: [Int: Look] = [:]
    var nextID = 1

    init(_ target: Target, _ socket: consuming Descriptor) {
      self.target = target
      self.socket = socket
    }
  }

  /// Looks under way on a server at once: it works them off one after another anyway.
  private static let atOnce = 8

  private let truth: TruthDesk
  private let token: String?
  private let run: UInt32
  private var writer: RequestWriter
  private var poller: Poller
  private var lines: [Line] = []
  private(set) var looked = 0

  init(
    _ truth: TruthDesk, plan: ShardPlan, writer: consuming RequestWriter
  ) throws(SystemFailure) {
    self.truth = truth
    self.writer = writer
    token = plan.token
    run = plan.run
    poller = try Poller()
  }

  /// - targets: servers that can be asked; `anywhere`: each of them knows every session.
  mutating func look(
    at targets: [Target], anywhere: Bool, began: Instant, until limit: Instant,
    _ isStopped: () -> Bool
  ) {
    open(targets, anywhere: anywhere)
    while lines.contains(where: { !$0.asked.isEmpty || !$0.waiting.isEmpty }) {
      let reading = MonotonicClock.now()
      let now = Instant.zero + (reading - began)
      if now >= limit || isStopped() { return }
      let count = poller.wait(until: reading + .milliseconds(100), now: reading)
      for place in 0..<count {
        let event = poller[place]
        serve(lines[Int(event.token)], event.what, Instant.zero + (MonotonicClock.now() - began))
      }
    }
  }

  private mutating func open(_ targets: [Target], anywhere: Bool) {
    var byServer: [ServerID: Line] = [:]
    for target in targets {
      guard
        case .success(let socket) = TCP.connect(
          hosts: target.address.digits, port: target.address.port)
      else { continue }
      TCP.sendAtOnce(socket)
      let line = Line(target, socket)
      guard
        poller.add(
          line.socket.number, token: UInt64(lines.count), for: [.reading, .writing]) == nil
      else { continue }
      writer.connect(id: 0, token: token, to: &line.output)
      lines.append(line)
      byServer[target.server] = line
    }
    guard !lines.isEmpty else { return }
    for (place, entry) in truth.homes.enumerated() {
      let line = anywhere ? lines[place % lines.count] : byServer[entry.home.server]
      line?.waiting.append(Look(session: entry.session, home: entry.home))
    }
    // Taken from the end.
    for line in lines { line.waiting.reverse() }
  }

  private mutating func serve(_ line: Line, _ what: Interest, _ now: Instant) {
    if !line.isOpen {
      guard !what.isDisjoint(with: [.writing, .broken]) else { return }
      guard TCP.pendingError(of: line.socket) == 0 else { return close(line) }
      line.isOpen = true
      ask(line)
    }
    if !what.isDisjoint(with: [.reading, .peerClosed, .broken]) {
      let transfer = line.decoder.receive { line.socket.read(into: &$0, limit: 1 << 18) }
      switch transfer {
      case .moved:
        while let answer = line.decoder.next({ HistoryAnswer($0) }) {
          take(answer, line, now)
        }
      case .wouldBlock: break
      case .closed, .failed: return close(line)
      }
    }
    ask(line)
    send(line)
  }

  private mutating func ask(_ line: Line) {
    while line.asked.count < Auditor.atOnce, let look = line.waiting.popLast() {
      ask(look, line)
    }
  }

  private mutating func ask(_ look: Look, _ line: Line) {
    let id = line.nextID
    line.nextID += 1
    line.asked[id] = look
    let person = Int(look.home.person)
    switch look.step {
    case .resume:
      writer.open(look.home.name, person: person, resume: true, id: id, to: &line.output)
    case .read:
      writer.about(
        "session.getMessages", look.home.name, person: person, id: id, to: &line.output)
    case .destroy:
      writer.about("session.destroy", look.home.name, person: person, id: id, to: &line.output)
    }
  }

  private mutating func take(_ answer: HistoryAnswer, _ line: Line, _ now: Instant) {
    guard let id = answer.id, var look = line.asked.removeValue(forKey: id) else { return }
    switch (look.step, answer.outcome) {
    case (.resume, .done), (.resume, .history):
      look.step = .read
      ask(look, line)
    case (.resume, .notFound):
      // Nothing is left of it: all that was acknowledged is gone.
      looked += 1
      truth.resumed(look.session, [], on: line.target.server, run: run, at: now, isWhole: true)
    case (.read, .history(let marks, let isWhole)):
      looked += 1
      truth.resumed(
        look.session, marks, on: line.target.server, run: run, at: now, isWhole: isWhole)
      look.step = .destroy
      ask(look, line)
    default: break
    }
  }

  private mutating func send(_ line: Line) {
    while !line.output.isEmpty {
      guard case .moved = line.socket.write(from: &line.output) else { break }
    }
    _ = poller.change(
      line.socket.number, token: UInt64(lines.firstIndex { $0 === line } ?? 0),
      for: line.output.isEmpty ? .reading : [.reading, .writing])
  }

  private mutating func close(_ line: Line) {
    poller.remove(line.socket.number)
    line.asked.removeAll()
    line.waiting.removeAll()
  }
}

/// An answer to one of the auditor's requests.
struct HistoryAnswer {
  enum Outcome {
    case done
    case notFound
    /// Marks of the prompts in it, each event's once.
    case history([PromptMark], isWhole: Bool)
    case failed
  }

  /// Nil: no answer, but an event.
  var id: Int?
  var outcome = Outcome.failed

  init(_ text: Span<UInt8>) {
    guard let head = MessageHead(text), head.method == nil, let range = head.id else { return }
    var number = 0
    for place in range {
      guard text[place] &- 48 < 10, number < 1 << 40 else { return }
      number = number * 10 + Int(text[place] - 48)
    }
    id = number
    if let error = head.error {
      let words = String(decoding: text.bytes(error), as: UTF8.self)
      outcome = words.contains("Session not found") ? .notFound : .failed
      return
    }
    guard let result = head.result else { return }
    var events: Range<Int>?
    _ = JSONScan.members(ofObjectAt: result.lowerBound, in: text) { key, value in
      if text.spells("events", in: key) { events = value }
    }
    guard let events else {
      outcome = .done
      return
    }
    outcome = HistoryAnswer.history(text, events)
  }

  private static func history(_ text: Span<UInt8>, _ events: Range<Int>) -> Outcome {
    var marks: [PromptMark] = []
    var isWhole = true
    var place = JSONScan.skipSpace(text, from: events.lowerBound + 1)
    while place < events.upperBound - 1 {
      guard let end = JSONScan.end(ofValueAt: place, in: text) else { return .failed }
      switch HistoryAnswer.kind(of: place, in: text) {
      case .prompt:
        // The prompt stands there twice, as it was sent and as the model got it.
        if let found = PromptMark.next(in: text.extracting(place..<end), from: 0) {
          marks.append(found.mark)
        }
      case .compaction: isWhole = false
      case .other: break
      }
      place = JSONScan.skipSpace(text, from: end)
      if place < events.upperBound && text[place] == UInt8(ascii: ",") {
        place = JSONScan.skipSpace(text, from: place + 1)
      }
    }
    return .history(marks, isWhole: isWhole)
  }

  private enum Kind { case prompt, compaction, other }

  private static func kind(of event: Int, in text: Span<UInt8>) -> Kind {
    var type: Range<Int>?
    _ = JSONScan.members(ofObjectAt: event, in: text) { key, value in
      if text.spells("type", in: key) { type = value }
    }
    guard let type, type.count > 2 else { return .other }
    let word = type.lowerBound + 1..<type.upperBound - 1
    if text.spells("user.message", in: word) { return .prompt }
    return text.spells("session.compaction_complete", in: word) ? .compaction : .other
  }
}
