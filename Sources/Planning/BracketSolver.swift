// One resource at a time: the fewest servers that satisfy it. Every condition here gets easier with
// more servers, so bisection finds the first number that does; what no number satisfies is nil.
internal import Basics
internal import Statistics

struct BracketSolver {
  let demand: FleetDemand
  let targets: FleetTargets
  let limit: Int

  /// The exact law costs a convolution a server: 2000 people on 64 servers take 0.2 s.
  private static let exactPeople = 2000

  var requirements: [Requirement] {
    if demand.sharing == .ownProcess {
      let own = Requirement(resource: .ownProcess, servers: demand.people)
      let memory = Requirement(resource: .memory, servers: allFit ? demand.people : nil)
      return [own, hostCores, memory]
    }
    var list = [
      Requirement(
        resource: .serverTime,
        servers: first { demand.work($0) <= targets.utilisation * Double($0) }),
      hostCores,
      Requirement(resource: .memory, servers: memory),
    ]
    if demand.serverLimit != nil || demand.fleetLimit != nil {
      list.append(Requirement(resource: .sessionLimit, servers: evenSessions))
      if demand.sharing == .hashed, let each = demand.serverLimit, demand.people > 0 {
        list.append(
          Requirement(resource: .hashedSessionLimit, servers: hashedSessions(limit: each)))
      }
    }
    if let wanted = targets.waitProbability {
      list.append(
        Requirement(
          resource: .waiting,
          servers: first {
            let load = demand.work($0)
            return load < Double($0) && ErlangFormulas.waiting(servers: $0, load: load) <= wanted
          }))
    }
    return list
  }

  /// The most servers that fit into the memory of shared hosts.
  var most: Int? {
    guard let count = demand.hosts.count, let room = demand.hosts.memory else { return nil }
    // Servers on a full host; one more on each costs at least the base of one more.
    let each = first(upTo: limit / count) { demand.hostMemory(of: ($0 + 1) * count) > room }
    guard let each else { return nil }
    return each > 1 || demand.hostMemory(of: count) <= room ? each * count : 0
  }

  /// A process for each person, on hosts of their own or together.
  private var allFit: Bool {
    if let most { return most >= demand.people }
    return demand.hosts.memory.map { demand.serverMemory(of: demand.people) <= $0 } ?? true
  }

  private var hostCores: Requirement {
    let enough =
      demand.hosts.count.map {
        demand.hosts.processorWork <= targets.utilisation * Double($0) * demand.hosts.cores
      } ?? true
    return Requirement(resource: .hostCores, servers: enough ? 1 : nil)
  }

  /// Up to one server a host, sharing the sessions eases each host; after that it only adds bases.
  private var memory: Int? {
    guard let room = demand.hosts.memory else { return 1 }
    return first(upTo: demand.hosts.count ?? limit) { demand.hostMemory(of: $0) <= room }
  }

  private var evenSessions: Int? {
    if let all = demand.fleetLimit {
      // One server is the best case: more of them only add copies, or change nothing.
      return demand.sessions <= Double(all) ? 1 : nil
    }
    guard let each = demand.serverLimit else { return 1 }
    if demand.sharing == .everywhere { return demand.sessions <= Double(each) ? 1 : nil }
    return first { demand.sessions <= Double(each) * Double($0) }
  }

  /// Whole people are hashed, each with all of their sessions.
  private func hashedSessions(limit each: Int) -> Int? {
    let perPerson = max(demand.sessions / Double(demand.people), 1e-9)
    let people = Int(floorOf(min(Double(each) / perPerson, Double(demand.people))))
    if people == 0 { return nil }
    if demand.people <= BracketSolver.exactPeople {
      return HashedLoad.serversNeeded(
        users: demand.people, limit: people, probability: targets.limitHeld)
    }
    // Servers' counts repel each other, so taking them as independent errs to the small side: by
    // one server at most at 2000 people.
    return first { servers in
      let over = BinomialLaw(trials: demand.people, chance: 1 / Double(servers)).survival(people)
      return power(1 - over, Double(servers)) >= targets.limitHeld
    }
  }

  private func first(upTo most: Int? = nil, _ holds: (Int) -> Bool) -> Int? {
    let most = most ?? limit
    // Doubling first: conditions cost more the more servers they are asked about.
    var high = 1
    while !holds(high) {
      if high >= most { return nil }
      high = min(most, high * 2)
    }
    var low = high / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
