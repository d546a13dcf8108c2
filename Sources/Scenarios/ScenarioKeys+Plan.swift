// The keys of `seatrial plan`: how many people, and which fleets to choose from.
// A table and nothing else; the candidates themselves are made in Planning.
internal import Basics
internal import CLIModel
internal import Policies

extension ScenarioKeys {
  static let plan: [ScenarioKey] = [
    ScenarioKey(
      "plan.users", Syntax<[Int]>.list(.count(1...10_000_000), most: 20), \.plan.users,
      part: .report, example: "[100, 1k, 10k]",
      "Numbers of people to plan for, where --users says nothing."),
    ScenarioKey(
      "plan.candidates", .word(PlanSettings.Source.self), \.plan.candidates, part: .report,
      "Fleets to choose from: the lists here, the variants, or whichever there is."),
    ScenarioKey(
      "plan.pattern", .list(.word(Pattern.self), most: 3), \.plan.pattern, part: .report,
      "Patterns to try; else the scenario's own."),
    ScenarioKey(
      "plan.routing", .list(.word(Routing.self), most: 8), \.plan.routing, part: .report,
      "Routings to try; else the scenario's own."),
    ScenarioKey(
      "plan.storage", .list(.word(StoragePlan.Kind.self), most: 2), \.plan.storage, part: .report,
      "Storages to try; a routing that wanders is tried on shared storage only."),
    ScenarioKey(
      "plan.limit", .list(Syntax<Int>.count(1...10_000_000).or("unlimited"), most: 10),
      \.plan.limit, part: .report, example: "[50, unlimited]",
      "Session limits to try, each counted on a server; else the scenario's own."),
    ScenarioKey(
      "plan.evict", .list(.word(SessionPolicy.Evict.self), most: 4), \.plan.evict, part: .report,
      "Evictions to try, where there is a limit."),
    ScenarioKey(
      "plan.hosts", .list(.hostSize, most: 10), \.plan.hosts, part: .report,
      "Host sizes to try; else the scenario's own."),
    ScenarioKey(
      "plan.shared-latency", .distribution(.seconds), \.plan.sharedLatency, part: .report,
      "Of shared storage, for candidates that have it where the scenario has not."),
    ScenarioKey(
      "plan.users-per-instance", Syntax<Int>.count(1...10_000_000).or("auto"),
      \.plan.usersPerInstance, part: .report, example: "1k",
      "One copy of the backend for so many people; auto is 1000, or the scenario's own share "
        + "where the session limit counts in each copy."),
    ScenarioKey(
      "plan.most-servers", .count(1...60_000), \.plan.mostServers, part: .report,
      "Larger fleets are not considered."),
    ScenarioKey(
      "plan.availability", .share(0.5...0.999999), \.plan.availability, part: .report,
      "Chance that one server is up, for the cost of a nine."),
    ScenarioKey(
      "plan.prices", Syntax<String>.text(most: 200).or("none"), \.plan.prices, part: .report,
      example: "prices/example.yaml", "A price file; else nothing is said about money."),
    ScenarioKey(
      "plan.cli-version", Syntax<String>.text(most: 50).or("of the profile"), \.plan.cliVersion,
      part: .report, example: "1.0.64",
      "The CLI that will be deployed; the plan says so where it was not the one measured."),
    ScenarioKey(
      "plan.profiles", .list(.text(most: 100), most: 10), \.plan.profileNames, part: .report,
      "Other profiles to hold the chosen fleet against, as in fleet.profile."),
  ]
}

extension Syntax where Value == PlanSettings.HostSize {
  fileprivate static var hostSize: Syntax<PlanSettings.HostSize> {
    let cores = Syntax<Double>.number(0.1...1024)
    let servers = Syntax<Int>.count(1...1000)
    let fields = [
      RecordField(name: "cores", shape: cores.shape, required: true, help: "Cores of a host."),
      RecordField(
        name: "memory", shape: .size, required: false, help: "Memory of a host; else unlimited."),
      RecordField(
        name: "servers", shape: servers.shape, required: false,
        help: "CLI servers on a host; else as in the scenario."),
    ]
    return Syntax(
      .record(fields),
      read: { node, reading in
        var record = RecordReader(node, fields: fields, &reading)
        let count = record.value("cores", cores, &reading)
        let memory = record.value("memory", Syntax<Double>.size, &reading)
        let each = record.value("servers", servers, &reading)
        guard record.sound, let count else { return nil }
        return PlanSettings.HostSize(cores: count, memory: memory, servers: each)
      },
      show: { host in
        let memory = host.memory.map { ", memory: \(Text.size($0))" } ?? ""
        let servers = host.servers.map { ", servers: \($0)" } ?? ""
        return "{cores: \(Text.number(host.cores))\(memory)\(servers)}"
      })
  }
}
