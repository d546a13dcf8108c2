// The CLI servers of a run: started a few at a time, watched, measured, stopped, and started again
// where the scenario says so. It lives on the driver's main thread, because a server dies with the
// thread that started it.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios

struct Fleet: ~Copyable {
  enum State {
    case queued, starting, up
    /// Told to end.
    case stopping
    case gone
  }

  struct Server {
    let id: ServerID
    var state = State.queued
    var process: ChildProcess?
    var address = ServerAddress(host: "127.0.0.1", port: 0)
    var output: Int32?
    var said = ""
    var startedAt = Instant.zero
    /// How long its first start took.
    var startTook: Interval?
    /// Pattern 1: the turn that waits for it.
    var turn: TurnID?
    var restarts = 0
    /// It is to be as if it had never been away: its letter says "back".
    var isReturning = false
    var isLeaving = false
    /// Told to end, it is killed then.
    var endsBy: Instant?
    /// In front of the servers, and none itself.
    var isBalancer = false
    var lens = ServerLens()
    /// Its home was looked at after its end.
    var isDiskFinal = false
  }

  enum News {
    case up(ServerID)
    case back(ServerID)
    case spawned(TurnID, ServerID)
    case notSpawned(TurnID, reason: String)
    /// It ended although nobody told it to.
    case crashed(ServerID, reason: String)
    case notStarted(ServerID, reason: String)
  }

  let plan: FleetLaunch
  let folder: RunFolder
  private(set) var servers: [Server] = []
  private var queue: [Int] = []
  private var starting = 0
  var news: [News] = []
  /// Children that ended and are no servers of ours.
  var strangers: [(ChildProcess, ChildProcess.Ending)] = []
  private(set) var peaks = FleetPeaks()
  private var disksDue = Instant.zero
  /// Reading /proc of many servers takes longer.
  private(set) var lensPause = Interval.seconds(1)
  /// Turns have begun.
  var isUnderWay = false
  private var firstStart: Instant?
  private var lastUp: Instant?

  /// From the first start to the last process that listened before the first turn, or for one.
  var upAfter: Interval? {
    guard let firstStart, let lastUp else { return nil }
    return lastUp - firstStart
  }

  init(_ plan: FleetLaunch, _ folder: RunFolder) {
    self.plan = plan
    self.folder = folder
  }

  // MARK: starting

  /// It is started when its turn comes; `News` says when it takes connections.
  @discardableResult
  mutating func add(for turn: TurnID? = nil, at address: ServerAddress? = nil) -> ServerID {
    let id = ServerID(servers.count)
    var server = Server(id: id)
    server.turn = turn
    if let address { server.address = address }
    servers.append(server)
    queue.append(id.place)
    return id
  }

  /// Somebody else's server: it is there, or the connection will say that it is not.
  mutating func add(external address: ServerAddress) -> ServerID {
    let id = ServerID(servers.count)
    var server = Server(id: id)
    server.state = .up
    server.address = address
    servers.append(server)
    return id
  }

  mutating func append(balancer id: ServerID, _ process: ChildProcess, _ address: ServerAddress) {
    var server = Server(id: id)
    server.state = .up
    server.process = process
    server.address = address
    server.isBalancer = true
    servers.append(server)
  }

  mutating func startQueued(_ poller: inout Poller, at now: Instant) {
    while starting < plan.atOnce, !queue.isEmpty {
      let place = queue.removeFirst()
      start(place, &poller, at: now)
    }
  }

  private mutating func start(_ place: Int, _ poller: inout Poller, at now: Instant) {
    if firstStart == nil { firstStart = MonotonicClock.now() }
    if let failure = launch(place, &poller, at: now) {
      give(up: place, "\(failure)")
    } else {
      starting += 1
      servers[place].state = .starting
      servers[place].startedAt = now
    }
  }

  private mutating func launch(
    _ place: Int, _ poller: inout Poller, at now: Instant
  ) -> SystemFailure? {
    let id = servers[place].id
    let home = folder.home(of: id, shared: plan.sharesHome)
    if let failure = Files.makeDirectories(home) { return failure }
    let errors: Descriptor
    switch Files.openForAppending(folder.log(of: id)) {
    case .failure(let failure): return failure
    case .success(let opened): errors = opened
    }
    let ends: (reading: Int32, writing: Int32)
    switch Pipe.make() {
    case .failure(let failure): return failure
    case .success(let made): ends = made
    }
    let writing = Descriptor(owning: ends.writing)
    let program = plan.program(id, home: home, mark: folder.mark, at: servers[place].address)
    switch ChildProcess.start(program, output: writing.number, errors: errors.number) {
    case .failure(let failure):
      _ = Descriptor(owning: ends.reading)
      return failure
    case .success(let process):
      // Of an earlier life whose end has not been heard yet.
      if let old = servers[place].output {
        poller.remove(old)
        _ = Descriptor(owning: old)
      }
      servers[place].process = process
      servers[place].output = ends.reading
      servers[place].said = ""
      _ = poller.add(
        ends.reading, token: Fleet.firstToken + UInt64(place), for: .reading)
      return nil
    }
  }

  static let firstToken: UInt64 = 1 << 20
  private static let mostLooks = 100

  /// Something was printed, or the pipe has ended.
  mutating func hear(_ token: UInt64, _ poller: inout Poller, at now: Instant) {
    let place = Int(token - Fleet.firstToken)
    guard place < servers.count, let output = servers[place].output else { return }
    switch takeWords(of: place, from: output) {
    case .moved:
      if servers[place].state == .starting, let port = Fleet.port(in: servers[place].said) {
        servers[place].address.port = port
        isUp(place, at: now)
      }
    case .wouldBlock: break
    case .closed, .failed:
      poller.remove(output)
      _ = Descriptor(owning: output)
      servers[place].output = nil
    }
  }

  /// Keeps the last of what it prints.
  private mutating func takeWords(of place: Int, from output: Int32) -> Transfer {
    var bytes = ByteBuffer()
    let outcome = Descriptor.readBorrowed(output, into: &bytes, limit: 4096)
    if case .moved = outcome {
      servers[place].said += String(decoding: bytes.array, as: UTF8.self)
      let said = servers[place].said.utf8
      // More than one piece is kept, since a line may be in two.
      if said.count > 16_384 {
        servers[place].said = String(decoding: said.suffix(8192), as: UTF8.self)
      }
    }
    return outcome
  }

  /// As the SDK looks for it.
  static func port(in text: String) -> UInt16? {
    let words = "listening on port "
    guard let range = text.firstRange(of: words) else { return nil }
    let digits = text[range.upperBound...].prefix { $0.isASCII && $0.isNumber }
    // The number may still be on its way.
    guard digits.endIndex < text.endIndex else { return nil }
    return UInt16(digits)
  }

  private mutating func isUp(_ place: Int, at now: Instant) {
    starting -= 1
    servers[place].state = .up
    servers[place].startTook = servers[place].startTook ?? now - servers[place].startedAt
    // When turns are under way a server comes back, or is added; or a person's turn waits for it.
    if !isUnderWay || servers[place].turn != nil { lastUp = MonotonicClock.now() }
    let id = servers[place].id
    if let turn = servers[place].turn {
      servers[place].turn = nil
      news.append(.spawned(turn, id))
    } else if servers[place].isReturning {
      servers[place].isReturning = false
      news.append(.back(id))
    } else {
      news.append(.up(id))
    }
  }

  private mutating func give(up place: Int, _ reason: String) {
    servers[place].state = .gone
    if let turn = servers[place].turn {
      servers[place].turn = nil
      news.append(.notSpawned(turn, reason: reason))
    } else {
      news.append(.notStarted(servers[place].id, reason: reason))
    }
  }

  /// Those that have been starting for longer than the SDK would wait.
  mutating func checkStarts(at now: Instant) {
    for place in servers.indices where servers[place].state == .starting {
      guard now - servers[place].startedAt > plan.startLimit else { continue }
      starting -= 1
      servers[place].process?.sendToGroup(.kill)
      give(
        up: place,
        "said nothing of a port within \(plan.startLimit.seconds) s\(words(of: place))")
    }
  }

  // MARK: ending

  /// Children that have ended since the last look.
  mutating func collect(at now: Instant) {
    while let (process, ending) = ChildProcess.nextEnded() {
      guard let place = servers.firstIndex(where: { $0.process == process }) else {
        strangers.append((process, ending))
        continue
      }
      let state = servers[place].state
      servers[place].process = nil
      // Its last words may have come since the pipe was looked at; as much as a pipe holds.
      if let output = servers[place].output {
        for _ in 0..<16 {
          guard case .moved = takeWords(of: place, from: output) else { break }
        }
      }
      // What it left behind in its group goes with it.
      process.sendToGroup(.kill)
      switch state {
      case .starting:
        starting -= 1
        give(up: place, "\(ending.text)\(words(of: place))")
      case .up:
        servers[place].state = .gone
        news.append(.crashed(servers[place].id, reason: "\(ending.text)\(words(of: place))"))
      case .stopping, .queued, .gone:
        if state != .queued { servers[place].state = .gone }
      }
    }
  }

  /// The last thing it said, for whoever has to find out why.
  private func words(of place: Int) -> String {
    var text = servers[place].said
    text += String(decoding: Files.tail(of: folder.log(of: servers[place].id), 2000), as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).last { !$0.isEmpty }
    return line.map { ": \(PeerText.line(String($0)))" } ?? ""
  }

  mutating func kill(_ server: ServerID) {
    servers[server.place].state = .stopping
    servers[server.place].process?.send(.kill)
  }

  /// After `kill`, with its address and its home.
  mutating func restart(_ server: ServerID) {
    guard servers[server.place].state == .gone || servers[server.place].state == .stopping else {
      return
    }
    servers[server.place].state = .queued
    servers[server.place].isReturning = true
    servers[server.place].isDiskFinal = false
    servers[server.place].restarts += 1
    queue.append(server.place)
  }

  mutating func terminate(_ server: ServerID, at now: Instant) {
    guard servers[server.place].state == .up else { return }
    servers[server.place].state = .stopping
    servers[server.place].endsBy = now + Fleet.endLimit
    servers[server.place].process?.send(.terminate)
  }

  /// The real CLI waits ten seconds for its clients before it ends.
  private static let endLimit = Interval.seconds(15)

  /// Those that were told to end and did not.
  mutating func checkEnds(at now: Instant) {
    for place in servers.indices where servers[place].state == .stopping {
      guard let limit = servers[place].endsBy, limit <= now else { continue }
      servers[place].endsBy = nil
      servers[place].process?.sendToGroup(.kill)
    }
  }

  mutating func markLeaving(_ server: ServerID) { servers[server.place].isLeaving = true }

  func lastUp(_ count: Int) -> [ServerID] {
    servers.reversed().filter { $0.state == .up && !$0.isLeaving && !$0.isBalancer }.prefix(count)
      .map(\.id)
  }

  var running: Int { servers.count { $0.process != nil } }

  /// All of them: asked, and then no longer asked.
  mutating func stopAll() {
    for place in servers.indices {
      servers[place].turn = nil
      if servers[place].state != .gone { servers[place].state = .stopping }
      servers[place].process?.send(.terminate)
    }
    queue = []
    let limit = MonotonicClock.now() + .seconds(2)
    while running > 0 && MonotonicClock.now() < limit {
      collect(at: .zero)
      if running > 0 { ThisProcess.sleep(.milliseconds(5)) }
    }
    for place in servers.indices { servers[place].process?.sendToGroup(.kill) }
    let last = MonotonicClock.now() + .seconds(5)
    while running > 0 && MonotonicClock.now() < last {
      collect(at: .zero)
      if running > 0 { ThisProcess.sleep(.milliseconds(5)) }
    }
    // Grandchildren that left their group: they still carry the mark.
    for _ in 0..<Fleet.mostLooks {
      let left = Processes.having(RunFolder.markName, folder.mark)
      while ChildProcess.nextEnded() != nil {}
      if left.isEmpty { break }
      for process in left { process.send(.kill) }
      ThisProcess.sleep(.milliseconds(5))
    }
    for place in servers.indices {
      if let output = servers[place].output { _ = Descriptor(owning: output) }
      servers[place].output = nil
    }
    news = []
  }

  // MARK: lenses

  mutating func measure(at now: Instant) {
    var sum = FleetPeaks()
    let alive = servers.count { $0.state == .up && $0.process != nil }
    lensPause = .seconds(alive > 100 ? 5 : 1)
    // The costliest of all readings, and of many the sum is about that of their resident memory.
    let withProportional = alive <= Fleet.mostLensed
    for place in servers.indices {
      guard let process = servers[place].process, servers[place].state == .up else { continue }
      if let gauge = ProcessGauge.read(process.number, withProportional: withProportional) {
        servers[place].lens.note(
          gauge, life: servers[place].restarts, at: now, keeps: place < Fleet.mostLensed)
        if servers[place].isBalancer { continue }
        sum.servers += 1
        sum.memory += gauge.proportionalBytes ?? gauge.residentBytes
      }
    }
    peaks.raise(to: sum)
  }

  /// So many servers are shown one by one; of the others no samples are kept.
  private static let mostLensed = 64

  /// Of the servers that run now, as the live view shows them; none where they are somebody else's.
  var loads: [Double] {
    servers.lazy.filter { $0.state == .up && $0.process != nil && !$0.isBalancer }
      .prefix(Fleet.mostLensed).map(\.lens.recentLoad)
  }

  mutating func beginMeasuring() {
    for place in servers.indices { servers[place].lens.begin() }
    peaks = FleetPeaks()
  }

  /// Now and then: a look goes through every file, so it may take a fiftieth of the time.
  mutating func lookAtDisks(at now: Instant) {
    guard now >= disksDue else { return }
    let began = MonotonicClock.now()
    lookAtDisks()
    for place in servers.indices.prefix(Fleet.mostLensed) { servers[place].lens.keepDisk(at: now) }
    let took = MonotonicClock.now() - began
    disksDue = now + max(.seconds(5), Interval(nanoseconds: took.nanoseconds * 50))
  }

  /// Bytes of all homes together.
  @discardableResult
  mutating func lookAtDisks() -> Int {
    let own = servers.indices.filter { !servers[$0].isBalancer }
    for place in plan.sharesHome ? own.prefix(1) : own[...] where !servers[place].isDiskFinal {
      servers[place].lens.diskBytes = Files.bytes(
        below: folder.home(of: servers[place].id, shared: plan.sharesHome))
      // What somebody left who does not come back stays as it is.
      servers[place].isDiskFinal = !plan.sharesHome && servers[place].state == .gone
    }
    return servers.reduce(0) { $0 + $1.lens.diskBytes }
  }
}
