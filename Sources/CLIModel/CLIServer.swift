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
    owners = IndexMap()
    ownerPairs = Slab()
    self.connections = connections
    unflushed = Ring()
    self.mayCrash = mayCrash
    noteMemory()
  }

  // MARK: inputs

  @inlinable public mutating func handle(
    _ input: CLIInput, at now: Instant, store: inout SessionStore,
    into actions: inout Table<CLIAction>
  ) {
    switch input {
    case .requested(let request):
      var job = Job(Job.Kind(request.kind), request.session, request.turn, request.connection)
      job.place = request.handle
      // An idle station has nothing waiting: the usual case skips the line.
      if busy { requests.append(job) } else { take(job, at: now, &store, &actions) }
    case .workDone:
      precondition(busy, "server \(id.index) finished work it had not begun")
      busy = false
      complete(current, at: now, &store, &actions)
    case .providerAnswered(let call):
      guard isCurrent(call) else { return }
      let session = sessions[Int(call.place)]
      var job = Job(.finish, session.id, TurnID(raw: session.turn), session.connection)
      job.place = call.place
      job.generation = call.generation
      if busy { continuations.append(job) } else { take(job, at: now, &store, &actions) }
    default:
      handleRare(input, at: now, &store, &actions)
    }
    if !busy && (!continuations.isEmpty || !requests.isEmpty) {
      startNext(at: now, &store, &actions)
    }
  }

  /// The station takes up work while there is some and it costs time; free work is done on the
  /// spot.
  @inlinable mutating func startNext(
    at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    while !busy {
      if !continuations.isEmpty {
        take(continuations.removeFirst(), at: now, &store, &actions)
      } else if !requests.isEmpty {
        take(requests.removeFirst(), at: now, &store, &actions)
      } else {
        return
      }
    }
  }

  @inlinable @inline(__always) mutating func take(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    let demand = demand(of: job, &store)
    if demand.total.nanoseconds > 0 {
      current = job
      busy = true
      actions.append(.work(demand))
    } else {
      completeFree(job, at: now, &store, &actions)
    }
  }

  @usableFromInline @inline(never) mutating func completeFree(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    complete(job, at: now, &store, &actions)
  }

  @inlinable @inline(__always) mutating func complete(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    switch job.kind {
    case .send: beginTurn(job, at: now, &store, &actions)
    case .finish: finishTurn(job, at: now, &store, &actions)
    case .create: create(job, at: now, &store, &actions)
    case .resume: resume(job, at: now, &store, &actions)
    case .destroy: destroy(job, &store, &actions)
    default: completeRare(job, at: now, &store, &actions)
    }
  }

  // MARK: the steps of a turn

  /// `session.send` is acknowledged, and the provider called unless the session is in a turn
  /// already.
  @inlinable @inline(__always) mutating func beginTurn(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    guard let place = find(job.session, handle: job.place) else {
      actions.append(.reply(.notFound, job.turn, job.connection))
      return
    }
    actions.append(.reply(.acknowledged, job.turn, job.connection))
    if sessions[place].running {
      queueSend(job, at: place)
      return
    }
    start(job.turn, job.connection, at: place, now, &store, &actions)
  }

  @inlinable @inline(__always) mutating func start(
    _ turn: TurnID, _ connection: ConnectionID, at place: Int, _ now: Instant,
    _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    let generation = sessions.modify(place) {
      $0.running = true
      $0.turn = turn.index
      $0.connection = connection
      $0.attempt = 0
      $0.generation = ($0.generation &+ 1) & 0xF_FFFF
      return $0.generation
    }
    let call = ProviderCall(
      place: UInt32(truncatingIfNeeded: place), generation: generation)
    actions.append(.callProvider(call, turn, connection, attempt: 0))
  }

  /// The answer is written and the client sees `session.idle`, unless more sends wait in this
  /// session.
  @inlinable @inline(__always) mutating func finishTurn(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    let call = ProviderCall(place: job.place, generation: job.generation)
    guard isCurrent(call) else { return }
    let place = Int(job.place)
    let onDisk = store.append(job.session, id, at: now)
    let (wasActive, wasStale, held) = sessions.modify(place) {
      let wasActive = $0.active
      let wasStale = onDisk != $0.known &+ 1
      $0.active = true
      $0.known = onDisk
      $0.held &+= 1
      return (wasActive, wasStale, $0.held)
    }
    if !wasActive { active &+= 1 }
    if wasStale { tally.staleContext &+= 1 }
    turnsHeld &+= 1
    tally.turns &+= 1
    noteMemory()
    if mayCrash { noteUnflushed(job.session, at: now) }
    if turnCost.tokens(turns: held) > compactAt { compact(place, &actions) }
    settle(place, .finished, at: now, &store, &actions)
  }

  /// Ends the running turn: starts the next queued send, or tells everybody who waits for idle.
  @inlinable @inline(__always) mutating func settle(
    _ place: Int, _ outcome: CLIReply, at now: Instant, _ store: inout SessionStore,
    _ actions: inout Table<CLIAction>
  ) {
    if sessions[place].queue != noLink {
      settleQueued(place, outcome, at: now, &store, &actions)
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

  @inlinable @inline(__always) mutating func find(_ session: SessionID) -> Int? {
    places.find(UInt64(session.index)) { sessions[$0].id == session }
  }

  /// A handle spares the look-up; a stale one is seen by the id, which a freed place has lost.
  @inlinable @inline(__always) mutating func find(_ session: SessionID, handle: UInt32) -> Int? {
    let place = Int(handle)
    if place < sessions.places && sessions[place].id == session { return place }
    return find(session)
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
