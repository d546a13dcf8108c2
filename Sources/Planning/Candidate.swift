// A fleet one could choose, without its size: policies, storage, session limit, host size. Given a
// number of people and a size it becomes a scenario, and so a plan for the simulator. It decides
// nothing about which size is enough.
internal import Basics
internal import CLIModel
internal import Policies
public import Scenarios
internal import Simulation
internal import Workload

public struct Candidate: Sendable {
  /// `rendezvous, local, 2c/8G`: what sets it apart from the others.
  public var name: String
  /// With this candidate's policies; people and servers are set by `scenario(users:size:)`.
  public var template: Scenario
  /// nil: a host for each server.
  public var serversPerHost: Int?

  public init(name: String, template: Scenario, serversPerHost: Int?) {
    self.name = name
    self.template = template
    self.serversPerHost = serversPerHost
  }

  /// Pattern 1 has a process for each person, so it is hosts that one chooses the number of.
  public var isIsolated: Bool { template.app.pattern == .isolated }
  /// What its size counts.
  public var unit: String { isIsolated ? "host" : "server" }

  /// Whether every server comes to hold every conversation.
  var wanders: Bool {
    guard !isIsolated, template.app.routeEvery == .turn else { return false }
    switch template.app.routing {
    case .stickyModulo, .rendezvous, .boundedLoad, .external: return false
    case .roundRobin, .leastActive, .twoChoices, .random: return true
    }
  }

  /// Whether the backend must find a server again: for a person, or for a conversation that stays
  /// where it began.
  var isByName: Bool {
    if isIsolated { return false }
    switch template.app.routing {
    case .stickyModulo, .rendezvous, .boundedLoad: return true
    case .roundRobin, .leastActive, .twoChoices, .random: return !wanders
    case .external: return false
    }
  }

  /// A larger fleet is not always a better one: the guide's hash leaves some sizes unbalanced.
  public var isMonotone: Bool { isIsolated || template.app.routing != .stickyModulo }

  public func hosts(size: Int) -> Int {
    if isIsolated { return size }
    guard let each = serversPerHost else { return size }
    return (size + each - 1) / each
  }

  public func servers(users: Int, size: Int) -> Int { isIsolated ? users : size }

  // MARK: to a scenario

  /// The scenario for so many people, with arrivals in proportion. A load that changes over the day
  /// is planned at its peak.
  public func scenario(users: Int, size: Int) -> Scenario {
    var scenario = template
    let share = Double(users) / Double(template.workload.users)
    scenario.workload.users = users
    if let groups = scenario.workload.groups, groups.size > users {
      scenario.workload.groups?.size = users
    }
    switch template.workload.arrivals {
    case .closed, .trace: break
    case .poisson(let curve): scenario.workload.arrivals = .poisson(.constant(curve.peak * share))
    case .constant(let curve): scenario.workload.arrivals = .constant(.constant(curve.peak * share))
    }
    scenario.app.instances = instances(users: users)
    scenario.fleet.changes = []
    scenario.fleet.servers = servers(users: users, size: size)
    scenario.fleet.hosts.count =
      isIsolated || serversPerHost != nil ? max(1, hosts(size: size)) : nil
    return scenario
  }

  /// The backend's copies: as many people for each as the plan says. Where the session limit counts
  /// in each copy it is the scenario's own share, because more people for a copy would change what
  /// the limit means; else 1000, far below what a Node process serves.
  public func instances(users: Int) -> Int {
    let own = max(1, template.app.instances)
    let ownShare = max(1, template.workload.users / own)
    let isCounted = template.app.sessions.limit != nil && template.app.sessions.scope == .instance
    let each = template.plan.usersPerInstance ?? (isCounted ? ownShare : max(ownShare, 1000))
    let needed = (users + each - 1) / each
    return min(isCounted ? max(1, needed) : max(own, needed), TurnID.mostInstances)
  }

  /// With these words a mock that reads the scenario's own file becomes a server of this candidate:
  /// its variant, and what the candidate has otherwise. The driver sees to everything else.
  /// - settings: the user's own, which come first.
  public func mockWords(of file: ScenarioFile, settings: [String]) -> [String] {
    var words = template.variant == file.base.variant ? [] : ["--variant", template.variant]
    var changes = settings
    let own = file.variant(named: template.variant) ?? file.base
    let storage = template.fleet.storage
    if storage.kind != own.fleet.storage.kind {
      changes.append("fleet.storage.kind=\(storage.kind.rawValue)")
    }
    if storage.latency != own.fleet.storage.latency {
      // Such a candidate has the latency that the plan states for shared storage, or none.
      let isStated = storage.latency == own.plan.sharedLatency
      let stated = isStated ? own.value(of: "plan.shared-latency") : nil
      var text = stated ?? "\(storage.latency.mean)s"
      // Measured values have no text; their mean is as near as a flag comes.
      if case .empirical = storage.latency { text = "\(storage.latency.mean)s" }
      changes.append("fleet.storage.latency=\(text)")
    }
    changes.append("fleet.hosts.cores=\(template.fleet.hosts.cores)")
    for change in changes { words += ["--set", change] }
    return words
  }

  /// Why so many people cannot be planned for with this candidate; nil: they can.
  public func refusal(users: Int) -> String? {
    if case .trace = template.workload.arrivals, users != template.workload.users {
      return "its arrivals are a trace of \(template.workload.users) people, "
        + "which cannot be scaled to \(users)"
    }
    if case .list(let ids) = template.userIDs, ids.count < users {
      return "its file of user ids holds \(ids.count), and \(users) are asked for"
    }
    if let groups = template.workload.groups, users < groups.size {
      return "its groups are of \(groups.size) people, and \(users) are asked for"
    }
    return nil
  }
}

extension Scenario {
  /// For means alone: a forecast of the guide's hash asks for everybody's name.
  var withoutHashing: Scenario {
    var scenario = self
    if scenario.app.routing == .stickyModulo { scenario.app.routing = .rendezvous }
    return scenario
  }

  /// The plan of one replication. People with invented ids are others in each replication, because
  /// a hash may be lucky with some; ids that the scenario states are its own.
  func trialPlan(replication: Int) -> RunPlan {
    var plan = RunPlan(self)
    plan.seed = seed.replication(replication)
    // Series are not looked at here.
    plan.windows = 9
    if replication > 0 {
      let ids = userIDs
      switch ids {
      case .uuid, .names:
        let first = replication * workload.users
        plan.names = { ids.name(of: first + $0) }
      case .pattern, .list: break
      }
    }
    return plan
  }
}
