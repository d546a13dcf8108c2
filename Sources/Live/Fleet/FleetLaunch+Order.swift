// From an order to the command line and environment of its servers.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios

extension LiveRun {
  static func launch(_ order: LiveOrder, providerURL: String? = nil) -> FleetLaunch {
    let scenario = order.scenario
    // Settings for another CLI must not reach ours: not its home, not its provider, not its token.
    var environment = ThisProcess.wholeEnvironment.filter {
      !$0.name.hasPrefix("COPILOT_") && $0.name != RunFolder.markName
        && $0.name != RedisURL.passwordVariable && $0.name != "GH_TOKEN"
        && $0.name != "GITHUB_TOKEN"
    }
    let token = order.token ?? (scenario.cli == .external ? nil : madeUpToken())
    if let token { environment.append(("COPILOT_CONNECTION_TOKEN", token)) }
    let seed = scenario.seed.value
    let mock =
      order.mockArguments + [
        "--events", scenario.live.events.rawValue, "--broadcast", scenario.live.broadcast.rawValue,
        "--disk", scenario.live.disk.rawValue,
      ] + scenario.live.faults.flatMap { ["--fault", $0] }
    var arguments: @Sendable (ServerID) -> [String] = { server in
      // Each server draws its own costs; 0 would mean the scenario's seed to all of them. One model
      // stands behind all.
      let own = mix64(seed &+ UInt64(server.place)) >> 1 | 1
      return mock + ["--seed", String(own), "--model-seed", String(seed)]
    }
    if scenario.cli == .real {
      environment.append(("COPILOT_OFFLINE", "true"))
      environment.append(("COPILOT_DISABLE_KEYTAR", "1"))
      if let providerURL {
        environment.append(("COPILOT_PROVIDER_BASE_URL", providerURL))
        environment.append(("COPILOT_MODEL", "gpt-4.1"))
      }
      var words = ["--no-auto-update", "--no-auto-login", "--log-level", "error"]
      if let limit = scenario.fleet.idleTimeout {
        words += ["--session-idle-timeout", String(Int(limit.seconds))]
      }
      let fixed = words
      arguments = { _ in fixed }
    }
    return FleetLaunch(
      path: order.program, arguments: arguments, environment: environment, token: token,
      sharesHome: scenario.fleet.storage.kind == .shared,
      startLimit: .seconds(scenario.cli == .real ? 60 : 10),
      atOnce: scenario.cli == .real ? 2 : 64)
  }

  private static func madeUpToken() -> String {
    var text = ByteBuffer()
    for _ in 0..<4 { text.append(hexadecimal: ThisProcess.entropy() & 0xFFFF_FFFF, digits: 8) }
    return String(decoding: text.array, as: UTF8.self)
  }
}
