// Reading as a whole: the example of the design, precedence, variants, sweeps, origins and digests.
import Basics
import CLIModel
import Policies
import Scenarios
import Testing
import Workload

private let example = """
  seatrial: 1
  name: three-patterns
  about: Which isolation pattern serves 300 people best on two 8-core hosts?
  seed: 7
  workload:
    users: 300                              # closed
    think: exponential(20s)
    sessions: {kind: persistent, turns: geometric(8), per-user: 2, popularity: zipf(0.8)}
    phases: {warm-up: auto, measure: 10m}
  model: {latency: lognormal(median: 1.2s, sigma: 0.5)}
  fleet: {cli: mock, profile: copilot-cli-1.0.57, servers: 4, storage: shared, hosts: {count: 2, cores: 8, memory: 32GiB}}
  app:
    instances: 2
    pattern: shared                         # isolated | shared | collaborative
    routing: sticky-modulo
    sessions: {limit: 50, evict: oldest, overflow: guide}
    lock: {backend: memory, ttl: 300s, acquire: fail-fast, release: get-then-delete}
  expect: [turn.response.p95 < 4s, sessions.eviction_rate < 5%, turns.lost == 0]
  variants:
    isolated: {app.pattern: isolated}
    rendezvous: {app.routing: rendezvous}
  """

@Suite struct ScenarioFileTests {
  @Test("The example of the design is read, with all its values")
  func example_() throws {
    let file = try sound(example)
    #expect(file.warnings.isEmpty, "\(Complaints(file.warnings).text)")
    #expect(file.variants.map(\.variant) == ["base", "isolated", "rendezvous"])
    let base = file.base
    #expect(base.name == "three-patterns")
    #expect(base.seed == Seed(7))
    #expect(base.workload.users == 300)
    #expect(base.workload.think == .exponential(mean: 20))
    #expect(base.workload.sessions.turns == .geometric(mean: 8))
    #expect(base.workload.sessions.perUser == 2)
    #expect(base.workload.sessions.popularity == .zipf(exponent: 0.8))
    #expect(base.phases.warmUp == .auto)
    #expect(base.phases.measure == .seconds(600))
    #expect(base.model.latency == .lognormal(median: 1.2, sigma: 0.5))
    #expect(base.fleet.storage.kind == .shared)
    #expect(base.fleet.hosts.memory == 32 * 0x1p30)
    #expect(base.app.sessions.limit == 50)
    #expect(base.app.lock.ttl == .seconds(300))
    #expect(base.expectations.map(\.text).first == "turn.response.p95 < 4s")
    #expect(base.profile.turnAfter.cpu == .fixed(0.105))
    #expect(file.variants[1].app.pattern == .isolated)
    #expect(file.variants[2].app.routing == .rendezvous)
  }
}
