// One run of a program: the real machines, the callers, and for each caller what it waits for. A
// step lets one caller go on; everything until its next await happens within it, as in Node, where
// code between two awaits is atomic. Machines cannot be copied, so each schedule has its own race.
internal import Basics
internal import Policies

struct Race: ~Copyable {
  /// What a caller, or the clock, does next.
  enum Pending {
    case asks(TurnPlan)
    case comesBack(GatewayInput)
    case reachesLocks(LockCommand, SessionID, TurnID, token: UInt32)
    /// The machine served it in another caller's step; its own promise has yet to resolve.
    case resumes
    case clockStarts
    case lockExpires
    case over
  }

  let program: HazardProgram
  var pending: [Pending]
  private var gateway: Gateway
  private var locks: LockStore
  private var actions = Table<GatewayAction>()
  private var answers = Table<LockAnswer>()
  private var now = Instant.zero
  private var spawned = 0
  /// Tokens granted so far, by which to see whether the lock is held.
  private var tokens: [UInt32] = []
  /// What the last step did, in words; kept only where somebody will read it.
  private(set) var words: [String] = []
  private let tells: Bool

  init(_ program: HazardProgram, tells: Bool) {
    self.program = program
    self.tells = tells
    pending = []
    gateway = Gateway(
      index: 0, policy: program.policy, people: 1, tabs: 1,
      // All callers are one person, and a session number belongs to that person.
      sessionsPerPerson: 1 << 16, names: { "person-\($0)" }, seed: Seed(1))
    locks = LockStore(program.policy.lock)
    fillUp()
    for (caller, session) in program.sessions.enumerated() {
      pending.append(.asks(plan(caller, session)))
    }
    if program.expires { pending.append(.clockStarts) }
  }

  var damage: Damage { Damage(gateway.tally, overLimit: gateway.overLimitMax, locks.tally) }

  /// Who may go on now, lowest first.
  mutating func enabled() -> [Int] {
    pending.indices.filter {
      switch pending[$0] {
      case .over: false
      case .lockExpires: isLocked()
      default: true
      }
    }
  }

  mutating func step(_ task: Int) {
    let next = pending[task]
    pending[task] = .over
    words = []
    switch next {
    case .asks(let plan): feed(.planned(plan), by: task)
    case .comesBack(let input): feed(input, by: task)
    case .reachesLocks(let command, let session, let turn, let token):
      tell("\(Race.describe(command)) reaches Redis")
      execute(command, session, turn, token: token, by: task)
    case .resumes: tell("goes on with what another caller waited for")
    case .clockStarts:
      tell("is armed")
      pending[task] = .lockExpires
    case .lockExpires:
      tell("the lock expires")
      now = now + program.policy.lock.ttl
    case .over: preconditionFailure("task \(task) has nothing left to do")
    }
  }

  // MARK: the machines

  private mutating func feed(_ input: GatewayInput, by task: Int) {
    tell(Race.describe(input))
    gateway.handle(input, at: now, into: &actions)
    // Answers given at once may add actions and reuse the table: take what is there first.
    var batch: [GatewayAction] = []
    for place in 0..<actions.count { batch.append(actions[place]) }
    actions.removeAll()
    for action in batch { perform(action, by: task) }
  }

  private mutating func perform(_ action: GatewayAction, by task: Int) {
    switch action {
    case .spawn(let turn):
      spawned += 1
      tell("spawns a process")
      wait(.spawn, .spawned(turn, ServerID(spawned)), turn, by: task)
    case .disconnect(_, let session, let turn, _):
      tell("disconnects session \(session.index)")
      if !turn.isNone { wait(.disconnect, .closed(turn), turn, by: task) }
    case .create(_, let session, let turn), .resume(_, let session, let turn):
      tell("opens session \(session.index)")
      waitToTheEnd(.open, .opened(turn, resumed: true, handle: noLink), turn, by: task)
    case .send(_, _, let turn, _):
      tell("sends its turn")
      waitToTheEnd(.turn, .finished(turn), turn, by: task)
    case .lock(let command, let session, let turn, let token):
      let isRelease = command == .read || command == .compareAndDelete
      if isRelease && program.awaits.contains(.release) {
        set(.reachesLocks(command, session, turn, token: token), turn, by: task)
      } else {
        tell(Race.describe(command))
        execute(command, session, turn, token: token, by: task)
      }
    case .complete(_, let outcome):
      tell("\(outcome)")
    default: break
    }
  }

  private mutating func execute(
    _ command: LockCommand, _ session: SessionID, _ turn: TurnID, token: UInt32, by task: Int
  ) {
    answers.removeAll()
    locks.handle(command, session, from: turn, token: token, at: now, into: &answers)
    var batch: [LockAnswer] = []
    for place in 0..<answers.count { batch.append(answers[place]) }
    for answer in batch {
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
  }

  /// The input comes in a step of its own where the program says so, else now.
  private mutating func wait(
    _ kind: Awaits, _ input: GatewayInput, _ turn: TurnID, by task: Int
  ) {
    if program.awaits.contains(kind) {
      set(.comesBack(input), turn, by: task)
    } else {
      feed(input, by: task)
    }
  }

  /// As above, but a path that a program does not follow ends here.
  private mutating func waitToTheEnd(
    _ kind: Awaits, _ input: GatewayInput, _ turn: TurnID, by task: Int
  ) {
    if program.awaits.contains(kind) {
      set(.comesBack(input), turn, by: task)
    } else {
      set(.over, turn, by: task)
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

  /// A look that changes nothing: does any token granted so far still hold?
  private mutating func isLocked() -> Bool {
    for token in tokens {
      answers.removeAll()
      locks.handle(
        .read, SessionID(0), from: .none(of: 0), token: token, at: now, into: &answers)
      if case .wasMine(_, true) = answers[0] { return true }
    }
    return false
  }

  // MARK: before the race

  /// Opens the residents one after the other, each in a turn that is over before the next begins.
  private mutating func fillUp() {
    if program.policy.pattern == .isolated { return }
    gateway.handle(.serverAdded(ServerID(0)), at: now, into: &actions)
    for session in 0..<program.residents {
      var input = GatewayInput.planned(plan(0, session, flags: []))
      while let next = answer(input) { input = next }
    }
    actions.removeAll()
  }

  private mutating func answer(_ input: GatewayInput) -> GatewayInput? {
    actions.removeAll()
    gateway.handle(input, at: now, into: &actions)
    for place in 0..<actions.count {
      switch actions[place] {
      case .create(_, _, let turn), .resume(_, _, let turn):
        return .opened(turn, resumed: true, handle: noLink)
      case .send(_, _, let turn, _): return .finished(turn)
      default: continue
      }
    }
    return nil
  }

  private func plan(_ caller: Int, _ session: Int, flags: TurnFlags? = nil) -> TurnPlan {
    let isShared = program.policy.pattern == .collaborative
    return TurnPlan(
      loop: 0, ordinal: UInt32(caller), session: SessionID(session), key: 0,
      flags: flags ?? (isShared ? .group : []))
  }

  private mutating func tell(_ text: @autoclosure () -> String) {
    if tells { words.append(text()) }
  }
}
