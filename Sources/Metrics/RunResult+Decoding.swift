// JSON to results: for reports, comparisons and merges of files that may be older, cut short or
// edited by hand. Unknown members are passed over, since the format grows; what is known must have
// its type, and a complaint names its path.
public import Basics

extension RunResult {
  public init(json: JSONValue) throws(JSONShapeError) {
    let field = JSONField(json)
    let schema = try field.member("schema")
    guard try schema.string() == RunResult.schema else {
      throw schema.error("this is not a result of the format \(RunResult.schema)")
    }
    let scenario = try field.member("scenario")
    let seed = try field.member("seed")
    guard let seedValue = UInt64(exactly: try seed.whole()) else {
      throw seed.error("a seed has 64 bits")
    }
    self.init(
      kind: try field.member("kind").word(Kind.self),
      scenario: Scenario(
        name: try scenario.member("name").string(), digest: try scenario.member("digest").string()),
      seed: seedValue)
    self.scenario.about = try scenario.optional("about")?.string() ?? ""
    self.scenario.settings = try readSettings(scenario.optional("settings"))
    complete = try field.member("complete").bool()
    verdict = try field.member("verdict").word(Verdict.self)
    for reason in try field.member("reasons").elements() { reasons.append(try reason.string()) }
    for fact in try field.member("environment").members() {
      environment.append(Fact(fact.key, try fact.field.string()))
    }
    for variant in try field.member("variants").elements() {
      variants.append(try VariantResult(variant))
    }
    for difference in try field.member("differences").elements() {
      differences.append(try PairedDifference(difference))
    }
    let cost = try field.member("cost")
    self.cost = Cost(
      wallSeconds: try cost.member("wall_seconds").double(),
      cpuSeconds: try cost.member("cpu_seconds").double(),
      events: try cost.member("events").integer(),
      peakMemoryBytes: try cost.member("peak_memory_bytes").integer())
  }
}

extension VariantResult {
  init(_ field: JSONField) throws(JSONShapeError) {
    self.init(name: try field.member("name").string())
    replications = try field.member("replications").integer()
    warmUpSeconds = try field.member("warm_up_seconds").double()
    measuredSeconds = try field.member("measured_seconds").double()
    for metric in try field.member("metrics").members() {
      metrics.append(try MetricResult(name: metric.key, metric.field))
    }
    for expectation in try field.member("expectations").elements() {
      expectations.append(try ExpectationResult(expectation))
    }
    for server in try field.member("servers").elements() {
      servers.append(try ServerResult(server))
    }
    for one in try field.member("series").elements() { series.append(try SeriesResult(one)) }
    try readDetail(field)
  }

  /// What results of the first version do not have.
  private mutating func readDetail(_ field: JSONField) throws(JSONShapeError) {
    settings = try readSettings(field.optional("settings"))
    for map in try field.optional("heat_maps")?.elements() ?? [] {
      heatMaps.append(try HeatMapResult(map))
    }
    for mark in try field.optional("marks")?.elements() ?? [] {
      marks.append(
        MarkResult(
          atSeconds: try mark.member("at").double(), label: try mark.member("label").string()))
    }
    for finding in try field.optional("findings")?.elements() ?? [] {
      findings.append(try FindingResult(finding))
    }
    for sample in try field.optional("samples")?.members() ?? [] {
      samples.append(SampleResult(metric: sample.key, values: try sample.field.figures()))
    }
  }
}

extension FindingResult {
  init(_ field: JSONField) throws(JSONShapeError) {
    self.init(
      kind: try field.member("kind").string(), atSeconds: try field.member("at").double(),
      session: try field.member("session").integer(), text: try field.member("text").string())
    user = try field.optional("user")?.integer()
    turn = try field.optional("turn")?.integer()
    server = try field.optional("server")?.integer()
    sentSeconds = try field.optional("sent")?.double()
    acknowledgedSeconds = try field.optional("acknowledged")?.double()
  }
}

private func readSettings(_ field: JSONField?) throws(JSONShapeError) -> [SettingResult] {
  var found: [SettingResult] = []
  for setting in try field?.members() ?? [] {
    found.append(
      SettingResult(
        key: setting.key, value: try setting.field.member("value").string(),
        origin: try setting.field.member("from").string()))
  }
  return found
}

extension HeatMapResult {
  init(_ field: JSONField) throws(JSONShapeError) {
    let edges = try field.member("edges").figures().compactMap { $0 }
    var counts: [[Int]] = []
    for slice in try field.member("counts").elements() {
      let row = try slice.integers()
      guard row.count + 1 == edges.count, row.allSatisfy({ $0 >= 0 && $0 <= 1 << 53 }) else {
        throw slice.error("\(row.count) counts do not fit \(edges.count) edges")
      }
      counts.append(row)
    }
    guard zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw field.error("the edges do not ascend")
    }
    self.init(
      metric: try field.member("metric").string(),
      startSeconds: try field.member("start").double(),
      stepSeconds: try field.member("step").double(), edges: edges, counts: counts)
    // Earlier results have the measured part alone.
    if let phase = field.optional("phase") { self.phase = try phase.word(Phase.self) }
  }
}

extension MetricResult {
  /// The quantiles of a time are computed again from its histogram: that is the stored truth.
  init(name: String, _ field: JSONField) throws(JSONShapeError) {
    let unit = try field.member("unit").string()
    guard let histogram = field.optional("histogram") else {
      self.init(
        name: name, unit: unit,
        figure: .value(
          try field.member("value").figure(),
          interval: try ConfidenceInterval(optional: field.optional("interval"))))
      return
    }
    var summary = TimeSummary(try HistogramSnapshot(histogram))
    let count = try field.member("count")
    guard try count.integer() == summary.count else {
      throw count.error("the histogram holds \(summary.count)")
    }
    for interval in try field.member("intervals").members() {
      guard let statistic = Statistic(rawValue: interval.key) else {
        throw interval.field.error("there is no such statistic")
      }
      summary.intervals[statistic] = try ConfidenceInterval(optional: interval.field)
    }
    self.init(name: name, unit: unit, figure: .time(summary))
  }
}

extension ConfidenceInterval {
  init?(optional field: JSONField?) throws(JSONShapeError) {
    guard let field else { return nil }
    let ends = try field.figures()
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else {
      throw field.error("an interval is its lower and its upper end")
    }
    self.init(low: low, high: high)
  }
}

extension ExpectationResult {
  init(_ field: JSONField) throws(JSONShapeError) {
    self.init(
      text: try field.member("text").string(), metric: try field.member("metric").string(),
      unit: try field.member("unit").string(), observed: try field.member("observed").figure(),
      bound: try field.member("bound").double(),
      outcome: try field.member("outcome").word(Outcome.self),
      reason: try field.optional("reason")?.string())
  }
}

extension ServerResult {
  init(_ field: JSONField) throws(JSONShapeError) {
    self.init(
      name: try field.member("name").string(), turns: try field.member("turns").integer())
    sessionsMax = try field.optional("sessions_max")?.integer()
    cpu = try field.member("cpu").figure()
    memoryMaxBytes = try field.optional("memory_max_bytes")?.integer()
    restarts = try field.member("restarts").integer()
    startSeconds = try field.optional("start_seconds")?.double()
    for one in try field.optional("series")?.elements() ?? [] {
      series.append(try SeriesResult(one))
    }
  }
}

extension SeriesResult {
  init(_ field: JSONField) throws(JSONShapeError) {
    self.init(
      name: try field.member("name").string(), unit: try field.member("unit").string(),
      startSeconds: try field.member("start").double(),
      stepSeconds: try field.member("step").double(), values: try field.member("values").figures())
  }
}

extension PairedDifference {
  init(_ field: JSONField) throws(JSONShapeError) {
    let low = try field.member("low").figure()
    let high = try field.member("high").figure()
    var interval: ConfidenceInterval?
    if let low, let high {
      guard low <= high else { throw field.error("its low end lies above its high end") }
      interval = ConfidenceInterval(low: low, high: high)
    }
    self.init(
      metric: try field.member("metric").string(), unit: try field.member("unit").string(),
      variant: try field.member("variant").string(), against: try field.member("against").string(),
      difference: try field.member("difference").double(), interval: interval,
      word: try field.member("word").word(Word.self))
  }
}
