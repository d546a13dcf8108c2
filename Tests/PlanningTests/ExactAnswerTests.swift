// Simulated plans against models whose smallest fleet is known exactly. Where the closed form
// decides the plan must find that number, or an interval that holds it and nothing but neighbours.
import Basics
import CLIModel
import LinuxIO
import Metrics
import Planning
import Policies
import Scenarios
import Simulation
import Statistics
import Testing
import Workload

/// A server without costs but one: exponential work after the model's answer.
private let bare = """
  seatrial: 1
  name: exact
  seed: 17
  workload: {users: 60, think: exponential(10s), phases: {warm-up: 2m, measure: 20m}}
  model: {latency: 0s}
  fleet:
    hosts: {cores: 1}
    storage: shared
    costs: {turn-before: 0s, turn-after: exponential(0.5s), create: 0s, resume: 0s, destroy: 0s}
  app: {routing: sticky-modulo, timeout: 10h}
  """

@Suite struct ExactAnswerTests {
  // Users of a server are a closed network of one station: mean value analysis is exact. The
  // guide's hash says who is where, so each size has an exact mean response, falling or not.
  @Test(
    "Sticky servers are closed networks: the plan finds the exact number",
    arguments: [(60, 1.2), (60, 0.75), (100, 1.0), (150, 0.9)])
  func closedNetworks(users: Int, bound: Double) throws {
    let file = try scenarioFile(
      bare,
      set: [
        "expect=[turn.response.mean < \(bound)s]", "app.sessions.limit=unlimited",
        "workload.sessions.turns=unlimited",
      ])
    // The profile adds costs that cannot be set to nothing in a scenario.
    var plain = file
    for index in plain.variants.indices { plain.variants[index].profile = bareProfile(file) }
    plain.base.profile = bareProfile(file)
    func exact(_ servers: Int) -> Double {
      var counts = [Int](repeating: 0, count: servers)
      for user in 0..<users { counts[Int(guideHash("user-\(user)") % UInt32(servers))] += 1 }
      var pace = 0.0
      var sum = 0.0
      for count in counts where count > 0 {
        let answer = ClosedNetwork(think: 10, demands: [0.5]).solve(users: count)
        pace += answer.throughput
        sum += answer.throughput * answer.response
      }
      return sum / pace
    }
    let right = try #require((1...users).first { exact($0) < bound })
    let answer = try #require(sizes(plain, users: [users]).first)
    let size = try #require(answer.size, "\(answer.ending)")
    let lowest = try #require(answer.lowest)
    let figures = answer.probes.map { "\($0.size): \($0.figures[0].value ?? .nan)" }
    #expect(
      lowest <= right && right <= size && size - lowest <= 1,
      "exactly \(right), found \(lowest) to \(size); \(figures)")
    // Every size that was tried has the mean that the formula gives.
    for probe in answer.probes {
      let mean = try #require(probe.figures[0].value)
      #expect(abs(mean / exact(probe.size) - 1) < 0.08, "\(probe.size): \(mean)")
    }
  }

  // One server is one closed network: the people it bears are those at whose number the exact mean
  // crosses the bound.
  @Test("The capacity of a server is the exact one", arguments: [0.8, 1.5, 4.0])
  func capacity(bound: Double) throws {
    let file = try scenarioFile(
      bare, set: ["expect=[turn.response.mean < \(bound)s]", "workload.phases.measure=2h"])
    var scenario = file.base
    scenario.profile = bareProfile(file)
    let exact = try #require(
      (1...200).last {
        ClosedNetwork(think: 10, demands: [0.5]).solve(users: $0).response < bound
      })
    for users in [10, 20] {
      let candidate = Candidate(name: "one", template: scenario, serversPerHost: nil)
      let capacity = try #require(
        CapacitySolve(candidate, users: users, size: 1).run(trialRunner))
      let found = capacity.factor * Double(users)
      #expect(abs(found - Double(exact)) < 1.6, "\(found) people, exactly \(exact)")
    }
  }

  private func bareProfile(_ file: ScenarioFile) -> CostProfile {
    var profile = CostProfile()
    profile.turnAfter = OperationCost(cpu: .exponential(mean: 0.5))
    return profile
  }

  // Serial work on c shared cores has the mean of M/M/c: the smallest c for a mean response is
  // Erlang's staffing.
  @Test(
    "Erlang staffing: the fewest cores for a wait",
    arguments: [(3.2, 1.1), (7.0, 1.05), (4.0, 1.5)])
  func erlang(load: Double, bound: Double) throws {
    let judge = Judge(["turn.service.mean < \(bound)s"], length: 4000)
    var search = FleetSearch(guess: Int(load) + 1, most: 40, isMonotone: true) { cores in
      guard Double(cores) > load else { return Probe(size: cores, verdict: .missed) }
      var plan = RunPlan()
      plan.workload.users = 100_000
      plan.workload.sessions.kind = .ephemeral
      plan.workload.arrivals = .poisson(.constant(load))
      plan.fleet.storage.kind = .shared
      plan.app.timeout = .seconds(1_000_000)
      plan.profile.turnAfter = OperationCost(cpu: .exponential(mean: 1))
      plan.fleet.hosts.count = 1
      plan.fleet.hosts.cores = Double(cores)
      plan.fleet.servers = 60
      plan.app.routing = .leastActive
      var runs: [Replication] = []
      while true {
        let from = runs.count
        runs +=
          trialRunner(
            (from..<from + 8).map { number in
              var own = plan
              own.seed = Seed(99).replication(number)
              return Trial(plan: own, warmUp: .seconds(200), measure: .seconds(4000))
            }) ?? []
        let figures = judge.figures(runs)
        let verdict = Judge.verdict(figures)
        if verdict != .undecided || runs.count >= 32 {
          return Probe(size: cores, verdict: verdict, figures: figures, runs: runs)
        }
      }
    }
    let result = search.run()
    let right = try #require(
      (1...40).first {
        Double($0) > load
          && MMcQueue(arrivalRate: load, serviceRate: 1, servers: $0).meanResponse < bound
      })
    let size = try #require(result.size)
    #expect(result.lowest.map { $0 <= right } ?? false && right <= size, "\(right), found \(size)")
    #expect(size - right <= 0, "exactly \(right), found \(result.lowest ?? 0) to \(size)")
  }

  // At most 50 conversations on a server, held on 95 of 100 days, each with other people.
  @Test(
    "The hashed-occupancy table: the interval holds the exact number",
    arguments: [(100, 3), (200, 6), (500, 15)])
  func hashed(users: Int, exact: Int) throws {
    let file = try scenarioFile(
      """
      seatrial: 1
      name: hashed
      seed: 5
      workload:
        users: 100
        user-ids: uuid
        think: exponential(20s)
        phases: {warm-up: 2m, measure: 5m}
      model: {latency: 1s}
      fleet: {storage: shared, hosts: {cores: 8}}
      app:
        routing: rendezvous
        sessions: {limit: 50, scope: server, evict: lru-pinned, overflow: reserve}
      expect: [sessions.evicted == 0]
      """)
    let quick = try #require(planned(file, users: [users], quick: true).answers.first)
    #expect(quick.size == exact, "by formulas")
    let answer = try #require(sizes(file, users: [users]).first)
    let size = try #require(answer.size)
    let lowest = try #require(answer.lowest)
    #expect(lowest <= exact && exact <= size, "\(exact), found \(lowest) to \(size)")
    #expect(lowest > (users + 49) / 50 - 1, "fewer than perfect balance needs")
    #expect(size <= exact + 2, "found \(lowest) to \(size)")
    // 59 clean days, and the bound that they leave.
    let probe = try #require(answer.chosen)
    #expect(probe.runs.count >= 59)
    let figure = try #require(probe.figures.first { $0.text == "sessions.evicted == 0" })
    #expect(try #require(figure.chanceAtMost) < 0.05)
  }

  // Clopper and Pearson, from their closed form for none and from tables for one and three.
  @Test(
    "What clean days leave open",
    arguments: [
      (0, 3, 0.6316), (0, 6, 0.3930), (0, 59, 0.0495), (1, 20, 0.2161), (3, 30, 0.2386), (4, 4, 1),
    ])
  func clean(broken: Int, days: Int, bound: Double) {
    #expect(abs(Judge.chanceAtMost(broken: broken, of: days) - bound) < 1e-4)
  }

  // Three people, 60 s of thinking, 20 s of holding: Engset says that 0.4 of the attempts are
  // refused, on any number of servers.
  @Test("Finite-source locks: possible on one server above 0.4, impossible below")
  func locks() throws {
    func plan(_ bound: String) throws -> CandidateAnswer {
      let file = try scenarioFile(
        """
        seatrial: 1
        name: locks
        seed: 3
        workload:
          users: 90
          think: exponential(60s)
          groups: {size: 3}
          phases: {warm-up: 10m, measure: 2h}
        model: {latency: exponential(20s)}
        fleet:
          storage: shared
          hosts: {cores: 64}
          costs: {turn-before: 0s, turn-after: 0s, create: 0s, resume: 0s}
        app: {pattern: collaborative, routing: rendezvous, timeout: 1h}
        expect: [locks.contention_rate < \(bound)]
        """)
      #expect(LockContention.refused(users: 3, pause: 60, meanHold: 20) == 0.4)
      return try #require(sizes(file, users: [90]).first)
    }
    let possible = try plan("43%")
    #expect(possible.size == 1 && possible.ending == .found)
    let impossible = try plan("37%")
    #expect(impossible.size == nil, "\(impossible.size ?? 0)")
    #expect(impossible.obstacle == "locks.contention_rate < 37%")
  }
}
