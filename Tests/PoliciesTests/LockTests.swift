// The guide's `withSessionLock` and its variants, command by command, against the lock service: the
// release of somebody else's lock, the script that prevents it, fencing, renewal, order and
// patience.
import Basics
import Policies
import Testing

/// The service alone, with its answers as text.
private struct Service: ~Copyable {
  var store: LockStore
  private var answers = Table<LockAnswer>()

  init(_ change: (inout LockPolicy) -> Void = { _ in }) {
    var policy = LockPolicy()
    policy.ttl = .seconds(300)
    change(&policy)
    store = LockStore(policy)
  }

  mutating func callAsFunction(
    _ seconds: Int64, _ command: LockCommand, _ client: Int, token: UInt32 = 0
  ) -> String {
    store.handle(
      command, SessionID(9), from: t(client), token: token, at: .zero + .seconds(seconds),
      into: &answers)
    return drain()
  }

  mutating func wake(_ seconds: Int64) -> String {
    store.wake(SessionID(9), at: .zero + .seconds(seconds), into: &answers)
    return drain()
  }

  private mutating func drain() -> String {
    var texts: [String] = []
    for index in 0..<answers.count {
      switch answers[index] {
      case .granted(let turn, let token): texts.append("granted t\(turn.place) #\(token)")
      case .refused(let turn): texts.append("refused t\(turn.place)")
      case .wasMine(let turn, let mine): texts.append("t\(turn.place) \(mine ? "mine" : "other")")
      case .released(let turn): texts.append("released t\(turn.place)")
      case .renewed(let turn, let mine):
        texts.append("renewed t\(turn.place) \(mine ? "mine" : "other")")
      case .stale(let turn): texts.append("stale t\(turn.place)")
      case .wake(_, let instant): texts.append("wake at \(instant.nanoseconds / 1_000_000_000)")
      }
    }
    answers.removeAll()
    return texts.joined(separator: ", ")
  }
}

@Suite struct LockTests {
  @Test("SET NX: one holder, the others are refused until it is deleted")
  func exclusion() {
    var lock = Service()
    #expect(lock(0, .acquire, 1) == "granted t1 #1")
    #expect(lock(1, .acquire, 2) == "refused t2")
    #expect(lock(2, .leave, 1, token: 1) == "")
    #expect(lock(2, .read, 1, token: 1) == "t1 mine")
    #expect(lock(2, .delete, 1, token: 1) == "released t1")
    #expect(lock(3, .acquire, 2) == "granted t2 #2")
    #expect(lock.store.tally.doubleHeld == 0)
  }

  @Test("A lock that expires lets a second holder in; the first one's write is stale")
  func expiry() {
    var lock = Service()
    #expect(lock(0, .acquire, 1) == "granted t1 #1")
    #expect(lock(299, .acquire, 2) == "refused t2")
    #expect(lock(300, .acquire, 2) == "granted t2 #2")
    #expect(lock(310, .leave, 2, token: 2) == "")
    #expect(lock(310, .compareAndDelete, 2, token: 2) == "released t2")
    #expect(lock(320, .leave, 1, token: 1) == "stale t1")
    #expect(lock.store.tally.doubleHeld == 1)
    #expect(lock.store.tally.expired == 1)
    #expect(lock.store.tally.staleWrites == 1)
    #expect(lock.store.count == 0)
  }

  @Test("A grant that is given back is no write: it makes nobody's write stale")
  func givenBack() {
    var lock = Service { $0.ttl = .seconds(10) }
    #expect(lock(0, .acquire, 1) == "granted t1 #1")
    #expect(lock(20, .acquire, 2) == "granted t2 #2")
    #expect(lock(21, .withdraw, 2, token: 2) == "")
    #expect(lock(21, .compareAndDelete, 2, token: 2) == "released t2")
    #expect(lock(22, .leave, 1, token: 1) == "")
    #expect(lock.store.tally.staleWrites == 0)
    #expect(lock.store.tally.acquired == 1)
    #expect(lock.store.count == 0)
  }

  @Test("GET then DEL: the lock expires between the two, and DEL removes the next holder's")
  func wrongRelease() {
    var lock = Service()
    #expect(lock(0, .acquire, 1) == "granted t1 #1")
    #expect(lock(299, .leave, 1, token: 1) == "")
    #expect(lock(299, .read, 1, token: 1) == "t1 mine")
    #expect(lock(300, .acquire, 2) == "granted t2 #2")
    #expect(lock(301, .delete, 1, token: 1) == "released t1")
    #expect(lock(302, .acquire, 3) == "granted t3 #3")
    #expect(lock.store.tally.wrongReleases == 1)
    #expect(lock.store.tally.doubleHeld == 1)
  }

  @Test("Compare and delete leaves the next holder's lock alone")
  func compareAndDelete() {
    var lock = Service()
    #expect(lock(0, .acquire, 1) == "granted t1 #1")
    #expect(lock(299, .leave, 1, token: 1) == "")
    #expect(lock(300, .acquire, 2) == "granted t2 #2")
    #expect(lock(301, .compareAndDelete, 1, token: 1) == "released t1")
    #expect(lock(302, .acquire, 3) == "refused t3")
    #expect(lock.store.tally.wrongReleases == 0)
  }

  @Test("A renewal moves the expiry; a lock that is gone cannot be renewed")
  func renewal() {
    var lock = Service()
    #expect(lock(0, .acquire, 1) == "granted t1 #1")
    #expect(lock(200, .renew, 1, token: 1) == "renewed t1 mine")
    #expect(lock(400, .acquire, 2) == "refused t2")
    #expect(lock(500, .renew, 1, token: 1) == "renewed t1 other")
    #expect(lock(501, .acquire, 2) == "granted t2 #2")
  }

  @Test("The queue serves in order of coming; who leaves it is passed over")
  func queue() {
    var lock = Service()
    #expect(lock(0, .enqueue, 1) == "granted t1 #1")
    #expect(lock(1, .enqueue, 2) == "wake at 300")
    #expect(lock(2, .enqueue, 3) == "wake at 300")
    #expect(lock(3, .enqueue, 4) == "wake at 300")
    #expect(lock(4, .abandon, 3) == "refused t3")
    #expect(lock(4, .abandon, 3) == "")
    #expect(lock(5, .leave, 1, token: 1) == "")
    #expect(lock(5, .compareAndDelete, 1, token: 1) == "granted t2 #2, wake at 305, released t1")
    #expect(lock.wake(300) == "")
    #expect(lock(301, .leave, 2, token: 2) == "")
    #expect(lock(301, .compareAndDelete, 2, token: 2) == "granted t4 #3, released t2")
  }

  @Test("A holder that outlives its lock lets the queue move on at the expiry")
  func queueAfterExpiry() {
    var lock = Service()
    #expect(lock(0, .enqueue, 1) == "granted t1 #1")
    #expect(lock(1, .enqueue, 2) == "wake at 300")
    #expect(lock.wake(300) == "granted t2 #2")
    #expect(lock.store.tally.doubleHeld == 1)
    #expect(lock(310, .leave, 1, token: 1) == "")
    #expect(lock(310, .compareAndDelete, 1, token: 1) == "released t1")
    #expect(lock(311, .leave, 2, token: 2) == "")
    #expect(lock(311, .compareAndDelete, 2, token: 2) == "released t2")
    #expect(lock.store.count == 0)
  }

  // MARK: the client

  private func guide(_ change: @escaping (inout GatewayPolicy) -> Void = { _ in }) -> Timeline {
    Timeline {
      $0.pattern = .collaborative
      change(&$0)
    }
  }

  @Test("The guide: SET, the turn, GET, DEL; then the answer goes out")
  func guideStory() {
    var line = guide()
    line.plan(0, session: 9, [.group, .begins])
    line.tell(2, .lockGranted(t(0), token: 1))
    line.tell(3, .created(t(0)))
    line.tell(9, .finished(t(0)))
    line.tell(11, .lockRead(t(0), mine: true))
    line.tell(13, .lockReleased(t(0)))
    line.expect(
      """
      0 planned s9 begins group → acquire s9 t0
      2 granted t0 #1         → create cli0 s9 t0
      3 created t0            → send cli0 s9 t0
      9 finished t0           → leave s9 t0 #1, read s9 t0 #1
      11 read t0 mine         → delete s9 t0 #1
      13 released t0          → completed t0
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("The guide finds that its lock is another's and leaves it")
  func notMine() {
    var line = guide()
    line.plan(0, session: 9, [.group, .begins])
    line.tell(2, .lockGranted(t(0), token: 1))
    line.tell(3, .created(t(0)))
    line.tell(9, .finished(t(0)))
    line.tell(11, .lockRead(t(0), mine: false))
    #expect(line.lines.last == "11 read t0 other        → completed t0")
  }

  @Test("Fail-fast: a held lock is an error at once")
  func failFast() {
    var line = guide()
    line.plan(0, session: 9, .group)
    line.tell(2, .lockRefused(t(0)))
    line.expect(
      """
      0 planned s9 group      → acquire s9 t0
      2 lock refused t0       → lockRefused t0
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("Retry: tries again after a pause below a doubling ceiling, until patience ends")
  func retry() {
    var line = guide {
      $0.lock.acquire = .retry
      $0.lock.retryInitial = .milliseconds(100)
      $0.lock.retryMaximum = .milliseconds(300)
      $0.lock.patience = .seconds(2)
    }
    line.plan(0, session: 9, .group)
    var now: Int64 = 0
    var attempt = 0
    while line.outcomes.isEmpty {
      line.tell(now, .lockRefused(t(0)), silently: true)
      guard let timer = line.timers.first else { break }
      let pause = timer.at.nanoseconds - now * 1_000_000
      let ceiling: Int64 = [100, 200, 300][min(attempt, 2)]
      #expect(pause > 0 && pause <= ceiling * 1_000_000, "attempt \(attempt): \(pause) ns")
      now = timer.at.nanoseconds / 1_000_000
      line.ring(.retryLock)
      attempt += 1
    }
    #expect(line.outcomes == [.lockRefused])
    #expect(now >= 2000 && now < 2400, "patience ended at \(now) ms")
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("Patience: a turn leaves the queue; its place waits for the service's answer")
  func patience() {
    var line = guide {
      $0.lock.acquire = .fifo
      $0.lock.patience = .seconds(5)
    }
    line.plan(0, session: 9, .group)
    line.ring(.patience)
    #expect(line.gateway.turnsUnderWay == 1)
    line.tell(5001, .lockRefused(t(0)))
    line.expect(
      """
      0 planned s9 group      → enqueue s9 t0, patience t0 at 5000
      5000 patience t0        → abandon s9 t0, lockRefused t0
      5001 lock refused t0
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("Patience: a grant that was on its way is handed back")
  func grantTooLate() {
    var line = guide {
      $0.lock.acquire = .fifo
      $0.lock.patience = .seconds(5)
    }
    line.plan(0, session: 9, .group)
    line.ring(.patience)
    line.tell(5001, .lockGranted(t(0), token: 4))
    #expect(
      line.lines.last == "5001 granted t0 #4      → withdraw s9 #4, compareAndDelete s9 #4")
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("Renewal: at a third of the time to live, again and again, and not after the release")
  func renewing() {
    var line = guide {
      $0.lock.renew = true
      $0.lock.ttl = .seconds(30)
    }
    line.plan(0, session: 9, [.group, .begins])
    line.tell(0, .lockGranted(t(0), token: 1))
    line.tell(1, .created(t(0)))
    line.ring(.renewLock)
    line.tell(10_002, .lockRenewed(t(0), true))
    line.tell(12_000, .finished(t(0)))
    line.tell(12_001, .lockRead(t(0), mine: true))
    line.tell(12_002, .lockReleased(t(0)))
    line.ring(.renewLock)
    line.expect(
      """
      0 planned s9 begins group → acquire s9 t0
      0 granted t0 #1         → renewLock t0 at 10000, create cli0 s9 t0
      1 created t0            → send cli0 s9 t0
      10000 renewLock t0      → renew s9 t0 #1
      10002 renewed t0 mine   → renewLock t0 at 20002
      12000 finished t0       → leave s9 t0 #1, read s9 t0 #1
      12001 read t0 mine      → delete s9 t0 #1
      12002 released t0       → completed t0
      20002 renewLock t0
      """)
  }

  @Test("Fencing: a stale write is an error of the turn; without it nobody notices")
  func fencing() {
    for (fencing, outcome) in [(true, TurnOutcome.fenced), (false, .completed)] {
      var line = guide { $0.lock.fencing = fencing }
      line.plan(0, session: 9, [.group, .begins])
      line.tell(0, .lockGranted(t(0), token: 1))
      line.tell(1, .created(t(0)))
      line.tell(2, .finished(t(0)))
      line.tell(2, .writeWasStale(t(0)))
      line.tell(3, .lockRead(t(0), mine: false))
      #expect(line.outcomes == [outcome])
    }
  }

  @Test("Only turns of a group take the lock, unless all do or none does")
  func covers() {
    for (covers, group, own) in [
      (LockPolicy.Guard.collaborative, true, false), (.always, true, true), (.never, false, false),
    ] {
      var line = guide { $0.lock.covers = covers }
      line.plan(0, session: 9, .group)
      line.plan(1, session: 2)
      #expect(line.lines[0].contains("acquire") == group)
      #expect(line.lines[1].contains("acquire") == own)
    }
  }
}
