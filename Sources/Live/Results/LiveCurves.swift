// How a live run moved over time, from the shards' windows and the lenses of the servers: the
// curves that a simulated result has too, and those that only a real process has.
internal import Basics
internal import LinuxIO
internal import Metrics

struct LiveCurves {
  private let windows: [MeasuredPart.Window]
  private let warmUp: UnmeasuredPart?
  private let drain: UnmeasuredPart?
  private let lenses: [ServerLens]
  private let start: Instant
  private let step: Double

  /// Pages draw this many servers one by one.
  private static let servers = 32

  init(_ figures: LiveFigures) {
    var windows = figures.windows
    var step = figures.reports.first.map(\.windowStep.seconds) ?? 0
    // A run that was stopped has a part of a window at its end, which says nothing about a rate.
    if figures.measured.seconds < step * (Double(windows.count) - 0.01) {
      if windows.count > 1 { windows.removeLast() } else { step = figures.measured.seconds }
    }
    self.windows = windows
    self.step = windows.isEmpty ? 0 : step
    // A run stopped in its warm-up has measured that.
    warmUp = figures.wasWarming ? nil : LiveCurves.together(figures.reports.map(\.warmUp))
    drain = LiveCurves.together(figures.reports.compactMap(\.drain))
    lenses = figures.servers
    start = figures.measuredFrom
  }

  var series: [SeriesResult] {
    guard step > 0 else { return [] }
    var found = [
      result("turn.throughput", "/s") { Double($0.turns) / step },
      result("turn.response.mean", "s") {
        $0.turns > 0 ? Double($0.responseSum) * 1e-9 / Double($0.turns) : nil
      },
      result("turns.failed", "/s") { Double($0.failures) / step },
      result("sessions.resident", "count") { Double($0.residents) },
      result("sessions.evicted", "/s") { Double($0.evicted) / step },
      result("servers.backlog", "count") { Double($0.backlog) },
      result("turns.under_way", "count") { Double($0.underWay) },
      result("turns.planned", "/s") { Double($0.planned) / step },
      result("turns.sent", "/s") { Double($0.sent) / step },
    ]
    let always = found.count
    for place in MeasuredPart.rates.indices {
      found.append(
        result(MeasuredPart.rates[place].name, "/s") { Double($0.counts[place]) / step })
    }
    for place in MeasuredPart.waits.indices {
      found.append(
        result(MeasuredPart.waits[place].name + ".mean", "s") {
          let wait = $0.waits[place]
          return wait.count > 0 ? wait.sum * 1e-9 / Double(wait.count) : nil
        })
    }
    // What never happened needs no curve.
    return found.prefix(always)
      + found.dropFirst(always).filter { $0.values.contains { ($0 ?? 0) != 0 } }
  }

  /// Shards end their measured time by the same clock, but not all were there to hear of it.
  private static func together(_ parts: [UnmeasuredPart]) -> UnmeasuredPart? {
    guard let first = parts.first else { return nil }
    return parts.dropFirst().reduce(into: first) { sum, part in
      if part.from == sum.from { sum.merge(part) }
    }
  }

  private var heatMap: HeatMapResult? {
    guard step > 0 else { return nil }
    return HeatMapResult(
      metric: TimeMetric.turnResponse.name, startSeconds: start.seconds, stepSeconds: step,
      bands: windows.map(\.bands))
  }

  /// The measured part first, then what was before and after it.
  var heatMaps: [HeatMapResult] {
    [heatMap, warmUp?.heatMap(.warmUp), drain?.heatMap(.drain)].compactMap { $0 }
  }

  func sessionsMax(_ server: Int) -> Int? {
    windows.compactMap { server < $0.serverSessions.count ? $0.serverSessions[server] : nil }.max()
  }

  func series(of server: Int) -> [SeriesResult] {
    guard step > 0, server < LiveCurves.servers else { return [] }
    func own(_ list: [Int]) -> Int? { server < list.count ? list[server] : nil }
    var found = [
      result("turn.throughput", "/s") { own($0.serverTurns).map { Double($0) / step } },
      result("server.sessions", "count") { own($0.serverSessions).map { Double($0) } },
      result("server.queue", "count") { own($0.serverQueue).map { Double($0) } },
    ]
    let samples = lenses[server].samples
    if samples.count > 1 {
      found.append(
        SeriesResult(
          name: "server.cpu", unit: "ratio", startSeconds: start.seconds, stepSeconds: step,
          values: slope(samples) { $0.cpu.seconds }))
      found.append(level("server.memory", "bytes", samples) { Double($0.residentBytes) })
      found.append(
        level("server.memory.proportional", "bytes", samples) {
          $0.proportionalBytes.map { Double($0) }
        })
      found.append(level("server.threads", "count", samples) { Double($0.threads) })
      found.append(
        level("server.descriptors", "count", samples) { $0.descriptors.map { Double($0) } })
      found.append(level("server.children", "count", samples) { Double($0.children) })
    }
    let disks = lenses[server].disks
    if !disks.isEmpty {
      found.append(level("server.disk", "bytes", disks, at: \.at) { Double($0.bytes) })
    }
    return found.filter { $0.values.contains { $0 != nil } }
  }

  private func result(
    _ name: String, _ unit: String, _ value: (MeasuredPart.Window) -> Double?
  ) -> SeriesResult {
    SeriesResult(
      name: name, unit: unit, startSeconds: start.seconds, stepSeconds: step,
      values: windows.map(value))
  }

  // MARK: lenses

  /// What a lens saw last before the end of each window.
  private func level(
    _ name: String, _ unit: String, _ samples: [ServerLens.Sample],
    _ value: (ProcessGauge) -> Double?
  ) -> SeriesResult {
    level(name, unit, samples, at: \.at) { value($0.gauge) }
  }

  private func level<Sample>(
    _ name: String, _ unit: String, _ samples: [Sample], at instant: (Sample) -> Instant,
    _ value: (Sample) -> Double?
  ) -> SeriesResult {
    var next = 0
    var seen: Double?
    let values = windows.indices.map { place -> Double? in
      let end = start.seconds + Double(place + 1) * step
      while next < samples.count && instant(samples[next]).seconds <= end {
        seen = value(samples[next])
        next += 1
      }
      return seen
    }
    return SeriesResult(
      name: name, unit: unit, startSeconds: start.seconds, stepSeconds: step, values: values)
  }

  /// By how much a growing figure rose in a second, straight between two looks.
  private func slope(
    _ samples: [ServerLens.Sample], _ value: (ProcessGauge) -> Double
  ) -> [Double?] {
    windows.indices.map { place in
      let middle = start.seconds + (Double(place) + 0.5) * step
      guard let after = samples.firstIndex(where: { $0.at.seconds >= middle }), after > 0 else {
        return nil
      }
      let (first, last) = (samples[after - 1], samples[after])
      let time = last.at.seconds - first.at.seconds
      return time > 0 ? max(0, value(last.gauge) - value(first.gauge)) / time : nil
    }
  }
}
