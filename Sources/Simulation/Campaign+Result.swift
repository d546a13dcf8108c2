// What the replications of all variants say together: merged histograms, intervals over
// replications, paired differences against the first variant, expectations, and whether the figures
// can be trusted.
internal import Basics
internal import CLIModel
public import Metrics
internal import Policies
internal import Results
internal import Scenarios
internal import Statistics
internal import Workload

extension Campaign {
  public func result() -> RunResult {
    var result = RunResult(
      kind: .simulated,
      scenario: .init(name: file.base.name, digest: file.digest), seed: file.base.seed.value)
    result.scenario.about = file.base.about
    result.scenario.settings = file.base.settings()
    result.complete = !stopped
    result.variants = variants.map { variantResult($0) }
    result.differences = differences()
    let reasons = doubts(result)
    result.verdict =
      reasons.contains { $0.invalid } ? .invalid : reasons.isEmpty ? .valid : .suspect
    result.reasons = reasons.map(\.text)
    result.cost.events = eventsRun
    return result
  }

  // MARK: one variant

  private func samples(of progress: Progress) -> [Replication] {
    progress.replications.isEmpty
      ? progress.partial.map { [$0] } ?? [] : progress.replications
  }

  /// Whether all there is was stopped before the end of its warm-up.
  private func isRaw(_ progress: Progress) -> Bool {
    progress.replications.isEmpty && progress.partialIsRaw
  }

  private func variantResult(_ progress: Progress) -> VariantResult {
    let samples = samples(of: progress)
    var result = VariantResult(name: progress.scenario.variant)
    result.replications = samples.count
    result.warmUpSeconds = isRaw(progress) ? 0 : commonWarmUp.seconds
    result.measuredSeconds = samples.reduce(0) { $0 + $1.measured.seconds }
    for metric in TimeMetric.allCases { result.set(time(metric, samples)) }
    for metric in CountMetric.allCases {
      result.set(MetricResult(metric, samples.reduce(0) { $0 + $1.value(metric) }))
    }
    for metric in PeakMetric.allCases {
      result.set(MetricResult(metric, samples.reduce(0) { max($0, $1.value(metric)) }))
    }
    for metric in DerivedMetric.allCases {
      let values = samples.compactMap { $0.value(metric) }
      result.set(
        MetricResult(
          metric, values.isEmpty ? nil : Replications(values).mean,
          interval: interval(values)))
    }
    if let first = samples.first {
      result.servers = first.servers
      result.series = first.series
      // The measured part first: earlier readers take the first one.
      result.heatMaps = [first.heatMap, first.leadIn].compactMap { $0 }
    }
    result.samples = Campaign.samples(of: samples)
    result.marks = progress.scenario.marks
    result.settings = progress.scenario.settings(unlike: file.base)
    result.expectations = progress.scenario.expectations.compactMap {
      (try? Metrics.Expectation(parsing: $0.text))?.result(in: result)
    }
    return result
  }

  /// Histograms are merged; intervals come from the replications' own figures, never from within
  /// one run.
  private func time(_ metric: TimeMetric, _ samples: [Replication]) -> MetricResult {
    let merged = samples.reduce(HistogramSnapshot()) { $0.merged(with: $1.time(metric)) }
    var result = MetricResult(metric, merged)
    for statistic in Statistic.allCases where statistic != .count && statistic != .max {
      let values = samples.compactMap { TimeSummary($0.time(metric))[statistic] }
      if values.count == samples.count, let interval = interval(values) {
        result.set(interval, statistic)
      }
    }
    return result
  }

  private func interval(_ values: [Double]) -> Metrics.ConfidenceInterval? {
    guard values.count > 1, let found = Replications(values).interval() else { return nil }
    guard found.low.isFinite && found.high.isFinite else { return nil }
    return Metrics.ConfidenceInterval(low: found.low, high: found.high)
  }

  // MARK: between variants

  /// Differences below this share of the first variant's figure are not worth a word.
  static let margin = 0.02

  private func differences() -> [PairedDifference] {
    guard let first = variants.first, !stopped else { return [] }
    return variants.dropFirst().flatMap { other in
      Campaign.compared.compactMap { figure in difference(figure, first, other) }
    }
  }

  struct Figure: Sendable {
    var name: String
    var unit: MetricUnit
    var better: BetterDirection
    var value: @Sendable (Replication) -> Double?
  }

  static let compared: [Figure] = [
    Figure(name: "turn.response.mean", unit: .seconds, better: .lower) {
      TimeSummary($0.time(.turnResponse))[.mean]
    },
    Figure(name: "turn.response.p95", unit: .seconds, better: .lower) {
      TimeSummary($0.time(.turnResponse))[.p95]
    },
    Figure(name: "turn.throughput", unit: .perSecond, better: .higher) {
      $0.value(.turnThroughput)
    },
    Figure(name: "sessions.eviction_rate", unit: .ratio, better: .lower) {
      $0.value(.evictionRate)
    },
    Figure(name: "locks.contention_rate", unit: .ratio, better: .lower) {
      $0.value(.contentionRate)
    },
    Figure(name: "turns.failed", unit: .count, better: .lower) {
      Double($0.value(.turnsFailed))
    },
    Figure(name: "fleet.memory", unit: .bytes, better: .lower) {
      Double($0.value(.fleetMemory))
    },
  ]

  private func difference(
    _ figure: Figure, _ first: Progress, _ other: Progress
  ) -> PairedDifference? {
    let count = min(first.replications.count, other.replications.count)
    guard count > 1 else { return nil }
    let base = first.replications.prefix(count).compactMap { figure.value($0) }
    let candidate = other.replications.prefix(count).compactMap { figure.value($0) }
    guard base.count == count, candidate.count == count else { return nil }
    if base.allSatisfy({ $0 == 0 }) && candidate.allSatisfy({ $0 == 0 }) { return nil }
    let comparison = PairedComparison(baseline: base, candidate: candidate)
    let margin = Campaign.margin * max(abs(comparison.baselineMean), 1e-12)
    let word: PairedDifference.Word =
      switch comparison.finding(better: figure.better, margin: margin) {
      case .better: .better
      case .worse: .worse
      case .noDifference: .noDifference
      case .cannotTell: .cannotTell
      }
    let interval = comparison.interval().flatMap {
      $0.low.isFinite && $0.high.isFinite
        ? Metrics.ConfidenceInterval(low: $0.low, high: $0.high) : nil
    }
    return PairedDifference(
      metric: figure.name, unit: figure.unit.rawValue, variant: other.scenario.variant,
      against: first.scenario.variant, difference: comparison.difference, interval: interval,
      word: word)
  }

  // MARK: can it be trusted

  private struct Doubt {
    var text: String
    var invalid = false
  }

  private func doubts(_ result: RunResult) -> [Doubt] {
    var doubts: [Doubt] = []
    if stopped { doubts.append(Doubt(text: "the run was stopped before its end")) }
    for (progress, variant) in zip(variants, result.variants) {
      doubts += self.doubts(progress, variant).map {
        Doubt(text: "\(variant.name): \($0.text)", invalid: $0.invalid)
      }
    }
    return doubts
  }

  private func doubts(_ progress: Progress, _ variant: VariantResult) -> [Doubt] {
    let samples = samples(of: progress)
    let completed = samples.reduce(0) { $0 + $1.value(.turnsCompleted) }
    if completed == 0 { return [Doubt(text: "no turn was completed", invalid: true)] }
    var doubts: [Doubt] = []
    if isRaw(progress) {
      doubts.append(
        Doubt(text: "it was stopped before its warm-up ended: the start is in the figures"))
    }
    if progress.tooShort {
      doubts.append(
        Doubt(
          text:
            "no steady state was found within \(Campaign.mostPilots) pilots; raise phases.warm-up"))
    }
    if samples.count == 1 && !stopped {
      doubts.append(Doubt(text: "one replication: there are no confidence intervals"))
    }
    if let precision = progress.scenario.run.precision {
      let reached = Replications(samples.compactMap { $0.time(.turnResponse).mean })
        .relativeHalfWidth()
      if reached.map({ $0 > precision }) ?? true {
        let percent = reached.map { "\(Int(($0 * 1000).rounded()) / 10) %" } ?? "unknown"
        doubts.append(Doubt(text: "the precision asked for was not reached, it is \(percent)"))
      }
    }
    let refused = samples.reduce(0) { $0 + $1.spawnsRefused }
    if refused > 0 {
      doubts.append(
        Doubt(
          text: "\(refused) processes were not started: a run holds \(FleetPlan.mostServers)",
          invalid: true))
    }
    let underWay = samples.reduce(0) { $0 + $1.underWay }
    let backlog = samples.first?.series.first { $0.name == "servers.backlog" }
    if let backlog, Backlog.pilesUp(backlog.values.compactMap { $0 }) {
      doubts.append(Doubt(text: Backlog.doubt(underWay: underWay / max(1, samples.count))))
    }
    return doubts
  }
}
