// Which fleets a plan chooses from: each combination of the lists in the scenario's `plan`, or its
// variants, or a usual set. Combinations that make no sense (a router that wanders over local
// disks) are left out, and those that come to the same are taken once.
internal import Basics
internal import CLIModel
internal import Policies
public import Scenarios
internal import Workload

public struct CandidateSet: Sendable {
  public let candidates: [Candidate]
  /// What was left out, and why.
  public let notes: [String]

  public init(_ file: ScenarioFile) {
    let settings = file.base.plan
    let source: PlanSettings.Source =
      switch settings.candidates {
      case .lists, .variants: settings.candidates
      case .auto:
        settings.listsCandidates || file.variants.count < 2 ? .lists : .variants
      }
    var builder = Builder()
    if source == .variants {
      for variant in file.variants { builder.add(variant) }
    } else {
      builder.addLists(file.base)
    }
    candidates = builder.candidates
    notes = builder.notes
  }
}

private struct Builder {
  var candidates: [Candidate] = []
  var notes: [String] = []

  mutating func add(_ variant: Scenario) {
    candidates.append(
      Candidate(name: variant.variant, template: variant, serversPerHost: variant.serversPerHost))
  }

  // MARK: lists

  mutating func addLists(_ base: Scenario) {
    let plan = base.plan
    let usual = !plan.listsCandidates
    let patterns = plan.pattern.isEmpty ? usualPatterns(base, usual) : plan.pattern
    let routings = plan.routing.isEmpty ? usualRoutings(base, usual) : plan.routing
    let storages = plan.storage.isEmpty ? usualStorages(base, usual) : plan.storage
    let limits: [Int??] = plan.limit.isEmpty ? [nil] : plan.limit.map { .some($0) }
    let evictions = plan.evict.isEmpty ? [base.app.sessions.evict] : plan.evict
    let hosts = plan.hosts.isEmpty ? [nil] : plan.hosts.map { Optional.some($0) }
    for pattern in patterns {
      for routing in pattern == .isolated ? [base.app.routing] : routings {
        for storage in storages {
          for limit in limits {
            for evict in evictions {
              for host in hosts { add(base, pattern, routing, storage, limit, evict, host) }
            }
          }
        }
      }
    }
    nameThem()
  }

  private func usualPatterns(_ base: Scenario, _ usual: Bool) -> [Pattern] {
    usual && base.app.pattern == .shared ? [.shared, .isolated] : [base.app.pattern]
  }

  private func usualRoutings(_ base: Scenario, _ usual: Bool) -> [Routing] {
    guard usual else { return [base.app.routing] }
    let all: [Routing] = [.stickyModulo, .rendezvous, .boundedLoad, .leastActive]
    return all.contains(base.app.routing) ? all : [base.app.routing] + all
  }

  /// Wandering routers need shared storage, whatever the scenario has.
  private func usualStorages(_ base: Scenario, _ usual: Bool) -> [StoragePlan.Kind] {
    usual ? [base.fleet.storage.kind, .shared] : [base.fleet.storage.kind]
  }

  private mutating func add(
    _ base: Scenario, _ pattern: Pattern, _ routing: Routing, _ storage: StoragePlan.Kind,
    _ limit: Int??, _ evict: SessionPolicy.Evict, _ host: PlanSettings.HostSize?
  ) {
    var scenario = base
    scenario.app.pattern = pattern
    scenario.app.routing = routing
    scenario.app.sessions.evict = evict
    if let limit {
      scenario.app.sessions.limit = limit
      scenario.app.sessions.scope = .server
    }
    if pattern == .collaborative, scenario.workload.groups == nil {
      scenario.workload.groups = GroupPlan()
    } else if pattern != .collaborative, base.app.pattern == .collaborative {
      note("\(pattern.rawValue): not an alternative, since the scenario's people share sessions")
      return
    }
    if scenario.fleet.storage.kind != storage {
      scenario.fleet.storage.kind = storage
      scenario.fleet.storage.latency =
        storage == .shared ? base.plan.sharedLatency : .fixed(0)
    }
    var each = base.serversPerHost
    if let host {
      scenario.fleet.hosts.cores = host.cores
      scenario.fleet.hosts.memory = host.memory
      each = host.servers ?? each
    }
    var candidate = Candidate(name: "", template: scenario, serversPerHost: each)
    if pattern != .isolated, storage == .local, candidate.wanders || routing == .boundedLoad {
      note("\(routing.rawValue): on shared storage only, since it moves conversations")
      return
    }
    // A process for each person holds that person's sessions alone: no router, no shared disk.
    if pattern == .isolated, storage == .shared, candidates.contains(where: isSame(candidate)) {
      return
    }
    candidate.name = candidate.description
    if candidates.contains(where: { $0.name == candidate.name }) { return }
    candidates.append(candidate)
  }

  private func isSame(_ other: Candidate) -> (Candidate) -> Bool {
    { candidate in
      candidate.isIsolated && candidate.template.fleet.hosts == other.template.fleet.hosts
        && candidate.template.app.sessions == other.template.app.sessions
    }
  }

  private mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  /// Only what differs between them stays in the names.
  private mutating func nameThem() {
    let parts = candidates.map(\.parts)
    guard parts.count > 1, let width = parts.first?.count else { return }
    let varying = (0..<width).filter { column in
      parts.contains { $0[column] != parts[0][column] }
    }
    for (index, part) in parts.enumerated() {
      candidates[index].name = varying.map { part[$0] }.filter { !$0.isEmpty }
        .joined(separator: ", ")
    }
  }
}

extension Candidate {
  var description: String { parts.filter { !$0.isEmpty }.joined(separator: ", ") }

  /// Pattern and routing, storage, limit, eviction, host: empty where it means nothing here.
  var parts: [String] {
    let app = template.app
    let hosts = template.fleet.hosts
    let memory = hosts.memory.map { "/\(Candidate.gibibytes($0))G" } ?? ""
    let each = serversPerHost.map { isIsolated || $0 == 1 ? "" : " \($0) a host" } ?? ""
    return [
      isIsolated
        ? "isolated"
        : (app.pattern == .collaborative ? "collaborative " : "") + app.routing.rawValue,
      isIsolated ? "" : template.fleet.storage.kind.rawValue,
      app.sessions.limit.map { "limit \($0)" } ?? "no limit",
      app.sessions.limit == nil ? "" : app.sessions.evict.rawValue,
      "\(Candidate.short(hosts.cores))c\(memory)\(each)",
    ]
  }

  static func gibibytes(_ bytes: Double) -> String { short(bytes / 0x1p30) }

  static func short(_ value: Double) -> String {
    let tenths = floorOf(value * 10 + 0.5) / 10
    return tenths == floorOf(tenths) ? "\(Int(tenths))" : "\(tenths)"
  }
}

extension Scenario {
  /// As the scenario puts its own servers on its own hosts.
  var serversPerHost: Int? {
    fleet.hosts.count.map { count in
      app.pattern == .isolated ? 1 : max(1, (fleet.servers + count - 1) / count)
    }
  }
}
