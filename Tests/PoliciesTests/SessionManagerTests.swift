// The guide's SessionManager, await by await: two misses overshoot its limit, pick the same victim,
// create one session twice. And the variants that do not.
import Basics
import Policies
import Testing

@Suite struct SessionManagerTests {
  /// Two sessions open and idle, the limit is reached.
  private func full(_ change: @escaping (inout GatewayPolicy) -> Void = { _ in }) -> Timeline {
    var line = Timeline {
      $0.sessions.limit = 2
      change(&$0)
    }
    for session in [0, 2] {
      line.plan(0, session: session, .begins)
      line.tell(0, .created(t(0)))
      line.tell(0, .finished(t(0)))
    }
    return line
  }

  private static let opened = """
    0 planned s0 begins     → create cli0 s0 t0
    0 created t0            → send cli0 s0 t0
    0 finished t0           → completed t0
    0 planned s2 begins     → create cli0 s2 t0
    0 created t0            → send cli0 s2 t0
    0 finished t0           → completed t0

    """

  @Test("The guide: two misses at once pick the same victim and pass the limit by one")
  func overflow() {
    var line = full()
    line.plan(10, session: 4)
    line.plan(11, session: 6)
    line.tell(15, .closed(t(0)))
    line.tell(16, .closed(t(1)))
    line.tell(20, .resumed(t(0)))
    line.tell(21, .resumed(t(1)))
    line.tell(30, .finished(t(0)))
    line.tell(31, .finished(t(1)))
    line.expect(
      Self.opened + """
        10 planned s4           → disconnect cli0 s0 t0
        11 planned s6           → disconnect cli0 s0 t1
        15 closed t0            → resume cli0 s4 t0
        16 closed t1            → resume cli0 s6 t1
        20 resumed t0           → send cli0 s4 t0
        21 resumed t1           → send cli0 s6 t1
        30 finished t0          → completed t0
        31 finished t1          → completed t1
        """)
    #expect(line.gateway.residents == 3)
    #expect(line.gateway.overLimitMax == 1)
    #expect(line.gateway.tally.evicted == 2)
    #expect(line.gateway.tally.doubleDisconnects == 1)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("The guide: one new session asked for twice is created twice")
  func duplicateCreate() {
    var line = Timeline { $0.sessions.limit = 2 }
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 0)
    line.tell(5, .created(t(0)))
    line.tell(6, .resumed(t(1)))
    line.tell(9, .finished(t(0)))
    line.tell(9, .finished(t(1)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 planned s0            → resume cli0 s0 t1
      5 created t0            → send cli0 s0 t0
      6 resumed t1            → send cli0 s0 t1
      9 finished t0           → completed t0
      9 finished t1           → completed t1
      """)
    #expect(line.gateway.tally.duplicateCreates == 1)
    #expect(line.gateway.residents == 1)
  }

  @Test("The guide: a session that is being evicted is still handed out, and its turn is cut")
  func leaving() {
    var line = full()
    line.plan(10, session: 4)
    line.plan(11, session: 0)
    line.tell(12, .cut(t(1)))
    line.tell(15, .closed(t(0)))
    line.expect(
      Self.opened + """
        10 planned s4           → disconnect cli0 s0 t0
        11 planned s0           → send cli0 s0 t1
        12 cut t1
        15 closed t0            → resume cli0 s4 t0
        """)
    #expect(line.gateway.tally.turnsEvicted == 1)
  }

  @Test("The guide evicts the oldest, in a turn or not; the order is that of opening")
  func oldest() {
    var line = full()
    line.plan(5, session: 0)
    line.plan(10, session: 4)
    line.expect(
      Self.opened + """
        5 planned s0            → send cli0 s0 t0
        10 planned s4           → disconnect cli0 s0 t1
        """)
    #expect(line.gateway.tally.evictedBusy == 1)
  }

  @Test("Least recently used: a hit saves the session, the other goes")
  func leastRecentlyUsed() {
    var line = full { $0.sessions.evict = .lru }
    line.plan(5, session: 0)
    line.tell(6, .finished(t(0)))
    line.plan(10, session: 4)
    line.expect(
      Self.opened + """
        5 planned s0            → send cli0 s0 t0
        6 finished t0           → completed t0
        10 planned s4           → disconnect cli0 s2 t0
        """)
  }

  @Test("Reserve: two misses take two victims and the limit holds")
  func reserve() {
    var line = full { $0.sessions.overflow = .reserve }
    line.plan(10, session: 4)
    line.plan(11, session: 6)
    line.tell(15, .closed(t(0)))
    line.tell(16, .closed(t(1)))
    line.tell(20, .resumed(t(0)))
    line.tell(21, .resumed(t(1)))
    line.expect(
      Self.opened + """
        10 planned s4           → disconnect cli0 s0 t0
        11 planned s6           → disconnect cli0 s2 t1
        15 closed t0            → resume cli0 s4 t0
        16 closed t1            → resume cli0 s6 t1
        20 resumed t0           → send cli0 s4 t0
        21 resumed t1           → send cli0 s6 t1
        """)
    #expect(line.gateway.residents == 2)
    #expect(line.gateway.overLimitMax == 0)
  }

  @Test("Reserve: who asks for a session that is being opened waits for that opening")
  func singleFlight() {
    var line = Timeline {
      $0.sessions.limit = 2
      $0.sessions.overflow = .reserve
    }
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 0)
    line.plan(2, session: 0)
    line.tell(5, .created(t(0)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 planned s0
      2 planned s0
      5 created t0            → send cli0 s0 t0, send cli0 s0 t1, send cli0 s0 t2
      """)
    #expect(line.gateway.tally.duplicateCreates == 0)
    #expect(line.gateway.tally.hits == 2)
  }

  @Test("Reserve: an opening that fails gives its slot back and fails those who waited for it")
  func reservationLost() {
    var line = Timeline {
      $0.sessions.limit = 1
      $0.sessions.overflow = .reserve
      $0.sessions.evict = .lruPinned
    }
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 0)
    line.plan(2, session: 4, .begins)
    line.tell(5, .refused(t(0)))
    line.tell(9, .created(t(2)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 planned s0
      2 planned s4 begins
      5 refused t0            → serverLost t1, create cli0 s4 t2, serverLost t0
      9 created t2            → send cli0 s4 t2
      """)
    #expect(line.gateway.turnsUnderWay == 1)
  }

  @Test("Pins: with every session in a turn the next one waits, first come first served")
  func pinnedWait() {
    var line = full {
      $0.sessions.evict = .lruPinned
      $0.sessions.overflow = .reserve
    }
    line.plan(10, session: 0)
    line.plan(11, session: 2)
    line.plan(12, session: 4)
    line.plan(13, session: 6)
    line.tell(20, .finished(t(1)))
    line.tell(21, .closed(t(2)))
    line.tell(22, .resumed(t(2)))
    line.tell(30, .finished(t(0)))
    line.expect(
      Self.opened + """
        10 planned s0           → send cli0 s0 t0
        11 planned s2           → send cli0 s2 t1
        12 planned s4
        13 planned s6
        20 finished t1          → disconnect cli0 s2 t2, completed t1
        21 closed t2            → resume cli0 s4 t2
        22 resumed t2           → send cli0 s4 t2
        30 finished t0          → disconnect cli0 s0 t3, completed t0
        """)
    #expect(line.gateway.tally.evictedBusy == 0)
  }

  @Test("Pins with whenBusy reject: the next one is told to come back")
  func pinnedReject() {
    var line = full {
      $0.sessions.evict = .oldestPinned
      $0.sessions.overflow = .reserve
      $0.sessions.whenBusy = .reject
    }
    line.plan(10, session: 0)
    line.plan(11, session: 2)
    line.plan(12, session: 4)
    line.expect(
      Self.opened + """
        10 planned s0           → send cli0 s0 t0
        11 planned s2           → send cli0 s2 t1
        12 planned s4           → rejected t2
        """)
    #expect(line.gateway.turnsUnderWay == 2)
  }

  @Test("Reserve without pins: who finds every slot being opened is let in when one is open")
  func reserveWithoutPins() {
    var line = Timeline {
      $0.sessions.limit = 1
      $0.sessions.overflow = .reserve
    }
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 4, .begins)
    line.tell(5, .created(t(0)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 planned s4 begins
      5 created t0            → send cli0 s0 t0, disconnect cli0 s0 t1
      """)
    #expect(line.gateway.tally.evictedBusy == 1)
  }

  @Test("A waiting turn that finds its session open leaves the slot to the next in line")
  func hitInLine() {
    var line = full {
      $0.sessions.evict = .lruPinned
      $0.sessions.overflow = .reserve
    }
    line.plan(10, session: 0)
    line.plan(11, session: 2)
    line.plan(12, session: 4)
    line.plan(13, session: 4)
    line.plan(14, session: 6)
    line.tell(20, .finished(t(0)))
    line.tell(21, .closed(t(2)))
    line.tell(22, .resumed(t(2)))
    line.tell(30, .finished(t(1)))
    line.expect(
      Self.opened + """
        10 planned s0           → send cli0 s0 t0
        11 planned s2           → send cli0 s2 t1
        12 planned s4
        13 planned s4
        14 planned s6
        20 finished t0          → disconnect cli0 s0 t2, completed t0
        21 closed t2            → resume cli0 s4 t2
        22 resumed t2           → send cli0 s4 t2
        30 finished t1          → send cli0 s4 t3, disconnect cli0 s2 t4, completed t1
        """)
  }

  @Test("The manager lets go of what was idle for its time, and of nothing in a turn")
  func idle() {
    var line = full { $0.sessions.idleTimeout = .seconds(1) }
    line.plan(500, session: 0)
    #expect(line.gateway.nextDeadline == .zero + .seconds(1))
    line.tell(1000, .deadlineReached)
    line.tell(1400, .finished(t(0)))
    line.tell(2399, .deadlineReached)
    line.tell(2400, .deadlineReached)
    line.tell(2400, .deadlineReached)
    line.expect(
      Self.opened + """
        500 planned s0          → send cli0 s0 t0
        1000 deadline           → disconnect cli0 s2
        1400 finished t0        → completed t0
        2399 deadline
        2400 deadline           → disconnect cli0 s0
        2400 deadline
        """)
    #expect(line.gateway.residents == 0)
    #expect(line.gateway.tally.idleRemoved == 2)
  }

  @Test("A turn that outlives its evicted session does not bring the entry back to the idle list")
  func evictedWhileBusy() {
    var line = Timeline {
      $0.sessions.limit = 1
      $0.sessions.idleTimeout = .seconds(1)
    }
    line.plan(0, session: 0, .begins)
    line.tell(1, .created(t(0)))
    line.plan(10, session: 2, .begins)
    line.tell(11, .closed(t(1)))
    line.tell(12, .finished(t(0)))
    line.tell(1012, .deadlineReached)
    line.tell(1013, .created(t(1)))
    line.tell(1014, .finished(t(1)))
    line.tell(2014, .deadlineReached)
    #expect(line.gateway.tally.idleRemoved == 1)
    #expect(line.gateway.residents == 0)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("A resume that finds nothing starts an empty conversation, or fails, as the policy says")
  func missing() {
    for (policy, story) in [
      (SessionPolicy.Missing.create, "create cli0 s0 t0"), (.fail, "notFound t0"),
    ] {
      var line = Timeline { $0.sessions.missing = policy }
      line.plan(0, session: 0)
      line.tell(1, .missing(t(0)))
      line.expect(
        """
        0 planned s0            → resume cli0 s0 t0
        1 not found t0          → \(story)
        """)
    }
  }

  @Test("The guide's reopen calls create for sessions that exist")
  func reopen() {
    var line = full { $0.sessions.reopen = .create }
    line.plan(10, session: 4)
    line.tell(11, .closed(t(0)))
    line.expect(
      Self.opened + """
        10 planned s4           → disconnect cli0 s0 t0
        11 closed t0            → create cli0 s4 t0
        """)
  }

  @Test("A limit for each server: a full server evicts its own")
  func scopeOfServer() {
    var line = Timeline(servers: 2) {
      $0.sessions.limit = 1
      $0.sessions.scope = .server
    }
    line.plan(0, session: 0, key: 0, .begins)
    line.tell(0, .created(t(0)))
    line.plan(1, session: 2, key: 1, .begins)
    line.tell(1, .created(t(1)))
    line.plan(2, session: 4, key: 1, .begins)
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      0 created t0            → send cli0 s0 t0
      1 planned s2 begins     → create cli1 s2 t1
      1 created t1            → send cli1 s2 t1
      2 planned s4 begins     → disconnect cli1 s2 t2
      """)
  }

  @Test("A conversation that ends is closed and deleted, and its slot is free")
  func endOfSession() {
    var line = Timeline { $0.sessions.limit = 1 }
    line.plan(0, session: 0, [.begins, .endsSession])
    line.tell(1, .created(t(0)))
    line.tell(2, .finished(t(0)))
    line.plan(3, session: 2, .begins)
    line.expect(
      """
      0 planned s0 begins ends → create cli0 s0 t0
      1 created t0            → send cli0 s0 t0
      2 finished t0           → completed t0, delete cli0 s0
      3 planned s2 begins     → create cli0 s2 t0
      """)
  }

  @Test("An ephemeral session is created for its turn, destroyed after it, and never counted")
  func ephemeral() {
    var line = Timeline { $0.sessions.limit = 1 }
    line.plan(0, session: 40, .ephemeral)
    line.tell(1, .created(t(0)))
    line.tell(2, .finished(t(0)))
    #expect(line.gateway.turnsUnderWay == 1)
    line.tell(3, .closed(t(0)))
    line.expect(
      """
      0 planned s40 ephemeral → create cli0 s40 t0
      1 created t0            → send cli0 s40 t0
      2 finished t0           → completed t0, disconnect cli0 s40 t0
      3 closed t0             → forget s40
      """)
    #expect(line.gateway.residentMax == 0)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("A number that stands for a new conversation is no hit where the old one still lives")
  func reusedNumber() {
    var line = Timeline(servers: 2) { $0.routing = .roundRobin }
    line.plan(0, session: 0, .begins, conversation: 1)
    line.tell(1, .created(t(0)))
    line.tell(2, .finished(t(0)))
    line.plan(3, session: 0, .endsSession, conversation: 1)
    line.tell(4, .resumed(t(0)))
    line.tell(5, .finished(t(0)))
    line.plan(6, session: 0, .begins, conversation: 2)
    line.tell(7, .created(t(0)))
    line.tell(8, .finished(t(0)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 created t0            → send cli0 s0 t0
      2 finished t0           → completed t0
      3 planned s0 ends       → resume cli1 s0 t0
      4 resumed t0            → send cli1 s0 t0
      5 finished t0           → completed t0, delete cli1 s0
      6 planned s0 begins     → disconnect cli0 s0, create cli0 s0 t0
      7 created t0            → send cli0 s0 t0
      8 finished t0           → completed t0
      """)
    #expect(line.gateway.tally.hits == 0)
    #expect(line.gateway.residents == 1)
  }

  @Test("A session whose last turn is turned away is deleted all the same")
  func lastTurnRefused() {
    var line = Timeline(servers: 2) { $0.lock.covers = .always }
    line.plan(0, session: 0, key: 1, .begins)
    line.tell(1, .lockGranted(t(0), token: 1))
    line.tell(2, .created(t(0)))
    line.plan(3, session: 0, key: 1, .endsSession)
    line.tell(4, .lockRefused(t(1)))
    line.plan(5, session: 2, key: 0, .endsSession)
    line.tell(6, .lockRefused(t(1)))
    line.expect(
      """
      0 planned s0 begins     → acquire s0 t0
      1 granted t0 #1         → create cli1 s0 t0
      2 created t0            → send cli1 s0 t0
      3 planned s0 ends       → acquire s0 t1
      4 lock refused t1       → lockRefused t1, delete cli1 s0
      5 planned s2 ends       → acquire s2 t1
      6 lock refused t1       → lockRefused t1, delete cli0 s2
      """)
    #expect(line.gateway.tally.deleted == 2)
  }

  /// The same random turns with the sessions of a given number listed; what was asked for.
  private func story(_ seed: UInt64, listed: Int, _ overflow: SessionPolicy.Overflow) -> [String] {
    var random = SeededRandom(Seed(seed).stream("listed"))
    var line = Timeline(servers: 3, listed: listed) {
      $0.routing = .roundRobin
      $0.sessions.limit = 5
      $0.sessions.overflow = overflow
    }
    var conversations = [UInt8](repeating: 1, count: 8)
    for step in Int64(0)..<300 {
      let session = random.index(below: 8)
      let ends = random.uniform() < 0.2
      line.plan(
        step, session: session, ends ? .endsSession : [], conversation: conversations[session])
      if ends { conversations[session] &+= 1 }
      if line.lines.last!.contains("disconnect"), line.lines.last!.hasSuffix("t0") {
        if !line.lines.last!.contains("resume") { line.tell(step, .closed(t(0))) }
      }
      if line.lines.last!.contains("resume") { line.tell(step, .resumed(t(0))) }
      line.tell(step, .finished(t(0)))
      if random.uniform() < 0.05 {
        line.tell(step, .serverRemoved(ServerID(1)))
        line.tell(step, .serverAdded(ServerID(1)))
      }
    }
    return line.lines
  }

  @Test("Finding a session by its number and finding it by a search are the same")
  func listed() {
    for seed in UInt64(1)...20 {
      for overflow in SessionPolicy.Overflow.allCases {
        let searched = story(seed, listed: 0, overflow)
        #expect(story(seed, listed: 16, overflow) == searched, "seed \(seed), \(overflow)")
        // Some are listed, the others are past the end.
        #expect(story(seed, listed: 4, overflow) == searched, "seed \(seed), \(overflow)")
      }
    }
  }
}
