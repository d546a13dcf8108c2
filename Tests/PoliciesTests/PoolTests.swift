// The guide's CLIPool: one process for each person. Two first requests spawn twice, a release
// leaves the process running, a client that is being stopped is still handed out. And the
// single-flight variant that does none of it.
import Basics
import Policies
import Testing

@Suite struct PoolTests {
  private func pool(_ change: @escaping (inout GatewayPolicy) -> Void = { _ in }) -> Timeline {
    Timeline(servers: 0) {
      $0.pattern = .isolated
      change(&$0)
    }
  }

  @Test("The guide: two first requests spawn two processes; the first one is leaked")
  func doubleSpawn() {
    var line = pool()
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 1, .begins)
    line.tell(5, .spawned(t(0), ServerID(0)))
    line.tell(6, .spawned(t(1), ServerID(1)))
    line.tell(7, .created(t(0)))
    line.tell(8, .finished(t(0)))
    line.plan(9, session: 0)
    line.expect(
      """
      0 planned s0 begins     → spawn t0
      1 planned s1 begins     → spawn t1
      5 spawned t0 cli0       → create cli0 s0 t0
      6 spawned t1 cli1       → create cli1 s1 t1
      7 created t0            → send cli0 s0 t0
      8 finished t0           → completed t0
      9 planned s0            → resume cli1 s0 t0
      """)
    #expect(line.gateway.tally.spawned == 2)
    #expect(line.gateway.tally.leaked == 1)
    #expect(line.gateway.portsUsed == 2)
  }

  @Test("Single flight: the second request waits for the one spawn")
  func singleFlight() {
    var line = pool { $0.pool.spawn = .singleFlight }
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 1, .begins)
    line.tell(5, .spawned(t(0), ServerID(0)))
    line.expect(
      """
      0 planned s0 begins     → spawn t0
      1 planned s1 begins
      5 spawned t0 cli0       → create cli0 s0 t0, create cli0 s1 t1
      """)
    #expect(line.gateway.tally.leaked == 0)
    #expect(line.gateway.portsUsed == 1)
  }

  @Test("Counted ports go up by one for each start, whatever becomes of it, and end at 65535")
  func countedPorts() {
    var line = pool {
      $0.pool.ports = .counted
      $0.pool.firstPort = 65_534
    }
    line.plan(0, session: 0, .begins)
    line.plan(1, session: 1, .begins)
    line.tell(2, .refused(t(0)))
    line.plan(3, session: 0)
    line.expect(
      """
      0 planned s0 begins     → spawn t0 on 65534
      1 planned s1 begins     → spawn t1 on 65535
      2 refused t0            → serverLost t0
      3 planned s0            → serverLost t0
      """)
    #expect(line.gateway.portsUsed == 3)
  }

  @Test("Release at the end of a session: stop() leaves the process running, kill ends it")
  func release() {
    for (stop, verb, leaked) in [(PoolPolicy.Stop.disconnect, "hang up", 1), (.kill, "kill", 0)] {
      var line = pool {
        $0.pool.release = .sessionEnd
        $0.pool.stop = stop
      }
      line.plan(0, session: 0, [.begins, .endsSession])
      line.tell(1, .spawned(t(0), ServerID(0)))
      line.tell(2, .created(t(0)))
      line.tell(3, .finished(t(0)))
      line.tell(4, .released(person: 0))
      line.plan(5, session: 0, .begins)
      line.expect(
        """
        0 planned s0 begins ends → spawn t0
        1 spawned t0 cli0       → create cli0 s0 t0
        2 created t0            → send cli0 s0 t0
        3 finished t0           → completed t0, delete cli0 s0, \(verb) cli0 p0
        4 let go p0
        5 planned s0 begins     → spawn t0
        """)
      #expect(line.gateway.tally.leaked == leaked)
      #expect(line.gateway.tally.stopped == 1 - leaked)
    }
  }

  @Test("The guide hands out a client that is being stopped; single flight waits and spawns anew")
  func staleClient() {
    for (spawn, story) in [
      (PoolPolicy.Spawn.guide, "4 planned s1 begins     → serverLost t0\n5 let go p0"),
      (.singleFlight, "4 planned s1 begins\n5 let go p0             → spawn t0"),
    ] {
      var line = pool {
        $0.pool.release = .sessionEnd
        $0.pool.spawn = spawn
      }
      line.plan(0, session: 0, [.begins, .endsSession])
      line.tell(1, .spawned(t(0), ServerID(0)))
      line.tell(2, .created(t(0)))
      line.tell(3, .finished(t(0)))
      line.plan(4, session: 1, .begins)
      line.tell(5, .released(person: 0))
      #expect(line.lines.suffix(2).joined(separator: "\n") == story)
    }
  }

  @Test("Idle release: a process unused for its time is let go, a busy one is not")
  func idle() {
    var line = pool {
      $0.pool.release = .idle
      $0.pool.idle = .seconds(10)
      $0.pool.stop = .kill
    }
    line.plan(0, session: 0, .begins)
    line.tell(0, .spawned(t(0), ServerID(0)))
    line.tell(1, .created(t(0)))
    line.tell(12_000, .deadlineReached)
    line.tell(13_000, .finished(t(0)))
    #expect(line.gateway.nextDeadline <= .zero + .seconds(23))
    line.tell(23_000, .deadlineReached)
    line.expect(
      """
      0 planned s0 begins     → spawn t0
      0 spawned t0 cli0       → create cli0 s0 t0
      1 created t0            → send cli0 s0 t0
      12000 deadline
      13000 finished t0       → completed t0
      23000 deadline          → kill cli0 p0
      """)
  }

  @Test("A process that dies leaves the map, so the next request spawns another")
  func died() {
    var line = pool()
    line.plan(0, session: 0, .begins)
    line.tell(1, .spawned(t(0), ServerID(0)))
    line.tell(2, .created(t(0)))
    line.tell(3, .serverLost(ServerID(0)))
    line.plan(4, session: 0)
    line.expect(
      """
      0 planned s0 begins     → spawn t0
      1 spawned t0 cli0       → create cli0 s0 t0
      2 created t0            → send cli0 s0 t0
      3 lost cli0             → serverLost t0
      4 planned s0            → spawn t0
      """)
  }

  @Test("A release while another turn opens its session does not spoil the map of sessions")
  func releaseWhileOpening() {
    var line = pool {
      $0.pool.release = .sessionEnd
      $0.pool.stop = .kill
      $0.sessions.overflow = .reserve
      $0.sessions.limit = 4
    }
    line.plan(0, session: 0, [.begins, .endsSession])
    line.tell(1, .spawned(t(0), ServerID(0)))
    line.tell(2, .created(t(0)))
    line.plan(3, session: 1, .begins)
    line.tell(4, .finished(t(0)))
    // The host tells of the broken connection.
    line.tell(4, .serverLost(ServerID(0)))
    line.tell(5, .released(person: 0))
    line.plan(6, session: 1, .begins)
    line.tell(7, .spawned(t(1), ServerID(1)))
    line.tell(8, .created(t(1)))
    line.tell(9, .finished(t(1)))
    #expect(line.outcomes == [.completed, .serverLost, .completed])
    #expect(line.gateway.residents == 1)
    #expect(line.gateway.turnsUnderWay == 0)
  }

  @Test("A turn that runs when its pool lets go of the process fails at once, not by time-out")
  func runningAtRelease() {
    var line = pool { $0.pool.release = .sessionEnd }
    line.plan(0, session: 0, .begins)
    line.tell(1, .spawned(t(0), ServerID(0)))
    line.tell(2, .created(t(0)))
    line.plan(3, session: 1, .begins)
    line.tell(4, .created(t(1)))
    line.tell(5, .finished(t(0)))
    line.plan(6, session: 0, .endsSession)
    line.tell(7, .finished(t(0)))
    line.tell(7, .cut(t(1)))
    line.expect(
      """
      0 planned s0 begins     → spawn t0
      1 spawned t0 cli0       → create cli0 s0 t0
      2 created t0            → send cli0 s0 t0
      3 planned s1 begins     → create cli0 s1 t1
      4 created t1            → send cli0 s1 t1
      5 finished t0           → completed t0
      6 planned s0 ends       → send cli0 s0 t0
      7 finished t0           → completed t0, delete cli0 s0, hang up cli0 p0
      7 cut t1                → serverLost t1
      """)
    #expect(line.gateway.turnsUnderWay == 0)
    #expect(line.gateway.tally.turnsEvicted == 0)
  }
}
