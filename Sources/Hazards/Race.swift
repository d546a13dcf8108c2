// One run of a program: the real machines, the callers, and for each caller what it waits for. A
// step lets one caller go on; everything until its next await happens within it, as in Node, where
// code between two awaits is atomic. Machines cannot be copied, so each schedule has its own race.
internal import Basics
internal import CLIModel
internal import Policies

/// What an explorer drives: tasks that can go on, one step at a time.
protocol Schedulable: ~Copyable {
  init(_ program: HazardProgram, tells: Bool)
  /// Who may go on now, a bit each.
  mutating func enabled() -> UInt32
  mutating func step(_ task: Int)
  var damage: Damage { get }
  /// What the last step did; kept only where somebody will read it.
  var words: [String] { get }
  /// Virtual time.
  var seconds: Double { get }
}

struct Race: ~Copyable, Schedulable {
  /// What a caller, or the world, does next.
  enum Pending {
    case asks(TurnPlan)
    case comesBack(GatewayInput)
    case reachesLocks(LockCommand, SessionID, TurnID, token: UInt32)
    case modelAnswers(ProviderCall, server: Int)
    /// The machine served it in another caller's step; its own promise has yet to resolve.
    case resumes
    case happens(WorldEvent)
    /// The second step of an event.
    case happened(WorldEvent)
    case over
  }

  private let awaits: Awaits
  let ttl: Interval
  let poolIdle: Interval
  private let isCollaborative: Bool
  var pending: [Pending] = []
  var gateway: Gateway
  var locks: LockStore
  /// One, or none where the program has no servers: a table, because a value that cannot be copied
  /// is awkward to look into when it is optional.
  var fleet: Table<Fleet>
  let hasFleet: Bool
  var actions = Table<GatewayAction>()
  private var answers = Table<LockAnswer>()
  var now = Instant.zero
  private var spawned = 0
  private var clientsLost = 0
  /// Tokens granted so far, by which to see whether the lock is held.
  private var tokens: [UInt32] = []
  private var timers: [(at: Instant, input: GatewayInput)] = []
  /// Before the race everything is answered at once and followed to its end.
  private var isSettingUp = true
  var words: [String] = []
  let tells: Bool

  init(_ program: HazardProgram, tells: Bool) {
    self.tells = tells
    awaits = program.awaits
    ttl = program.policy.lock.ttl
    poolIdle = program.policy.pool.idle
    isCollaborative = program.policy.pattern == .collaborative
    let names = program.names
    gateway = Gateway(
      index: 0, policy: program.policy,
      people: 1 + program.callers.reduce(0) { max($0, $1.person) },
      tabs: 1, sessionsPerPerson: Caller.sessionsPerPerson,
      names: { $0 < names.count ? names[$0] : "person-\($0)" }, seed: Seed(1))
    locks = LockStore(program.policy.lock)
    hasFleet = program.servers > 0
    fleet = Table()
    if hasFleet { fleet.append(Fleet(program)) }
    // Room for what a step says, so that nothing grows on the way.
    actions.reserve(16)
    answers.reserve(8)
    setUp(program)
    pending.reserveCapacity(program.taskCount)
    for (place, caller) in program.callers.enumerated() {
      pending.append(.asks(plan(place, caller, isGroup: isCollaborative)))
    }
    for event in program.events { pending.append(.happens(event)) }
  }

  var damage: Damage {
    var damage = Damage()
    let tally = gateway.tally
    damage[.oneProcessPerPerson] = tally.leaked
    damage[.releaseEndsProcess] = tally.leaked
    damage[.noStaleClient] = clientsLost
    damage[.ownSessionsOnly] = tally.leaks
    damage[.ownSessionsOpen] = tally.falseDenials
    damage[.uniqueIDs] = tally.idCollisions
    damage[.limitKept] = gateway.overLimitMax
    damage[.oneCreation] = tally.duplicateCreates
    damage[.oneDisconnect] = tally.doubleDisconnects
    damage[.noEvictionMidTurn] = tally.evictedBusy
    damage[.oneHolder] = locks.tally.doubleHeld
    damage[.noStaleWrite] = locks.tally.staleWrites
    damage[.onlyOwnRelease] = locks.tally.wrongReleases
    damage[.sessionFound] = tally.notFound
    if hasFleet {
      damage[.wholeHistory] = fleet[0].stale
      damage[.noLostTurn] = fleet[0].lost
    }
    return damage
  }

  var seconds: Double { now.seconds }

  mutating func enabled() -> UInt32 {
    var mask: UInt32 = 0
    for task in pending.indices where isEnabled(task) { mask |= 1 << UInt32(task) }
    return mask
  }

  private mutating func isEnabled(_ task: Int) -> Bool {
    switch pending[task] {
    case .over: false
    case .happened(.lockExpires): isLocked()
    case .happened(.drain(let server)): !gateway.uses(ServerID(server))
    default: true
    }
  }

  mutating func step(_ task: Int) {
    let next = pending[task]
    pending[task] = .over
    if tells { words = [] }
    switch next {
    case .asks(let plan): feed(.planned(plan), by: task)
    case .comesBack(let input): feed(input, by: task)
    case .reachesLocks(let command, let session, let turn, let token):
      tell("\(Race.describe(command)) reaches Redis")
      execute(command, session, turn, token: token, by: task)
    case .modelAnswers(let call, let server):
      tell("the model answers")
      answer(call, server, by: task)
    case .resumes: tell("goes on with what another caller waited for")
    case .happens(let event): begin(event, task)
    case .happened(let event): finish(event, task)
    case .over: preconditionFailure("task \(task) has nothing left to do")
    }
  }

  // MARK: the machines

  mutating func feed(_ input: GatewayInput, by task: Int) {
    tell(Race.describe(input))
    let mark = actions.count
    gateway.handle(input, at: now, into: &actions)
    perform(from: mark, by: task)
  }

  /// What is answered at once may add actions behind these; it has taken them off again when it
  /// comes back.
  mutating func perform(from mark: Int, by task: Int) {
    let end = actions.count
    var place = mark
    while place < end {
      let action = actions[place]
      perform(action, by: task)
      place += 1
    }
    while actions.count > mark { _ = actions.removeLast() }
  }

  private mutating func perform(_ action: GatewayAction, by task: Int) {
    switch action {
    case .spawn(let turn, _):
      spawned += 1
      tell("spawns a process")
      wait(.spawn, .spawned(turn, ServerID(spawned)), turn, by: task)
    case .disconnect(let server, let session, let turn, let handle):
      tell("disconnects session \(session.index)")
      if hasFleet {
        request(.destroy, server, session, turn, handle, by: task)
      } else if !turn.isNone {
        wait(.disconnect, .closed(turn), turn, by: task)
      }
    case .create(let server, let session, let turn):
      open(.create, server, session, turn, by: task)
    case .resume(let server, let session, let turn):
      open(.resume, server, session, turn, by: task)
    case .send(let server, let session, let turn, let handle):
      let place = hasFleet ? " to server \(server.index)" : ""
      tell("sends its turn\(place)")
      if hasFleet {
        request(.send, server, session, turn, handle, by: task)
      } else {
        waitToTheEnd(.turn, .finished(turn), turn, by: task)
      }
    case .delete(let server, let session, let turn, _):
      if hasFleet { request(.delete, server, session, turn, noLink, by: task) }
    case .lock(let command, let session, let turn, let token):
      let isRelease = command == .read || command == .compareAndDelete
      if isRelease && !isSettingUp && awaits.contains(.release) {
        set(.reachesLocks(command, session, turn, token: token), turn, by: task)
      } else {
        tell(Race.describe(command))
        execute(command, session, turn, token: token, by: task)
      }
    case .hangUp(_, let person, _, let kill):
      tell(kill ? "ends the process" : "closes the connection")
      pending[task] = .comesBack(.released(person: person))
    case .timer(.renewLock, let turn, let generation, let at):
      timers.append((at, .timer(.renewLock, turn, generation: generation)))
    case .complete(_, let outcome):
      if outcome == .serverLost { clientsLost += 1 }
      tell(Race.describe(outcome))
    default: break
    }
  }

  private mutating func open(
    _ kind: CLIRequest.Kind, _ server: ServerID, _ session: SessionID, _ turn: TurnID, by task: Int
  ) {
    let place = hasFleet ? "it on server \(server.index)" : "session \(session.index)"
    tell("opens \(place)")
    if hasFleet {
      request(kind, server, session, turn, noLink, by: task)
    } else {
      waitToTheEnd(.open, .opened(turn, resumed: true, handle: noLink), turn, by: task)
    }
  }

  private mutating func execute(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, token: UInt32, by task: Int
  ) {
    let mark = answers.count
    locks.handle(command, session, from: turn, token: token, at: now, into: &answers)
    let end = answers.count
    var place = mark
    while place < end {
      let answer = answers[place]
      hear(answer, by: task)
      place += 1
    }
    while answers.count > mark { _ = answers.removeLast() }
  }

  private mutating func hear(_ answer: LockAnswer, by task: Int) {
    switch answer {
    case .granted(let turn, let token):
      tokens.append(token)
      feed(.lockGranted(turn, token: token), by: task)
    case .refused(let turn): feed(.lockRefused(turn), by: task)
    case .wasMine(let turn, let mine):
      wait(.ownerRead, .lockRead(turn, mine: mine), turn, by: task)
    case .released(let turn): if !turn.isNone { feed(.lockReleased(turn), by: task) }
    case .renewed(let turn, let mine): feed(.lockRenewed(turn, mine), by: task)
    case .stale(let turn): if !turn.isNone { feed(.writeWasStale(turn), by: task) }
    // Nobody queues in these programs, so there is nobody to wake.
    case .wake: break
    }
  }

  /// The input comes in a step of its own where the program says so, else now.
  mutating func wait(_ kind: Awaits, _ input: GatewayInput, _ turn: TurnID, by task: Int) {
    if !isSettingUp && awaits.contains(kind) {
      set(.comesBack(input), turn, by: task)
    } else {
      feed(input, by: task)
    }
  }

  /// As above, but a path that a program does not follow ends here.
  private mutating func waitToTheEnd(
    _ kind: Awaits, _ input: GatewayInput, _ turn: TurnID, by task: Int
  ) {
    if isSettingUp {
      feed(input, by: task)
    } else if awaits.contains(kind) {
      set(.comesBack(input), turn, by: task)
    } else {
      set(.over, turn, by: task)
    }
  }

  mutating func waitForModel(
    _ call: ProviderCall, _ server: Int, _ turn: TurnID, by task: Int
  ) {
    if !isSettingUp && awaits.contains(.turn) {
      set(.modelAnswers(call, server: server), turn, by: task)
    } else {
      answer(call, server, by: task)
    }
  }

  /// The ordinal of a turn's plan is its caller.
  private mutating func set(_ next: Pending, _ turn: TurnID, by task: Int) {
    let caller = Int(gateway.plan(of: turn).ordinal)
    guard caller != task, case .over = next else {
      pending[caller] = next
      return
    }
    pending[caller] = .resumes
  }

  // MARK: time

  /// A look that changes nothing: does any token granted so far still hold?
  private mutating func isLocked() -> Bool {
    for token in tokens {
      answers.removeAll()
      locks.handle(
        .read, SessionID(0), from: .none(of: 0), token: token, at: now, into: &answers)
      let isHeld = if case .wasMine(_, true) = answers[0] { true } else { false }
      answers.removeAll()
      if isHeld { return true }
    }
    return false
  }

  /// Holders whose process lives renew on the way; that is all that timers are here for.
  mutating func pass(_ length: Interval, by task: Int) {
    let end = now + length
    while let place = timers.indices.min(by: { timers[$0].at < timers[$1].at }),
      timers[place].at <= end
    {
      let timer = timers.remove(at: place)
      now = timer.at
      feed(timer.input, by: task)
    }
    now = end
  }

  // MARK: before the race

  private mutating func setUp(_ program: HazardProgram) {
    if program.policy.pattern != .isolated {
      for server in 0..<max(1, program.servers) {
        gateway.handle(.serverAdded(ServerID(server)), at: now, into: &actions)
      }
    }
    // Sessions of a group are open before its people meet at the lock, so no lock is taken here.
    for (place, caller) in program.before.enumerated() {
      feed(.planned(plan(place, caller, isGroup: false, begins: hasFleet)), by: place)
    }
    actions.removeAll()
    isSettingUp = false
    // What was done before is long on disk.
    if program.servers > 0 { now = now + .seconds(60) }
    words = []
  }

  /// - Parameter begins: a server has to know of a session before it can be resumed.
  private func plan(
    _ place: Int, _ caller: Caller, isGroup: Bool, begins: Bool = false
  ) -> TurnPlan {
    var flags: TurnFlags = isGroup ? .group : []
    if caller.begins || begins { flags.insert(.begins) }
    return TurnPlan(
      loop: UInt32(caller.person), ordinal: UInt32(place), session: SessionID(caller.session),
      key: UInt32(caller.person), flags: flags)
  }

  mutating func tell(_ text: @autoclosure () -> String) {
    if tells { words.append(text()) }
  }
}
