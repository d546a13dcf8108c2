// When a turn is in its file: what a second server finds before and after the append, and what a
// crash takes with it. The timer of 100 ms starts with the work that makes the events; files are
// looked at in steps of 8.4 ms, so the tests stay clear of the edges.
import Basics
import CLIModel
import Testing

/// Two servers on one storage, told what to do in milliseconds.
private struct Pair: ~Copyable {
  var servers: Table<CLIServer>
  var store = SessionStore(shared: true, sessions: 4)
  private var actions = Table<CLIAction>()
  private var call: ProviderCall?

  init(_ change: (inout CostProfile) -> Void = { _ in }) {
    var profile = CostProfile()
    change(&profile)
    var plan = FleetPlan()
    plan.storage.kind = .shared
    servers = Table()
    for index in 0..<2 {
      servers.append(
        CLIServer(
          id: ServerID(index), profile: profile, plan: plan, seed: Seed(1), connections: 1,
          mayCrash: false))
    }
  }

  /// What the server said to it, if anything.
  @discardableResult mutating func tell(
    _ ms: Int64, _ server: Int, _ input: CLIInput
  ) -> String? {
    servers[server].handle(input, at: .zero + .milliseconds(ms), store: &store, into: &actions)
    var said: String?
    for index in 0..<actions.count {
      switch actions[index] {
      case .callProvider(let call, _, _, _): self.call = call
      case .reply(let reply, _, _): said = "\(reply)"
      case .opened(_, _, let resumed, _): said = resumed ? "resumed" : "created"
      default: continue
      }
    }
    actions.removeAll()
    return said
  }

  @discardableResult mutating func ask(
    _ ms: Int64, _ server: Int, _ kind: CLIRequest.Kind
  ) -> String? {
    let turn = TurnID(instance: 0, place: server)
    return tell(
      ms, server, .requested(CLIRequest(kind, SessionID(1), turn, on: ConnectionID(0))))
  }

  @discardableResult mutating func answer(_ ms: Int64, _ server: Int) -> String? {
    tell(ms, server, .providerAnswered(call!))
  }

  mutating func crash(_ ms: Int64, _ server: Int) {
    servers[server].crash(at: .zero + .milliseconds(ms), store: &store, into: &actions)
    actions.removeAll()
  }

  mutating func onDisk(_ ms: Int64) -> UInt32? {
    store[SessionID(1), ServerID(0)].onDisk(at: .zero + .milliseconds(ms))
  }
}

@Suite("When turns are in their files")
struct FlushTests {
  @Test("Before its first append a session is nowhere else; after it, with the question alone")
  func firstAppend() {
    var pair = Pair()
    pair.ask(0, 0, .create)
    pair.ask(1000, 0, .send)
    #expect(pair.ask(1050, 1, .resume) == "notFound")
    // The first turn still waits for the model, and its file is there.
    #expect(pair.ask(1120, 1, .resume) == "resumed")
    #expect(pair.onDisk(1120) == 0)
  }

  @Test("A session that was created and never asked anything is nowhere else, ever")
  func neverAsked() {
    var pair = Pair()
    pair.ask(0, 0, .create)
    #expect(pair.ask(60_000, 1, .resume) == "notFound")
  }

  @Test("A turn that has just ended is missing where the session is opened next")
  func lastTurn() {
    for (moment, stale) in [(Int64(2050), 1), (2120, 0)] {
      var pair = Pair()
      pair.ask(0, 0, .create)
      pair.ask(1000, 0, .send)
      pair.answer(2000, 0)
      #expect(pair.ask(moment, 1, .resume) == "resumed")
      pair.ask(3000, 1, .send)
      pair.answer(4000, 1)
      #expect(pair.servers[1].tally.staleContext == stale, "resumed at \(moment) ms")
    }
  }

  @Test("Work that takes longer than the timer has its events in the file when it ends")
  func longWork() {
    var pair = Pair { $0.turnAfter = OperationCost(cpu: .fixed(0.15)) }
    pair.ask(0, 0, .create)
    pair.ask(1000, 0, .send)
    pair.answer(2000, 0)
    #expect(pair.onDisk(2149) == 0)
    #expect(pair.tell(2150, 0, .workDone) == "finished")
    #expect(pair.onDisk(2160) == 1)
  }

  @Test("Who lets go of a session writes first")
  func destroyed() {
    var pair = Pair()
    pair.ask(0, 0, .create)
    pair.ask(1000, 0, .send)
    pair.answer(1010, 0)
    #expect(pair.ask(1020, 1, .resume) == "notFound")
    pair.ask(1030, 0, .destroy)
    #expect(pair.onDisk(1031) == 1)
    #expect(pair.ask(1031, 1, .resume) == "resumed")
  }

  @Test("A crash before the first append takes the session, a later one what was not in the file")
  func crashes() {
    // The first turn runs from 1000 to 2000 ms, the second from 3000 to 4000.
    let rows: [(Int64, UInt32?, Int)] = [
      (1050, nil, 0), (1120, 0, 0), (2050, 0, 1), (2120, 1, 0), (3050, 1, 0), (4050, 1, 1),
      (4120, 2, 0),
    ]
    for (moment, left, lost) in rows {
      var pair = Pair()
      pair.ask(0, 0, .create)
      for turn in 0..<2 {
        if moment > 1000 + Int64(turn) * 2000 { pair.ask(1000 + Int64(turn) * 2000, 0, .send) }
        if moment > 2000 + Int64(turn) * 2000 { pair.answer(2000 + Int64(turn) * 2000, 0) }
      }
      pair.crash(moment, 0)
      #expect(pair.onDisk(moment + 1) == left, "crash at \(moment) ms")
      #expect(pair.servers[0].tally.lostUnflushed == lost, "crash at \(moment) ms")
      let found = pair.ask(moment + 1000, 1, .resume)
      #expect(found == (left == nil ? "notFound" : "resumed"), "crash at \(moment) ms")
    }
  }

  @Test("What another process has on its way is not lost with this one")
  func strangersTurn() {
    var pair = Pair()
    pair.ask(0, 0, .create)
    pair.ask(1000, 0, .send)
    pair.answer(2000, 0)
    pair.ask(3000, 1, .resume)
    pair.ask(3001, 1, .send)
    pair.answer(4000, 1)
    pair.crash(4050, 0)
    #expect(pair.servers[0].tally.lostUnflushed == 0)
    #expect(pair.onDisk(4200) == 2)
  }

  @Test("Against a list of appends, over seeds", arguments: 1...50)
  func againstAList(seed: Int) {
    var random = SeededRandom(Seed(UInt64(seed)).stream("flushes"))
    var store = SessionStore(shared: true, sessions: 2)
    let session = SessionID(1)
    // In steps: an instant belongs to the step it lies in, an append lands with the next one.
    let step: Int64 = 1 << 23
    /// When each turn lands; it joins the append under way, if there is one.
    var landings: [Int64] = []
    var now: Int64 = 1
    for _ in 0..<400 {
      now += 1 + Int64(random.uniform() * 90)
      let instant = Instant.zero + .milliseconds(now)
      if random.uniform() < 0.5 {
        let landing = Instant.zero + .milliseconds(now + 100 - Int64(random.uniform() * 120))
        if let last = landings.last, last > instant.nanoseconds / step {
          landings.append(last)
        } else {
          let (whole, rest) = landing.nanoseconds.quotientAndRemainder(dividingBy: step)
          landings.append(landing <= instant ? 0 : whole + (rest > 0 ? 1 : 0))
        }
        _ = store.append(session, ServerID(0), landing: landing, at: instant)
      }
      let wanted = landings.filter { $0 <= instant.nanoseconds / step }.count
      let found = store[session, ServerID(0)].onDisk(at: instant) ?? 0
      #expect(Int(found) == wanted, "seed \(seed), at \(now) ms")
    }
  }
}
