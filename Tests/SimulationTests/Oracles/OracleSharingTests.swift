// A host shared by many CLI servers is an M/G/1 queue with processor sharing: only the mean of the
// work counts. And a provider without limits is an infinite server, also while the load goes up and
// down through a day.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: sharing and delay")
struct OracleSharingTests {
  /// So many servers that two turns hardly ever meet in one: each turn is a process of its own on
  /// the host.
  static func shared(_ rate: Double, _ work: Distribution, cores: Double = 1) -> RunPlan {
    var plan = barePlan()
    plan.workload.users = 1
    plan.workload.arrivals = poisson(rate)
    plan.fleet.servers = 3000
    plan.fleet.hosts.count = 1
    plan.fleet.hosts.cores = cores
    plan.app.routing = .roundRobin
    plan.profile.turnBefore = OperationCost(cpu: work)
    return plan
  }

  @Test(
    "Processor sharing at loads .5 and .8 answers in E[S] / (1 - rho), for four laws of the work")
  func insensitivity() {
    let laws: [Distribution] = [
      .fixed(1), .erlang(shape: 3, mean: 1), .exponential(mean: 1),
      .lognormal(median: exponential(-0.5), sigma: 1),
    ]
    for (rate, length, cap) in [(0.5, 10_000.0, 0.07), (0.8, 20_000, 0.13)] {
      for law in laws {
        let exact = ProcessorSharingQueue(arrivalRate: rate, meanService: 1)
        let runs = OracleRuns(Self.shared(rate, law), warmUp: 500, measure: length)
        expectOracle(
          "shared at \(rate), \(law)", exact.meanResponse(service: 1), runs.mean(.turnAck),
          within: cap)
      }
    }
  }

  @Test("Work of a given length takes that length over (1 - rho) on a shared host")
  func givenLength() {
    // Two visits of each turn to one host, of lengths x and y, with a pause between: a network of
    // symmetric queues, so both kinds of work are slowed down alike, whatever the pause.
    for (x, y, rate, length, cap) in [
      (1.0, 3.0, 0.2, 40_000.0, 0.12), (0.5, 1.5, 0.25, 20_000, 0.05),
    ] {
      var plan = Self.shared(rate, .fixed(x))
      plan.profile.turnAfter = OperationCost(cpu: .fixed(y))
      plan.model.latency = .exponential(mean: 7)
      let exact = ProcessorSharingQueue(arrivalRate: rate, meanService: x + y)
      let runs = OracleRuns(plan, warmUp: 500, measure: length)
      expectOracle(
        "work of \(x) s at \(rate * (x + y))", exact.meanResponse(service: x), runs.mean(.turnAck),
        within: cap)
      let second = zip(runs.mean(.turnResponse), runs.mean(.turnAck)).map { $0 - $1 - 7 }
      expectOracle(
        "work of \(y) s at \(rate * (x + y))", exact.meanResponse(service: y), second, within: cap)
    }
  }

  @Test("A host of c cores and room for K turns: M/M/c/K refuses and answers as it should")
  func boundedRoom() {
    for (cores, load, room, length) in [(1, 0.8, 5, 20_000.0), (5, 4.0, 10, 8000)] {
      // Room is a limit of pinned sessions; nearly each turn opens one of its own.
      var plan = Self.shared(load, .exponential(mean: 1), cores: Double(cores))
      plan.workload.users = 50_000
      plan.app.sessions.limit = room
      plan.app.sessions.evict = .lruPinned
      plan.app.sessions.overflow = .reserve
      plan.app.sessions.whenBusy = .reject
      let law = MMcKQueue(arrivalRate: load, serviceRate: 1, servers: cores, room: room)
      let runs = OracleRuns(plan, warmUp: 200, measure: length)
      let name = "M/M/\(cores)/\(room)"
      expectOracle(
        "\(name), refused", law.blocking, runs.ratio(.turnsRejected, of: .turnsPlanned),
        within: 0.08)
      expectOracle("\(name), response", law.meanResponse, runs.mean(.turnAck), within: 0.03)
      expectOracle(
        "\(name), accepted", law.acceptedRate, runs.rate(.turnsCompleted), within: 0.02)
    }
  }

  @Test("A provider that takes c calls at once refuses as Erlang B says, for three laws")
  func boundedProvider() {
    for law in [Distribution.exponential(mean: 2), .fixed(2), .erlang(shape: 3, mean: 2)] {
      var plan = barePlan()
      plan.workload.sessions.kind = .ephemeral
      plan.workload.users = 10
      plan.workload.arrivals = poisson(4)
      plan.model.latency = law
      plan.model.rateLimit = RateLimit()
      plan.model.rateLimit!.rate = 1e6
      plan.model.rateLimit!.burst = 1_000_000
      plan.model.rateLimit!.concurrent = 10
      let runs = OracleRuns(plan, warmUp: 100, measure: 5000)
      expectOracle(
        "calls refused, \(law)", ErlangFormulas.blocking(servers: 10, load: 8),
        runs.ratio(.turnsFailed, of: .turnsPlanned), within: 0.06)
    }
  }

  @Test("Several cores, serial work: M/M/c with sharing has the mean of M/M/c")
  func cores() {
    // Exponential work on c cores, each turn at most one core: the number under way is that of
    // M/M/c.
    let law = MMcQueue(arrivalRate: 3.2, serviceRate: 1, servers: 4)
    let runs = OracleRuns(
      Self.shared(3.2, .exponential(mean: 1), cores: 4), warmUp: 500, measure: 8000)
    expectOracle("four cores, shared", law.meanResponse, runs.mean(.turnAck), within: 0.05)
  }

  @Test("Turns that can use all cores: one fast server")
  func wideWork() {
    var plan = Self.shared(2, .exponential(mean: 1), cores: 4)
    plan.profile.turnBefore.mainShare = 0.25
    let runs = OracleRuns(plan, warmUp: 500, measure: 10_000)
    let exact = ProcessorSharingQueue(arrivalRate: 2, meanService: 0.25)
    expectOracle(
      "parallel work", exact.meanResponse(service: 0.25), runs.mean(.turnAck), within: 0.04)
  }

  @Test("Through a day: turns under way follow the load with the lag of an infinite server")
  func throughADay() {
    // Sessions of one turn each, so nobody waits for anybody: M_t/M/infinity. Seconds stand for
    // hours.
    let wave = DailyWave(meanRate: 1000, amplitude: 0.6, period: 24, meanStay: 3)
    var plan = barePlan()
    plan.workload.users = 10
    plan.workload.sessions.kind = .ephemeral
    plan.workload.arrivals = .poisson(
      .diurnal(mean: 1000, swing: 0.6, period: .seconds(24), shift: .zero))
    plan.model.latency = .exponential(mean: 3)
    let hours = [0.0, 3, 6, 6 + wave.lag, 12, 18, 21]
    var open = [[Double]](repeating: [], count: hours.count)
    for index in 0..<40 {
      plan.seed = oracleSeed.replication(index)
      var simulator = Simulator(plan)
      for (place, hour) in hours.enumerated() {
        simulator.run(through: .zero + Interval(seconds: 24 + hour))
        open[place].append(Double(simulator.turnsUnderWay))
      }
    }
    for (place, hour) in hours.enumerated() {
      expectOracle("open at hour \(hour)", wave.meanOpen(at: hour), open[place], within: 0.03)
    }
  }

  @Test("A constant load on an infinite server: the number under way is Poisson")
  func infiniteServer() {
    for law in [Distribution.exponential(mean: 2), .fixed(2)] {
      var plan = barePlan()
      plan.workload.sessions.kind = .ephemeral
      plan.workload.users = 10
      plan.workload.arrivals = poisson(500)
      plan.model.latency = law
      let counts = OracleRuns(plan, replications: 120, warmUp: 20, measure: 0.000_001)
        .values { Double($0.underWay) }
      expectOracle("mean under way", 1000, counts, within: 0.02)
      let variance = Replications(counts).variance!
      // A chi-square of 119 degrees over 119 lies within (.45, 1.8) but for 1e-6.
      #expect(variance > 450 && variance < 1800, "variance \(variance), law \(law)")
    }
  }
}
