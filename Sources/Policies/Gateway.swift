// One app instance: the customer's backend around the CLI servers. It takes a turn from plan to
// answer: lock, pool or router, session manager, send, release. Everything is decided here and
// nothing is done here: each step ends with an action and goes on when its input comes. The guide's
// interleavings, and its bugs, live in the gaps between.
//
//   planned → [lock] → server (pool | router) → session (hit | evict, open) → send
//           → [unlock] → complete
public import Basics

public struct Gateway: ~Copyable {
  public let index: Int
  @usableFromInline let policy: GatewayPolicy
  @usableFromInline let tabs: Int
  @usableFromInline let sessionsPerPerson: Int
  @usableFromInline let checksAccess: Bool
  @usableFromInline let isolated: Bool
  @usableFromInline let locksGroups: Bool
  @usableFromInline let locksAll: Bool
  @usableFromInline let timeout: Interval
  @usableFromInline let hasIdleRules: Bool

  @usableFromInline var turns: Slab<Turn>
  @usableFromInline var manager: SessionManager
  @usableFromInline var router: Router
  var pool: CLIPool
  var access: AccessCheck
  let backOff: Stream
  @usableFromInline var nextSweep: Instant
  var nextCleanUp: Instant
  /// Tells the turns of one place apart, for timers.
  @usableFromInline var serial: UInt32 = 0
  public var tally = GatewayTally()

  public init(
    index: Int, policy: GatewayPolicy, people: Int, tabs: Int, sessionsPerPerson: Int,
    names: @escaping @Sendable (Int) -> String, seed: Seed
  ) {
    self.index = index
    self.policy = policy
    self.tabs = tabs
    self.sessionsPerPerson = sessionsPerPerson
    checksAccess = policy.access.check != .none || policy.access.naming == .dateNow
    isolated = policy.pattern == .isolated
    locksAll = policy.lock.covers == .always
    locksGroups = locksAll || policy.lock.covers == .collaborative
    timeout = policy.timeout
    hasIdleRules =
      policy.sessions.idleTimeout != nil || policy.pool.release == .idle || policy.cleanUp != nil
    turns = Slab()
    manager = SessionManager(policy.sessions, oneHome: policy.routeEvery == .session)
    router = Router(policy, stream: seed.stream("router \(index)"))
    pool = CLIPool(policy.pool, people: policy.pattern == .isolated ? people : 0)
    access = AccessCheck(policy.access, people: people, names: names)
    backOff = seed.stream("lock back-off")
    // Time-outs are looked for eight times in their length: between, nothing is kept in order.
    nextSweep = .zero + Interval(nanoseconds: max(1, policy.timeout.nanoseconds / 8))
    nextCleanUp = policy.cleanUp.map { .zero + $0.every } ?? .never
  }

  @inlinable @inline(__always) func id(_ place: Int) -> TurnID {
    TurnID(instance: index, place: place)
  }
  @inlinable var none: TurnID { TurnID.none(of: index) }

  // MARK: what the host reads

  @inlinable public mutating func turn(_ id: TurnID) -> Turn { turns[id.place] }
  /// All that completing a turn reads, at one go.
  @inlinable @inline(__always) public mutating func completion(
    of id: TurnID
  ) -> (plan: TurnPlan, planned: Instant, sent: Instant, server: ServerID) {
    turns.modify(id.place) { ($0.plan, $0.planned, $0.sent, $0.server) }
  }
  @inlinable public mutating func plan(of id: TurnID) -> TurnPlan { turns[id.place].plan }
  @inlinable public mutating func planned(_ id: TurnID) -> Instant { turns[id.place].planned }
  @inlinable public mutating func sent(_ id: TurnID) -> Instant { turns[id.place].sent }
  @inlinable public mutating func server(of id: TurnID) -> ServerID { turns[id.place].server }
  @inlinable public mutating func isSending(_ id: TurnID) -> Bool {
    turns[id.place].step == .sending
  }
  public var residents: Int { manager.count }
  public var residentMax: Int { manager.residentMax }
  public var overLimitMax: Int { manager.overLimitMax }
  public var turnsUnderWay: Int { turns.live }
  public var portsUsed: Int { pool.portsUsed }
  public var bytes: Int { turns.bytes + manager.bytes }

  /// An early, late or repeated wake-up changes nothing that is not due. Mutating only so that it
  /// is reached by address: a borrowed machine is copied, all thousand bytes of it.
  @inlinable public var nextDeadline: Instant {
    mutating get { hasIdleRules ? idleDeadline : nextSweep }
  }

  public mutating func resetPeaks() { manager.resetPeaks() }

  // MARK: inputs

  @inlinable public mutating func handle(
    _ input: GatewayInput, at now: Instant, into actions: inout Table<GatewayAction>
  ) {
    switch input {
    case .planned(let plan): begin(plan, at: now, &actions)
    case .finished(let id): answered(id, .completed, at: now, &actions)
    case .opened(let id, let resumed, let handle):
      opened(id, resumed: resumed, handle: handle, at: now, &actions)
    case .closed(let id): closed(id, at: now, &actions)
    default: handleRare(input, at: now, &actions)
    }
  }

  @inlinable mutating func begin(
    _ plan: TurnPlan, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    serial = (serial &+ 1) & 0xFF_FFFF
    let place = turns.insert(Turn(plan, at: now, generation: serial))
    precondition(place < 0xFF_FFFF, "more than 16,777,215 turns under way in instance \(index)")
    if checksAccess && !allow(place, at: now) {
      finish(place, .denied, at: now, &actions)
      return
    }
    if locksAll || (locksGroups && plan.flags.contains(.group)) {
      acquireLock(place, at: now, &actions)
    } else {
      route(place, at: now, &actions)
    }
  }

  // MARK: server and session

  @inlinable @inline(__always) mutating func route(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    if isolated {
      takeFromPool(place, at: now, &actions)
      return
    }
    let plan = turns[place].plan
    var server = ServerID.none
    if policy.routeEvery == .session, let entry = manager.find(plan.session, .none) {
      server = manager.entries[entry].server
    } else {
      let key = policy.routeBy == .user ? plan.key : Gateway.sessionKey(plan.session)
      guard let picked = router.pick(key: key) else {
        finish(place, .serverLost, at: now, &actions)
        return
      }
      server = picked
    }
    getSession(place, plan, on: server, at: now, &actions)
  }

  /// As below, for a turn whose server is known already.
  @usableFromInline mutating func getSession(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let turn = turns[place]
    getSession(place, turn.plan, on: turn.server, at: now, &actions)
  }

  /// The guide's `getSession`: what is resident is returned, else the limit is enforced and the
  /// session opened.
  @inlinable @inline(__always) mutating func getSession(
    _ place: Int, _ plan: TurnPlan, on server: ServerID, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    if !plan.flags.contains(.ephemeral), let entry = manager.find(plan.session, server) {
      let (isReady, handle) = manager.entries.modify(entry) { ($0.ready, $0.handle) }
      if isReady {
        tally.hits &+= 1
        send(place, plan.session, on: server, entry, handle, at: now, &actions)
        return
      }
    }
    turns[place].server = server
    getAbsentSession(place, at: now, &actions)
  }

  @inlinable @inline(__always) mutating func send(
    _ place: Int, _ session: SessionID, on server: ServerID, _ entry: Int, _ handle: UInt32,
    at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let life = manager.take(entry, at: now)
    turns.modify(place) {
      $0.entry = UInt32(truncatingIfNeeded: entry)
      $0.entryLife = life
      $0.pinned = true
    }
    dispatch(place, session, on: server, handle, at: now, &actions)
  }

  @inlinable @inline(__always) mutating func dispatch(
    _ place: Int, _ session: SessionID, on server: ServerID, _ handle: UInt32, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    turns.modify(place) {
      $0.step = .sending
      $0.sent = now
      $0.server = server
    }
    if !isolated { router.began(server) }
    actions.append(.send(server, session, id(place), handle: handle))
  }

  // MARK: the answer

  @inlinable mutating func answered(
    _ id: TurnID, _ outcome: TurnOutcome, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    switch turns[id.place].step {
    case .sending: finish(id.place, outcome, at: now, &actions)
    case .abandoned: free(id.place)
    // Given up on while its lock is being released: this was the CLI's last word.
    default: turns[id.place].isCut = true
    }
  }

  /// Unpins, unlocks and concludes: the guide's `finally` blocks, innermost first.
  @inlinable mutating func finish(
    _ place: Int, _ outcome: TurnOutcome, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let (isSending, isLocked, server) = turns.modify(place) {
      $0.outcome = outcome
      return ($0.step == .sending, $0.locked, $0.server)
    }
    if isSending {
      if isolated { poolTurnOver(place, at: now) } else { router.ended(server) }
      unpin(place, at: now, &actions)
    }
    if isLocked {
      releaseLock(place, at: now, &actions)
    } else {
      conclude(place, at: now, &actions)
    }
  }

  @inlinable @inline(__always) mutating func unpin(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let (isPinned, entry, life, server) = turns.modify(place) {
      let isPinned = $0.pinned
      $0.pinned = false
      return (isPinned, Int($0.entry), $0.entryLife, $0.server)
    }
    // The entry may have been evicted meanwhile, and its place given to another session.
    guard isPinned, manager.release(entry, taken: life, at: now) else { return }
    if manager.pinned && manager.pins(entry) == 0 {
      admitWaiting(inScopeOf: server, at: now, &actions)
    }
  }

  @inlinable @inline(__always) mutating func conclude(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let (outcome, isSimple) = turns.modify(place) {
      (
        $0.outcome,
        $0.plan.flags.isDisjoint(with: [.ephemeral, .endsSession]) && !$0.isOwed
      )
    }
    actions.append(.complete(id(place), outcome))
    if isSimple { free(place) } else { putAway(place, at: now, &actions) }
  }

  /// The record stays readable until the place is used again: the host reads it for `complete`.
  @inlinable @inline(__always) mutating func free(_ place: Int) {
    turns[place].step = .free
    turns.remove(place)
  }

  /// A second mix keeps sessions of one person apart; group sessions have numbers of their own.
  @inlinable static func sessionKey(_ session: SessionID) -> UInt32 {
    UInt32(truncatingIfNeeded: mix64(UInt64(session.index) ^ 0x5E55_1011))
  }
}
