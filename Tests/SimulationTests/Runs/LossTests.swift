// Runs in which servers die, are killed, drained and come back, in every mixture of policies: the
// run goes on, every turn ends once, and nothing is left under way when people stop asking.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Testing
import Workload

@Suite("Runs with losses")
struct LossTests {
  /// Turns for a while, then none: arrivals from a list.
  static func plan(_ turns: Int, people: Int = 40, gap: Double = 0.02) -> RunPlan {
    var plan = RunPlan()
    plan.workload.users = people
    plan.workload.arrivals = .trace(
      (0..<turns).map { TracedArrival(at: Interval(seconds: Double($0 + 1) * gap), user: $0 * 7) })
    plan.fleet.servers = 3
    plan.fleet.storage.kind = .shared
    plan.fleet.roundTrip = .milliseconds(4)
    plan.model.latency = .exponential(mean: 0.2)
    plan.profile.turnBefore = OperationCost(cpu: .exponential(mean: 0.01))
    plan.profile.turnAfter = OperationCost(cpu: .exponential(mean: 0.02))
    plan.profile.create = OperationCost(cpu: .fixed(0.005))
    plan.profile.resume = OperationCost(cpu: .fixed(0.005))
    plan.profile.destroy = OperationCost(cpu: .fixed(0.002))
    plan.profile.start = .fixed(0.3)
    plan.app.timeout = .seconds(5)
    return plan
  }

  static func expectCalm(
    _ plan: RunPlan, _ story: String, at location: SourceLocation = #_sourceLocation
  ) {
    var simulator = Simulator(plan)
    simulator.beginMeasurement(length: .seconds(600))
    simulator.run(through: .zero + .seconds(600))
    #expect(
      simulator.turnsUnderWay == 0, "\(story), seed \(plan.seed.value)", sourceLocation: location)
    let run = simulator.harvest()
    let ended = run.value(.turnsCompleted) + run.value(.turnsFailed)
    #expect(
      run.value(.turnsPlanned) == ended, "\(story), seed \(plan.seed.value)",
      sourceLocation: location)
    #expect(
      run.value(.locksAcquired) == run.time(.lockHold).count, "\(story)", sourceLocation: location)
  }

  static let losses: [FleetChange] = [
    FleetChange(at: .milliseconds(2500), kind: .lose(1, backAfter: .milliseconds(1500))),
    FleetChange(at: .milliseconds(2501), kind: .lose(1, backAfter: .milliseconds(3))),
    FleetChange(at: .milliseconds(6000), kind: .remove(1)),
    FleetChange(at: .milliseconds(7000), kind: .add(2)),
    FleetChange(at: .milliseconds(8000), kind: .lose(2, backAfter: nil)),
  ]

  @Test("Shared servers, all session policies, locks or none: nothing stays under way")
  func shared() {
    var seed: UInt64 = 0
    for evict in SessionPolicy.Evict.allCases {
      for overflow in SessionPolicy.Overflow.allCases {
        for acquire in LockPolicy.Acquire.allCases {
          for routing in [Routing.stickyModulo, .roundRobin, .boundedLoad] {
            seed += 1
            var plan = Self.plan(500)
            plan.seed = Seed(seed)
            plan.workload.groups = GroupPlan()
            plan.workload.groups!.share = 0.3
            plan.workload.sessions.turns = .geometric(mean: 4)
            plan.workload.sessions.perUser = 2
            plan.fleet.changes = Self.losses
            plan.app.instances = 2
            plan.app.balance = .roundRobin
            plan.app.pattern = .collaborative
            plan.app.routing = routing
            plan.app.sessions.limit = 4
            plan.app.sessions.evict = evict
            plan.app.sessions.overflow = overflow
            plan.app.sessions.idleTimeout = .seconds(1)
            plan.app.sessions.scope = seed % 2 == 0 ? .instance : .server
            plan.app.lock.acquire = acquire
            plan.app.lock.ttl = .seconds(2)
            plan.app.lock.patience = .seconds(3)
            plan.app.lock.roundTrip = .milliseconds(2)
            plan.app.lock.renew = seed % 3 == 0
            plan.app.lock.fencing = seed % 5 == 0
            plan.app.lock.release = seed % 2 == 0 ? .getThenDelete : .compareAndDelete
            plan.app.healthCheck = seed % 2 == 0 ? .milliseconds(500) : nil
            plan.app.timeout = seed % 4 == 0 ? .milliseconds(400) : .seconds(5)
            Self.expectCalm(plan, "\(evict) \(overflow) \(acquire) \(routing)")
          }
        }
      }
    }
  }

  @Test("A process for each person, all pool policies, tabs that share it: nothing stays under way")
  func isolated() {
    var seed: UInt64 = 100
    for spawn in PoolPolicy.Spawn.allCases {
      for release in PoolPolicy.Release.allCases {
        for stop in PoolPolicy.Stop.allCases {
          for (instances, balance) in [(1, InstanceBalance.byUser), (2, .roundRobin), (2, .byUser)]
          {
            for overflow in SessionPolicy.Overflow.allCases {
              seed += 1
              var plan = Self.plan(400, people: 6, gap: 0.03)
              plan.seed = Seed(seed)
              plan.workload.sessions.turns = .geometric(mean: 3)
              plan.workload.sessions.perUser = 3
              plan.app.pattern = .isolated
              plan.app.instances = instances
              plan.app.balance = balance
              plan.app.pool.spawn = spawn
              plan.app.pool.release = release
              plan.app.pool.stop = stop
              plan.app.pool.idle = .milliseconds(400)
              plan.app.sessions.limit = 3
              plan.app.sessions.overflow = overflow
              plan.app.sessions.evict = .lruPinned
              plan.app.timeout = seed % 2 == 0 ? .milliseconds(300) : .seconds(5)
              plan.fleet.hosts.count = seed % 3 == 0 ? nil : 2
              plan.fleet.changes = seed % 2 == 0 ? [] : Self.losses
              Self.expectCalm(
                plan, "\(spawn) \(release) \(stop) \(instances) \(balance) \(overflow)")
            }
          }
        }
      }
    }
  }

  @Test(
    "A host that runs out of memory kills the largest process, again and again; the run goes on")
  func memory() {
    for pattern in [Pattern.shared, .isolated] {
      for seed in UInt64(1)...2 {
        var plan = Self.plan(400)
        plan.seed = Seed(seed)
        plan.app.pattern = pattern
        plan.fleet.hosts.count = 1
        plan.fleet.hosts.memory = pattern == .shared ? 460 : 4200
        plan.profile.memory.base = 100
        plan.profile.memory.activeSession = 5
        plan.profile.memory.turn = 1
        Self.expectCalm(plan, "memory, \(pattern)")
      }
    }
  }

  @Test("Ephemeral sessions through losses: every number comes back")
  func ephemeral() {
    for seed in UInt64(1)...12 {
      var plan = Self.plan(800)
      plan.seed = Seed(seed)
      plan.workload.sessions.kind = .ephemeral
      plan.fleet.changes = Self.losses
      plan.app.routing = .leastActive
      plan.app.timeout = .milliseconds(300)
      Self.expectCalm(plan, "ephemeral")
    }
  }

  @Test("A provider that fails and says 429: retries, then errors, and nothing stays under way")
  func provider() {
    for seed in UInt64(1)...6 {
      var plan = Self.plan(800)
      plan.seed = Seed(seed)
      plan.model.failureShare = 0.3
      plan.model.rateLimit = RateLimit()
      plan.model.rateLimit!.rate = 30
      plan.model.rateLimit!.burst = 5
      plan.model.rateLimit!.concurrent = 6
      plan.profile.retryRateLimited = [.milliseconds(50), .milliseconds(100)]
      plan.profile.retryServerError = [.milliseconds(20)]
      plan.fleet.changes = Self.losses
      Self.expectCalm(plan, "provider")
    }
  }

  @Test("Tabs of ephemeral turns: more loops than people is no mistake")
  func tabs() {
    for turns in [Distribution?.none, .geometric(mean: 3)] {
      var plan = Self.plan(0)
      plan.workload.arrivals = .closed
      plan.workload.users = 7
      plan.workload.tabs = 3
      plan.workload.think = .exponential(mean: 0.5)
      plan.workload.sessions.kind = .ephemeral
      plan.workload.sessions.turns = turns
      let run = Replication.run(plan, warmUp: .zero, measure: .seconds(60))
      #expect(run.value(.turnsCompleted) > 500)
    }
  }

  @Test("A gateway's deadlines ring once each: idle rules do not multiply events")
  func deadlines() {
    // One session is used and idles out again and again, so an earlier deadline is armed each time.
    var plan = Self.plan(2000, people: 5, gap: 3)
    plan.fleet.roundTrip = .zero
    plan.app.sessions.idleTimeout = .seconds(1)
    plan.app.timeout = .seconds(60)
    var simulator = Simulator(plan)
    simulator.run(through: .zero + .seconds(6000))
    // Each turn: arrival, two pieces of work, the answer, create or resume, its removal; and 800
    // sweeps of time-outs.
    let turns = simulator.completedTurns
    #expect(turns > 1990)
    #expect(simulator.events < turns * 9 + 900, "\(simulator.events) events for \(turns) turns")
  }

  @Test("A pool's process that is killed for memory stays away; a shared server comes back")
  func orphans() {
    for pattern in [Pattern.shared, .isolated] {
      var plan = Self.plan(400)
      plan.app.pattern = pattern
      plan.fleet.hosts.count = 1
      plan.fleet.hosts.memory = pattern == .shared ? 460 : 4200
      plan.profile.memory.base = 100
      plan.profile.memory.activeSession = 5
      plan.profile.memory.turn = 1
      var simulator = Simulator(plan)
      simulator.beginMeasurement(length: .seconds(600))
      simulator.run(through: .zero + .seconds(600))
      let run = simulator.harvest()
      #expect(run.value(.serverCrashes) > 0)
      #expect((run.value(.cliRestarted) > 0) == (pattern == .shared), "\(pattern)")
    }
  }

  @Test("A pool that kills loses what its process had not written; one that hangs up does not")
  func killedUnwritten() {
    for (stop, conversations, kind) in [
      (PoolPolicy.Stop.kill, 2, StoragePlan.Kind.shared), (.kill, 2, .local), (.kill, 1, .shared),
      (.disconnect, 2, .shared),
    ] {
      // What a process had not written of a conversation that is over is nobody's loss; a person's
      // other one may have been answered a moment before, or the next one where turns overlap.
      var plan =
        conversations > 1
        ? Self.plan(4000, people: 4, gap: 0.01) : Self.plan(1000, people: 4, gap: 0.5)
      plan.fleet.storage.kind = kind
      plan.workload.sessions.turns = .geometric(mean: 3)
      plan.workload.sessions.perUser = conversations
      plan.workload.tabs = conversations
      plan.app.pattern = .isolated
      plan.app.pool.release = .sessionEnd
      plan.app.pool.stop = stop
      plan.profile.start = .fixed(0.05)
      var simulator = Simulator(plan)
      simulator.beginMeasurement(length: .seconds(600))
      simulator.run(through: .zero + .seconds(600))
      #expect(
        (simulator.harvest().value(.turnsLost) > 0) == (stop == .kill && conversations > 1),
        "\(stop), \(conversations), \(kind)")
    }
  }

  @Test("A server that was removed stops when it has finished, and counts no more")
  func removed() {
    var plan = Self.plan(400)
    plan.profile.memory.base = 100
    plan.fleet.changes = [
      FleetChange(at: .seconds(2), kind: .remove(2)), FleetChange(at: .seconds(30), kind: .add(1)),
    ]
    var simulator = Simulator(plan)
    simulator.run(through: .zero + .seconds(20))
    simulator.beginMeasurement(length: .seconds(60))
    simulator.run(through: .zero + .seconds(80))
    let run = simulator.harvest()
    // One is left of three, and one comes.
    #expect(run.value(.fleetServers) == 2)
    #expect(run.value(.fleetMemory) == 200)
    #expect(run.value(.cliStopped) == 2)
  }
}
