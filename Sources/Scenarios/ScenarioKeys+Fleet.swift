// The keys of the phases, the model provider and the fleet.
// A table and nothing else: what keys say together is judged in Checks.
internal import Basics
internal import CLIModel

extension ScenarioKeys {
  static let modelAndPhases: [ScenarioKey] = [
    ScenarioKey(
      "workload.phases.warm-up", Syntax<Interval>.duration().or("auto"), \.warmUp, example: "2m",
      "What is cut from the front of each run; auto finds it in the measurements."),
    ScenarioKey(
      "workload.phases.measure", .duration(.seconds(1)), \.measure,
      "How long is measured after the warm-up."),
    ScenarioKey(
      "model.latency", .distribution(.seconds), \.model.latency,
      "From the call of the model to its complete answer."),
    ScenarioKey(
      "model.first-token", Syntax<Distribution>.distribution(.seconds).or("off"),
      \.model.firstToken, example: "400ms", "To the first token, where streaming matters."),
    ScenarioKey(
      "model.tokens", .distribution(.count), \.model.tokens, part: .report,
      example: "geometric(60)",
      "Tokens of an answer, sent evenly from the first to the end; a simulation has none."),
    ScenarioKey(
      "model.failures.share", .share(), \.model.failureShare, short: true,
      "Share of calls that fail."),
    ScenarioKey(
      "model.failures.status", .count(400...599), \.model.failureStatus,
      "With which HTTP status; it decides how the CLI tries again."),
    ScenarioKey(
      "model.rate-limit.rate", Syntax<Double>.rate.or("off"), \.providerRate, short: true,
      example: "10/s", "Calls that the provider accepts; it answers 429 to the rest."),
    ScenarioKey(
      "model.rate-limit.burst", .count(1...1_000_000), \.providerLimit.burst,
      "Calls that it accepts at once after a quiet time."),
    ScenarioKey(
      "model.rate-limit.concurrent", Syntax<Int>.count(1...1_000_000).or("unlimited"),
      \.providerLimit.concurrent, example: "8", "Calls under way at the same time."),
  ]

  static let fleet: [ScenarioKey] = [
    ScenarioKey(
      "fleet.cli", .word(CLIKind.self), \.cli, part: .report,
      "What a live run drives; a simulation records it only."),
    ScenarioKey(
      "fleet.binary", Syntax<String>.text(most: 4096).or("auto"), \.live.binary, part: .report,
      example: "bin/copilot", "The CLI that a live run starts; auto is the mock or real-setup's."),
    ScenarioKey(
      "fleet.targets", .list(.text(most: 300), most: 10_000), \.live.targets, part: .report,
      "With cli: external, host:port of each server."),
    ScenarioKey(
      "fleet.token-variable", .text(most: 100), \.live.tokenVariable, part: .report,
      "Environment variable with the servers' token; with _1, _2 behind it, that of one server."),
    ScenarioKey(
      "fleet.events", .word(LiveSettings.Events.self), \.live.events, part: .report,
      "What a live run's mocks send of a turn: all 19 messages, or the few that clients need."),
    ScenarioKey(
      "fleet.faults", .list(.text(most: 100), most: 20), \.live.faults, part: .report,
      "In a live run: what goes wrong in each mock, as crash-during@turn=50; see mock.md."),
    ScenarioKey(
      "fleet.provider", .word(LiveSettings.Provider.self), \.live.provider, part: .report,
      "Behind a live run's mocks: their own model, or a fake provider that sees conversations."),
    ScenarioKey(
      "fleet.disk", .word(LiveSettings.Disk.self), \.live.disk, part: .report,
      "Whether a live run's mocks keep session files; with none nothing can be resumed."),
    ScenarioKey(
      "fleet.broadcast", .word(LiveSettings.Audience.self), \.live.broadcast, part: .report,
      "Whom they tell: every connection, as the real CLI does, or a session's owners."),
    ScenarioKey(
      "fleet.profile", .text(most: 100), \.profile,
      "Measured costs: profiles/NAME.json beside the scenario."),
    ScenarioKey(
      "fleet.servers", .count(1...100_000), \.fleet.servers,
      "CLI servers at the start; with the isolated pattern each person has one."),
    ScenarioKey(
      "fleet.storage.kind", .word(StoragePlan.Kind.self), \.fleet.storage.kind, short: true,
      "Whether a session can be resumed on another server."),
    ScenarioKey(
      "fleet.storage.latency", .distribution(.seconds), \.fleet.storage.latency,
      "Added to each create, resume and delete."),
    ScenarioKey(
      "fleet.hosts.count", Syntax<Int>.count(1...100_000).or("one-per-server"),
      \.fleet.hosts.count, short: true, example: "2", "Machines that the servers share."),
    ScenarioKey(
      "fleet.hosts.cores", .number(0.1...1024), \.fleet.hosts.cores, "Cores of each."),
    ScenarioKey(
      "fleet.hosts.memory", Syntax<Double>.size.or("unlimited"), \.fleet.hosts.memory,
      example: "32GiB", "Memory of each."),
    ScenarioKey(
      "fleet.hosts.when-full", .word(HostPlan.WhenFull.self), \.fleet.hosts.whenFull,
      "What happens when it is not enough."),
    ScenarioKey(
      "fleet.round-trip", .duration(), \.fleet.roundTrip,
      "A message from app to server and its answer, on the network."),
    ScenarioKey(
      "fleet.idle-timeout", Syntax<Interval>.duration(.seconds(1)).or("off"),
      \.fleet.idleTimeout, example: "30m", "The CLI unloads sessions unused for this long."),
    ScenarioKey(
      "fleet.delayed-ack", .flag, \.fleet.delayedAck,
      "Clients without TCP_QUICKACK: an isolated reply takes 40 ms longer."),
    ScenarioKey(
      "fleet.compaction.threshold", .compaction, \.compactionThreshold, short: true,
      example: "80%", "Share of the context window at which a session is compacted; on is 80%."),
    ScenarioKey(
      "fleet.changes", .list(.change, most: 1000), \.fleet.changes,
      "Servers that join, drain or are lost on the way."),
    ScenarioKey(
      "fleet.costs.turn-before", Syntax<Distribution>.distribution(.seconds).optional,
      \.costs.turnBefore, "CPU of a turn before the model is called."),
    ScenarioKey(
      "fleet.costs.turn-after", Syntax<Distribution>.distribution(.seconds).optional,
      \.costs.turnAfter, "CPU of a turn after the model's answer."),
    ScenarioKey(
      "fleet.costs.create", Syntax<Distribution>.distribution(.seconds).optional, \.costs.create,
      "CPU to create a session."),
    ScenarioKey(
      "fleet.costs.resume", Syntax<Distribution>.distribution(.seconds).optional, \.costs.resume,
      "CPU to resume a session that has no turns."),
    ScenarioKey(
      "fleet.costs.resume-per-turn", Syntax<Interval>.duration().optional, \.costs.resumePerTurn,
      "CPU that each turn of the history adds to a resume."),
    ScenarioKey(
      "fleet.costs.destroy", Syntax<Distribution>.distribution(.seconds).optional, \.costs.destroy,
      "CPU to unload a session."),
  ]
}

extension Syntax where Value == Double? {
  /// off, on, or the share itself.
  fileprivate static var compaction: Syntax<Double?> {
    let share = Syntax<Double>.share(0.01...1).or("off")
    return Syntax<Double?>(
      .either([.words(["off", "on"]), .share(least: 0.01, most: 1)]),
      read: { node, reading in
        node.scalar == "on" ? .some(CompactionPlan().threshold) : share.read(node, &reading)
      },
      show: share.show)
  }
}
