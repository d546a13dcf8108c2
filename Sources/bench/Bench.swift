// Events per second of the simulator on the reference model: closed users with think time, sticky
// routing, a session manager at half of a server's sessions, a tenth of the turns on shared
// sessions under a lock.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Simulation
internal import Workload

enum Bench {
  @MainActor static func run(_ arguments: [String]) {
    if let place = arguments.firstIndex(of: "--turns") { turns = Double(arguments[place + 1])! }
    drawsPrompts = arguments.contains("--prompts")
    let sizes = arguments.prefix { $0 != "--turns" }.dropFirst().compactMap { Int($0) }
    for users in sizes.isEmpty ? [1_000, 100_000, 1_000_000] : sizes { measure(users) }
  }

  static func plan(users: Int) -> RunPlan {
    var plan = RunPlan()
    let servers = max(1, users <= 10_000 ? users / 100 : users / 1000)
    plan.workload.users = users
    plan.workload.think = .exponential(mean: 10)
    plan.workload.groups = .init()
    plan.workload.groups!.share = 0.1
    plan.model.latency = .exponential(mean: 1)
    plan.fleet.servers = servers
    plan.fleet.storage.kind = .shared
    let perServer = Double(users) / Double(servers)
    let turn = 0.5 * 11 / perServer
    plan.profile.turnBefore = OperationCost(cpu: .fixed(turn * 0.125))
    plan.profile.turnAfter = OperationCost(cpu: .fixed(turn * 0.775))
    plan.profile.create = OperationCost(cpu: .fixed(turn * 0.08))
    plan.profile.resume = OperationCost(cpu: .fixed(turn * 0.08))
    plan.profile.destroy = OperationCost(cpu: .fixed(turn * 0.02))
    plan.app.pattern = .shared
    plan.app.sessions.limit = max(1, Int(perServer / 2))
    plan.app.sessions.scope = .server
    return plan
  }

  @MainActor static var turns = 2_000_000.0
  /// Prompts of many sizes instead of one: each is drawn, and each session adds up its own.
  @MainActor static var drawsPrompts = false

  @MainActor static func measure(_ users: Int) {
    let before = ProcessUsage.current().residentBytes ?? 0
    var plan = plan(users: users)
    if drawsPrompts { plan.workload.prompt = .lognormal(median: 600, sigma: 1.5) }
    var simulator = Simulator(plan)
    let cycle = 11.0
    let turns = max(Bench.turns, Double(users) * 3)
    let warm = Instant.zero + Interval(seconds: turns * 0.25 * cycle / Double(users))
    let end = Instant.zero + Interval(seconds: turns * 1.25 * cycle / Double(users))
    simulator.run(through: warm)
    let events = simulator.events
    let start = ProcessUsage.current().processorTime.seconds
    simulator.run(through: end)
    let spent = ProcessUsage.current().processorTime.seconds - start
    let after = ProcessUsage.current().residentBytes ?? 0
    let popped = simulator.events - events
    for part in simulator.memoryByPart { print("  \(part.part): \(part.bytes / users) B/user") }
    let bytes = Double(after - before) / Double(users)
    print(
      "\(users) users: \(Double(Int(Double(popped) / spent / 1e4)) / 100) M events/s, "
        + "\(popped) events, "
        + "\(Double(popped) / max(1, Double(simulator.completedTurns))) per turn, "
        + "\(Int(bytes)) B/user, rebuilds \(simulator.queueRebuilds), \(simulator.summary)")
  }
}
