// A scenario's demand, taken from the same forecast that `inspect` prints, so that the two cannot
// tell different stories. The forecast is asked again for each number of servers that is tried.
internal import CLIModel
internal import Policies
public import Scenarios
internal import Simulation
internal import Workload

extension FleetDemand {
  public init(_ scenario: Scenario) {
    // Without the limit the forecast says how many sessions would be live.
    var unlimited = scenario
    unlimited.app.sessions.limit = nil
    // Means do not depend on which sticky router it is, and this one hashes no names.
    if scenario.app.pattern != .isolated { unlimited.app.routing = .rendezvous }
    let free = VariantForecast(unlimited)
    let app = scenario.app
    self.init(
      people: scenario.workload.users, sessions: free.peakSessions, sharing: .init(app),
      hosts: Hosts(
        count: scenario.fleet.hosts.count, cores: scenario.fleet.hosts.cores,
        memory: scenario.fleet.hosts.memory,
        processorWork: free.offeredRate * free.processorTime),
      work: { servers in
        var tried = scenario.withoutHashing
        tried.fleet.servers = servers
        let forecast = VariantForecast(tried)
        return forecast.offeredRate * forecast.serverTime
      })
    baseMemory = scenario.profile.memory.base
    // The forecast speaks of the busiest server; its share of the sessions is its share of the
    // work.
    let busiest = free.utilisation > 0 ? free.busiest / free.utilisation : 1
    let onBusiest = free.peakSessions / Double(free.servers) * busiest
    if onBusiest > 0 { sessionMemory = (free.serverMemory - baseMemory) / onBusiest }
    if let limit = app.sessions.limit {
      let whole = limit * app.instances
      if app.sessions.scope == .server { serverLimit = whole } else { fleetLimit = whole }
    }
  }
}

extension FleetDemand.Sharing {
  init(_ app: GatewayPolicy) {
    if app.pattern == .isolated {
      self = .ownProcess
      return
    }
    switch app.routing {
    case .stickyModulo, .rendezvous: self = .hashed
    // Bounded load fills up the least loaded: as good as even, for this purpose.
    case .boundedLoad, .external: self = .even
    case .roundRobin, .leastActive, .twoChoices, .random:
      self = app.routeEvery == .turn ? .everywhere : .even
    }
  }
}
