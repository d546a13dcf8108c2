// What queueing formulas say about a fleet without simulating it: the instant answer of --quick,
// and the guess a search begins with. Each server is a queue of its own (Pollaczek and Khinchine,
// asked by as many people as the router gives it), the model's answer is convolved in, and a
// process for each person waits for the cores of its host. Bursts, evictions in a bad moment and
// what happens to conversations on the way are not in it: an answer from here is marked as such.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
public import Scenarios
internal import Simulation
internal import Statistics
internal import Workload

public struct ClosedForm: Sendable {
  let scenario: Scenario
  let forecast: VariantForecast
  private let groups: [ServerGroup]
  private let away: Double
  private let missed: Double

  /// Servers with the same number of people, and what their queue is like.
  struct ServerGroup: Sendable {
    /// Of all turns.
    var share: Double
    var utilisation: Double
    /// Mean wait of a turn's two visits together.
    var wait: Double
    var service: Double
  }

  /// - names: hashes of all people's names, where they are known already.
  public init(_ scenario: Scenario, names: [UInt32]? = nil) {
    self.scenario = scenario
    forecast = VariantForecast(scenario.withoutHashing)
    var free = scenario.withoutHashing
    free.app.sessions.limit = nil
    let wanted = VariantForecast(free).peakSessions
    missed = wanted > 0 ? max(0, 1 - forecast.peakSessions / wanted) : 0
    let length = scenario.workload.sessions.turns.map { max(1, $0.mean) } ?? .infinity
    away =
      1.5 * scenario.fleet.roundTrip.seconds
      + (1 / length + missed) * scenario.fleet.storage.latency.mean
    groups = ClosedForm.groups(scenario, forecast, away: away, names)
  }

  /// Share of people who find no queue they can live with: some server is offered more than it can
  /// do, for good.
  public var isOverloaded: Bool { groups.contains { $0.utilisation >= 0.999 } }

  // MARK: what a server is asked for

  private static func groups(
    _ scenario: Scenario, _ forecast: VariantForecast, away: Double, _ names: [UInt32]?
  ) -> [ServerGroup] {
    let profile = scenario.profile
    let width = min(scenario.fleet.hosts.cores, 1 / max(1e-9, profile.turnBefore.mainShare))
    let before = profile.turnBefore.cpu.mean / max(1, width)
    let service = forecast.serverTime
    let after = max(0, service - before)
    let outside = scenario.model.latency.mean + away
    let people = Double(forecast.loops)
    var groups: [ServerGroup] = []
    for (share, count) in populations(scenario, names) {
      let rate: Double
      if scenario.workload.arrivals == .closed {
        rate = closedRate(
          people: people * count, think: scenario.workload.think.mean + outside, service: service,
          before: before, after: after)
      } else {
        rate = forecast.offeredRate * count
      }
      let load = rate * service
      groups.append(
        ServerGroup(
          share: share, utilisation: load,
          wait: wait(rate: rate, load: load, before: before, after: after), service: service))
    }
    return groups.map { sharingHosts($0, scenario, forecast) }
  }

  /// Two visits a turn, each behind what is there: M/G/1 with both kinds of work.
  private static func wait(rate: Double, load: Double, before: Double, after: Double) -> Double {
    load < 1 ? rate * (before * before + after * after) / (1 - load) : .infinity
  }

  /// The rate at which people come round when waiting slows them down: the root of a falling
  /// function.
  private static func closedRate(
    people: Double, think: Double, service: Double, before: Double, after: Double
  ) -> Double {
    var low = 0.0
    var high = 1 / max(service, 1e-12)
    for _ in 0..<60 {
      let rate = (low + high) / 2
      let round =
        think + service
        + wait(rate: rate, load: rate * service, before: before, after: after)
      if people / max(round, 1e-12) > rate { low = rate } else { high = rate }
    }
    return (low + high) / 2
  }

  /// Shares of the turns, and the share of all people on each server of that kind.
  private static func populations(
    _ scenario: Scenario, _ names: [UInt32]?
  ) -> [(share: Double, people: Double)] {
    let servers = Double(
      scenario.app.pattern == .isolated
        ? scenario.workload.users : scenario.fleet.servers)
    guard scenario.app.pattern != .isolated, servers > 1 else { return [(1, 1 / servers)] }
    switch scenario.app.routing {
    case .stickyModulo:
      return hashed(
        names ?? ClosedForm.hashes(scenario.userIDs, users: scenario.workload.users),
        servers: scenario.fleet.servers)
    case .rendezvous:
      // Binomial, by ten slices of its normal limit; each server's share of the turns is its share
      // of the people.
      let mean = Double(scenario.workload.users) / servers
      let spread = (mean * (1 - 1 / servers)).squareRoot()
      return (0..<10).map { slice in
        let p = (Double(slice) + 0.5) / 10
        let people = max(0.5, mean + spread * inverseNormal(p))
        return (people / mean / 10, people / mean / servers)
      }
    case .boundedLoad, .roundRobin, .leastActive, .twoChoices, .random, .external:
      return [(1, 1 / servers)]
    }
  }

  /// A hundred thousand names show the law; more only take time.
  static func hashes(_ ids: UserIDs, users: Int) -> [UInt32] {
    (0..<min(users, 100_000)).map { guideHash(ids.name(of: $0)) }
  }

  private static func hashed(
    _ names: [UInt32], servers: Int
  ) -> [(share: Double, people: Double)] {
    let users = names.count
    var counts = [Int](repeating: 0, count: servers)
    for name in names { counts[Int(name % UInt32(servers))] += 1 }
    let whole = Double(users)
    let sorted = counts.filter { $0 > 0 }.sorted()
    // Two dozen groups of like servers tell the same story as a thousand servers.
    let each = max(1, sorted.count / 24)
    return stride(from: 0, to: sorted.count, by: each).map { first in
      let group = sorted[first..<min(sorted.count, first + each)]
      let people = Double(group.reduce(0, +))
      return (people / whole, people / whole / Double(group.count))
    }
  }

  /// Shared hosts: turns of all servers wait for cores, each using as many as it can.
  private static func sharingHosts(
    _ group: ServerGroup, _ scenario: Scenario, _ forecast: VariantForecast
  ) -> ServerGroup {
    guard scenario.fleet.hosts.count != nil, let load = forecast.hostUtilisation else {
      return group
    }
    var group = group
    let width = min(
      scenario.fleet.hosts.cores, 1 / max(1e-9, scenario.profile.turnAfter.mainShare))
    let places = max(1, scenario.fleet.hosts.cores / max(1, width))
    if load >= 1 {
      group.utilisation = max(group.utilisation, 1)
      group.wait = .infinity
      return group
    }
    let waiting = ErlangFormulas.waiting(
      servers: max(1, Int(floorOf(places))), load: load * floorOf(places))
    group.wait += waiting * group.service / (places * (1 - load))
    group.utilisation = max(group.utilisation, load)
    return group
  }

  // MARK: figures

  /// P(response > t): the model's answer, the service, and the wait of two visits.
  private func exceeds(_ t: Double) -> Double {
    ClosedForm.slices.reduce(0) { sum, p in
      let rest = t - scenario.model.latency.quantile(p) - away
      let slice = groups.reduce(0) { $0 + $1.share * $1.waitExceeds(rest - $1.service) }
      return sum + slice / Double(ClosedForm.slices.count)
    }
  }

  /// Middle points of two hundred equal slices: a p99 is then within a percent of a lognormal's.
  private static let slices: [Double] = (0..<200).map { (Double($0) + 0.5) / 200 }

  public func responseQuantile(_ p: Double) -> Double? {
    if groups.contains(where: { $0.wait == .infinity }) { return nil }
    var high = 1.0
    while exceeds(high) > 1 - p {
      high *= 2
      if high > 1e9 { return nil }
    }
    var low = 0.0
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if exceeds(middle) > 1 - p { low = middle } else { high = middle }
    }
    return high
  }

  public var responseMean: Double? {
    let inside = groups.reduce(0) { $0 + $1.share * ($1.service + $1.wait) }
    return inside.isFinite ? scenario.model.latency.mean + away + inside : nil
  }

  /// The figure that an expectation asks for; nil: no formula here gives it.
  func value(_ expectation: Metrics.Expectation) -> Double? {
    switch expectation.metric.name {
    case "turn.response", "turn.service":
      if expectation.statistic == .mean { return responseMean ?? .infinity }
      guard let share = expectation.statistic?.share else { return nil }
      return responseQuantile(share) ?? .infinity
    case "sessions.eviction_rate": return missed
    case "sessions.evicted": return missed > 0 || !limitHolds ? .infinity : 0
    case "server.memory": return forecast.serverMemory
    case "fleet.memory": return forecast.fleetMemory
    case "server.cpu":
      return forecast.throughput * forecast.processorTime
        / Double(max(1, forecast.servers))
    case "turn.throughput": return forecast.throughput
    case "locks.contention_rate": return contention
    default: return nil
    }
  }

  /// Hashing keeps every server within its limit with the wanted chance.
  private var limitHolds: Bool {
    FleetBracket(scenario).requirements.allSatisfy { requirement in
      guard requirement.resource == .hashedSessionLimit || requirement.resource == .sessionLimit
      else { return true }
      return requirement.servers.map { $0 <= scenario.fleet.servers } ?? false
    }
  }

  /// Fail-fast locks of groups that think and then try again: Engset's formula with one place. The
  /// hold is a turn without a queue, so this is the least contention that any fleet has.
  private var contention: Double? {
    guard let groups = scenario.workload.groups, scenario.workload.arrivals == .closed,
      scenario.app.lock.covers == .collaborative, scenario.app.lock.acquire == .failFast,
      scenario.app.pattern == .collaborative
    else { return nil }
    let hold = scenario.model.latency.mean + forecast.serverTime
    // A person comes to the shared session with this share of the turns.
    let pause =
      scenario.workload.think.mean / max(1e-9, groups.share)
      + (1 / max(1e-9, groups.share) - 1) * hold
    guard pause > 0 else { return nil }
    return LockContention.refused(users: groups.size, pause: pause, meanHold: hold)
  }
}

extension ClosedForm.ServerGroup {
  /// Two waits, each nothing with chance 1 - load, else exponential with the same mean in all.
  func waitExceeds(_ t: Double) -> Double {
    if t < 0 { return 1 }
    if wait <= 0 { return 0 }
    if wait == .infinity { return 1 }
    let busy = min(utilisation, 0.999)
    guard busy > 0 else { return 0 }
    let theta = 2 * busy / wait
    let tail = exponential(-theta * t)
    return 2 * busy * (1 - busy) * tail + busy * busy * (1 + theta * t) * tail
  }
}
