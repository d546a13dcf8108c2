// What the chosen fleet needs beside servers: cores, memory, disk, descriptors, network, Redis.
// Every figure is a formula over the trials' own counts and constants of the profile;
// docs/planning.md states each with the origin of its constants.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Scenarios
internal import Simulation
internal import Statistics
internal import Workload

public struct FleetResources: Sendable, Hashable {
  public var servers = 0
  public var hosts = 0
  public var cores = 0.0
  /// Of the hosts; nil: not limited in the scenario.
  public var hostMemoryBytes: Double?
  /// Most that the servers used.
  public var serverMemoryBytes = 0.0
  public var fleetMemoryBytes = 0.0
  public var turnsPerSecond = 0.0
  /// Cores that are busy, on average.
  public var busyCores = 0.0
  public var diskBytesPerDay = 0.0
  /// What lies there when old conversations are deleted as the scenario says, or after 30 days.
  public var diskBytesKept = 0.0
  public var retentionDays = 0.0
  public var isSharedDisk = false
  /// Of one server: open files and connections.
  public var descriptors = 0.0
  /// Most that were live on one server.
  public var sessionsOnServer = 0.0
  /// Bytes a second, all servers together: to the backend, and to the model.
  public var eventBytesPerSecond = 0.0
  public var modelBytesPerSecond = 0.0
  public var redisCommandsPerSecond = 0.0
  public var usesRedis = false
  public var backendInstances = 0
  public var failedShare = 0.0

  /// Open after the start, without sessions: real CLI, section 5.5 of its measurements.
  static let baseDescriptors = 28.0
  /// A request to the model: system prompt and 17 tools, then a turn's growth of the history.
  static let modelRequest = 53_000.0
  static let modelHistory = 270.0
  /// Where the scenario never deletes: a month.
  static let usualRetention = 30.0

  /// From trials of the fleet.
  init(_ candidate: Candidate, users: Int, probe: Probe) {
    let runs = probe.runs
    let parts = probe.scale
    func rate(_ metric: CountMetric) -> Double {
      parts
        * Replications(runs.map { Double($0.value(metric)) / max(1e-9, $0.measured.seconds) }).mean
    }
    func peak(_ metric: PeakMetric) -> Double { Double(runs.map { $0.value(metric) }.max() ?? 0) }
    let planned = rate(.turnsPlanned)
    let servers = Double(candidate.servers(users: users, size: probe.size))
    let counts = Counts(
      turns: rate(.turnsCompleted), calls: rate(.providerCalls), disk: rate(.diskBytes),
      busyCores: Replications(runs.map { $0.value(.serverCPU) ?? 0 }).mean * servers,
      serverMemory: peak(.serverMemory), fleetMemory: parts * peak(.fleetMemory),
      sessionsOnServer: peak(.serverSessions), attempts: rate(.locksAttempts),
      acquired: rate(.locksAcquired), renewed: rate(.locksRenewed),
      failedShare: planned > 0 ? rate(.turnsFailed) / planned : 0)
    self.init(candidate, users: users, size: probe.size, counts)
  }

  /// The same load on a fleet of another size: servers, hosts and their cores change. A server's
  /// peak is left as it is, which is too much for a larger fleet.
  func resized(to size: Int, of candidate: Candidate) -> FleetResources {
    var other = self
    let each = cores / Double(max(1, hosts))
    if !candidate.isIsolated { other.servers = size }
    other.hosts = candidate.hosts(size: size)
    other.cores = each * Double(other.hosts)
    return other
  }

  /// From formulas alone.
  init(_ candidate: Candidate, users: Int, forecastOf size: Int) {
    let scenario = candidate.scenario(users: users, size: size)
    let forecast = VariantForecast(scenario.withoutHashing)
    let profile = scenario.profile
    let pace = forecast.throughput
    let length = scenario.workload.sessions.turns?.mean ?? .infinity
    let locked = scenario.locks ? pace * (scenario.workload.groups?.share ?? 1) : 0
    self.init(
      candidate, users: users, size: size,
      Counts(
        turns: pace, calls: pace,
        disk: pace
          * (profile.disk.turn(prompt: scenario.workload.prompt.mean)
            + (profile.disk.session + profile.disk.database) / length),
        busyCores: pace * forecast.processorTime, serverMemory: forecast.serverMemory,
        fleetMemory: forecast.fleetMemory, sessionsOnServer: forecast.peakSessionsOnServer,
        attempts: locked, acquired: locked, renewed: 0, failedShare: 0))
  }

  /// What a fleet does in a second, and its peaks.
  private struct Counts {
    var turns, calls, disk, busyCores: Double
    var serverMemory, fleetMemory, sessionsOnServer: Double
    var attempts, acquired, renewed: Double
    var failedShare: Double
  }

  private init(_ candidate: Candidate, users: Int, size: Int, _ counts: Counts) {
    let scenario = candidate.scenario(users: users, size: size)
    let profile = scenario.profile
    servers = candidate.servers(users: users, size: size)
    hosts = candidate.hosts(size: size)
    cores = Double(hosts) * scenario.fleet.hosts.cores
    hostMemoryBytes = scenario.fleet.hosts.memory
    serverMemoryBytes = counts.serverMemory
    fleetMemoryBytes = counts.fleetMemory
    turnsPerSecond = counts.turns
    busyCores = counts.busyCores
    failedShare = counts.failedShare

    // Bytes of turns and of new sessions.
    diskBytesPerDay = counts.disk * 86_400
    retentionDays =
      scenario.app.cleanUp.map { $0.olderThan.seconds / 86_400 } ?? FleetResources.usualRetention
    let length = scenario.workload.sessions.turns?.mean ?? .infinity
    if scenario.workload.sessions.atEnd == .delete && length.isFinite {
      // Deleted when it ends: what lies there is what is open, half grown on average.
      let open = Double(users * scenario.workload.sessions.perUser)
      diskBytesKept =
        open
        * (profile.disk.session + profile.disk.database
          + profile.disk.turn(prompt: scenario.workload.prompt.mean) * length / 2)
    } else {
      diskBytesKept = diskBytesPerDay * retentionDays
    }
    isSharedDisk = scenario.fleet.storage.kind == .shared

    backendInstances = scenario.app.instances
    sessionsOnServer = counts.sessionsOnServer
    let connections = candidate.isIsolated ? 1 : Double(backendInstances)
    // One descriptor for each session that has run a turn, one for each connection.
    descriptors = FleetResources.baseDescriptors + connections + counts.sessionsOnServer
    // Every event goes to every connection of its server.
    eventBytesPerSecond = counts.turns * Double(profile.turnBytes) * connections
    let history = min(length, 50) / 2 * FleetResources.modelHistory
    modelBytesPerSecond = counts.calls * (FleetResources.modelRequest + history)

    usesRedis = scenario.app.lock.backend == .redis && scenario.locks
    // A release by GET and DEL is two commands; a refused attempt is one.
    let release = scenario.app.lock.release == .getThenDelete ? 2.0 : 1
    redisCommandsPerSecond = counts.attempts + counts.acquired * release + counts.renewed
  }
}

extension Scenario {
  /// Whether any turn takes a lock.
  var locks: Bool {
    switch app.lock.covers {
    case .never: false
    case .always: true
    case .collaborative: app.pattern == .collaborative
    }
  }
}
