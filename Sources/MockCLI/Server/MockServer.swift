// The second host of the CLIServer machine: sockets, files and real time around the same decisions
// that the simulator runs on. One thread, one loop; everything the machine asks for is carried out
// here, everything that happens is told to it, and what it does not know (texts, files, bytes) is
// kept beside it.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Wire

struct MockServer: ~Copyable {
  let settings: MockSettings
  let folder: SessionFolder
  let methods = MethodTable()

  var poller: Poller
  let signals: SignalDescriptor
  var listener: Listener?
  var connections: [Connection?] = []
  var freeConnections: [Int] = []
  var epochs: UInt32 = 0
  /// Connections with something to write at the end of this turn of the loop.
  var dirty: [Connection] = []
  /// Answered for standard input and output when the one client has gone.
  var isServingStreams = false

  var timers = DeadlineHeap()
  let began: Instant
  /// The instant of what is being handled: a timer's own, or when the loop woke up.
  var now: Instant
  var wall = WallText()
  var ids: EventIDs

  var machine: CLIServer
  var store: SessionStore
  var actions = Table<CLIAction>()
  var isPerforming = false
  var provider: Provider
  var storage: StorageClock
  /// Replies that wait for storage.
  var held = Places<HeldReply>()
  /// Connections to providers over HTTP.
  var links: [ProviderLink?] = []
  var faults: FaultPlan
  /// What the client of a compaction under way is owed, oldest first.
  var compactions: [MockSession] = []

  /// Room that sessions keep for lines to come, of all of them.
  var keptRoom = 0
  static let mostKeptRoom = 16 << 20

  var asks = Asks()
  var sessions: [MockSession?] = [nil]
  var freeSessions: [Int] = []
  var sessionPlaces = IndexMap()
  var lastSession: String?
  /// The session whose turn asked the model last, by its place in the machine.
  var running: [MockSession?] = []
  /// Sessions whose names this process has announced: resumed here, they are announced once more.
  var knownTitles: Set<UInt64> = []
  /// Requests of ours to clients, numbered from 0 through the life of the server.
  var hookCount = 0
  var hookWaits: [HookWait] = []

  /// The message or event being built.
  var line = ByteBuffer(capacity: 32 << 10)
  let systemPrompt = Padding.systemPrompt
  var children: [ChildProcess] = []
  /// A fault has set in that a turn set off.
  var isHanging = false
  var isDeaf = false

  var stop = Stopping.no
  var exitCode: Int32?

  static let server = ServerID(0)
  /// Never live: requests about sessions that nobody has opened here are asked about it.
  static let nobody = SessionID(0)

  static func open(_ settings: MockSettings) throws(SystemFailure) -> MockServer {
    let signals = try SignalDescriptor()
    let poller = try Poller()
    return MockServer(settings, signals: signals, poller: poller)
  }

  private init(
    _ settings: MockSettings, signals: consuming SignalDescriptor, poller: consuming Poller
  ) {
    self.settings = settings
    folder = SessionFolder(home: settings.home)
    self.signals = signals
    self.poller = poller
    began = MonotonicClock.now()
    now = Instant.zero
    ids = EventIDs(entropy: ThisProcess.entropy())
    var fleet = FleetPlan()
    fleet.idleTimeout = settings.idleTimeout
    fleet.compaction = settings.compaction
    machine = CLIServer(
      id: MockServer.server, profile: settings.profile, plan: fleet, seed: settings.seed,
      connections: 0, mayCrash: false)
    store = SessionStore(shared: true, sessions: 16)
    provider = Provider(settings.model, seed: settings.modelSeed)
    storage = StorageClock(settings.storage, seed: settings.seed)
    faults = FaultPlan(settings.faults, seed: settings.seed)
  }

  // MARK: telling the machine, doing what it asks for

  mutating func feed(_ input: CLIInput) {
    machine.handle(input, at: now, store: &store, into: &actions)
    perform()
  }

  /// Actions in the order they were asked for. Carrying one out may tell the machine something and
  /// so append more; those come after.
  mutating func perform() {
    if isPerforming { return }
    isPerforming = true
    var cursor = 0
    while cursor < actions.count {
      let action = actions[cursor]
      cursor += 1
      carryOut(action)
    }
    actions.removeAll()
    isPerforming = false
  }

  private mutating func carryOut(_ action: CLIAction) {
    switch action {
    case .work(let demand): work(demand)
    case .callProvider(let call, let turn, _, let attempt):
      callModel(call, ask: turn.place, attempt: Int(attempt))
    case .retry(let call, let pause):
      // A provider that says when to come back is obeyed.
      let wanted = session(of: call)?.retryAfter
      timers.push(now + (wanted ?? pause), Timer.retry(call).code)
    case .opened(let turn, _, let resumed, _): opened(ask: turn.place, resumed: resumed)
    case .reply(let reply, let turn, _): answer(reply, ask: turn.place, isNone: turn.isNone)
    }
  }

  /// CPU work: a deadline, or burnt here and now as the real one burns it, with everybody waiting.
  private mutating func work(_ demand: Demand) {
    let length = demand.alone(on: settings.cores) + faults.extraWork(at: now - .zero)
    guard settings.cpu == .burn else {
      timers.push(now + length, Timer.workDone.code)
      return
    }
    let end = ThisProcess.cpu + length.nanoseconds
    while ThisProcess.cpu < end {}
    timers.push(now, Timer.workDone.code)
  }

  // MARK: sessions by name

  /// The session of that name which this process knows of, live or being opened.
  mutating func find(_ name: Span<UInt8>) -> MockSession? {
    let key = FNV1a.hash(name)
    var found: MockSession?
    _ = sessionPlaces.find(key) { place in
      guard let session = sessions[place], session.nameBytes.count == name.count else {
        return false
      }
      for index in 0..<name.count where session.nameBytes[index] != name[index] { return false }
      found = session
      return true
    }
    return found
  }

  /// Makes a place for a session that is about to be opened.
  mutating func makeSession(_ name: String) -> MockSession {
    let place: Int
    if let free = freeSessions.popLast() {
      place = free
    } else {
      place = sessions.count
      sessions.append(nil)
    }
    let session = MockSession(number: SessionID(place), name: name)
    sessions[place] = session
    sessionPlaces.insert(FNV1a.hash(session.nameBytes), slot: place)
    return session
  }

  /// Forgets a session that is neither live nor asked about.
  mutating func release(_ session: MockSession) {
    guard session.claims == 0, !session.isOpen, !machine.isLive(session.number) else { return }
    let place = session.number.place
    guard sessions[place] === session else { return }
    sessionPlaces.remove(FNV1a.hash(session.nameBytes), slot: place)
    sessions[place] = nil
    freeSessions.append(place)
    store[session.number, MockServer.server] = StoredSession()
  }
}

/// How far a shutdown has got.
enum Stopping: Equatable {
  case no
  /// `runtime.shutdown` was called: nothing is served any more, the process stays.
  case idle
  /// A signal: ends at the deadline, or when the last client has gone.
  case ending
}
