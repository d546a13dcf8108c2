// Conversations that overlap, homes that go away while they are moved into, and more app instances
// than a byte can count.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Testing
import Workload

@Suite("Conversations")
struct ConversationTests {
  private func harvest(_ plan: RunPlan) -> Replication {
    var simulator = Simulator(plan)
    simulator.beginMeasurement(length: .seconds(600))
    simulator.run(through: .zero + .seconds(600))
    #expect(simulator.turnsUnderWay == 0)
    return simulator.harvest()
  }

  @Test(
    "A person's next conversation leaves the last turn of the one before alone",
    arguments: SessionPolicy.Overflow.allCases)
  func overlapping(overflow: SessionPolicy.Overflow) {
    for limit in [nil, 2] {
      // Each of three people asks every 0.9 s and waits 2 s; each turn is a conversation.
      var plan = LossTests.plan(60, people: 3, gap: 0.3)
      plan.workload.sessions.turns = .fixed(1)
      plan.model.latency = .fixed(2)
      plan.app.timeout = .seconds(300)
      plan.app.sessions.overflow = overflow
      plan.app.sessions.evict = .lruPinned
      plan.app.sessions.limit = limit
      let run = harvest(plan)
      #expect(run.value(.turnsCompleted) == 60, "limit \(limit ?? 0)")
      #expect(run.value(.turnsEvicted) == 0 && run.value(.turnsFailed) == 0)
      #expect(run.value(.sessionsDeleted) == 60)
    }
  }

  @Test("A server that is removed while sessions are opened there is nobody's home")
  func removed() {
    var plan = LossTests.plan(200, people: 6)
    plan.fleet.servers = 2
    plan.profile.create = OperationCost(cpu: .fixed(0.8))
    plan.fleet.changes = [FleetChange(at: .milliseconds(400), kind: .remove(1))]
    plan.app.timeout = .seconds(300)
    plan.app.routing = .roundRobin
    plan.app.routeEvery = .session
    let run = harvest(plan)
    #expect(run.value(.turnsCompleted) == 200 && run.value(.turnsFailed) == 0)
  }

  @Test("Who waits for room on a server that is removed is let in when its sessions move away")
  func waiting() {
    let evictions = [SessionPolicy.Evict.lruPinned, .oldestPinned]
    for (evict, seed) in evictions.flatMap({ evict in (1...20).map { (evict, $0) } }) {
      var plan = LossTests.plan(120, people: 4 + seed % 3)
      plan.seed = Seed(UInt64(seed))
      plan.fleet.servers = 2 + seed % 2
      plan.model.latency = seed % 2 == 0 ? .fixed(1) : .exponential(mean: 1)
      plan.profile.create = OperationCost(cpu: .fixed(0.4))
      plan.fleet.changes = [
        FleetChange(at: .milliseconds(Int64(100 + seed * 50)), kind: .remove(1))
      ]
      if seed % 4 == 0 { plan.workload.sessions.turns = .geometric(mean: 4) }
      plan.app.timeout = .seconds(300)
      plan.app.routing = .roundRobin
      plan.app.routeEvery = .session
      plan.app.sessions.overflow = .reserve
      plan.app.sessions.evict = evict
      plan.app.sessions.limit = 1 + seed % 2
      plan.app.sessions.scope = .server
      plan.app.sessions.whenBusy = .wait
      #expect(harvest(plan).value(.turnsCompleted) == 120, "\(evict), seed \(seed)")
    }
  }

  @Test("Every app instance is told apart, to the last that a scenario may have")
  func instances() {
    let last = TurnID.mostInstances - 1
    for instance in [0, 255, 256, last] {
      for place in [0, 1, TurnID.mostPlaces - 1] {
        let turn = TurnID(instance: instance, place: place)
        #expect(turn.instance == instance && turn.place == place && !turn.isNone)
      }
      let none = TurnID.none(of: instance)
      #expect(none.isNone && none.instance == instance)
    }
    var plan = LossTests.plan(2000, people: 2000, gap: 0.01)
    plan.app.instances = TurnID.mostInstances
    plan.app.timeout = .seconds(300)
    #expect(harvest(plan).value(.turnsCompleted) == 2000)
  }
}
