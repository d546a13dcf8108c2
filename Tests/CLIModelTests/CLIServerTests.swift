// What one CLI process does, as measured on the real one: first in, first out with continuations
// first; sends that queue in a session and are answered together at idle; create over an existing
// id; owners; the idle sweep; compaction; the ladder of retries; crashes.
import Basics
import CLIModel
import Testing

@Suite struct CLIServerTests {
  private func busy() -> Server {
    Server {
      $0.turnBefore = OperationCost(cpu: .fixed(0.010))
      $0.turnAfter = OperationCost(cpu: .fixed(0.100))
      $0.create = OperationCost(cpu: .fixed(0.005))
    }
  }

  @Test(
    "One piece of work at a time, requests in order, and turns already begun before new requests")
  func order() {
    var server = busy()
    for session in 0..<3 { server.ask(0, .create, session, session) }
    for ms in [5, 10, 15] { server.done(Int64(ms)) }
    for session in 0..<3 { server.ask(20, .send, session, session) }
    server.done(30)
    server.answer(31, 0)
    server.done(40)
    server.answer(41, 1)
    server.done(140)
    server.done(240)
    server.done(250)
    server.expect(
      """
      0 create s0 t0      → work 5
      0 create s1 t1
      0 create s2 t2
      5 done              → created t0, work 5
      10 done             → created t1, work 5
      15 done             → created t2
      20 send s0 t0       → work 10
      20 send s1 t1
      20 send s2 t2
      30 done             → acknowledged t0, call 0 t0, work 10
      31 answer 0
      40 done             → acknowledged t1, call 1 t1, work 100
      41 answer 1
      140 done            → finished t0, work 100
      240 done            → finished t1, work 10
      250 done            → acknowledged t2, call 2 t2
      """)
    #expect(server.cli.backlog == 0)
  }

  @Test("Sends that wait in one session run one after another and are all answered when it is idle")
  func queuedSends() {
    var server = Server()
    server.ask(0, .create, 4, 0)
    server.ask(1, .send, 4, 1)
    server.ask(2, .send, 4, 2, on: 1)
    server.ask(3, .send, 4, 3)
    server.answer(10, 0)
    server.answer(20, 1)
    server.answer(30, 2)
    server.expect(
      """
      0 create s4 t0      → created t0
      1 send s4 t1        → acknowledged t1, call 0 t1
      2 send s4 t2        → acknowledged t2 on 1
      3 send s4 t3        → acknowledged t3
      10 answer 0         → ended t1, call 1 t2
      20 answer 1         → ended t2 on 1, call 2 t3
      30 answer 2         → ended t3, finished t1, finished t2 on 1, finished t3
      """)
    #expect(server.store[SessionID(4), ServerID(0)].turns == 3)
  }

  @Test("A steering send goes before those that wait, and in an idle session it is a send")
  func steering() {
    var server = Server()
    server.ask(0, .create, 4, 0)
    server.ask(1, .steer, 4, 1)
    server.ask(2, .send, 4, 2)
    server.ask(3, .steer, 4, 3)
    server.answer(10, 0)
    server.answer(20, 1)
    server.answer(30, 2)
    server.expect(
      """
      0 create s4 t0      → created t0
      1 steer s4 t1       → acknowledged t1, call 0 t1
      2 send s4 t2        → acknowledged t2
      3 steer s4 t3       → acknowledged t3
      10 answer 0         → ended t1, call 1 t3
      20 answer 1         → ended t3, call 2 t2
      30 answer 2         → ended t2, finished t1, finished t3, finished t2
      """)
  }

  @Test("Sends that wait can be taken back, the last of them or all, and the running turn goes on")
  func takingBack() {
    var server = Server()
    server.ask(0, .create, 4, 0)
    server.ask(1, .removeLast, 4, 7)
    server.ask(2, .send, 4, 1)
    server.ask(3, .send, 4, 2)
    server.ask(4, .send, 4, 3)
    server.ask(5, .removeLast, 4, 8)
    server.answer(10, 0)
    server.ask(11, .send, 4, 4)
    server.ask(12, .send, 4, 5)
    server.ask(13, .clearQueue, 4, 9)
    server.ask(14, .clearQueue, 4, 10)
    server.answer(20, 1)
    server.ask(21, .clearQueue, 9, 11)
    server.expect(
      """
      0 create s4 t0      → created t0
      1 removeLast s4 t7  → notFound t7
      2 send s4 t1        → acknowledged t1, call 0 t1
      3 send s4 t2        → acknowledged t2
      4 send s4 t3        → acknowledged t3
      5 removeLast s4 t8  → cut t3, answered t8
      10 answer 0         → ended t1, call 1 t2
      11 send s4 t4       → acknowledged t4
      12 send s4 t5       → acknowledged t5
      13 clearQueue s4 t9 → cut t5, cut t4, answered t9
      14 clearQueue s4 t10 → notFound t10
      20 answer 1         → ended t2, finished t1, finished t2
      21 clearQueue s9 t11 → notFound t11
      """)
  }

  @Test("An abort ends the running turn only: a send that waits begins, and late answers are stale")
  func abort() {
    var server = Server()
    server.ask(0, .create, 4, 0)
    server.ask(1, .abort, 4, 5)
    server.ask(2, .send, 4, 1)
    server.ask(3, .send, 4, 2)
    server.ask(4, .abort, 4, 6)
    server.answer(5, 0)
    server.ask(6, .abort, 4, 7)
    server.answer(7, 1)
    server.ask(8, .abort, 9, 8)
    server.expect(
      """
      0 create s4 t0      → created t0
      1 abort s4 t5       → answered t5
      2 send s4 t1        → acknowledged t1, call 0 t1
      3 send s4 t2        → acknowledged t2
      4 abort s4 t6       → answered t6, aborted t1, call 1 t2
      5 answer 0
      6 abort s4 t7       → answered t7, aborted t2
      7 answer 1
      8 abort s9 t8       → notFound t8
      """)
    #expect(server.cli.tally.aborted == 2)
    #expect(server.store[SessionID(4), ServerID(0)].turns == 0)
  }

  @Test("Create on an existing id is no error: memory starts empty, the disk keeps its turns")
  func createExisting() {
    var server = Server()
    server.ask(0, .create, 1, 0)
    server.ask(1, .send, 1, 0)
    server.answer(2, 0)
    server.ask(3, .create, 1, 0)
    server.ask(4, .send, 1, 0)
    server.answer(5, 1)
    #expect(server.cli.tally.contextLost == 1)
    #expect(server.store[SessionID(1), ServerID(0)].turns == 2)
    #expect(server.cli.residents == 1)
  }

  @Test(
    "A session that was never used cannot be resumed; one with a turn can, after it was destroyed")
  func resume() {
    var server = Server {
      $0.resume = OperationCost(cpu: .fixed(0.009))
      $0.resumePerTurn = 0.001
      $0.resumeLive = OperationCost(cpu: .fixed(0.002))
    }
    server.ask(0, .create, 1, 0)
    server.ask(1, .destroy, 1, 0)
    server.ask(2, .resume, 1, 0)
    server.done(11)
    server.ask(20, .create, 1, 0)
    server.ask(21, .send, 1, 0)
    server.answer(22, 0)
    server.ask(23, .destroy, 1, 0)
    server.ask(24, .resume, 1, 0)
    server.done(34)
    server.ask(40, .resume, 1, 0)
    server.done(42)
    server.expect(
      """
      0 create s1 t0      → created t0
      1 destroy s1 t0     → destroyed t0
      2 resume s1 t0      → work 9
      11 done             → notFound t0
      20 create s1 t0     → created t0
      21 send s1 t0       → acknowledged t0, call 0 t0
      22 answer 0         → finished t0
      23 destroy s1 t0    → destroyed t0
      24 resume s1 t0     → work 10
      34 done             → resumed t0
      40 resume s1 t0     → work 2
      42 done             → resumed t0
      """)
  }

  @Test("Send to an unknown session is not found; destroy of one succeeds; delete tells the truth")
  func unknown() {
    var server = Server()
    server.ask(0, .send, 3, 0)
    server.ask(1, .destroy, 3, 1)
    server.ask(2, .delete, 3, 2)
    server.ask(3, .ping, 3, 3)
    server.expect(
      """
      0 send s3 t0        → notFound t0
      1 destroy s3 t1     → destroyed t1
      2 delete s3 t2      → notFound t2
      3 ping s3 t3        → pong t3
      """)
  }

  @Test(
    "Destroy in the middle of a turn: it is cut, those behind it too, and a late answer is nobody's"
  )
  func destroyMidTurn() {
    var server = Server()
    server.ask(0, .create, 1, 0)
    server.ask(1, .send, 1, 1)
    server.ask(2, .send, 1, 2)
    server.ask(3, .destroy, 1, 3)
    server.answer(4, 0)
    server.ask(5, .create, 2, 4)
    server.ask(6, .send, 2, 5)
    // The new session has the place of the old one: the old answer must not end its turn.
    server.answer(7, 0)
    server.answer(8, 1)
    server.expect(
      """
      0 create s1 t0      → created t0
      1 send s1 t1        → acknowledged t1, call 0 t1
      2 send s1 t2        → acknowledged t2
      3 destroy s1 t3     → cut t1, cut t2, destroyed t3
      4 answer 0
      5 create s2 t4      → created t4
      6 send s2 t5        → acknowledged t5, call 1 t5
      7 answer 0
      8 answer 1          → finished t5
      """)
    #expect(server.cli.tally.cutMidTurn == 1)
  }

  @Test("A session lives as long as one of its owners' connections")
  func owners() {
    var server = Server()
    server.ask(0, .create, 1, 0, on: 0)
    server.ask(1, .send, 1, 0, on: 0)
    server.answer(2, 0)
    server.ask(3, .resume, 1, 1, on: 1)
    server.ask(4, .resume, 1, 2, on: 2)
    server.tell(5, .connectionClosed(ConnectionID(0)), "close 0")
    #expect(server.cli.residents == 1)
    server.tell(6, .connectionClosed(ConnectionID(2)), "close 2")
    #expect(server.cli.residents == 1)
    server.ask(7, .send, 1, 3, on: 1)
    server.tell(8, .connectionClosed(ConnectionID(1)), "close 1")
    #expect(server.cli.residents == 0)
    #expect(server.lines.last == "8 close 1           → cut t3 on 1")
  }

  @Test(
    "The idle sweep takes what was not used for the time, but no running turn; used ones return"
  )
  func idleSweep() {
    var server = Server(fleet: { $0.idleTimeout = .seconds(300) })
    for session in 0..<3 { server.ask(0, .create, session, session) }
    server.ask(0, .send, 0, 0)
    server.answer(1000, 0)
    server.ask(2000, .send, 2, 2)
    server.tell(200_000, .sweepDue, "sweep")
    #expect(server.cli.residents == 3)
    server.tell(302_000, .sweepDue, "sweep")
    #expect(server.cli.residents == 1)
    #expect(server.cli.tally.idleRemoved == 2)
    server.ask(303_000, .resume, 0, 0)
    server.ask(303_000, .resume, 1, 1)
    #expect(
      server.lines.suffix(2) == [
        "303000 resume s0 t0 → resumed t0", "303000 resume s1 t1 → notFound t1",
      ])
  }

  @Test(
    "Compaction starts in the background when the context is full, and empties the memory of turns")
  func compaction() {
    var server = Server {
      $0.context.baseTokens = 1000
      $0.context.tokensPerTurn = 1000
      $0.context.window = 5000
      $0.memory.turn = 1
      $0.compaction = OperationCost(cpu: .fixed(0.5))
    } fleet: {
      $0.compaction = CompactionPlan()
    }
    server.ask(0, .create, 1, 0)
    for turn in 0..<4 {
      server.ask(Int64(turn + 1), .send, 1, turn)
      server.answer(Int64(turn + 1), turn)
    }
    // 80 % of 5000 is passed with 1000 + 4 x 1000. The turn is answered at once; the work comes
    // after.
    #expect(server.lines.last == "4 answer 3          → compacting t3, finished t3, work 500")
    server.done(504)
    let nobody = TurnID.none(of: 0).index
    #expect(server.lines.last?.hasSuffix("→ compacted t\(nobody)") == true)
    #expect(server.cli.tally.compacted == 1)
    #expect(server.cli.memory == 4)
  }

  @Test("After the last attempt comes one more pause, then the error; other 4xx are final at once")
  func lastPause() {
    var server = Server {
      $0.retryServerError = [.milliseconds(5)]
      $0.lastPauseServerError = .milliseconds(20)
      $0.retryClientError = [.milliseconds(7)]
    }
    server.ask(0, .create, 1, 0)
    server.ask(1, .send, 1, 1)
    server.fail(2, 0, 500)
    server.tell(7, .retryDue(server.calls[0]), "retry")
    server.fail(8, 1, 500)
    server.tell(28, .retryDue(server.calls[1]), "retry")
    server.ask(30, .send, 1, 2)
    server.fail(31, 2, 404)
    server.expect(
      """
      0 create s1 t0      → created t0
      1 send s1 t1        → acknowledged t1, call 0 t1
      2 failure 0         → retry after 5
      7 retry             → call 1 t1 attempt 1
      8 failure 1         → retry after 20
      28 retry            → failed t1
      30 send s1 t2       → acknowledged t2, call 2 t2
      31 failure 2        → failed t2
      """)
    #expect(server.cli.tally.providerFailures == 2)
  }

  @Test(
    "The ladder of retries: pauses by class of status, then an error and the session is idle again")
  func retries() {
    var server = Server {
      $0.retryServerError = [.seconds(1), .seconds(2)]
      $0.retryRateLimited = [.milliseconds(500)]
    }
    server.ask(0, .create, 1, 0)
    server.ask(1, .send, 1, 1)
    server.fail(2, 0, 503)
    server.tell(1002, .retryDue(server.calls[0]), "retry")
    server.fail(1003, 0, 500)
    server.tell(3003, .retryDue(server.calls[0]), "retry")
    server.fail(3004, 0, 500)
    server.ask(4000, .send, 1, 2)
    server.fail(4001, 3, 429)
    server.tell(4501, .retryDue(server.calls[3]), "retry")
    server.answer(4502, 4)
    server.ask(5000, .send, 1, 3)
    server.fail(5001, 5, 400)
    server.expect(
      """
      0 create s1 t0      → created t0
      1 send s1 t1        → acknowledged t1, call 0 t1
      2 failure 0         → retry after 1000
      1002 retry          → call 1 t1 attempt 1
      1003 failure 0      → retry after 2000
      3003 retry          → call 2 t1 attempt 2
      3004 failure 0      → failed t1
      4000 send s1 t2     → acknowledged t2, call 3 t2
      4001 failure 3      → retry after 500
      4501 retry          → call 4 t2 attempt 1
      4502 answer 4       → finished t2
      5000 send s1 t3     → acknowledged t3, call 5 t3
      5001 failure 5      → failed t3
      """)
    #expect(server.cli.tally.retries == 3)
    #expect(server.cli.tally.providerFailures == 2)
  }

  @Test("A failed turn lets the next one in the session run")
  func failureThenQueue() {
    var server = Server()
    server.ask(0, .create, 1, 0)
    server.ask(1, .send, 1, 1)
    server.ask(2, .send, 1, 2)
    server.fail(3, 0, 500)
    server.answer(4, 1)
    #expect(
      server.lines.suffix(2) == [
        "3 failure 0         → failed t1, call 1 t2", "4 answer 1          → finished t2",
      ])
  }

  @Test("kill -9 loses the turns that wait for their append and nothing older")
  func crash() {
    var server = Server()
    server.ask(0, .create, 1, 0)
    for turn in 0..<3 {
      server.ask(Int64(turn) * 60, .send, 1, turn)
      server.answer(Int64(turn) * 60 + 10, turn)
    }
    // Ends at 10, 70 and 130. The timer that began with the first question brings the first two at
    // 100, the next one the third at 230.
    server.crash(150)
    #expect(server.cli.tally.lostUnflushed == 1)
    #expect(server.store[SessionID(1), ServerID(0)].turns == 2)
    #expect(server.cli.residents == 0 && !server.cli.busy)
    server.ask(200, .resume, 1, 0)
    #expect(server.lines.last == "200 resume s1 t0    → resumed t0")
  }

  @Test(
    "Two servers on one storage: each answers from its own memory; the second is a split brain"
  )
  func splitBrain() {
    var one = Server(id: 0)
    one.ask(0, .create, 1, 0)
    one.ask(1, .send, 1, 0)
    one.answer(2, 0)
    var two = CLIServer(
      id: ServerID(1), profile: CostProfile(), plan: FleetPlan(), seed: Seed(1), connections: 1,
      mayCrash: false)
    var actions = Table<CLIAction>()
    func ask(_ kind: CLIRequest.Kind, _ store: inout SessionStore) {
      let request = CLIRequest(kind, SessionID(1), t(9), on: ConnectionID(0))
      two.handle(.requested(request), at: .zero + .seconds(1), store: &store, into: &actions)
    }
    ask(.resume, &one.store)
    #expect(two.tally.splitBrain == 1)
    // A turn on the first is unknown to the second, whose next turn answers from a stale history;
    // and back.
    one.ask(2000, .send, 1, 1)
    one.answer(2001, 1)
    ask(.send, &one.store)
    var call: ProviderCall?
    for index in 0..<actions.count {
      if case .callProvider(let asked, _, _, _) = actions[index] { call = asked }
    }
    two.handle(.providerAnswered(call!), at: .zero + .seconds(3), store: &one.store, into: &actions)
    #expect(two.tally.staleContext == 1 && one.cli.tally.staleContext == 0)
    one.ask(4000, .send, 1, 2)
    one.answer(4001, 2)
    #expect(one.cli.tally.staleContext == 1)
    #expect(one.store[SessionID(1), ServerID(0)].turns == 4)
    // Nobody has written since, but the other's turn is still missing here.
    one.ask(6000, .send, 1, 3)
    one.answer(6001, 3)
    #expect(one.cli.tally.staleContext == 2)
  }

  @Test(
    "With local storage a session exists where it was created, and one id can be two conversations")
  func localStorage() {
    var store = SessionStore(shared: false, sessions: 2)
    let here = ServerID(0)
    let there = ServerID(1)
    #expect(store.append(SessionID(0), here, at: .zero) == 1)
    #expect(store.append(SessionID(0), here, at: .zero) == 2)
    #expect(!store[SessionID(0), there].used)
    #expect(store.append(SessionID(0), there, at: .zero) == 1)
    #expect(store[SessionID(0), here].turns == 2 && store[SessionID(0), there].turns == 1)
    #expect(store.home(of: SessionID(0)) == here)
    #expect(store.delete(SessionID(0), there) && !store.delete(SessionID(0), there))
    #expect(store[SessionID(0), here].turns == 2)
    #expect(store.append(SessionID(9), there, at: .zero) == 1)
  }

  @Test("Memory: base, idle and active sessions, turns held; it does not fall when they go")
  func memory() {
    var server = Server {
      $0.memory.base = 1000
      $0.memory.idleSession = 10
      $0.memory.activeSession = 100
      $0.memory.turn = 1
    }
    #expect(server.cli.memory == 1000)
    server.ask(0, .create, 1, 0)
    server.ask(0, .create, 2, 0)
    #expect(server.cli.memory == 1020)
    server.ask(1, .send, 1, 0)
    server.answer(2, 0)
    #expect(server.cli.memory == 1111)
    server.ask(3, .destroy, 1, 0)
    #expect(server.cli.memory == 1111)
  }
}

private func t(_ place: Int) -> TurnID { TurnID(instance: 0, place: place) }
