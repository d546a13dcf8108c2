// A demand read off a scenario, against the forecast of the same scenario.
import CLIModel
import LinuxIO
import Planning
import Scenarios
import Simulation
import Testing

private func scenario(_ settings: [String] = [], limit: Bool = true) throws -> Scenario {
  let text = """
    seatrial: 1
    name: bracket
    about: How many servers do 1000 people need?
    workload:
      users: 1000
      think: exponential(20s)
      sessions: {kind: persistent, per-user: 1}
      phases: {warm-up: 1m, measure: 10m}
    model: {latency: 1s}
    fleet: {cli: mock, profile: copilot-cli-1.0.57, servers: 4}
    app:
      pattern: shared
      routing: sticky-modulo
      sessions: {\(limit ? "limit: 50, " : "")scope: server}
    """
  let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let read = ScenarioFile.read(
    bytes: Array(text.utf8), name: "bracket.yaml", settings: settings,
    files: { path in
      switch Files.read("\(root)/scenarios/\(path)", limit: 1 << 20) {
      case .contents(let bytes): .success(bytes)
      default: .failure(FileProblem(reason: "it cannot be read"))
      }
    }, expectationCheck: { _ in nil })
  return try read.get().base
}

@Suite struct ScenarioDemandTests {
  @Test("The demand is that of the forecast")
  func forecast() throws {
    let scenario = try scenario()
    let demand = FleetDemand(scenario)
    let forecast = VariantForecast(scenario)
    #expect(demand.people == 1000)
    #expect(demand.sessions == 1000)
    #expect(demand.sharing == .hashed)
    #expect(demand.serverLimit == 50)
    #expect(abs(demand.work(4) / 4 - forecast.utilisation) < 1e-12)
    #expect(demand.baseMemory == scenario.profile.memory.base)
    #expect(demand.sessionMemory > scenario.profile.memory.activeSession)
  }

  @Test("1000 people at a limit of 50 are bracketed by 20 and 31 servers")
  func price() throws {
    let bracket = FleetBracket(try scenario())
    #expect(bracket.low == 20)
    #expect(bracket.lowBinding == .sessionLimit)
    #expect(bracket.high == 31)
    #expect(bracket.highBinding == .hashedSessionLimit)
  }

  @Test("Without a limit the server time binds, and the low end meets the target")
  func serverTime() throws {
    let scenario = try scenario(limit: false)
    let bracket = FleetBracket(scenario)
    #expect(bracket.lowBinding == .serverTime)
    for (servers, isEnough) in [(bracket.low, true), (bracket.low - 1, false)] {
      var tried = scenario
      tried.fleet.servers = servers
      #expect((VariantForecast(tried).utilisation <= 0.8) == isEnough, "\(servers) servers")
    }
  }

  @Test("The isolated pattern takes a server for each person")
  func isolated() throws {
    let bracket = FleetBracket(try scenario(["app.pattern=isolated"]))
    #expect(bracket.low == 1000)
    #expect(bracket.lowBinding == .ownProcess)
  }

  @Test("Round robin holds every session everywhere, so the limit is out of reach")
  func roundRobin() throws {
    let bracket = FleetBracket(try scenario(["app.routing=round-robin"]))
    #expect(bracket.unreachable == [.sessionLimit])
  }
}
