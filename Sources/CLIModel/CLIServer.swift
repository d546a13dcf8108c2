// One headless CLI process: what it does with requests and what that costs, as measured on the real
// one. It is a single station: one piece of work at a time, new requests in order of arrival, and
// work that continues a turn already begun before new requests (a burst's acknowledgements come one
// slot before the completions; docs/decisions/0003). It holds no clock and no socket: the simulator
// and the mock ask it the same questions.
public import Basics

public struct CLIServer: ~Copyable {
  public let id: ServerID
  /// What every turn reads stands here; the rest of the profile stays out of the way of the cache.
  @usableFromInline let turnCost: TurnCost
  @usableFromInline var costs: Table<CostTable>
  @usableFromInline let idleTimeout: Interval
  @usableFromInline let compactAt: Double
  @usableFromInline let stream: Stream

  @usableFromInline var requests: Ring<Job>
  @usableFromInline var continuations: Ring<Job>
  @usableFromInline var current: Job
  public var busy: Bool
  @usableFromInline var sessions: Slab<LiveSession>
  @usableFromInline var places: IndexMap
  @usableFromInline var queued: Slab<QueuedSend>
  /// By place, for sessions that have a line: the first send that waits.
  @usableFromInline var lines: Table<UInt32>
  @usableFromInline var owners: IndexMap
  @usableFromInline var ownerPairs: Slab<UInt64>
  /// Connections that have asked for anything yet: the audience of every event.
  @usableFromInline var connections: Int

  public var tally = CLITally()
  /// Nanoseconds of CPU work taken up since the start.
  @usableFromInline var cpuUsed: Int64 = 0
  /// Sessions in memory, those among them that ran a turn here, and turns held by all.
  public var residents = 0
  public internal(set) var residentsPeak = 0
  @usableFromInline var active = 0
  @usableFromInline var turnsHeld = 0
  @usableFromInline var memoryPeak = 0.0
  /// Counts sessions loaded and work for sessions that are not live, to tell them apart.
  @usableFromInline var loads = 0
  @usableFromInline var unflushed: Ring<Unflushed>
  @usableFromInline let mayCrash: Bool

  public init(
    id: ServerID, profile: CostProfile, plan: FleetPlan, seed: Seed, connections: Int,
    mayCrash: Bool
  ) {
    self.id = id
    turnCost = TurnCost(profile)
    costs = Table(capacity: 1)
    costs.append(CostTable(profile))
    idleTimeout = plan.idleTimeout ?? .unbounded
    compactAt = plan.compaction.map { $0.threshold * profile.context.window } ?? Double.infinity
    stream = seed.stream("service")
    requests = Ring()
    continuations = Ring()
    current = Job(.ping, SessionID(0), TurnID.none(of: 0), ConnectionID(0))
    busy = false
    sessions = Slab()
    places = IndexMap()
    queued = Slab()
    lines = Table()
    owners = IndexMap()
    ownerPairs = Slab()
    self.connections = connections
    unflushed = Ring()
    self.mayCrash = mayCrash
    noteMemory()
  }

  // MARK: inputs

  public mutating func handle(
    _ input: CLIInput, at now: Instant, store: inout SessionStore,
    into actions: inout Table<CLIAction>
  ) {
    let mark = actions.count
    var step = CLIStep()
    switch input {
    case .requested(let request):
      step = requested(request, at: now, store: &store, into: &actions)
    case .workDone:
      step = workDone(at: now, store: &store, into: &actions)
    case .providerAnswered(let call):
      step = providerAnswered(call, at: now, store: &store, into: &actions)
    default:
      handleRare(input, at: now, &store, &actions)
      if !busy { startNext(at: now, &step, &store, &actions) }
    }
    step.append(to: &actions, behind: mark)
  }

  /// As `handle`, for a host that takes the usual outcome as a value.
  @inlinable @inline(__always) public mutating func requested(
    _ request: CLIRequest, at now: Instant, store: inout SessionStore,
    into actions: inout Table<CLIAction>
  ) -> CLIStep {
    var job = Job(Job.Kind(request.kind), request.session, request.turn, request.connection)
    job.place = request.handle
    var step = CLIStep()
    if busy {
      requests.append(job)
      return step
    }
    // An idle station has nothing waiting: the usual case skips the line.
    take(job, at: now, &step, &store, &actions)
    if !busy && isWaitedFor { startNext(at: now, &step, &store, &actions) }
    return step
  }

  /// As `handle`, for a host that takes the usual outcome as a value.
  @inlinable public mutating func workDone(
    at now: Instant, store: inout SessionStore, into actions: inout Table<CLIAction>
  ) -> CLIStep {
    precondition(busy, "server \(id.index) finished work it had not begun")
    busy = false
    var step = CLIStep()
    complete(current, at: now, &step, &store, &actions)
    if !busy && isWaitedFor { startNext(at: now, &step, &store, &actions) }
    return step
  }

  /// As `handle`, for a host that takes the usual outcome as a value.
  @inlinable @inline(__always) public mutating func providerAnswered(
    _ call: ProviderCall, at now: Instant, store: inout SessionStore,
    into actions: inout Table<CLIAction>
  ) -> CLIStep {
    var step = CLIStep()
    var job = current
    let isCurrent = sessions.modify(Int(call.place)) {
      job = Job(.finish, $0.id, TurnID(raw: $0.turn), $0.connection)
      return $0.generation == call.generation && $0.running
    }
    guard isCurrent else { return step }
    job.place = call.place
    job.generation = call.generation
    if busy {
      continuations.append(job)
      return step
    }
    take(job, at: now, &step, &store, &actions)
    if !busy && isWaitedFor { startNext(at: now, &step, &store, &actions) }
    return step
  }

  @inlinable @inline(__always) var isWaitedFor: Bool {
    mutating get { continuations.count | requests.count != 0 }
  }

  /// The station takes up work while there is some and it costs time; free work is done on the
  /// spot.
  @inlinable mutating func startNext(
    at now: Instant, _ step: inout CLIStep, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    while !busy {
      if !continuations.isEmpty {
        take(continuations.removeFirst(), at: now, &step, &store, &actions)
      } else if !requests.isEmpty {
        take(requests.removeFirst(), at: now, &step, &store, &actions)
      } else {
        return
      }
    }
  }

  @inlinable @inline(__always) mutating func take(
    _ job: Job, at now: Instant, _ step: inout CLIStep, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    let demand = demand(of: job, &store)
    if demand.total.nanoseconds > 0 {
      current = job
      busy = true
      step.works = true
      step.demand = demand
    } else {
      completeFree(job, at: now, &step, &store, &actions)
    }
  }

  @usableFromInline @inline(never) mutating func completeFree(
    _ job: Job, at now: Instant, _ step: inout CLIStep, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    complete(job, at: now, &step, &store, &actions)
  }

  @inlinable @inline(__always) mutating func complete(
    _ job: Job, at now: Instant, _ step: inout CLIStep, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    switch job.kind {
    case .send: beginTurn(job, &step, &store, &actions)
    case .finish: finishTurn(job, at: now, &step, &store, &actions)
    default:
      step.spilled = true
      completeRare(job, at: now, &store, &actions)
    }
  }

  // MARK: the steps of a turn

  /// `session.send` is acknowledged, and the provider called unless the session is in a turn
  /// already.
  @inlinable @inline(__always) mutating func beginTurn(
    _ job: Job, _ step: inout CLIStep, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    let place = Int(job.place)
    if step.isEmpty && place < sessions.places {
      let generation = sessions.modify(place) {
        guard $0.id == job.session && !$0.running else { return noLink }
        $0.begin(job.turn, job.connection)
        return $0.generation
      }
      if generation != noLink {
        step.said = .acknowledged
        step.calls = true
        step.turn = job.turn
        step.connection = job.connection
        step.call = ProviderCall(place: job.place, generation: generation)
        return
      }
    }
    step.spilled = true
    beginTurnElsewhere(job, &store, &actions)
  }

  /// Without a good handle, or behind others in the same session.
  @usableFromInline @inline(never) mutating func beginTurnElsewhere(
    _ job: Job, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    guard let place = find(job.session, handle: job.place, &store) else {
      actions.append(.reply(.notFound, job.turn, job.connection))
      return
    }
    actions.append(.reply(.acknowledged, job.turn, job.connection))
    if sessions[place].running {
      queueSend(job, at: place)
      return
    }
    start(job.turn, job.connection, at: place, &actions)
  }

  /// The answer is written and the client sees `session.idle`, unless more sends wait in this
  /// session.
  @inlinable @inline(__always) mutating func finishTurn(
    _ job: Job, at now: Instant, _ step: inout CLIStep, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    let call = ProviderCall(place: job.place, generation: job.generation)
    guard isCurrent(call) else { return }
    let place = Int(job.place)
    let onDisk = store.append(job.session, id, at: now)
    let isUsual = step.isEmpty
    let (wasActive, wasStale, held, isIdle) = sessions.modify(place) {
      let wasActive = $0.active
      let wasStale = onDisk != $0.known &+ 1
      $0.known = onDisk
      $0.held &+= 1
      let isIdle = isUsual && !$0.hasLine
      // Active, and no longer running if nobody waits.
      $0.packed = ($0.packed | 2) & (isIdle ? ~1 : ~0)
      if isIdle { $0.lastActive = LiveSession.stamp(now) }
      return (wasActive, wasStale, $0.held, isIdle)
    }
    if !wasActive { active &+= 1 }
    if wasStale { tally.staleContext &+= 1 }
    turnsHeld &+= 1
    tally.turns &+= 1
    noteMemory()
    if mayCrash { noteUnflushed(job.session, at: now) }
    if turnCost.tokens(turns: held) > compactAt { compact(place) }
    if isIdle {
      step.said = .finished
      step.turn = job.turn
      step.connection = job.connection
    } else {
      step.spilled = true
      settle(place, .finished, at: now, &actions)
    }
  }

  /// Ends the running turn: starts the next queued send, or tells everybody who waits for idle.
  @usableFromInline @inline(never) mutating func settle(
    _ place: Int, _ outcome: CLIReply, at now: Instant, _ actions: inout Table<CLIAction>
  ) {
    if sessions[place].hasLine {
      settleQueued(place, outcome, at: now, &actions)
      return
    }
    let (turn, connection) = sessions.modify(place) {
      $0.running = false
      $0.lastActive = LiveSession.stamp(now)
      return (TurnID(raw: $0.turn), $0.connection)
    }
    actions.append(.reply(outcome, turn, connection))
  }

  // MARK: look-ups

  @usableFromInline
  mutating func find(_ session: SessionID, _ store: inout SessionStore) -> Int? {
    find(session, store[session, id])
  }

  /// By the hint in the store; second servers that hold a session have it in a map of their own.
  @usableFromInline
  mutating func find(_ session: SessionID, _ stored: StoredSession) -> Int? {
    if stored.live == 0 { return nil }
    let place = Int(stored.place)
    if place < sessions.places && sessions[place].id == session { return place }
    if places.count == 0 { return nil }
    return places.find(UInt64(session.index)) { sessions[$0].id == session }
  }

  /// A handle spares the look-up; a stale one is seen by the id, which a freed place has lost.
  @inlinable @inline(__always) mutating func find(
    _ session: SessionID, handle: UInt32, _ store: inout SessionStore
  ) -> Int? {
    let place = Int(handle)
    if place < sessions.places && sessions[place].id == session { return place }
    return find(session, &store)
  }

  /// Whether the answer still belongs to the turn that asked: a destroyed session moves on.
  @inlinable @inline(__always) mutating func isCurrent(_ call: ProviderCall) -> Bool {
    sessions.modify(Int(call.place)) { $0.generation == call.generation && $0.running }
  }

  /// Seconds of CPU work taken up since the start.
  public var cpu: Double { mutating get { Double(cpuUsed) * 1e-9 } }

  /// Bytes of memory: the peak, because the real process gives little back when sessions go.
  @inlinable public var memory: Double { mutating get { memoryPeak } }

  @inlinable @inline(__always) mutating func noteMemory() {
    let now = turnCost.memory(
      idle: Double(residents &- active), active: Double(active), turns: Double(turnsHeld))
    if now > memoryPeak { memoryPeak = now }
  }

  public var bytes: Int {
    mutating get { sessions.bytes + places.bytes + queued.bytes + owners.bytes + ownerPairs.bytes }
  }

  /// Peaks start again from the present: the end of a warm-up.
  public mutating func resetPeaks() { residentsPeak = residents }

  /// Pieces of work that wait or run: what a router that asks the server would see.
  @inlinable public var backlog: Int {
    mutating get { requests.count + continuations.count + (busy ? 1 : 0) }
  }
}
