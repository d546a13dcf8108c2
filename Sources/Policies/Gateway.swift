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
  @usableFromInline let routesSessions: Bool
  @usableFromInline let keyIsUser: Bool

  @usableFromInline var turns: Slab<Turn>
  /// Beside each turn.
  var details: Table<TurnDetail>
  @usableFromInline var detailCount = 0
  @usableFromInline var manager: SessionManager
  @usableFromInline var router: Router
  /// Servers that were taken out of the fleet: still there for who has them, and nobody's choice.
  var removed = Table<ServerID>()
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
    sessions: Int = 0, names: @escaping @Sendable (Int) -> String, seed: Seed
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
    routesSessions = policy.routeEvery == .session
    keyIsUser = policy.routeBy == .user
    hasIdleRules =
      policy.sessions.idleTimeout != nil || policy.pool.release == .idle || policy.cleanUp != nil
    turns = Slab()
    details = Table()
    // Each instance lists every session: with many instances a search costs less memory.
    let listed = policy.instances <= 4 ? sessions : 0
    manager = SessionManager(
      policy.sessions, oneHome: policy.routeEvery == .session, listed: listed)
    router = Router(policy, stream: seed.stream("router \(index)"), instance: index)
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
  public mutating func completion(of id: TurnID) -> TurnCompletion {
    turns.modify(id.place) {
      TurnCompletion(plan: $0.plan, planned: $0.planned, sent: $0.sent, server: $0.server)
    }
  }
  /// All that an acknowledgement and the call behind it read.
  @inlinable @inline(__always) public mutating func acknowledgement(
    of id: TurnID
  ) -> (isSending: Bool, sent: Instant, loop: UInt32, ordinal: UInt32) {
    turns.modify(id.place) { ($0.step == .sending, $0.sent, $0.plan.loop, $0.plan.ordinal) }
  }
  @inlinable public mutating func plan(of id: TurnID) -> TurnPlan { turns[id.place].plan }
  @inlinable public mutating func planned(_ id: TurnID) -> Instant { turns[id.place].planned }
  @inlinable public mutating func sent(_ id: TurnID) -> Instant { turns[id.place].sent }
  @inlinable public mutating func server(of id: TurnID) -> ServerID { turns[id.place].server }
  @inlinable public mutating func isSending(_ id: TurnID) -> Bool {
    turns[id.place].step == .sending
  }
  /// Where the next planned turn will stand, for hosts that keep more beside it.
  public var nextPlace: Int { turns.nextFree ?? turns.places }
  public var residents: Int { manager.count }
  public var residentMax: Int { manager.residentMax }
  public var overLimitMax: Int { manager.overLimitMax }
  public var turnsUnderWay: Int { turns.live }
  public var portsUsed: Int { pool.portsUsed }
  public var bytes: Int { turns.bytes + details.bytes + manager.bytes }

  /// An early, late or repeated wake-up changes nothing that is not due. Mutating only so that it
  /// is reached by address: a borrowed machine is copied, all thousand bytes of it.
  @inlinable public var nextDeadline: Instant {
    mutating get { hasIdleRules ? idleDeadline : nextSweep }
  }

  public mutating func resetPeaks() { manager.resetPeaks() }

  // MARK: inputs

  public mutating func handle(
    _ input: GatewayInput, at now: Instant, into actions: inout Table<GatewayAction>
  ) {
    switch input {
    case .planned(let plan):
      if let send = planned(plan, at: now, into: &actions) { actions.append(send.action) }
    case .finished(let id):
      if finished(id, at: now, into: &actions) != nil { actions.append(.complete(id, .completed)) }
    case .opened(let id, let resumed, let handle):
      opened(id, resumed: resumed, handle: handle, at: now, &actions)
    case .closed(let id): closed(id, at: now, &actions)
    default: handleRare(input, at: now, &actions)
    }
  }

  /// As `handle`, for a host that takes the usual outcome as a value: the session is resident and
  /// the turn can be sent. Nil: what is wanted stands in the table.
  @inlinable public mutating func planned(
    _ plan: TurnPlan, at now: Instant, into actions: inout Table<GatewayAction>
  ) -> TurnSending? {
    serial = (serial &+ 1) & 0xFF_FFFF
    let place = turns.insert(Turn(plan, at: now, generation: serial))
    if place == detailCount { addDetail(place) }
    if checksAccess && !allow(place, at: now) {
      finish(place, .denied, at: now, &actions)
      return nil
    }
    if locksAll || (locksGroups && plan.flags.contains(.group)) {
      acquireLock(place, at: now, &actions)
      return nil
    }
    return route(place, plan, at: now, &actions)
  }

  @usableFromInline @inline(never) mutating func addDetail(_ place: Int) {
    precondition(
      place < TurnID.mostPlaces, "more than 4,194,303 turns under way in instance \(index)")
    details.append(TurnDetail())
    detailCount = details.count
  }

  // MARK: server and session

  @inlinable @inline(__always) mutating func route(
    _ place: Int, _ plan: TurnPlan, at now: Instant, _ actions: inout Table<GatewayAction>
  ) -> TurnSending? {
    if isolated {
      takeFromPool(place, at: now, &actions)
      return nil
    }
    var server = ServerID.none
    if routesSessions, let home = home(of: plan.session, at: now, &actions) {
      server = home
    } else {
      let key = keyIsUser ? plan.key : Gateway.sessionKey(plan.session)
      guard let picked = router.pick(key: key) else {
        finish(place, .serverLost, at: now, &actions)
        return nil
      }
      server = picked
    }
    return getSession(place, plan, on: server, at: now, &actions)
  }

  /// Where a session lives. A server that was removed while a session was being opened there is
  /// nobody's home any more.
  @usableFromInline mutating func home(
    of session: SessionID, at now: Instant, _ actions: inout Table<GatewayAction>
  ) -> ServerID? {
    guard let entry = manager.find(session, .none) else { return nil }
    let server = manager.entries[entry].server
    for place in 0..<removed.count where removed[place] == server {
      guard manager.entries[entry].ready else { break }
      manager.remove(entry)
      admitWaiting(inScopeOf: server, at: now, &actions)
      // One that waited there may open it again.
      return manager.find(session, .none).map { manager.entries[$0].server }
    }
    return server
  }

  /// As above, for a turn that had to wait before it could ask.
  mutating func routeOn(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let plan = turns[place].plan
    if let send = route(place, plan, at: now, &actions) { actions.append(send.action) }
  }

  /// As below, for a turn whose server is known already.
  @usableFromInline mutating func getSession(
    _ place: Int, at now: Instant, _ actions: inout Table<GatewayAction>
  ) {
    let turn = turns[place]
    var server = turn.server
    // While it waited the session may have come to live elsewhere.
    if routesSessions, !turn.plan.flags.contains(.ephemeral),
      let home = home(of: turn.plan.session, at: now, &actions)
    {
      server = home
    }
    if let send = getSession(place, turn.plan, on: server, at: now, &actions) {
      actions.append(send.action)
    }
  }

  /// The guide's `getSession`: what is resident is returned, else the limit is enforced and the
  /// session opened.
  @inlinable @inline(__always) mutating func getSession(
    _ place: Int, _ plan: TurnPlan, on server: ServerID, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) -> TurnSending? {
    if !plan.flags.contains(.ephemeral), let entry = manager.find(plan.session, server),
      let taken = manager.take(entry, of: plan.conversation, at: now)
    {
      tally.hits &+= 1
      if !isolated { router.began(server) }
      turns.modify(place) {
        $0.entry = UInt32(truncatingIfNeeded: entry)
        $0.entryLife = taken.life
        $0.pinned = true
        $0.step = .sending
        $0.sent = now
        $0.server = server
      }
      return TurnSending(
        server: server, session: plan.session, turn: id(place), handle: taken.handle)
    }
    turns[place].server = server
    getAbsentSession(place, at: now, &actions)
    return nil
  }

  /// To a session that has just been opened.
  mutating func send(
    _ place: Int, _ session: SessionID, on server: ServerID, _ entry: Int, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    // Turns of one person overlap: a later conversation may have waited for this opening too.
    let conversation = manager.entries[entry].conversation
    guard let taken = manager.take(entry, of: conversation, at: now) else {
      preconditionFailure("a turn is sent to a session that is still being opened")
    }
    turns.modify(place) {
      $0.entry = UInt32(truncatingIfNeeded: entry)
      $0.entryLife = taken.life
      $0.pinned = true
    }
    dispatch(place, on: server, taken.handle, at: now, &actions)
  }

  mutating func dispatch(
    _ place: Int, on server: ServerID, _ handle: UInt32, at now: Instant,
    _ actions: inout Table<GatewayAction>
  ) {
    let session = turns.modify(place) {
      $0.step = .sending
      $0.sent = now
      $0.server = server
      return $0.plan.session
    }
    if !isolated { router.began(server) }
    actions.append(.send(server, session, id(place), handle: handle))
  }

  // MARK: the answer

  /// As `handle`, for a host that takes the usual outcome as a value: the turn is complete. Nil:
  /// what is wanted stands in the table.
  @inlinable public mutating func finished(
    _ id: TurnID, at now: Instant, into actions: inout Table<GatewayAction>
  ) -> TurnCompletion? {
    let place = id.place
    let (isPlain, completion, isPinned, entry, life) = turns.modify(place) {
      let isPlain = $0.endsPlainly
      if isPlain { $0.step = .free }
      return (
        isPlain,
        TurnCompletion(plan: $0.plan, planned: $0.planned, sent: $0.sent, server: $0.server),
        $0.pinned, Int($0.entry), $0.entryLife
      )
    }
    if !isPlain {
      answered(id, .completed, at: now, &actions)
      return nil
    }
    if isolated { poolTurnOver(place, at: now) } else { router.ended(completion.server) }
    let mark = actions.count
    if isPinned && manager.release(entry, taken: life, at: now) && manager.pinned
      && manager.pins(entry) == 0
    {
      admitWaiting(inScopeOf: completion.server, at: now, &actions)
    }
    turns.remove(place)
    if actions.count == mark { return completion }
    actions.append(.complete(id, .completed))
    return nil
  }

  @usableFromInline mutating func answered(
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
  @usableFromInline mutating func finish(
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

  private mutating func unpin(
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

  mutating func conclude(
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
  mutating func free(_ place: Int) {
    turns[place].step = .free
    turns.remove(place)
  }

  /// A second mix keeps sessions of one person apart; group sessions have numbers of their own.
  @inlinable static func sessionKey(_ session: SessionID) -> UInt32 {
    UInt32(truncatingIfNeeded: mix64(UInt64(session.index) ^ 0x5E55_1011))
  }
}
