// Time-outs, late answers and servers that die in the middle of a turn, at every step. Whatever
// happens, every turn ends once and its place is free in the end: `turnsUnderWay` returns to 0.
import Basics
import Policies
import Testing

@Suite struct LostServerTests {
  private func sending(_ change: @escaping (inout GatewayPolicy) -> Void = { _ in }) -> Timeline {
    var line = Timeline(servers: 2, change)
    line.plan(0, session: 0, .begins)
    line.tell(1, .created(t(0)))
    return line
  }

  @Test("A turn that takes too long is given up; its place waits for the CLI's last word")
  func lateAnswer() {
    var line = sending { $0.timeout = .seconds(8) }
    // Looked for each eighth of the time-out; armed when it is due before the next look.
    for second in Int64(1)...8 { line.tell(second * 1000, .deadlineReached, silently: true) }
    line.ring(.timeout)
    #expect(line.outcomes == [.timedOut])
    #expect(line.gateway.turnsUnderWay == 1)
    line.tell(9000, .finished(t(0)))
    #expect(line.gateway.turnsUnderWay == 0)
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 created t0            → send cli0 s0 t0
      8001 timeout t0         → timedOut t0
      9000 finished t0
      """)
  }

  /// The last words that a server or the host can say about a turn that was given up.
  static let lastWords: [(String, GatewayInput)] = [
    ("finished", .finished(t(0))), ("failed", .failed(t(0))), ("not found", .missing(t(0))),
    ("refused", .refused(t(0))), ("cut", .cut(t(0))), ("lost", .serverLost(ServerID(0))),
  ]

  @Test("Each last word frees the place of a turn that was given up", arguments: 0..<6)
  func lastWord(index: Int) {
    var line = sending { $0.timeout = .seconds(8) }
    for second in Int64(1)...8 { line.tell(second * 1000, .deadlineReached, silently: true) }
    line.ring(.timeout)
    line.tell(9000, Self.lastWords[index].1)
    #expect(line.outcomes == [.timedOut])
    #expect(line.gateway.turnsUnderWay == 0, "\(Self.lastWords[index].0)")
  }

  @Test(
    "The last word may come while the lock of a turn that was given up is being released",
    arguments: 0..<6)
  func lastWordDuringRelease(index: Int) {
    var line = Timeline(servers: 2) {
      $0.timeout = .seconds(8)
      $0.lock.covers = .always
    }
    line.plan(0, session: 0, .begins)
    line.tell(1, .lockGranted(t(0), token: 1))
    line.tell(2, .created(t(0)))
    for second in Int64(1)...8 { line.tell(second * 1000, .deadlineReached, silently: true) }
    line.ring(.timeout)
    line.tell(9000, Self.lastWords[index].1)
    line.tell(9001, .lockRead(t(0), mine: true))
    line.tell(9002, .lockReleased(t(0)))
    #expect(line.outcomes == [.timedOut])
    #expect(line.gateway.turnsUnderWay == 0, "\(Self.lastWords[index].0)")
  }

  @Test("A turn that was sent again, to a session opened anew, has its whole time again")
  func sentAgain() {
    var line = Timeline {
      $0.timeout = .seconds(8)
      $0.sessions.overflow = .reserve
    }
    line.plan(0, session: 0, .begins)
    line.tell(0, .created(t(0)))
    for second in Int64(1)...7 { line.tell(second * 1000, .deadlineReached, silently: true) }
    line.tell(7500, .missing(t(0)))
    line.tell(7600, .resumed(t(0)))
    line.ring(.timeout)
    #expect(line.outcomes.isEmpty)
    for second in Int64(9)...15 { line.tell(second * 1000, .deadlineReached, silently: true) }
    line.ring(.timeout)
    #expect(line.outcomes == [.timedOut])
    #expect(line.lines.last == "15600 timeout t0        → timedOut t0")
  }

  @Test("A server dies while a session is opened there: the turn fails")
  func opening() {
    var line = Timeline(servers: 2)
    line.plan(0, session: 0, .begins)
    line.tell(1, .serverLost(ServerID(0)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 lost cli0             → serverLost t0
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("A server dies in the middle of a turn: the turn fails, its sessions are forgotten")
  func middle() {
    var line = sending()
    line.tell(2, .serverLost(ServerID(0)))
    line.plan(3, session: 0)
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 created t0            → send cli0 s0 t0
      2 lost cli0             → serverLost t0
      3 planned s0            → resume cli0 s0 t0
      """)
  }

  @Test("The victim's server dies: the eviction is over, the turn goes on elsewhere")
  func victim() {
    var line = Timeline(servers: 2) { $0.sessions.limit = 1 }
    line.plan(0, session: 0, key: 0, .begins)
    line.tell(1, .created(t(0)))
    line.tell(2, .finished(t(0)))
    line.plan(3, session: 2, key: 1, .begins)
    line.tell(4, .serverLost(ServerID(0)))
    line.tell(5, .created(t(0)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      1 created t0            → send cli0 s0 t0
      2 finished t0           → completed t0
      3 planned s2 begins     → disconnect cli0 s0 t0
      4 lost cli0             → create cli1 s2 t0
      5 created t0            → send cli1 s2 t0
      """)
  }

  @Test("A server dies while an ephemeral session is put away: its number is free")
  func closing() {
    var line = Timeline()
    line.plan(0, session: 40, .ephemeral)
    line.tell(1, .created(t(0)))
    line.tell(2, .finished(t(0)))
    line.tell(3, .serverLost(ServerID(0)))
    line.expect(
      """
      0 planned s40 ephemeral → create cli0 s40 t0
      1 created t0            → send cli0 s40 t0
      2 finished t0           → completed t0, disconnect cli0 s40 t0
      3 lost cli0             → forget s40
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("A server dies under a lock: the lock is released")
  func underLock() {
    var line = Timeline { $0.lock.covers = .always }
    line.plan(0, session: 0, .begins)
    line.tell(1, .lockGranted(t(0), token: 7))
    line.tell(2, .serverLost(ServerID(0)))
    line.tell(3, .lockRead(t(0), mine: true))
    line.tell(4, .lockReleased(t(0)))
    line.expect(
      """
      0 planned s0 begins     → acquire s0 t0
      1 granted t0 #7         → create cli0 s0 t0
      2 lost cli0             → leave s0 t0 #7, read s0 t0 #7
      3 read t0 mine          → delete s0 t0 #7
      4 released t0           → serverLost t0
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("Slots of a dead server go to those who wait in line", arguments: [false, true])
  func lineAfterLoss(drained: Bool) {
    var line = Timeline(servers: 2) {
      $0.sessions.limit = 2
      $0.sessions.evict = .lruPinned
      $0.sessions.overflow = .reserve
    }
    for session in [0, 2] {
      line.plan(0, session: session, key: 0, .begins)
      line.tell(0, .created(t(session / 2)))
    }
    line.plan(1, session: 4, key: 1, .begins)
    line.plan(2, session: 6, key: 1, .begins)
    line.tell(3, drained ? .serverRemoved(ServerID(0)) : .serverLost(ServerID(0)))
    line.expect(
      """
      0 planned s0 begins     → create cli0 s0 t0
      0 created t0            → send cli0 s0 t0
      0 planned s2 begins     → create cli0 s2 t1
      0 created t1            → send cli0 s2 t1
      1 planned s4 begins
      2 planned s6 begins

      """
        + (drained
          ? "3 removed cli0          → create cli1 s4 t2, create cli1 s6 t3"
          : "3 lost cli0             → serverLost t0, serverLost t1, create cli1 s4 t2, "
            + "create cli1 s6 t3"))
  }

  @Test("A health check takes a dead server out of the list and puts it back in its old place")
  func healthCheck() {
    var line = Timeline(servers: 3) { $0.healthCheck = .seconds(5) }
    line.tell(1000, .serverLost(ServerID(1)))
    line.tell(6000, .healthChecked(ServerID(1), alive: false))
    line.plan(6001, session: 0, key: 1, .begins)
    line.tell(9000, .serverBack(ServerID(1)))
    line.tell(14_000, .healthChecked(ServerID(1), alive: true))
    line.plan(14_001, session: 2, key: 1, .begins)
    line.plan(14_002, session: 4, key: 2, .begins)
    line.expect(
      """
      1000 lost cli1          → check cli1 at 6000
      6000 checked cli1 false
      6001 planned s0 begins  → create cli2 s0 t0
      9000 back cli1          → check cli1 at 14000
      14000 checked cli1 true
      14001 planned s2 begins → create cli1 s2 t1
      14002 planned s4 begins → create cli2 s4 t2
      """)
  }

  @Test("With no server left a turn fails at once")
  func nobodyLeft() {
    var line = Timeline()
    line.tell(1, .serverRemoved(ServerID(0)))
    line.plan(2, session: 0)
    line.expect(
      """
      1 removed cli0
      2 planned s0            → serverLost t0
      """)
    #expect(line.gateway.turnsUnderWay == 0)
  }
}
