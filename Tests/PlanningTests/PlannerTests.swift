// A plan as a whole: the same whatever the order of work, the same size for another seed, an answer
// that says so for questions that have none.
import Basics
import CLIModel
import Metrics
import Planning
import Policies
import Scenarios
import Testing
import Workload

private let small = """
  seatrial: 1
  name: small
  about: How many servers do 200 people need?
  seed: 9
  workload:
    users: 200
    user-ids: uuid
    think: exponential(10s)
    sessions: {turns: geometric(6)}
    phases: {warm-up: auto, measure: 5m}
  model: {latency: "lognormal(median: 1s, sigma: 0.4)"}
  fleet: {storage: local, hosts: {cores: 2}}
  app: {routing: rendezvous, health-check: 5s}
  expect: [turn.response.p95 < 3s]
  plan: {routing: [rendezvous, sticky-modulo]}
  """

@Suite struct PlannerTests {
  @Test("Another seed gives the same size, or an interval that overlaps")
  func seeds() throws {
    var spans: [[(Int, Int)]] = []
    for seed in [9, 1001, 77_777] {
      let answers = sizes(try scenarioFile(small, set: ["seed=\(seed)"]), users: [200])
      spans.append(try answers.map { (try #require($0.lowest), try #require($0.size)) })
    }
    for other in spans.dropFirst() {
      for (a, b) in zip(spans[0], other) {
        #expect(a.0 <= b.1 && b.0 <= a.1, "\(a) and \(b)")
      }
    }
  }

  @Test("The order in which tasks are run does not show")
  func order() throws {
    let file = try scenarioFile(small)
    func document(reversed: Bool) -> String {
      var planner = Planner(file, users: [60], prices: nil, quick: false)
      while true {
        let tasks = planner.nextStage()
        if tasks.isEmpty { break }
        let order = reversed ? Array(tasks.indices.reversed()) : Array(tasks.indices)
        var outcomes = [PlanTask.Outcome?](repeating: nil, count: tasks.count)
        for index in order { outcomes[index] = tasks[index].run(trialRunner) }
        planner.take(zip(tasks, outcomes).map { ($0, $1 ?? .stopped) })
      }
      return planner.document(complete: true, environment: []).text()
    }
    #expect(document(reversed: false) == document(reversed: true))
  }

  @Test("One less misses, one more meets, and a plan says what binds, moves and is unsure")
  func whole() throws {
    let planner = planned(try scenarioFile(small), users: [200])
    let best = try #require(planner.recommended(for: 200))
    let size = try #require(best.size)
    #expect(best.probes.first { $0.size == size }?.verdict == .met)
    #expect(best.probes.contains { $0.size == size + 1 })
    #expect(size == 1 || best.probes.contains { $0.size == size - 1 })
    let probe = try #require(best.chosen)
    let interval = try #require(probe.p95Interval)
    #expect(interval.halfWidth <= 0.05 * (probe.p95 ?? 0))
    #expect(best.survivals.count == 3)
    // To stand a loss a fleet is never smaller.
    for survival in best.survivals { #expect(survival.size ?? Int.max >= size) }
    let analysis = try #require(planner.analyses.first)
    let binding = try #require(analysis.binding)
    #expect(binding.relaxations.first?.gain ?? 0 > 0)
    // The tenth that is eased is on the CPU's side: turns cost what they cost.
    #expect(binding.relaxations.prefix(2).contains { $0.name == "CPU of a turn" })
    #expect(analysis.tornado.count >= 5)
    let spread = try #require(analysis.uncertainty)
    #expect(spread.servers.count == 40 && spread.servers == spread.servers.sorted())
    let median = try #require(spread.quantile(0.5))
    #expect(abs(median / (analysis.servers ?? 0) - 1) < 0.15)
    #expect((spread.quantile(0.95) ?? 0) / (spread.quantile(0.05) ?? 1) > 1.05)
    #expect(analysis.limitCurve != nil && analysis.routingCurve != nil)
    let words = planner.recommendation(for: 200)
    #expect(words.sentences[0].hasPrefix("For 200 people take \(size) server"))
    #expect(!words.reasons.isEmpty && !words.changes.isEmpty)
  }

  @Test("A slower CLI needs more servers, a longer think time fewer")
  func directions() throws {
    let planner = planned(try scenarioFile(small), users: [200])
    let analysis = try #require(planner.analyses.first)
    let servers = try #require(analysis.servers)
    func bar(_ name: String) throws -> Sensitivity {
      try #require(analysis.tornado.first { $0.factor == name })
    }
    #expect(try bar("CPU of a turn").serversAtHigh ?? 0 > servers)
    #expect(try bar("CPU of a turn").serversAtLow ?? .infinity < servers)
    #expect(try bar("think time").serversAtHigh ?? .infinity < servers)
    #expect(try bar("think time").serversAtLow ?? 0 > servers)
  }

  @Test("A daily curve is planned at its peak, and conversations peak later than the load")
  func day() throws {
    let file = try scenarioFile(
      small,
      set: [
        "workload.diurnal={mean: 2/s, swing: 80%, peak-at: 9h}", "workload.arrivals=poisson",
        "workload.arrival-brings=visit",
      ])
    let planner = planned(file, users: [400], quick: true)
    let day = try #require(planner.analyses.first?.day)
    // Twice the people of the scenario: 4/s on average, 7.2/s at 9 o'clock.
    #expect(abs(day.meanRate - 4) < 1e-9 && abs(day.peakRate - 7.2) < 1e-9)
    #expect(abs(day.peakAt - 9 * 3600) < 1)
    #expect(day.lag > 30 && day.lag < 120 && day.openMost >= day.openAtPeak)
    let peak = planner.answers[0].candidate.scenario(users: 400, size: 1).workload.arrivals
    #expect(peak == .poisson(.constant(7.2)))
    let even = planned(
      try scenarioFile(
        small, set: ["workload.arrivals=poisson(3.6/s)", "workload.arrival-brings=visit"]),
      users: [400], quick: true)
    #expect(planner.answers.map(\.size) == even.answers.map(\.size))
  }

  @Test("Open arrivals far above what a server does: one is surely missed, not undecided")
  func drowned() throws {
    let file = try scenarioFile(
      small, set: ["workload.arrivals=poisson(60/s)", "plan.routing=[rendezvous]"])
    let answer = try #require(sizes(file, users: [200]).first)
    // 60 turns a second of 0.06 s on two cores: four servers are busy.
    #expect(answer.lowest ?? 0 >= 4 && answer.size ?? 0 <= 9, "\(answer.size ?? 0)")
  }

  @Test("Ids and people of a candidate set, its names and what is left out")
  func candidates() throws {
    let set = CandidateSet(
      try scenarioFile(
        small,
        set: [
          "plan={pattern: [shared, isolated], routing: [rendezvous, round-robin], "
            + "storage: [local, shared], limit: [10, unlimited], hosts: [{cores: 2}, {cores: 4}]}"
        ]))
    // Rendezvous on both storages, round robin on shared only, isolated once: each with two limits
    // and two hosts.
    #expect(set.candidates.count == 4 * 4, "\(set.candidates.map(\.name))")
    #expect(Set(set.candidates.map(\.name)).count == set.candidates.count)
    #expect(set.notes == ["round-robin: on shared storage only, since it moves conversations"])
    #expect(set.candidates.contains { $0.name == "rendezvous, local, limit 10, oldest, 2c" })
    let candidate = try #require(set.candidates.first)
    #expect(candidate.scenario(users: 5000, size: 7).app.instances == 5)
    #expect(candidate.scenario(users: 5000, size: 7).fleet.servers == 7)
    let variants = CandidateSet(
      try scenarioFile(
        small.replacing(
          "plan: {routing: [rendezvous, sticky-modulo]}",
          with: "variants: {a: {app.routing: bounded-load}}")))
    #expect(variants.candidates.map(\.name) == ["base", "a"])
  }

  // MARK: bad questions

  @Test("An expectation below what the model alone takes: no fleet, and the reason")
  func impossible() throws {
    let file = try scenarioFile(small, set: ["expect=[turn.response.p95 < 1s]"])
    for quick in [true, false] {
      let planner = planned(file, users: [200], quick: quick)
      #expect(planner.recommended(for: 200) == nil)
      let words = planner.recommendation(for: 200)
      #expect(words.sentences == ["No fleet that was tried meets the expectations for 200 people."])
      #expect(
        words.reasons.contains {
          $0.contains("cannot be met by any fleet: the model alone takes 1.93 s at p95")
        }, "\(words.reasons)")
    }
  }

  @Test("No expectation, no plan")
  func nothingExpected() throws {
    let planner = Planner(
      try scenarioFile(small, set: ["expect=[]"]), users: [10], prices: nil, quick: true)
    #expect(planner.refusal?.contains("expects nothing") ?? false)
  }

  @Test("A CLI version that was not measured is said in the answer")
  func anotherVersion() throws {
    let file = try scenarioFile(small, set: ["plan.cli-version=1.0.64"])
    let planner = planned(file, users: [50], quick: true)
    let text = planner.recommendation(for: 50).sentences.joined(separator: " ")
    #expect(text.contains("measured on CLI 1.0.57, and 1.0.64 is to be deployed"), "\(text)")
    #expect(planner.assumptions.contains { $0.contains("1.0.64") })
    let same = planned(try scenarioFile(small), users: [50], quick: true)
    #expect(!same.recommendation(for: 50).sentences.joined().contains("measured on CLI"))
  }

  @Test("Ids from a file that are too few, a trace that cannot be scaled: refused with the reason")
  func refused() throws {
    let ids = try scenarioFile(
      small, set: ["workload.user-ids=file(ids)", "workload.users=3"],
      extra: ["ids": "a\nb\nc\n"])
    let answer = try #require(planned(ids, users: [10], quick: true).answers.first)
    #expect(answer.obstacle?.contains("file of user ids holds 3") ?? false)
  }

  @Test("A live run waits for as many turns as its highest percentile needs")
  func liveSample() {
    #expect((LiveSample.turns(for: ["turn.response.p99 < 4s"]) - 1500).magnitude < 1e-6)
    #expect(
      (LiveSample.turns(for: ["turn.response.p50 < 1s", "turn.response.p95 < 4s"]) - 300)
        .magnitude < 1e-6)
    #expect((LiveSample.turns(for: ["turns.lost == 0"]) - 300).magnitude < 1e-6)
    #expect((LiveSample.turns(for: ["turn.response.p999 < 9s"]) - 1500).magnitude < 1e-6)
  }

  @Test("Holes in a price file are named, and hosts without a price leave no sum")
  func holes() throws {
    func read(_ text: String) throws -> PriceList {
      try PriceReader.read(Array(text.utf8), name: "p.yaml").get()
    }
    let head = "seatrial-prices: 1\nname: x\ncurrency: EUR\nsource: assumed\n"
    let hostless = planned(
      try scenarioFile(small), users: [50], prices: try read(head + "redis: 5\n"), quick: true)
    let none = try #require(hostless.recommended(for: 50)?.cost)
    #expect(none.month == nil && none.holes.contains { $0.contains("core-hour") })
    let partly = planned(
      try scenarioFile(small), users: [50],
      prices: try read(head + "core-hour: 0.05\nmemory-hour: 0.01\n"), quick: true)
    let cost = try #require(partly.recommended(for: 50)?.cost)
    let month = try #require(cost.month)
    #expect(cost.holes.contains { $0.hasPrefix("local-disk has no price") })
    // Two cores and the rounded memory, for 730 hours: the only part with a price.
    #expect(month == cost.parts.compactMap(\.amount).reduce(0, +) && month > 0)
    #expect(cost.perUser == month / 50)
  }
}
