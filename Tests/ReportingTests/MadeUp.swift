// A result made up so that every part of a report has something to show. No run ever gave these
// figures; they are the same on every machine, so goldens can hold what is made of them.
import Basics
import Metrics
import Reporting

/// Swift Testing has a type of this name too; here ours is meant.
typealias Asked = Metrics.Expectation

enum MadeUp {
  /// - turns: of each variant. Response times follow an exponential law, slower by a quarter for
  ///   each later variant.
  static func result(
    _ names: [String], scenario: String = "three-patterns", turns: Int = 2000,
    expecting: [String] = ["turn.response.p95 < 4s", "turns.lost == 0", "lock.wait.p95 < 1s"]
  ) -> RunResult {
    var result = RunResult(
      kind: .simulated, scenario: .init(name: scenario, digest: "5f0c2a7be91d44aa"), seed: 7)
    result.complete = true
    result.scenario.about = "Which pattern serves 300 people best?"
    result.scenario.settings = [
      SettingResult(key: "name", value: scenario, origin: "file"),
      SettingResult(key: "workload.users", value: "300", origin: "file"),
      SettingResult(key: "fleet.hosts.count", value: "2", origin: "file"),
      SettingResult(key: "fleet.hosts.cores", value: "8", origin: "file"),
      SettingResult(key: "fleet.hosts.memory", value: "64GiB", origin: "default"),
      SettingResult(key: "app.sessions.limit", value: "80", origin: "--set"),
    ]
    result.environment = [
      .init("seatrial", "0.1.0"), .init("command", "seatrial simulate three.yaml --seed 7"),
      .init("started", "2026-11-21T10:00:00.000Z"), .init("memory_bytes", "25769803776"),
    ]
    result.variants = names.indices.map { variant(names[$0], $0, turns, expecting) }
    result.cost = .init(
      wallSeconds: 0.82, cpuSeconds: 1.4, events: 12_345_678, peakMemoryBytes: 45_000_000)
    return result
  }

  private static func variant(
    _ name: String, _ place: Int, _ turns: Int, _ expecting: [String]
  ) -> VariantResult {
    var recorder = Recorder()
    let scale = Double(place + 4) / 4
    for turn in 0..<turns {
      let share = (Double(turn) + 0.5) / Double(turns)
      recorder.record(.turnResponse, Interval(seconds: -naturalLog(1 - share) * scale))
    }
    for _ in 0..<min(turns, 12 + place * 30) { recorder.record(.lockWait, .milliseconds(45)) }
    let few = turns > 0 ? 1 : 0
    recorder.count(.turnsPlanned, turns + 10 * place * few)
    recorder.count(.turnsCompleted, turns)
    recorder.count(.turnsFailed, 10 * place * few)
    recorder.count(.turnsStaleContext, place == 2 ? 300 * few : 0)
    recorder.count(.sessionsHits, 1500 * few)
    recorder.count(.sessionsCreated, 400 * few)
    recorder.count(.sessionsEvicted, 60 * place * few)
    recorder.high(.sessionsResidentMax, 50)
    recorder.high(.fleetServers, place == 1 ? 300 : 4)
    recorder.high(.fleetMemory, (place == 1 ? 77_000 : 1_500 + place * 90) * 1_000_000)
    var variant = VariantResult(name: name)
    variant.metrics = recorder.results(measured: .seconds(600))
    variant.set(MetricResult(.imbalance, 1.05 + 0.2 * Double(place)))
    variant.set(MetricResult(.serverCPU, 0.4 + 0.05 * Double(place)))
    variant.replications = 5
    variant.warmUpSeconds = 20
    variant.measuredSeconds = 600
    let wiggle = [0.99, 1.01, 1, 0.98, 1.02]
    if let p95 = variant["turn.response"]?.value(.p95) {
      variant.samples = [
        SampleResult(metric: "turn.response.p95", values: wiggle.map { $0 * p95 }),
        SampleResult(
          metric: "fleet.memory",
          values: wiggle.map { $0 * (place == 1 ? 7.7e10 : 1.5e9 + Double(place) * 9e7) }),
        SampleResult(metric: "turns.failed", values: wiggle.map { $0 * Double(2 * place) }),
      ]
    }
    variant.settings =
      place == 0
      ? [] : [SettingResult(key: "app.pattern", value: name, origin: "variant \(name)")]
    variant.expectations = expecting.compactMap {
      (try? Asked(parsing: $0))?.result(in: variant)
    }
    detail(&variant, place, turns)
    return variant
  }

  private static func detail(_ variant: inout VariantResult, _ place: Int, _ turns: Int) {
    func series(_ name: String, _ unit: String, _ value: (Int) -> Double?) -> SeriesResult {
      SeriesResult(
        name: name, unit: unit, startSeconds: 20, stepSeconds: 5, values: (0..<24).map(value))
    }
    variant.series = [
      series("turn.throughput", "/s") { turns > 0 ? 3 + Double($0 % 7) / 10 : 0 },
      series("turn.response.mean", "s") {
        turns == 0 || $0 == 10 ? nil : 1 + Double($0 % 5) / 8
      },
      series("sessions.resident", "count") { Double(min($0 * (place + 1), 50)) },
    ]
    if turns > 0 {
      variant.heatMaps = [
        HeatMapResult(
          metric: "turn.response", startSeconds: 20, stepSeconds: 5, edges: [0.5, 1, 2, 4, 8],
          counts: (0..<24).map { [3, 9 + $0 % 4, 5, place] })
      ]
    }
    variant.marks = [MarkResult(atSeconds: 60, label: "1 server lost for 10 s")]
    variant.servers = (0..<4).map { number in
      var server = ServerResult(
        name: "cli-\(number + 1)", turns: turns / 4 + (turns > 0 ? number * 10 : 0))
      server.cpu = 0.4 + 0.1 * Double(number)
      server.series = [series("server.cpu", "ratio") { 0.3 + Double(($0 + number) % 5) / 10 }]
      return server
    }
  }

  static func named(_ result: RunResult, _ name: String = "today") -> [NamedResult] {
    [NamedResult(name: name, result: result)]
  }
}
