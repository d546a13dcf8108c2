// From flags and environment to the settings of a server. Profiles and scenarios are read by the
// same reader as everywhere (Scenarios); a mistake in one comes back with its place.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Scenarios

struct SettingsAssembly {
  struct Problem: Error { var lines: [String] }

  let arguments: ServerArguments

  /// The profile that is used where none is named; it is built in, so that the program stands
  /// alone.
  static let defaultProfile = "copilot-cli-1.0.57"
  private static let plainScenario = "seatrial: 1\nname: mock\n"
  private static let largest = 4 << 20

  func settings() throws(Problem) -> MockSettings {
    var settings = MockSettings()
    let flags = arguments.mock
    try readScenario(into: &settings)
    settings.host = arguments.host
    settings.transport = arguments.transport
    settings.idleTimeout =
      arguments.sessionIdleTimeoutSeconds.map { .seconds(Int64($0)) } ?? settings.idleTimeout
    settings.cpu = flags.cpu
    settings.memory = flags.memory
    settings.events = flags.events
    settings.writes = flags.writes
    settings.audience = flags.audience
    settings.disk = flags.disk
    settings.answer = flags.answer
    settings.isHardened = flags.isHardened
    settings.faults = flags.faults
    if let cores = flags.cores { settings.cores = cores }
    readEnvironment(into: &settings)
    return settings
  }

  private func readEnvironment(into settings: inout MockSettings) {
    // An empty token counts as none, as on the real CLI.
    if let token = ThisProcess.environment("COPILOT_CONNECTION_TOKEN"), !token.isEmpty {
      settings.token = token
    }
    // Not ~/.copilot: the sessions of a mock must not get among those of a person.
    let own = (ThisProcess.environment("HOME") ?? "/tmp") + "/.copilot-mock"
    settings.home = absolute(ThisProcess.environment("COPILOT_HOME") ?? own)
    settings.workingDirectory = ThisProcess.workingDirectory
    settings.defaultModel = ThisProcess.environment("COPILOT_MODEL")
    if let base = ThisProcess.environment("COPILOT_PROVIDER_BASE_URL") {
      settings.provider = ProviderSettings(
        base: base, key: ThisProcess.environment("COPILOT_PROVIDER_API_KEY") ?? "")
    }
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : ThisProcess.workingDirectory + "/" + path
  }

  // MARK: scenario and profile

  private func readScenario(into settings: inout MockSettings) throws(Problem) {
    let flags = arguments.mock
    var keys = flags.settings
    if let profile = flags.profile, profile != "none" {
      keys.append("fleet.profile=\(profile.hasSuffix(".json") ? "given" : profile)")
    }
    let (bytes, name) = try scenarioBytes()
    let read = ScenarioFile.read(
      bytes: bytes, name: name, settings: keys, files: { file($0) })
    switch read {
    case .failure(let complaints): throw Problem(lines: complaints.all.map(\.text))
    case .success(let file):
      guard let scenario = flags.variant.map({ file.variant(named: $0) }) ?? file.base else {
        throw Problem(lines: [file.complaint(aboutVariant: flags.variant ?? "")])
      }
      settings.profile = scenario.profile
      if flags.profile == "none" { settings.profile.removeCosts() }
      settings.model = scenario.model
      settings.idleTimeout = scenario.fleet.idleTimeout
      settings.storage = scenario.fleet.storage
      if let compaction = scenario.fleet.compaction { settings.compaction = compaction }
      settings.seed = flags.seed == 0 ? scenario.seed : Seed(flags.seed)
      settings.modelSeed = flags.modelSeed.map { Seed($0) } ?? settings.seed
      // Servers that share hosts get their share from the run; alone, a host's cores are theirs.
      let hosts = scenario.fleet.hosts
      settings.cores = flags.scenario != nil && hosts.count == nil ? hosts.cores : 1
    }
  }

  private func scenarioBytes() throws(Problem) -> ([UInt8], String) {
    guard let path = arguments.mock.scenario else {
      return (Array(SettingsAssembly.plainScenario.utf8), "--set")
    }
    switch Files.read(path, limit: SettingsAssembly.largest) {
    case .contents(let bytes): return (bytes, path)
    case .tooLarge: throw Problem(lines: ["\(path): has more than 4 MiB, so it is no scenario"])
    case .failed(let failure):
      throw Problem(lines: ["\(path): cannot be read: \(failure.reason)"])
    }
  }

  /// What a scenario names: the flag's profile, the built-in one, else a file beside the scenario.
  private func file(_ name: String) -> Result<[UInt8], FileProblem> {
    var path = name
    if let place = place(of: name) {
      path = place
    } else if let given = arguments.mock.profile, given.hasSuffix(".json"),
      name == "profiles/given.json"
    {
      path = given
    } else if let scenario = arguments.mock.scenario, !name.hasPrefix("/") {
      let folder = scenario.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      path = (folder + [Substring(name)]).joined(separator: "/")
    }
    // Beside the scenario, or in the library of the current folder, as for every other program.
    if name.hasPrefix("profiles/"), !Files.exists(path), Files.exists("scenarios/" + name) {
      path = "scenarios/" + name
    }
    if name == "profiles/\(SettingsAssembly.defaultProfile).json", !Files.exists(path) {
      return .success(PackageResources.copilot_cli_1_0_57_json)
    }
    switch Files.read(path) {
    case .contents(let bytes): return .success(bytes)
    case .tooLarge(let limit):
      return .failure(FileProblem(reason: "has more than \(limit >> 20) MiB"))
    case .failed(let failure): return .failure(FileProblem(reason: "\(failure)"))
    }
  }

  /// By `--file`. A name may hold what a path seldom does.
  private func place(of name: String) -> String? {
    for file in arguments.mock.files {
      if let sign = file.lastIndex(of: "="), file[..<sign] == name {
        return String(file[file.index(after: sign)...])
      }
    }
    return nil
  }
}

extension CostProfile {
  /// Every operation is free; what is no cost (flush, retries, sweep, limits) stays.
  mutating func removeCosts() {
    ping = .free
    create = .free
    resume = .free
    resumePerTurn = 0
    resumeLive = .free
    destroy = .free
    delete = .free
    listPerSession = 0
    messagesPerTurn = 0
    turnBefore = .free
    turnAfter = .free
    turnPerLiveSession = 0
    compaction = .free
    start = .fixed(0)
    firstConnect = .fixed(0)
  }
}
