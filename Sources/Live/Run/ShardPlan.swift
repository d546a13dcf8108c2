// What every shard of a run goes by: the scenario, and what the run has settled about its fleet.
internal import Basics
internal import CLIModel
internal import Scenarios
internal import Workload

struct ShardPlan: Sendable {
  let scenario: Scenario
  let seed: Seed
  let names: SessionNames
  /// Tells this run's marks and sessions from those of others.
  let run: UInt32
  let token: String?
  let providerURL: String?
  /// Servers that are there before the first turn.
  let firstServers: Int
  /// Nil: locks live in memory.
  var locks: LockPlan?
  var model = "gpt-4.1"
  /// Lag of the driver above which a turn counts as late.
  var lagTolerance = Interval.milliseconds(10)
  /// For the answer to `connect`; the SDK waits as long for a server to start.
  var greetingLimit = Interval.seconds(10)
  var windows = 120
  /// Responses are told to the keeper, which looks for the end of the warm-up.
  let observes: Bool
  let acknowledgesAtOnce: Bool

  init(
    _ scenario: Scenario, seed: Seed, run: UInt64, token: String?, providerURL: String?,
    firstServers: Int
  ) {
    self.scenario = scenario
    self.seed = seed
    self.run = UInt32(truncatingIfNeeded: run)
    self.token = token
    self.providerURL = providerURL
    self.firstServers = firstServers
    names = SessionNames(
      scenario.userIDs, people: scenario.workload.users,
      sessionsPerPerson: scenario.workload.sessions.perUser,
      groupSize: scenario.workload.groups?.size, run: run)
    observes = scenario.phases.warmUp == .auto
    acknowledgesAtOnce = !scenario.fleet.delayedAck
  }

  func writer() -> RequestWriter {
    RequestWriter(
      names: names, run: run, streaming: scenario.model.firstToken != nil, model: model,
      providerURL: providerURL)
  }

  var connectsPeople: Bool { scenario.live.connections == .perUser }
  var deletesAtEnd: Bool { scenario.workload.sessions.atEnd == .delete }
}
