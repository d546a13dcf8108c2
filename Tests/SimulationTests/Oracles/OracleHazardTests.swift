// The guide's own races at the rates that follow from them: a double spawn, the limit that ratchets
// up, ids made of the time, conversations that round robin tears apart, users who move when the
// fleet grows, and the fullest of n hashed servers.
import Basics
import CLIModel
import Metrics
import Policies
import Simulation
import Statistics
import Testing
import Workload

@Suite("Oracles: hazards")
struct OracleHazardTests {
  @Test("Double spawn: lambda times the spawn time processes leak for each cold start")
  func doubleSpawn() {
    for (rate, spawn) in [(0.1, 2.0), (0.5, 2), (1, 3)] {
      var plan = barePlan()
      plan.workload.users = 400
      plan.workload.arrivals = poisson(400 * rate)
      plan.app.pattern = .isolated
      plan.profile.start = .fixed(spawn)
      // By then everybody has come: e^-20 have not.
      let runs = OracleRuns(plan, warmUp: 0, measure: 20 / rate + spawn)
      expectOracle(
        "leaked for each cold start at \(rate), \(spawn)",
        DoubleSpawn.meanLeaked(rate: rate, meanSpawn: spawn),
        runs.values { Double($0.value(.cliLeaked)) / 400 }, within: rate == 0.1 ? 0.16 : 0.08)
      for run in runs.runs {
        #expect(run.value(.cliSpawned) == 400 + run.value(.cliLeaked))
        #expect(run.value(.cliPortsUsed) == run.value(.cliSpawned))
      }
      plan.app.pool.spawn = .singleFlight
      let safe = OracleRuns(plan, replications: 2, warmUp: 0, measure: 20 / rate + spawn)
      for run in safe.runs {
        #expect(run.value(.cliLeaked) == 0)
        #expect(run.value(.cliSpawned) == 400)
      }
    }
  }

  @Test("The guide's limit ratchets up: lambda^2 D / (1 + lambda D) slots a second")
  func ratchet() {
    for (rate, disconnect, length) in [(2.0, 0.05, 3000.0), (5, 0.1, 300), (0.5, 0.2, 10_000)] {
      var plan = barePlan()
      // Hardly anybody comes twice while a session is open: every turn is a miss.
      plan.workload.users = 300_000
      plan.workload.arrivals = poisson(rate)
      plan.names = { _ in "anybody" }
      plan.app.sessions.limit = 5
      plan.fleet.roundTrip = Interval(seconds: disconnect)
      let runs = OracleRuns(plan, warmUp: 100, measure: length)
      expectOracle(
        "slots gained a second at \(rate), \(disconnect)",
        LimitRatchet.gainRate(missRate: rate, disconnect: disconnect),
        runs.values { run in
          let residents = run.series.first { $0.name == "sessions.resident" }!
          let gained = residents.values.last!! - residents.values.first!!
          return gained / (residents.stepSeconds * Double(residents.values.count - 1))
        }, within: 0.08)
      plan.app.sessions.overflow = .reserve
      let safe = OracleRuns(plan, replications: 2, warmUp: 10, measure: 200)
      for run in safe.runs { #expect(run.value(.sessionsOverLimitMax) == 0) }
    }
  }

  @Test("Ids made of the millisecond repeat when two calls fall into one")
  func timeStampIds() {
    for gap in [5.0, 50] {
      var plan = barePlan()
      plan.workload.users = 1
      plan.workload.sessions.kind = .ephemeral
      plan.workload.arrivals = poisson(1000 / gap)
      plan.app.access.naming = .dateNow
      let runs = OracleRuns(plan, warmUp: 1, measure: 40 * gap)
      expectOracle(
        "same id, a call each \(gap) ms", TimeStampIds.collision(meanGapMilliseconds: gap),
        runs.ratio(.sessionsIDCollisions, of: .sessionsCreated), within: 0.06)
    }
  }

  @Test("Without shared storage a chat of k turns is looked for in vain on each new server")
  func localStorage() {
    for (servers, turns) in [(3, 5), (10, 5)] {
      var plan = barePlan()
      plan.fleet.storage.kind = .local
      plan.fleet.servers = servers
      plan.app.routing = .random
      plan.workload.users = 2000
      plan.workload.start = .atOnce
      plan.workload.think = .fixed(10)
      // k turns at 0, 10 … s; misses are the other servers met: n (1 - (1 - 1/n)^k) - 1.
      let runs = OracleRuns(plan, warmUp: 0, measure: Double(turns) * 10 - 5)
      let n = Double(servers)
      expectOracle(
        "not found, \(turns) turns over \(servers)",
        n * (1 - power(1 - 1 / n, Double(turns))) - 1,
        runs.values { Double($0.value(.sessionsNotFound)) / 2000 }, within: 0.02)
      // The chance that the second turn finds the session: 1 / n, RRNS with two turns.
      let second = OracleRuns(plan, warmUp: 0, measure: 15)
      expectOracle(
        "whole after two turns over \(servers)",
        RoundRobinConversation.staysWhole(turns: 2, servers: servers),
        second.values { 1 - Double($0.value(.sessionsNotFound)) / 2000 }, within: 0.08)
    }
  }

  @Test("Users who keep their server when the fleet changes: modulo, with the guide's own hash")
  func resizeByModulo() {
    // Exact counts for user-0 … user-2999, computed with the guide's JavaScript.
    for (from, to, kept) in [(3, 4, 754), (4, 3, 754), (10, 11, 291)] {
      let run = resized(.stickyModulo, from: from, to: to, seed: oracleSeed) { "user-\($0)" }
      #expect(3000 - opened(run) == kept, "\(from) to \(to)")
    }
  }

  @Test("Users who keep their server when the fleet changes: rendezvous, min over max")
  func resizeByRendezvous() {
    for (from, to) in [(3, 4), (4, 3), (10, 11)] {
      let kept = (0..<32).map { index in
        let run = resized(.rendezvous, from: from, to: to, seed: oracleSeed.replication(index)) {
          "somebody-\(index)-\($0)"
        }
        return 1 - Double(opened(run)) / 3000
      }
      expectOracle(
        "kept, \(from) to \(to)", Resizing.keptByRendezvous(from: from, to: to), kept, within: 0.02)
    }
  }

  private func opened(_ run: Replication) -> Int {
    run.value(.sessionsCreated) + run.value(.sessionsResumed)
  }

  /// Everybody has come several times before and after the change, and opens a session again where
  /// it moved.
  private func resized(
    _ routing: Routing, from: Int, to: Int, seed: Seed, names: @escaping @Sendable (Int) -> String
  ) -> Replication {
    var plan = barePlan()
    plan.seed = seed
    plan.names = names
    plan.workload.users = 3000
    plan.workload.think = .uniform(low: 0.5, high: 1.5)
    plan.fleet.servers = from
    plan.app.routing = routing
    let change: FleetChange.Kind = to > from ? .add(to - from) : .remove(from - to)
    plan.fleet.changes = [FleetChange(at: .milliseconds(4001), kind: change)]
    return Replication.run(plan, warmUp: .seconds(4), measure: .seconds(4))
  }

  @Test("The fullest of n servers under the guide's hash, as if users were thrown at chance")
  func fullestServer() {
    for (users, servers) in [(30, 3), (100, 3), (150, 3), (500, 10)] {
      var plan = barePlan()
      plan.workload.users = users
      plan.workload.start = .atOnce
      plan.fleet.servers = servers
      let runs = OracleRuns(plan, replications: 300, warmUp: 0, measure: 1) { plan in
        let stream = plan.seed.stream("names")
        plan.names = { person in
          var draw = stream.draw(entity: person, count: 0)
          return String(
            (0..<16).map { _ in Character(UnicodeScalar(UInt8(97 + draw.index(below: 26)))) })
        }
      }
      expectOracle(
        "fullest, \(users) in \(servers)", HashedLoad(users: users, servers: servers).meanMaximum,
        runs.values { $0.servers.map { Double($0.sessionsMax ?? 0) }.max()! }, within: 0.05)
    }
  }
}
