// The look at the end: each session that is left is resumed by a client that has nothing in memory
// and its history is read. All connections of the run are closed by then, so servers have let the
// sessions go and answer from their storage. Bounded in time; what was not reached is counted.
internal import Basics
internal import LinuxIO
internal import Scenarios
internal import Wire

struct Auditor: ~Copyable {
  struct Target: Sendable {
    var server: ServerID
    var address: ServerAddress
  }

  private enum Step: UInt8 { case resume, read, destroy, delete }

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
  /// Reasons that are told in the servers' words.
  private static let reasons = 3

  private let truth: TruthDesk
  private let names: SessionNames
  private let token: String?
  private let run: UInt32
  /// What a run put into somebody else's storage it takes out again.
  private let deletes: Bool
  private var writer: RequestWriter
  private var poller: Poller
  private var lines: [Line] = []
  /// Sessions that should be read, and those that were.
  private var wanted = 0
  private(set) var looked = 0
  /// What was answered instead of a history, in the server's words.
  private var failures: [String: Int] = [:]

  init(
    _ truth: TruthDesk, plan: ShardPlan, writer: consuming RequestWriter
  ) throws(SystemFailure) {
    self.truth = truth
    self.writer = writer
    names = plan.names
    token = plan.token
    run = plan.run
    deletes = plan.scenario.cli == .external && plan.deletesAtEnd
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
      writer.connect(id: 0, token: target.address.token ?? token, to: &line.output)
      lines.append(line)
      byServer[target.server] = line
    }
    let known = Set(targets.map(\.server))
    for (place, entry) in truth.homes.enumerated() {
      // What a server took with it that is no longer of the fleet cannot be asked for.
      guard anywhere || known.contains(entry.home.server) else { continue }
      wanted += 1
      if lines.isEmpty { continue }
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
    case .delete:
      writer.about("session.delete", look.home.name, person: person, id: id, to: &line.output)
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
      truth.resumed(look.session, [], on: line.target.server, run: run, at: now)
    case (.resume, .corrupted):
      // The same: there is no repair, so nobody will ever resume it.
      looked += 1
      truth.foundCorrupted(look.session, on: line.target.server, at: now)
    case (.read, .history(let marks)):
      looked += 1
      truth.resumed(look.session, marks, on: line.target.server, run: run, at: now)
      look.step = deletes ? .delete : .destroy
      ask(look, line)
    case (.destroy, _), (.delete, _): break
    case (.resume, .failed(let words)), (.read, .failed(let words)): giveUp(look, words)
    case (.read, _): giveUp(look, "session.getMessages gave no history")
    }
  }

  private mutating func giveUp(_ look: Look, _ words: String) {
    truth.couldNotLook(at: look.session)
    let words = names.withoutIDs(words)
    let isTold = failures[words] != nil || failures.count < Auditor.reasons
    failures[isTold ? words : "other reasons", default: 0] += 1
  }

  /// Looks that did not show what they were for, the most frequent reason first.
  var doubts: [String] {
    var doubts: [String] = []
    if !failures.isEmpty {
      let all = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let told = all.map { "\($0.value) x \($0.key)" }.joined(separator: "; ")
      let count = all.reduce(0) { $0 + $1.value }
      doubts.append(
        "\(count == 1 ? "a history" : "\(count) histories") could not be read at the end, so "
          + "turns may be lost that nobody counts: \(told)")
    }
    let left = wanted - looked - failures.reduce(0) { $0 + $1.value }
    if left > 0 {
      doubts.append(
        "\(left) of \(wanted) sessions were not looked at again at the end: no server that knows "
          + "them answered, or the time for it (run.audit) was over")
    }
    return doubts
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
