// The machines of a run, by name and as they are at its beginning. A live run and a replay make
// them here and nowhere else, from the scenario and its seed alone, so that a difference between
// the two can only come from what they were told.
package import Basics
package import Policies
package import Scenarios
package import Workload

package enum MachineID: Hashable, Sendable {
  case population, balancer, locks
  /// One app instance.
  case gateway(Int)

  private static let firstGateway = 3

  /// As a recording writes it.
  var code: Int {
    switch self {
    case .population: 0
    case .balancer: 1
    case .locks: 2
    case .gateway(let index): MachineID.firstGateway + index
    }
  }

  init(code: Int) {
    switch code {
    case 0: self = .population
    case 1: self = .balancer
    case 2: self = .locks
    default: self = .gateway(code - MachineID.firstGateway)
    }
  }

  package var text: String {
    switch self {
    case .population: "the people (Population)"
    case .balancer: "the balancer (InstanceBalancer)"
    case .locks: "the locks (LockStore)"
    case .gateway(let index): "app instance \(index) (Gateway)"
    }
  }
}

package struct MachineFactory: Sendable {
  package let scenario: Scenario
  package let seed: Seed

  package init(_ scenario: Scenario) {
    self.scenario = scenario
    // A live run is one replication, so it meets the people of a simulation's first.
    seed = scenario.seed.replication(0)
  }

  /// Requests that a person keeps going at once; open arrivals have one loop a person.
  package var tabs: Int { scenario.workload.arrivals == .closed ? scenario.workload.tabs : 1 }

  package func population() -> Population {
    let ids = scenario.userIDs
    return Population(scenario.workload, seed: seed, key: { guideHash(ids.name(of: $0)) })
  }

  package func balancer() -> InstanceBalancer {
    InstanceBalancer(scenario.app, stream: seed.stream("instance"))
  }

  package func locks() -> LockStore { LockStore(scenario.app.lock) }

  package func gateway(_ index: Int) -> Gateway {
    let ids = scenario.userIDs
    return Gateway(
      index: index, policy: scenario.app, people: scenario.workload.users, tabs: tabs,
      sessionsPerPerson: scenario.workload.sessions.perUser, sessions: 0,
      names: { ids.name(of: $0) }, seed: seed)
  }
}
