// One model that a general simulation library runs as well: 1000 closed users (think time
// exponential, mean 10 s), ten first-come first-served servers sticky by the hash of the user's id,
// service exponential, mean 50 ms. No limit, no locks, no network. It prints one line of JSON;
// Tests/Benchmarks/against_simpy.py runs it and SimPy in turn and forms the ratio.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Simulation
internal import Workload

enum ClosedComparison {
  static let users = 1000
  /// Two seconds of work: long against a scheduler's tick, short enough for five rounds.
  static let turns = 8_000_000

  static func plan() -> RunPlan {
    var plan = RunPlan()
    plan.workload.users = users
    plan.workload.think = .exponential(mean: 10)
    plan.fleet.servers = 10
    plan.fleet.storage.kind = .shared
    plan.profile.turnAfter = OperationCost(cpu: .exponential(mean: 0.05))
    plan.app.pattern = .shared
    plan.app.routing = .stickyModulo
    plan.app.lock.covers = .never
    return plan
  }

  /// Turns are what both count alike. An event here is the reference's: an arrival or a departure;
  /// our queue pops three times a turn (wake-up, end of service, the answer of a provider that
  /// takes no time).
  static func run() {
    var simulator = Simulator(plan())
    // 200 s: twenty think times, after which the start no longer shows.
    simulator.run(through: .zero + .seconds(200))
    simulator.beginMeasurement(length: .seconds(1_000_000))
    let before = simulator.events
    let start = ProcessUsage.threadTime()
    // One turn takes a user about 10.1 s.
    let length = Interval(seconds: Double(turns) * 10.1 / Double(users))
    simulator.run(through: .zero + .seconds(200) + length)
    let seconds = (ProcessUsage.threadTime() - start).seconds
    let done = Double(simulator.completedTurns)
    let mean = (simulator.recorder.mean(of: .turnResponse) ?? 0) * 1e-9
    let line = JSONValue.object([
      JSONMember("turns", .integer(Int64(simulator.completedTurns))),
      JSONMember("cpu_seconds", .number(seconds)),
      JSONMember("turns_per_second", .number(done / seconds)),
      JSONMember("events_per_second", .number(2 * done / seconds)),
      JSONMember("pops_per_second", .number(Double(simulator.events - before) / seconds)),
      JSONMember("mean_response", .number(mean)),
    ])
    BenchCommand.say(line.text(.compact))
  }
}
