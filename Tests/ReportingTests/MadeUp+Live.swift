// The live run that a made-up simulation predicts: one replication of the same people, with what
// only a driver sees and without what only a simulator does.
import Basics
import Metrics

extension MadeUp {
  static func live(_ model: RunResult) -> RunResult {
    var live = model
    live.kind = .live
    live.scenario.settings.append(SettingResult(key: "fleet.cli", value: "mock", origin: "file"))
    live.scenario.settings.append(SettingResult(key: "run.drain", value: "30s", origin: "default"))
    live.differences = []
    for place in live.variants.indices { live.variants[place] = one(model.variants[place]) }
    return live
  }

  private static func one(_ model: VariantResult) -> VariantResult {
    var variant = VariantResult(name: model.name)
    let runs = Double(model.replications)
    let unseen = [
      "turns.lost", "turns.foreign", "turns.duplicated", "turns.stale_context",
      "sessions.context_lost", "sessions.split_brain",
    ]
    for metric in model.metrics where !unseen.contains(metric.name) {
      var metric = metric
      let isTally = MetricCatalog.definition(named: metric.name)?.kind == .count
      if case .value(let value?, _) = metric.figure {
        metric.figure = .value(isTally ? floorOf(value / runs + 0.5) : value, interval: nil)
      }
      variant.set(metric)
    }
    var recorder = Recorder()
    for turn in 1...400 { recorder.record(.driverLag, .microseconds(Int64(turn))) }
    variant.set(MetricResult(.driverLag, recorder.snapshot(of: .driverLag)))
    variant.set(MetricResult(.driverCPU, 0.07))
    variant.settings = model.settings
    variant.expectations = model.expectations
    variant.warmUpSeconds = model.warmUpSeconds
    variant.measuredSeconds = model.measuredSeconds / runs
    variant.series = model.series
    variant.heatMaps = model.heatMaps
    variant.servers = model.servers.enumerated().map { number, server in
      var server = server
      server.startSeconds = 0.05 + 0.01 * Double(number)
      func series(_ name: String, _ unit: String, _ value: Double) -> SeriesResult {
        SeriesResult(
          name: name, unit: unit, startSeconds: 20, stepSeconds: 5,
          values: (0..<24).map { value + Double($0 % 3) })
      }
      server.series += [
        series("server.memory", "bytes", 12_000_000), series("server.threads", "count", 3),
        series("server.descriptors", "count", 20), series("server.sessions", "count", 8),
      ]
      return server
    }
    return variant
  }
}
