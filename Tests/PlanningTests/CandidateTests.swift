// Candidates on their way to live mocks: a mock that reads the scenario's file with a candidate's
// words must come to that candidate's world, or a confirmation drives another fleet than planned.
import Basics
import CLIModel
import Planning
import Scenarios
import Testing

@Suite struct CandidateTests {
  private static let text = """
    seatrial: 1
    name: words
    workload: {users: 20, think: exponential(3s)}
    model: {latency: 9s}
    fleet: {storage: local, hosts: {cores: 1}}
    app: {routing: rendezvous}
    expect: [turn.response.p95 < 4s]
    plan: {routing: [rendezvous], storage: [local, shared], shared-latency: "exponential(30ms)"}
    variants:
      near: {model.latency: 1s, fleet.costs.turn-after: 70ms}
      far: {fleet.storage: shared, fleet.storage.latency: "lognormal(median: 20ms, sigma: 0.5)"}
    """

  /// What a mock makes of the words.
  private func read(_ words: [String]) throws -> Scenario {
    var settings: [String] = []
    var variant: String?
    for (flag, value) in zip(words, words.dropFirst()) {
      if flag == "--set" { settings.append(value) }
      if flag == "--variant" { variant = value }
    }
    let file = try scenarioFile(Self.text, set: settings)
    return try #require(variant.map { file.variant(named: $0) } ?? file.base, "\(words)")
  }

  @Test(
    "A mock becomes a server of the candidate",
    arguments: ["variants", "lists"], [[], ["fleet.hosts.cores=3"], ["model.latency=2s"]])
  func words(source: String, settings: [String]) throws {
    let file = try scenarioFile(Self.text, set: ["plan.candidates=\(source)"] + settings)
    let candidates = CandidateSet(file).candidates
    #expect(candidates.count == (source == "variants" ? 3 : 2))
    for candidate in candidates {
      let words = candidate.mockWords(of: file, settings: settings)
      let found = try read(words)
      let wanted = candidate.scenario(users: 20, size: 2)
      let place: Comment = "\(candidate.name): \(words)"
      #expect(found.variant == wanted.variant, place)
      #expect(found.profile == wanted.profile, place)
      #expect(found.model == wanted.model, place)
      #expect(found.fleet.storage == wanted.fleet.storage, place)
      #expect(found.fleet.hosts.cores == wanted.fleet.hosts.cores, place)
    }
    let latencies = candidates.map(\.template.fleet.storage.latency)
    #expect(Set(latencies).count == 2, "the candidates differ in what is looked at")
  }
}
