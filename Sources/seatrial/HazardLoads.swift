// Under which load a hazard's odds are given: what a scenario says of it, or what a result says of
// the scenario that it was had with. Numbers only; what they come to is decided in Hazards.
internal import Basics
internal import CLIModel
internal import Hazards
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Reporting
internal import Scenarios
internal import Workload

enum HazardLoads {
  /// The loads under which results were had, by the names of their scenarios: a result holds every
  /// key that its scenario stated.
  static func of(_ results: [ResultLoader.Loaded]) -> [String: HazardLoad] {
    var loads: [String: HazardLoad] = [:]
    for loaded in results {
      let scenario = loaded.named.result.scenario
      guard loads[scenario.name] == nil,
        Hazard.all.contains(where: { $0.scenario == scenario.name })
      else { continue }
      let stated = scenario.settings.filter { $0.origin == "file" || $0.origin == "--set" }
      let read = ScenarioFile.read(
        bytes: Array("seatrial: 1\n".utf8), name: loaded.file,
        settings: stated.map { "\($0.key)=\($0.value)" },
        files: { file($0, near: loaded.file) })
      switch read {
      case .success(let file): loads[scenario.name] = HazardLoad(file.base)
      case .failure(let complaints):
        Console.say("the load of \(loaded.path) cannot be told here; name its scenario:")
        complaints.report()
      }
    }
    return loads
  }

  /// What a scenario named, from its result: beside it, in the folders above, in the library.
  private static func file(_ name: String, near result: String) -> Result<[UInt8], FileProblem> {
    let folder = result.lastIndex(of: "/").map { String(result[..<$0]) } ?? "."
    let above = (0..<4).map { folder + String(repeating: "/..", count: $0) + "/" + name }
    for place in above + ["scenarios/" + name, "scenarios/hazards/" + name] {
      if case .contents(let bytes) = Files.read(place) { return .success(bytes) }
    }
    return .failure(FileProblem(reason: "is not beside the result, nor above it"))
  }
}

extension HazardLoad {
  /// What a scenario's base says of it; the rest stays at its defaults.
  init(_ scenario: Scenario) {
    self.init()
    let app = scenario.app
    users = Double(scenario.workload.users)
    tabs = Double(scenario.workload.tabs)
    turn = scenario.model.latency
    rate = 1 / max(1e-9, scenario.workload.think.mean + turn.mean)
    servers = Double(scenario.fleet.servers)
    instances = Double(app.instances)
    limit = app.sessions.limit.map(Double.init) ?? .greatestFiniteMagnitude
    group = scenario.workload.groups.map { Double($0.size) } ?? 1
    ttl = app.lock.ttl.seconds
    gap = app.lock.roundTrip.seconds
    spawn = scenario.profile.start.mean + scenario.profile.firstConnect.mean
    disconnect = scenario.profile.destroy.cpu.mean + scenario.fleet.roundTrip.seconds
    create = scenario.profile.create.cpu.mean + scenario.fleet.roundTrip.seconds
    turns = scenario.workload.sessions.turns?.mean ?? turns
    flush = scenario.profile.flushDelay.seconds
    // A conversation for each turn.
    if scenario.workload.sessions.kind == .ephemeral { click = 1 / max(1e-9, tabs * rate) }
    if case .list(let ids) = scenario.userIDs {
      let people = ids.prefix(Int(users))
      dashes = Double(people.count { $0.contains("-") }) / Double(max(1, people.count))
    }
  }
}
