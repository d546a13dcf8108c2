// The stored result: it survives JSON whole, its schema accepts it and nothing misspelt, and
// readers accept more than we write.
import Basics
import Metrics
import Testing

@Suite struct RunResultTests {
  private func variant(_ name: String, _ random: inout SeededRandom) -> VariantResult {
    var recorder = Recorder()
    for _ in 0..<random.index(below: 4000) {
      recorder.record(.turnResponse, Interval(nanoseconds: random.nanoseconds()))
      recorder.count(.turnsCompleted)
    }
    recorder.high(.serverMemory, 1 << 31)
    var variant = VariantResult(name: name)
    variant.metrics = recorder.results(measured: .seconds(600))
    variant.set(MetricResult(.serverCPU, 0.37, interval: .init(low: 0.31, high: 0.43)))
    var response = MetricResult(.turnResponse, recorder.snapshot(of: .turnResponse))
    response.set(ConfidenceInterval(low: 0.5, high: 0.75), .p95)
    response.set(ConfidenceInterval(low: 0.1, high: 0.2), .mean)
    variant.set(response)
    variant.expectations = ["turn.response.p95 < 4s", "turns.lost == 0"]
      .compactMap { try? Expectation(parsing: $0).result(in: variant) }
    variant.servers = [
      ServerResult(name: "cli-0", turns: 17), ServerResult(name: "cli-1", turns: 4),
    ]
    variant.servers[0].cpu = 0.25
    variant.servers[0].memoryMaxBytes = 1 << 30
    variant.servers[0].sessionsMax = 50
    variant.series = [
      SeriesResult(
        name: "sessions.resident", unit: "count", startSeconds: 30, stepSeconds: 0.5,
        values: [1, nil, 2.5, random.uniform()])
    ]
    variant.servers[1].series = [
      SeriesResult(
        name: "server.cpu", unit: "ratio", startSeconds: 30, stepSeconds: 5, values: [0.5, nil])
    ]
    variant.heatMaps = [
      HeatMapResult(
        metric: "turn.response", startSeconds: 30, stepSeconds: 5, edges: [0.5, 0.625, 0.75],
        counts: [[1, 0], [4, 17]]),
      HeatMapResult(
        metric: "turn.response", phase: .warmUp, startSeconds: 20, stepSeconds: 5,
        bands: [Array(repeating: 2, count: BucketLayout.bands)]),
    ].compactMap { $0 }
    variant.marks = [MarkResult(atSeconds: 60, label: "1 server lost for 60 s")]
    var finding = FindingResult(kind: "lost", atSeconds: 61.5, session: 3, text: "a turn is lost")
    finding.user = 17
    finding.acknowledgedSeconds = 59.25
    variant.findings = [finding]
    variant.samples = [SampleResult(metric: "turn.response.p95", values: [1.5, nil, 2.25])]
    variant.settings = [
      SettingResult(key: "app.pattern", value: name, origin: "variant \(name)")
    ]
    variant.replications = 10
    variant.warmUpSeconds = 12.5
    variant.measuredSeconds = 600
    return variant
  }

  private func example(_ seed: UInt64) -> RunResult {
    var random = random(seed, "result")
    var result = RunResult(
      kind: .simulated, scenario: .init(name: "three-patterns", digest: "0a1b"), seed: seed)
    result.scenario.about = "Which \u{2068}pattern\u{2069}?"
    result.scenario.settings = [
      SettingResult(key: "workload.users", value: "300", origin: "file"),
      SettingResult(key: "app.pattern", value: "shared", origin: "default"),
    ]
    result.verdict = .suspect
    result.reasons = ["Lag p99 is 2 % of p50."]
    result.environment = [.init("kernel", "6.1"), .init("cpu", "example")]
    result.variants = [variant("shared", &random), variant("isolated", &random)]
    result.differences = [
      PairedDifference(
        metric: "turn.response.p95", unit: "s", variant: "isolated", against: "shared",
        difference: -0.25, interval: .init(low: -0.5, high: -0.125), word: .better),
      PairedDifference(
        metric: "turns.lost", unit: "count", variant: "isolated", against: "shared",
        difference: 0, interval: nil, word: .cannotTell),
    ]
    result.cost = .init(
      wallSeconds: 1.5, cpuSeconds: 1.25, events: 1 << 40, peakMemoryBytes: 1 << 33)
    result.complete = true
    return result
  }

  @Test("A result survives JSON whole")
  func roundTrip() throws {
    for seed in seeds(15) + [.max] {
      let result = example(seed)
      let bytes = result.json.utf8()
      let read = try RunResult(json: JSONValue(parsing: bytes))
      #expect(read == result, "seed \(seed)")
      #expect(read.json.utf8() == bytes, "seed \(seed)")
    }
  }

  @Test("The contract's members are there, under their names")
  func names() throws {
    let json = example(1).json
    guard case .object(let members) = json else { return }
    #expect(
      members.map(\.key) == [
        "schema", "kind", "scenario", "seed", "complete", "verdict", "reasons", "environment",
        "variants", "differences", "cost",
      ])
    #expect(json["schema"] == "seatrial.result/1")
    let variant = try JSONField(json).member("variants").elements()[0]
    let response = try variant.member("metrics").member("turn.response")
    for key in ["count", "mean", "p50", "p90", "p95", "p99", "p999", "max", "unit", "histogram"] {
      _ = try response.member(key)
    }
    #expect(try response.member("intervals").value == ["mean": [0.1, 0.2], "p95": [0.5, 0.75]])
    #expect(
      try variant.member("metrics").member("server.cpu").value
        == ["value": 0.37, "unit": "ratio", "interval": [0.31, 0.43]])
  }

  @Test("Quantiles that the samples do not support are null")
  func fewSamples() throws {
    var recorder = Recorder()
    for _ in 0..<59 { recorder.record(.lockWait, .milliseconds(20)) }
    var result = example(1)
    result.variants[0].metrics = recorder.results(measured: .seconds(1))
    let wait = try JSONField(result.json).member("variants").elements()[0]
      .member("metrics").member("lock.wait")
    #expect(try wait.member("p95").value == 0.02)
    #expect(try wait.member("p99").value == nil)
    #expect(try wait.member("max").value == 0.02)
  }

  @Test("The schema accepts every result we write")
  func schema() {
    let schema = RunResultSchema.document()
    for seed in seeds(5) + [.max] {
      let found = complaints(about: example(seed).json, by: schema, of: schema)
      #expect(found == [], "seed \(seed)")
    }
  }

  @Test("The schema refuses what is renamed, missing or of the wrong type")
  func strictSchema() {
    let schema = RunResultSchema.document()
    let text = example(3).json.text()
    for (right, wrong) in [
      ("\"turn.response\"", "\"turn.latency\""),
      ("\"verdict\": \"suspect\"", "\"verdict\": \"good\""),
      ("\"p95\": ", "\"p94\": "), ("\"events\": ", "\"events\": -"),
      ("\"complete\": true", "\"complete\": 1"),
      ("\"unit\": \"ratio\"", "\"unit\": \"%\""), ("[0.31, 0.43]", "[0.31]"),
      ("\"word\": \"better\"", "\"word\": \"nicer\""), ("\"digest\"", "\"hash\""),
    ] {
      guard let place = text.firstRange(of: right) else {
        Issue.record("\(right) does not occur")
        continue
      }
      let changed = try? JSONValue(parsing: text.replacingCharacters(in: place, with: wrong))
      #expect(changed.map { complaints(about: $0, by: schema, of: schema) } != [], "\(wrong)")
    }
  }

  @Test("Readers pass over members they do not know")
  func additions() throws {
    guard case .object(var members) = example(2).json else { return }
    members.append(JSONMember("weather", "fair"))
    #expect(try RunResult(json: .object(members)) == example(2))
  }

  @Test("A result of the first version, without the members that came later, is read")
  func firstVersion() throws {
    let late = ["about", "settings", "heat_maps", "marks", "findings", "samples"]
    func older(_ value: JSONValue, inServer: Bool = false) -> JSONValue {
      switch value {
      case .object(let members):
        .object(
          members.filter { !late.contains($0.key) && !(inServer && $0.key == "series") }
            .map { JSONMember($0.key, older($0.value, inServer: $0.key == "servers")) })
      case .array(let elements): .array(elements.map { older($0, inServer: inServer) })
      default: value
      }
    }
    var wanted = example(4)
    wanted.scenario.about = ""
    wanted.scenario.settings = []
    for place in wanted.variants.indices {
      wanted.variants[place].settings = []
      wanted.variants[place].heatMaps = []
      wanted.variants[place].marks = []
      wanted.variants[place].findings = []
      wanted.variants[place].samples = []
      for server in wanted.variants[place].servers.indices {
        wanted.variants[place].servers[server].series = []
      }
    }
    #expect(try RunResult(json: older(example(4).json)) == wanted)
  }

  @Test("A heat map whose counts do not fit its edges is refused with its path")
  func bentHeatMap() throws {
    var text = example(1).json.text()
    let edges = try #require(text.firstRange(of: "[0.5, 0.625, 0.75]"))
    text.replaceSubrange(edges, with: "[0.5, 0.75]")
    let wrong = #expect(throws: JSONShapeError.self) {
      try RunResult(json: JSONValue(parsing: text))
    }
    #expect(wrong?.path == "variants[0].heat_maps[0].counts[0]")
  }

  @Test("Another format, and a cut or bent document, are refused with a path")
  func refused() throws {
    var other = example(1).json.text()
    let schema = try #require(other.firstRange(of: "seatrial.result/1"))
    other.replaceSubrange(schema, with: "seatrial.result/2")
    let format = #expect(throws: JSONShapeError.self) {
      try RunResult(json: JSONValue(parsing: other))
    }
    #expect(format?.path == "schema")
    var bent = example(1).json.text()
    let turns = try #require(bent.firstRange(of: "\"turns\": 17"))
    bent.replaceSubrange(turns, with: "\"turns\": true")
    let wrong = #expect(throws: JSONShapeError.self) {
      try RunResult(json: JSONValue(parsing: bent))
    }
    #expect(
      wrong?.description == "variants[0].servers[0].turns: expected a whole number, found a boolean"
    )
  }

  @Test("Setting a metric replaces the one of its name")
  func setting() {
    var variant = VariantResult(name: "a")
    variant.set(MetricResult(.imbalance, 1.5))
    variant.set(MetricResult(.imbalance, 2))
    #expect(variant.metrics.count == 1)
    #expect(variant["servers.imbalance"]?.value() == 2)
    #expect(variant["servers.imbalance"]?.value(.p95) == nil)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
