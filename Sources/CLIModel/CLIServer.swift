// One headless CLI process: what it does with requests and what that costs, as measured on the real
// one. It is a single station: one piece of work at a time, new requests in order of arrival, and
// work that continues a turn already begun before new requests (a burst's acknowledgements come one
// slot before the completions; docs/decisions/0003). It holds no clock and no socket: the simulator
// and the mock ask it the same questions.
public import Basics

public struct CLIServer: ~Copyable {
  public let id: ServerID
  // What a turn reads and writes comes first and together: with a thousand servers these lines are
  // out of the cache too.
  @usableFromInline var current: Job
  public var busy: Bool
  /// Whether anybody asks when a turn is in its file: another server, or a crash.
  @usableFromInline let keepsFlushes: Bool
  @usableFromInline let countsPrompts: Bool
  /// When the current work, or the last, was taken up.
  @usableFromInline var taken = Instant.zero
  @usableFromInline var sessions: Slab<LiveSession>
  @usableFromInline var requests: Ring<Job>
  @usableFromInline var continuations: Ring<Job>
  /// What every turn reads stands here; the rest of the profile stays out of the way of the cache.
  @usableFromInline let turnCost: TurnCost
  @usableFromInline let compactAt: Double
  /// Nanoseconds of CPU work taken up since the start.
  @usableFromInline var cpuUsed: Int64 = 0
  /// Sessions in memory, those among them that ran a turn here, and turns held by all.
  public var residents = 0
  @usableFromInline var active = 0
  @usableFromInline var turnsHeld = 0
  @usableFromInline var memoryPeak = 0.0
  public var tally = CLITally()

  @usableFromInline let stream: Stream
  /// Counts sessions loaded and work for sessions that are not live, to tell them apart.
  @usableFromInline var loads = 0
  public internal(set) var residentsPeak = 0
  @usableFromInline var costs: Table<CostTable>
  @usableFromInline let idleTimeout: Interval
  /// All sessions, for hosts that ask for them without the store; else those that another process
  /// held when they were loaded.
  let listsSessions: Bool
  @usableFromInline var places: IndexMap
  @usableFromInline var queued: Slab<QueuedSend>
  /// By place, for sessions that have a line: the first send that waits.
  @usableFromInline var lines: Table<UInt32>
  @usableFromInline var owners: IndexMap
  @usableFromInline var ownerPairs: Slab<UInt64>
  /// By place, where prompts are counted.
  @usableFromInline var prompts: Table<HeldPrompts>
  /// Bytes of each prompt, where all are alike.
  private let promptEach: Double
  /// Connections that have asked for anything yet: the audience of every event.
  @usableFromInline var connections: Int

  public init(
    id: ServerID, profile: CostProfile, plan: FleetPlan, seed: Seed, connections: Int,
    mayCrash: Bool, listsSessions: Bool = true, prompts sizes: PromptSizes = .profiled
  ) {
    self.id = id
    turnCost = TurnCost(profile, sizes)
    costs = Table(capacity: 1)
    costs.append(CostTable(profile))
    countsPrompts = sizes == .counted
    if case .fixed(let bytes) = sizes { promptEach = bytes } else { promptEach = 0 }
    prompts = Table()
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
    keepsFlushes = mayCrash || plan.storage.kind == .shared
    self.listsSessions = listsSessions
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
      step.demand = startNext(at: now, &store, &actions)
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
    job.detail = request.promptBytes
    var step = CLIStep()
    if busy {
      requests.append(job)
      return step
    }
    // An idle station has nothing waiting: the usual case skips the line.
    step.demand = take(job, at: now, &store)
    if step.works { return step }
    if job.kind == .send {
      step = begin(job, at: now, &store, &actions)
    } else {
      completeFree(job, at: now, &store, &actions)
    }
    if isWaitedFor { step.demand = startNext(at: now, &store, &actions) }
    return step
  }

  /// As `handle`, for a host that takes the usual outcome as a value.
  @inlinable @inline(__always) public mutating func workDone(
    at now: Instant, store: inout SessionStore, into actions: inout Table<CLIAction>
  ) -> CLIStep {
    precondition(busy, "server \(id.index) finished work it had not begun")
    busy = false
    var step = CLIStep()
    let job = current
    switch job.kind {
    case .send: step = begin(job, at: now, &store, &actions)
    case .finish: step = finish(job, at: now, &store, &actions)
    default: completeRare(job, at: now, &store, &actions)
    }
    if isWaitedFor { step.demand = startNext(at: now, &store, &actions) }
    return step
  }

  /// As `handle`, for a host that takes the usual outcome as a value.
  @inlinable @inline(__always) public mutating func providerAnswered(
    _ call: ProviderCall, at now: Instant, store: inout SessionStore,
    into actions: inout Table<CLIAction>
  ) -> CLIStep {
    var step = CLIStep()
    let (isCurrent, session, turn, connection) = sessions.modify(Int(call.place)) {
      (
        $0.generation == call.generation && $0.running, $0.id, TurnID(raw: $0.turn), $0.connection
      )
    }
    guard isCurrent else { return step }
    var job = Job(.finish, session, turn, connection)
    job.place = call.place
    job.detail = call.generation
    if busy {
      continuations.append(job)
      return step
    }
    step.demand = take(job, at: now, &store)
    if step.works { return step }
    completeFree(job, at: now, &store, &actions)
    if isWaitedFor { step.demand = startNext(at: now, &store, &actions) }
    return step
  }

  @inlinable @inline(__always) var isWaitedFor: Bool {
    mutating get { continuations.count | requests.count != 0 }
  }

  /// Takes the job up if it costs time; none: it is free and to be completed on the spot.
  @inlinable @inline(__always) mutating func take(
    _ job: Job, at now: Instant, _ store: inout SessionStore
  ) -> Demand {
    taken = now
    let demand = demand(of: job, &store)
    guard demand.total.nanoseconds > 0 else { return .none }
    current = job
    busy = true
    return demand
  }

  /// The station takes up work while there is some and it costs time; free work is done on the
  /// spot. Returns the work it took up.
  @usableFromInline @inline(never) mutating func startNext(
    at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) -> Demand {
    while !busy {
      let job: Job
      if !continuations.isEmpty {
        job = continuations.removeFirst()
      } else if !requests.isEmpty {
        job = requests.removeFirst()
      } else {
        break
      }
      let demand = take(job, at: now, &store)
      if demand.total.nanoseconds > 0 { return demand }
      completeFree(job, at: now, &store, &actions)
    }
    return .none
  }

  /// Work that takes no time, and is not the first thing that its input leads to.
  @usableFromInline @inline(never) mutating func completeFree(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) {
    switch job.kind {
    case .send: beginElsewhere(job, at: now, &store, &actions)
    case .finish:
      let mark = actions.count
      finish(job, at: now, &store, &actions).append(to: &actions, behind: mark)
    default: completeRare(job, at: now, &store, &actions)
    }
  }

  // MARK: the steps of a turn

  /// `session.send` is acknowledged, and the provider called unless the session is in a turn
  /// already.
  @inlinable @inline(__always) mutating func begin(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) -> CLIStep {
    var step = CLIStep()
    let place = Int(job.place)
    if place < sessions.places {
      let (generation, isFirst) = sessions.modify(place) {
        guard $0.id == job.session && !$0.running else { return (noLink, false) }
        $0.begin(job.turn, job.connection)
        return ($0.generation, $0.known == 0)
      }
      if generation != noLink {
        if isFirst && keepsFlushes {
          store.beginFile(job.session, id, landing: landing, at: now)
        }
        if countsPrompts { prompts[place].running = job.detail }
        step.said = .acknowledged
        step.turn = job.turn
        step.connection = job.connection
        step.call = ProviderCall(place: job.place, generation: generation)
        return step
      }
    }
    beginElsewhere(job, at: now, &store, &actions)
    return step
  }

  /// Without a good handle, or behind others in the same session.
  @usableFromInline @inline(never) mutating func beginElsewhere(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
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
    if sessions[place].known == 0 && keepsFlushes {
      store.beginFile(job.session, id, landing: landing, at: now)
    }
    start(job.turn, job.detail, job.connection, at: place, &actions)
  }

  /// The answer is written and the client sees `session.idle`, unless more sends wait in this
  /// session.
  @inlinable @inline(__always) mutating func finish(
    _ job: Job, at now: Instant, _ store: inout SessionStore, _ actions: inout Table<CLIAction>
  ) -> CLIStep {
    var step = CLIStep()
    let call = ProviderCall(place: job.place, generation: job.detail)
    guard isCurrent(call) else { return step }
    let place = Int(job.place)
    let onDisk = store.append(
      job.session, id, landing: keepsFlushes ? landing : .zero, at: now)
    let tokensPrompts = countsPrompts ? countPrompt(place, job.session, &store) : 0
    let (tokensBase, tokensTurn) = (turnCost.tokensBase, turnCost.tokensTurn)
    let mostTokens = compactAt
    let (wasActive, wasStale, isFull, isIdle) = sessions.modify(place) {
      let wasActive = $0.active
      let wasStale = onDisk != $0.known &+ 1
      $0.known = wasStale ? onDisk | LiveSession.behind : onDisk
      $0.held &+= 1
      let isFull = tokensBase + tokensTurn * Double($0.held) + tokensPrompts > mostTokens
      let isIdle = !$0.hasLine && !isFull
      // Active, and no longer running if nobody waits.
      $0.packed = ($0.packed | 2) & (isIdle ? ~1 : ~0)
      if isIdle { $0.lastActive = LiveSession.stamp(now) }
      return (wasActive, wasStale, isFull, isIdle)
    }
    if !wasActive { active &+= 1 }
    if wasStale { tally.staleContext &+= 1 }
    turnsHeld &+= 1
    tally.turns &+= 1
    noteMemory()
    if isIdle {
      step.said = .finished
      step.turn = job.turn
      step.connection = job.connection
      return step
    }
    if isFull { compact(place, &actions) }
    settle(place, .finished, at: now, &actions)
    return step
  }

  /// The running turn is over, in a way that is not the usual one: starts the next queued send, or
  /// tells everybody who waits for idle.
  @usableFromInline mutating func settle(
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

  /// When the events of the work at hand are in the file: the timer runs from the first of them, so
  /// from the work's start. A turn's last events are made in the first milliseconds of the work
  /// behind the model's answer.
  @inlinable @inline(__always) var landing: Instant {
    mutating get { taken + turnCost.flushDelay }
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
    mutating get {
      sessions.bytes + places.bytes + queued.bytes + owners.bytes + ownerPairs.bytes
        + prompts.bytes
    }
  }

  /// Bytes of prompts in the turns that have ended here.
  public var promptBytes: Double {
    mutating get { Double(tally.promptBytes) + promptEach * Double(tally.turns) }
  }

  /// Peaks start again from the present: the end of a warm-up.
  public mutating func resetPeaks() { residentsPeak = residents }

  /// Pieces of work that wait or run: what a router that asks the server would see.
  @inlinable public var backlog: Int {
    mutating get { requests.count + continuations.count + (busy ? 1 : 0) }
  }
}
