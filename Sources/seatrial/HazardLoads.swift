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
        settings: stated.map { "\($0.key)=\(readable($0.key, $0.value))" },
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

  /// Ids from a file stand in a result as their number and digest. The only such file of the
  /// hazards' scenarios is this one.
  private static func readable(_ key: String, _ value: String) -> String {
    key == "workload.user-ids" && value.hasPrefix("file(8 ids, ") ? "file(people.txt)" : value
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
    work = scenario.profile.turnBefore.cpu.mean + scenario.profile.turnAfter.cpu.mean
    rate = 1 / max(1e-9, scenario.workload.think.mean + turn.mean + work)
    servers = Double(scenario.fleet.servers)
    instances = Double(app.instances)
    limit = app.sessions.limit.map(Double.init) ?? .greatestFiniteMagnitude
    group = scenario.workload.groups.map { Double($0.size) } ?? 1
    ttl = app.lock.ttl.seconds
    waits = app.lock.covers != .never && app.lock.acquire != .failFast ? 1 : 0
    across = HazardLoad.goesRound(app) ? servers : 1
    gap = app.lock.roundTrip.seconds
    spawn = scenario.profile.start.mean + scenario.profile.firstConnect.mean
    // A process that is given back is wanted again by one tab alone.
    together = app.pool.release == .never && tabsApart(scenario) < spawn ? 1 : 0
    disconnect = scenario.profile.destroy.cpu.mean + scenario.fleet.roundTrip.seconds
    create = scenario.profile.create.cpu.mean + scenario.fleet.roundTrip.seconds
    turns = scenario.workload.sessions.turns?.mean ?? turns
    flush = scenario.profile.flushDelay.seconds
    // A conversation for each turn.
    if scenario.workload.sessions.kind == .ephemeral { click = 1 / max(1e-9, tabs * rate) }
    intruders = scenario.workload.intruders
    count((0..<scenario.workload.users).map { scenario.userIDs.name(of: $0) })
  }

  /// Turns of one session go to any of the servers.
  private static func goesRound(_ app: GatewayPolicy) -> Bool {
    switch app.routing {
    case .roundRobin, .random, .leastActive, .twoChoices: app.routeEvery == .turn
    case .stickyModulo, .rendezvous, .boundedLoad, .external: false
    }
  }

  /// Seconds between the first requests of one person's tabs.
  private func tabsApart(_ scenario: Scenario) -> Double {
    switch scenario.workload.start {
    case .atOnce: 0
    case .ramp(let length): length.seconds / max(1, users * tabs)
    case .spread: .infinity
    }
  }

  /// Whom the prefix check keeps out and lets in: it compares what stands before the first dash.
  private mutating func count(_ ids: [String]) {
    func isDash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") }
    var people: [String: Int] = [:]
    for id in ids { people[id, default: 0] += 1 }
    var locked = 0
    var pairs = 0
    for id in ids where id.utf8.contains(where: isDash) {
      locked += 1
      pairs += people[String(id.utf8.prefix { !isDash($0) }) ?? ""] ?? 0
    }
    let all = Double(max(1, ids.count))
    dashes = Double(locked) / all
    namesakes = Double(pairs) / all
  }
}
