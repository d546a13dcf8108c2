// Prompt sizes and file visibility in whole runs: a law of sizes shifts no other draw, one size for
// all is the same whether it is counted or not, the bytes on disk are those that people wrote, and
// a session that another server opens too early is not there.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Testing
import Workload

@Suite("Prompts and files in runs")
struct PromptRunTests {
  private static func run(_ plan: RunPlan) -> Replication {
    Replication.run(plan, warmUp: .zero, measure: .seconds(60))
  }

  @Test("A law of sizes changes nothing where prompts cost nothing")
  func shiftsNothing() {
    for seed in UInt64(1)...6 {
      let plan = busyPlan(seed: seed)
      var other = plan
      other.workload.prompt = .pareto(minimum: 100, shape: 1.1)
      #expect(Self.run(plan) == Self.run(other), "seed \(seed)")
    }
  }

  private static func costly(seed: UInt64) -> RunPlan {
    var plan = busyPlan(seed: seed)
    // Powers of two: sums come out the same in any order.
    plan.profile.resumePerTurn = 1.0 / 256
    plan.profile.disk.turn = 1024
    plan.profile.disk.perPromptByte = 2
    plan.profile.context.window = 10_000
    plan.profile.context.tokensPerTurn = 500
    plan.profile.context.tokensPerPromptByte = 0.25
    plan.fleet.compaction = CompactionPlan()
    plan.fleet.changes = []
    return plan
  }

  @Test("One size for all: counted for each session or not, the run is the same")
  func countedOrNot() {
    for seed in UInt64(1)...6 {
      var fixed = Self.costly(seed: seed)
      fixed.workload.prompt = .fixed(2048)
      var counted = fixed
      counted.workload.prompt = .uniform(low: 2048, high: 2048)
      let one = Self.run(fixed)
      #expect(one == Self.run(counted), "seed \(seed)")
      #expect(one.value(.sessionsCompacted) > 0 && one.value(.sessionsResumed) > 0)
      fixed.workload.prompt = .fixed(8000)
      let long = Self.run(fixed)
      #expect(
        long.value(.sessionsCompacted) > one.value(.sessionsCompacted), "seed \(seed)")
      #expect(
        long.time(.sessionResume).mean! > one.time(.sessionResume).mean!, "seed \(seed)")
    }
  }

  @Test("A trace says how much is written; the disk holds twice that beside the turns")
  func traced() {
    let sizes = [100.0, 20_000, 0, 7]
    var plan = LossTests.plan(0)
    plan.workload.users = 2
    plan.workload.prompt = .fixed(600)
    plan.workload.arrivals = .trace(
      sizes.enumerated().map { place, bytes in
        TracedArrival(
          at: .seconds(Int64(place + 1)), user: place % 2, promptBytes: bytes == 0 ? nil : bytes)
      })
    plan.profile.disk.turn = 1000
    plan.profile.disk.perPromptByte = 2
    let run = Self.run(plan)
    #expect(run.value(.turnsCompleted) == 4)
    #expect(run.value(.diskBytes) == 4 * 1000 + 2 * (100 + 20_000 + 600 + 7))
  }

  @Test("Drawn sizes have their law's mean on disk")
  func mean() {
    var plan = LossTests.plan(2000)
    plan.workload.prompt = .exponential(mean: 3000)
    plan.profile.disk.perPromptByte = 1
    let run = Self.run(plan)
    let mean = Double(run.value(.diskBytes)) / Double(run.value(.turnsCompleted))
    // Five standard errors of 2000 exponential draws.
    #expect(abs(mean - 3000) < 5 * 3000 / 44.7, "\(mean)")
  }

  @Test("A person who comes to another server before the first append finds no session")
  func tooEarly() {
    for (gap, missed) in [(Int64(50), 1), (150, 0)] {
      var plan = RunPlan()
      plan.workload.users = 2
      plan.workload.groups = GroupPlan()
      plan.workload.groups!.size = 2
      plan.workload.arrivals = .trace([
        TracedArrival(at: .seconds(1), user: 0),
        TracedArrival(at: .seconds(1) + .milliseconds(gap), user: 1),
      ])
      plan.model.latency = .fixed(2)
      plan.fleet.servers = 2
      plan.fleet.storage.kind = .shared
      plan.app.routing = .roundRobin
      // A lock that is over at once: both are let in.
      plan.app.lock.ttl = Interval(nanoseconds: 1)
      plan.app.lock.release = .compareAndDelete
      plan.app.pattern = .collaborative
      let run = Self.run(plan)
      #expect(run.value(.sessionsNotFound) == missed, "\(gap) ms apart")
    }
  }
}
