// Who asks, when, in which conversation. Population knows people and nothing of servers: it plans
// turns and learns when they are over. The host keeps its wake-ups (one a person), because the host
// has a queue anyway and a second one here would hold the same instants twice.
//
// Every draw is addressed by person and count, so what one person does never depends on what others
// draw.
public import Basics

public enum PopulationInput: BitwiseCopyable, Sendable {
  /// A wake-up asked for with `wake` has come.
  case ready(loop: UInt32)
  /// An open arrival is due.
  case arrivalDue
  /// The turn is over, one way or another.
  case turnOver(TurnPlan)
  /// An ephemeral session is gone from its server, so its number can be used again.
  case sessionForgotten(SessionID)
}

public enum PopulationAction: BitwiseCopyable, Sendable {
  case plan(TurnPlan)
  case wake(loop: UInt32, at: Instant)
  case arrive(at: Instant)
  /// A visit found nobody left to make it.
  case drop
}

public struct Population: ~Copyable {
  @usableFromInline struct Loop: BitwiseCopyable {
    @usableFromInline var ordinal: UInt32
    @usableFromInline var key: UInt32
    init(key: UInt32) {
      ordinal = 0
      self.key = key
    }
  }
  @usableFromInline enum Mode: UInt8 { case closed, openTurns, openVisits }

  @usableFromInline let mode: Mode
  @usableFromInline let tabs: Int
  @usableFromInline let think: Sampler
  @usableFromInline let thinkStream: Stream
  @usableFromInline var loops: Table<Loop>
  /// One session for each person and nothing to choose: the session number is the person's.
  @usableFromInline let simple: Bool
  @usableFromInline var book: SessionBook
  @usableFromInline var clock: ArrivalClock
  @usableFromInline let pickPerson: Chooser
  @usableFromInline let personStream: Stream
  @usableFromInline var idle: Ring<UInt32>
  @usableFromInline let startRule: StartRule
  @usableFromInline let prompts: PromptLaw

  /// `key` gives what routing hashes for a person; it is asked once for each.
  public init(_ plan: WorkloadPlan, seed: Seed, key: (Int) -> UInt32) {
    precondition(plan.users > 0, "a population has people")
    let mode = Population.mode(plan)
    self.mode = mode
    tabs = mode == .closed ? plan.tabs : 1
    think = Sampler(plan.think)
    thinkStream = seed.stream("think")
    loops = Population.makeLoops(
      people: plan.users, tabs: mode == .closed ? plan.tabs : 1, key: key)
    book = SessionBook(plan, seed: seed)
    simple =
      plan.sessions.perUser == 1 && plan.sessions.turns == nil && plan.groups == nil
      && plan.sessions.kind == .persistent && plan.intruders == 0
      && (mode != .closed || plan.tabs == 1)
    clock = ArrivalClock(plan.arrivals, seed: seed)
    pickPerson = Chooser(plan.popularity, count: plan.users)
    personStream = seed.stream("person")
    idle = Population.everybody(mode == .openVisits ? plan.users : 0)
    startRule = plan.start
    prompts = PromptLaw(plan.prompt, seed: seed)
  }

  private static func mode(_ plan: WorkloadPlan) -> Mode {
    if plan.arrivals == .closed { return .closed }
    return plan.arrivalBrings == .turn ? .openTurns : .openVisits
  }

  private static func makeLoops(people: Int, tabs: Int, key: (Int) -> UInt32) -> Table<Loop> {
    var loops = Table<Loop>(capacity: people * tabs)
    for user in 0..<people {
      let key = key(user)
      for _ in 0..<tabs { loops.append(Loop(key: key)) }
    }
    return loops
  }

  private static func everybody(_ people: Int) -> Ring<UInt32> {
    var idle = Ring<UInt32>()
    for user in 0..<people { idle.append(UInt32(user)) }
    return idle
  }

  public var people: Int { loops.count / tabs }
  /// Session numbers in use: persistent ones, groups, and ephemeral ones so far.
  public var sessions: Int { book.count }
  public var bytes: Int { loops.bytes + book.bytes + idle.count * 4 }

  /// For a host that looks ahead; see the simulator.
  @inlinable public mutating func prefetch(_ loop: UInt32) { loops.prefetch(Int(loop)) }
  /// The person's key and probable session, for the turn that comes next.
  @inlinable public mutating func glance(
    _ loop: UInt32
  ) -> (key: UInt32, session: SessionID, isShared: Bool) {
    let (ordinal, key) = loops.modify(Int(loop)) { ($0.ordinal, $0.key) }
    if simple { return (key, SessionID(Int(loop)), false) }
    let (session, isShared) = book.glance(loop, ordinal, person: person(of: loop))
    return (key, session, isShared)
  }

  @inlinable public func person(of loop: UInt32) -> Int { Int(loop) / tabs }

  /// The first wake-ups and the first arrival.
  public mutating func begin(into actions: inout Table<PopulationAction>) {
    begin(loops: 0..<firstWakes, into: &actions)
  }

  /// How many wake-ups a run begins with: one a loop of closed people, none with open arrivals.
  public var firstWakes: Int { mode == .closed ? loops.count : 0 }

  /// As above for some of the loops, so that a million wake-ups need not stand in a table at once.
  /// With open arrivals it is to be called once, with an empty range.
  public mutating func begin(
    loops range: Range<Int>, into actions: inout Table<PopulationAction>
  ) {
    if mode != .closed {
      let first = clock.next()
      if first.instant != .never { actions.append(.arrive(at: first.instant)) }
      return
    }
    for loop in range {
      actions.append(.wake(loop: UInt32(loop), at: firstWake(loop)))
    }
  }

  private func firstWake(_ loop: Int) -> Instant {
    switch startRule {
    case .atOnce: return .zero
    case .ramp(let length):
      return .zero + length * (Double(loop) / Double(loops.count))
    case .spread:
      // A memoryless think time is its own remainder; of others a uniform part is left.
      let whole = think.interval(thinkStream.draw(entity: loop, count: 0))
      if think.isMemoryless { return .zero + whole }
      var part = thinkStream.draw(entity: loop, count: -1)
      return .zero + whole * part.uniform()
    }
  }

  public mutating func handle(
    _ input: PopulationInput, at now: Instant, into actions: inout Table<PopulationAction>
  ) {
    switch input {
    case .ready(let loop): actions.append(.plan(ready(loop)))
    case .turnOver(let turn):
      if let wake = turnOver(turn, at: now) { actions.append(.wake(loop: turn.loop, at: wake)) }
    case .arrivalDue: arrive(&actions)
    case .sessionForgotten(let session): book.forget(session)
    }
  }

  /// As `handle`, for a host that takes the one outcome as a value.
  @inlinable public mutating func ready(_ loop: UInt32) -> TurnPlan {
    var plan = loops.modify(Int(loop)) {
      let ordinal = $0.ordinal
      $0.ordinal = ordinal &+ 1
      return TurnPlan(
        loop: loop, ordinal: ordinal, session: SessionID(Int(loop)), key: $0.key,
        promptBytes: prompts.usual, flags: [])
    }
    if prompts.varies { plan.promptBytes = prompts.drawn(loop, plan.ordinal) }
    if simple {
      if plan.ordinal == 0 { plan.flags = .begins }
    } else {
      book.choose(&plan, person: tabs == 1 ? Int(loop) : person(of: loop))
    }
    return plan
  }

  /// As `handle`, for a host that takes the one outcome as a value: when the person comes back; nil
  /// where arrivals decide that.
  @inlinable public mutating func turnOver(_ turn: TurnPlan, at now: Instant) -> Instant? {
    if mode != .closed && !comesBack(turn) { return nil }
    // The next ordinal's think time: draw 0 was the first wake-up.
    return now
      + think.interval(thinkStream.draw(entity: Int(turn.loop), count: Int(turn.ordinal) &+ 1))
  }

  @usableFromInline mutating func arrive(_ actions: inout Table<PopulationAction>) {
    let arrival = clock.taken
    if mode == .openTurns {
      let user: Int
      if let traced = arrival.user {
        user = traced % loops.count
      } else {
        user = pickPerson.index(personStream.draw(entity: 0, count: arrival.count))
      }
      actions.append(.plan(plan(arrival, by: UInt32(truncatingIfNeeded: user))))
    } else if idle.isEmpty {
      actions.append(.drop)
    } else {
      actions.append(.plan(plan(arrival, by: idle.removeFirst())))
    }
    let next = clock.next()
    if next.instant != .never { actions.append(.arrive(at: next.instant)) }
  }

  /// The turn that an arrival brings; a trace may say how much is written in it.
  private mutating func plan(_ arrival: ArrivalClock.Arrival, by loop: UInt32) -> TurnPlan {
    var plan = ready(loop)
    if let bytes = arrival.promptBytes { plan.promptBytes = PromptLaw.bytes(bytes) }
    return plan
  }

  /// Among open arrivals only a visit goes on, until its conversation ends.
  @usableFromInline mutating func comesBack(_ turn: TurnPlan) -> Bool {
    guard mode == .openVisits else { return false }
    if turn.flags.contains(.endsSession) {
      idle.append(turn.loop)
      return false
    }
    return true
  }
}
