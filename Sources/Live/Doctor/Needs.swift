// What a run asks of the machine it is driven from. Made from a scenario, or by hand.
internal import CLIModel
internal import Policies
package import Scenarios
internal import Workload

package struct Needs: Sendable, Hashable {
  package enum Servers: Sendable, Hashable {
    case mock, real
    /// On this machine or another: nothing of them is counted here.
    case external
  }

  package var users = 0
  package var servers = Servers.mock
  package var processes = 0
  /// From the driver to CLI servers.
  package var connections = 0
  /// The most of them to one server.
  package var connectionsToOne = 0
  package var usesRedis = false
  package var usesBalancer = false

  package init() {}

  package init(_ scenario: Scenario) {
    let connectionPerUser = scenario.live.connections == .perUser
    users = scenario.workload.users
    servers =
      switch scenario.cli {
      case .mock: .mock
      case .real: .real
      case .external: .external
      }
    let isIsolated = scenario.app.pattern == .isolated
    // A CLI for each person, else what the fleet says.
    let count =
      isIsolated
      ? users : servers == .external ? scenario.live.targets.count : scenario.fleet.servers
    processes = scenario.cli == .external ? 0 : count
    // An isolated person's server hears from one app instance; shared ones from each.
    connectionsToOne = connectionPerUser ? users : isIsolated ? 1 : scenario.app.instances
    connections =
      connectionPerUser ? max(users, count) : isIsolated ? count : count * scenario.app.instances
    // Somebody's own Redis needs no program here.
    usesRedis = scenario.app.lock.backend == .redis && scenario.live.redis == nil
    usesBalancer = scenario.app.routing == .external && scenario.cli != .external && !isIsolated
  }

  /// Variants run one after the other: the most that any of them needs of each.
  package static func most(of scenarios: [Scenario]) -> Needs? {
    guard let first = scenarios.first else { return nil }
    return scenarios.dropFirst().reduce(Needs(first)) { sum, scenario in
      let next = Needs(scenario)
      var most = sum
      most.users = max(sum.users, next.users)
      // Real servers are the heavier ones, whatever else a variant has.
      if next.servers == .real || sum.servers == .external { most.servers = next.servers }
      most.processes = max(sum.processes, next.processes)
      most.connections = max(sum.connections, next.connections)
      most.connectionsToOne = max(sum.connectionsToOne, next.connectionsToOne)
      most.usesRedis = sum.usesRedis || next.usesRedis
      most.usesBalancer = sum.usesBalancer || next.usesBalancer
      return most
    }
  }
}
