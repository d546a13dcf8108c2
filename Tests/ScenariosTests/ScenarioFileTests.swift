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
  fleet: {cli: mock, profile: copilot-cli-1.0.57, servers: 4, storage: shared,
    hosts: {count: 2, cores: 8, memory: 32GiB}}
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

@Suite struct LayerTests {
  private let text = """
    seatrial: 1
    workload: {users: 10}
    app: {pattern: shared, sessions: {limit: 50}}
    variants:
      dotted: {app.pattern: isolated, workload.users: 20}
      nested: {app: {pattern: isolated}, workload: {users: 20}}
      half: {app.sessions: {limit: 7}, fleet.storage: shared}
    """

  @Test("Nested and dotted variants are the same variant")
  func forms() throws {
    let file = try sound(text)
    let dotted = try #require(file.variant(named: "dotted"))
    let nested = try #require(file.variant(named: "nested"))
    #expect(dotted.digest == nested.digest && dotted.digest != file.base.digest)
    #expect(dotted.app.pattern == .isolated && dotted.workload.users == 20)
    let half = try #require(file.variant(named: "half"))
    #expect(half.app.sessions.limit == 7 && half.fleet.storage.kind == .shared)
    #expect(half.app.pattern == .shared, "what a variant does not name stays")
  }

  @Test("--set wins over variants, variants over the file, the file over defaults")
  func precedence() throws {
    let file = try sound(text, set: ["workload.users=30", "app.instances=3"])
    for scenario in file.variants {
      #expect(scenario.workload.users == 30, "\(scenario.variant)")
      #expect(scenario.app.instances == 3)
    }
    #expect(file.variant(named: "dotted")?.app.pattern == .isolated)
    #expect(
      try sound(text, set: ["workload.users=3", "workload.users=4"]).base.workload.users == 4)
  }

  @Test("Every value says where it came from")
  func origins() throws {
    let file = try sound(text, set: ["app.instances=3"])
    func origin(_ key: String, _ scenario: Scenario) -> String {
      scenario.resolved.first { $0.key == key }?.origin.text ?? "no such key"
    }
    #expect(origin("workload.users", file.base) == "test.yaml:2:19")
    #expect(origin("workload.tabs", file.base) == "default")
    #expect(origin("app.instances", file.base) == "--set")
    #expect(origin("fleet.costs.turn-after", file.base) == "profile copilot-cli-1.0.57")
    #expect(file.base.value(of: "fleet.costs.turn-after") == "105ms")
    #expect(origin("workload.users", file.variants[1]) == "variant dotted")
    let rows = file.inspection()
    #expect(rows.filter { $0.variant == "base" }.count == ScenarioKeys.all.count)
    #expect(rows.filter { $0.variant == "dotted" }.map(\.key) == ["workload.users", "app.pattern"])
    #expect(rows.allSatisfy { !$0.help.isEmpty })
  }

  @Test("A flag may hold lists, mappings and the short form of a mapping")
  func flags() throws {
    let base = try sound(
      text,
      set: [
        "fleet.changes=[{at: 1m, add: 2}]", "app.lock={ttl: 3s, renew: on}", "fleet.hosts=2",
        "model.latency=lognormal(median: 2s, sigma: 0.1)", "fleet.compaction=on",
      ]
    ).base
    #expect(base.fleet.changes.count == 1 && base.fleet.hosts.count == 2)
    #expect(base.app.lock.ttl == .seconds(3) && base.app.lock.renew)
    #expect(base.model.latency == .lognormal(median: 2, sigma: 0.1))
    #expect(base.fleet.compaction?.threshold == 0.8)
  }

  @Test("Faults in flags point into the flag")
  func flagFaults() {
    let found = complaints(
      text, set: ["workload.users=5", "app.patern=shared", "nothing", "app.tabs"])
    #expect(
      found.contains("--set:2:1: app.patern: is not a key; did you mean app.pattern?"), "\(found)")
    #expect(found.contains("--set:3:1: \"nothing\" is not of the form key=value"), "\(found)")
    let value = complaints(text, set: ["a=1", "app.lock={ttl: 3}"])
    #expect(value.contains("--set:2:17: app.lock.ttl: a duration needs a unit"), "\(value)")
  }

  @Test("A sweep makes the product of its values, the last key fastest")
  func sweep() throws {
    let file = try sound(
      "seatrial: 1\nsweep: {app.sessions.limit: [20, unlimited], fleet.servers: [2, 4, 8]}")
    #expect(
      file.variants.map(\.variant) == [
        "base", "limit=20,servers=2", "limit=20,servers=4", "limit=20,servers=8",
        "limit=unlimited,servers=2", "limit=unlimited,servers=4", "limit=unlimited,servers=8",
      ])
    #expect(file.variants[2].app.sessions.limit == 20 && file.variants[2].fleet.servers == 4)
    #expect(file.variants[6].app.sessions.limit == nil && file.variants[6].fleet.servers == 8)
  }

  @Test("A sweep is bounded, however many keys it has")
  func sweepBound() {
    let values = "[" + (1...15).map(String.init).joined(separator: ", ") + "]"
    let found = complaints(
      "seatrial: 1\nsweep: {workload.users: \(values), fleet.servers: \(values)}")
    #expect(found.contains("2:1: sweep: makes more than 200 variants"), "\(found)")
  }

  @Test("The digest follows what is simulated, and nothing else")
  func digest() throws {
    let base = try sound(text).base.digest
    for same in [
      "name=other", "seed=9", "run.replications=3", "fleet.cli=real", "workload.users=10",
    ] {
      #expect(try sound(text, set: [same]).base.digest == base, "\(same)")
    }
    for other in [
      "workload.users=11", "app.lock.ttl=299s", "fleet.costs.destroy=4ms", "workload.user-ids=uuid",
    ] {
      #expect(try sound(text, set: [other]).base.digest != base, "\(other)")
    }
    // Stating a default changes nothing.
    #expect(try sound(text, set: ["workload.tabs=1"]).base.digest == base)
  }

  @Test("Costs of the scenario replace those of the profile and keep its shares")
  func costs() throws {
    let base = try sound(text, set: ["fleet.costs={create: 20ms, turn-after: exponential(50ms)}"])
      .base
    #expect(base.profile.create.cpu == .fixed(0.02) && base.profile.create.outlierChance == 0.01)
    #expect(base.profile.turnAfter.cpu == .exponential(mean: 0.05))
    #expect(base.profile.turnAfter.mainShare == 0.348)
    #expect(base.profile.turnBefore.cpu == .fixed(0.015))
  }

  @Test("A lock over Redis costs a round trip, unless the scenario says how long")
  func lockRoundTrip() throws {
    #expect(try sound(text).base.app.lock.roundTrip == .zero)
    let redis = try sound(text, set: ["app.lock.backend=redis"]).base
    #expect(redis.app.lock.roundTrip == .microseconds(200))
    #expect(redis.value(of: "app.lock.round-trip") == "200us")
    let own = try sound(text, set: ["app.lock={backend: redis, round-trip: 1ms}"]).base
    #expect(own.app.lock.roundTrip == .milliseconds(1))
  }

  @Test("Collaborative people are in groups of five unless the scenario says otherwise")
  func groups() throws {
    #expect(try sound(text).base.workload.groups == nil)
    let base = try sound(text, set: ["app.pattern=collaborative", "workload.groups.share=10%"]).base
    #expect(base.workload.groups?.size == 5 && base.workload.groups?.share == 0.1)
  }
}
