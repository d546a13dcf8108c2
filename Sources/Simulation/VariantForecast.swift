// The forecast of one variant. Everything follows from a few means: how often people ask, what a
// turn costs, how many conversations are live where. Each step is a line of `LoadModel`; here are
// the figures and the warnings drawn from them.
internal import Basics
internal import CLIModel
internal import Policies
public import Scenarios
internal import Statistics
internal import Workload

public struct VariantForecast: Sendable {
  public let name: String
  public let replications: Int
  /// Whether people ask without waiting for answers: nothing then slows an overload down.
  public let isOpen: Bool
  /// Turns a second asked for at the busiest time, if answers came without delay.
  public let offeredRate: Double
  /// Turns a second served, over the measured time.
  public let throughput: Double
  /// Turns measured in one replication.
  public let turns: Double
  /// Mean seconds of one server's time that a turn takes, with its share of opening sessions, and
  /// seconds of CPU on all its threads.
  public let serverTime: Double
  public let processorTime: Double
  public let servers: Int
  /// Offered work over what the servers can do: the mean one, and the busiest under the router.
  public let utilisation: Double
  public let busiest: Double
  /// The same for the cores of shared hosts; nil where each server has its own.
  public let hostUtilisation: Double?
  /// Live in the processes at most, all together and on a server.
  public let peakSessions: Double
  public let peakSessionsOnServer: Double
  /// Bytes of a server with that many sessions.
  public let serverMemory: Double
  /// Mean seconds from the request to the answer; nil where queues only grow.
  public let response: Double?
  /// Of all replications with their warm-ups.
  public let events: Double
  /// Simulated people's tabs: the size of the simulator's state.
  public let loops: Double
  public let simulatorMemory: Double
  /// CLI processes started in one replication, those that are gone included.
  public let processes: Double
  public let warnings: [String]

  /// Of one replication in the simulator: it numbers servers with 16 bits, each number once.
  public static let mostProcesses = 65_535.0

  /// Why the simulator cannot run this, if so. The estimate may be off by a tenth.
  public var refusal: String? {
    guard processes > 0.9 * VariantForecast.mostProcesses else { return nil }
    return "about \(Int(min(processes, 1e15))) CLI processes would be started in a replication; "
      + "the simulator can tell \(Int(VariantForecast.mostProcesses)) apart"
  }

  public var fleetMemory: Double { serverMemory * Double(servers) }

  public init(_ scenario: Scenario) {
    let model = LoadModel(scenario)
    let run = scenario.run
    name = scenario.variant
    replications = run.replications
    isOpen = model.isOpen
    offeredRate = model.peakRate
    throughput = model.throughput
    turns = model.throughput * scenario.phases.measure.seconds
    serverTime = model.serverTime
    processorTime = model.processorTime
    servers = model.servers
    utilisation = model.peakRate * model.serverTime / Double(model.servers)
    busiest = utilisation * model.busiestShare
    hostUtilisation = model.hostUtilisation
    peakSessions = model.liveSessions
    peakSessionsOnServer = model.liveOnServer * model.busiestShare
    serverMemory = model.serverMemory
    response = model.response
    let warmUp =
      switch scenario.phases.warmUp {
      case .fixed(let length): length.seconds
      // Usually a few percent of the measured time, after a pilot of that length.
      case .auto: scenario.phases.measure.seconds * (0.05 + 1 / Double(run.replications))
      }
    let simulated = (warmUp + scenario.phases.measure.seconds) * Double(run.replications)
    processes =
      Double(model.servers) + model.spawnRate * simulated / Double(max(1, run.replications))
    events = simulated * model.throughput * model.eventsPerTurn
    loops = model.loops
    // 100 B a tab and 60 B a conversation: the million people of the library take 150 MB.
    simulatorMemory = 1e6 + 100 * model.loops + 60 * model.conversations
    warnings = VariantForecast.warnings(
      model, busiest: busiest, host: hostUtilisation, memory: serverMemory, scenario)
  }

  /// From nine tenths on, waiting takes ten times the service and more.
  static let limit = 0.9

  private static func warnings(
    _ model: LoadModel, busiest: Double, host: Double?, memory: Double, _ scenario: Scenario
  ) -> [String] {
    var warnings: [String] = []
    func percent(_ share: Double) -> String { "\(Int((share * 100 + 0.5).clamped(to: 0...1e9))) %" }
    let then = model.isOpen ? "queues grow without end" : "people wait until they ask less often"
    if busiest > limit {
      warnings.append(
        "the busiest server is asked for \(percent(busiest)) of what it can do: \(then)")
    }
    if let host, host > limit {
      warnings.append(
        "the hosts' cores are asked for \(percent(host)) of what they can do: \(then)")
    }
    let hosts = scenario.fleet.hosts
    if let room = hosts.memory {
      let perHost =
        hosts.count.map { ceilingOf(Double(model.servers) / Double(max(1, $0))) } ?? 1
      if perHost * memory > room {
        warnings.append(
          "the servers of a host come to \(percent(perHost * memory / room)) of its memory")
      }
    }
    if let limit = scenario.app.sessions.limit, model.missRatio > 0.2 {
      warnings.append(
        "about \(percent(model.missRatio)) of the turns find their session evicted: the limit "
          + "of \(limit) is too small for the \(Int(model.residencies)) that would be live")
    }
    return warnings
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    self < range.lowerBound ? range.lowerBound : self > range.upperBound ? range.upperBound : self
  }
}
