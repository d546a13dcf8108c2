// The page of the terminal: compared with goldens, and held to its width whatever the names.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct TerminalTableTests {
  private static let names = [
    "shared", "isolated", "rendezvous", "bounded-load", "lru", "least-active",
  ]

  /// Figures made up so that every kind of row occurs; no run ever gave them.
  private func result(_ names: [String], withIntervals: Bool = true) -> RunResult {
    var result = RunResult(
      kind: .simulated, scenario: .init(name: "three-patterns", digest: "5f0c2a7be91d44aa"), seed: 7
    )
    result.complete = true
    result.environment = [.init("machine", "example")]
    for (place, name) in names.enumerated() {
      var recorder = Recorder()
      let scale = Double(place + 4) / 4
      for turn in 0..<2000 {
        let share = (Double(turn) + 0.5) / 2000
        let seconds = -naturalLog(1 - share) * scale
        recorder.record(.turnResponse, Interval(seconds: seconds))
        recorder.record(.turnService, Interval(seconds: seconds * 0.9))
        recorder.record(.driverLag, Interval(seconds: seconds * 1e-5))
      }
      for _ in 0..<12 + place * 30 { recorder.record(.lockWait, .milliseconds(45)) }
      recorder.count(.turnsCompleted, 2000)
      recorder.count(.turnsLost, place == 1 ? 3 : 0)
      recorder.count(.sessionsHits, 1500)
      recorder.count(.sessionsCreated, 400)
      recorder.count(.sessionsResumed, 100)
      recorder.count(.sessionsEvicted, 60 * place)
      recorder.count(.locksAttempts, 200)
      recorder.count(.locksRefused, 7 * place)
      recorder.high(.serverMemory, 4_400_000_000 + place * 300_000_000)
      recorder.high(.sessionsResidentMax, 50)
      var variant = VariantResult(name: name)
      variant.metrics = recorder.results(measured: .seconds(600))
      variant.set(MetricResult(.imbalance, 1.05 + 0.2 * Double(place)))
      if withIntervals, var response = variant["turn.response"] {
        let p95 = response.value(.p95) ?? 0
        response.set(.init(low: p95 - 0.2, high: p95 + 0.2), .p95)
        variant.set(response)
      }
      variant.expectations = [
        "turn.response.p95 < 4s", "sessions.eviction_rate < 5%", "turns.lost == 0",
        "lock.wait.p95 < 1s",
      ].compactMap { try? Expectation(parsing: $0).result(in: variant) }
      variant.series = [
        SeriesResult(
          name: "sessions.resident", unit: "count", startSeconds: 0, stepSeconds: 10,
          values: (0..<60).map { $0 == 30 ? nil : Double(min($0 * (place + 1), 50)) })
      ]
      variant.replications = 10
      result.variants.append(variant)
      if place > 0 {
        result.differences.append(
          PairedDifference(
            metric: "turn.response.p95", unit: "s", variant: name, against: names[0],
            difference: 0.75 * Double(place),
            interval: .init(low: 0.75 * Double(place) - 0.21, high: 0.75 * Double(place) + 0.21),
            word: .worse))
      }
    }
    result.cost = .init(
      wallSeconds: 0.82, cpuSeconds: 1.4, events: 12_345_678, peakMemoryBytes: 45_000_000)
    return result
  }

  @Test("Three variants stand side by side, with half widths and curves")
  func three() {
    expectGolden(
      TerminalTable().render(result(Array(Self.names.prefix(3)))), "three-variants.golden")
  }

  @Test("Six variants still fit 80 columns, in plain ASCII")
  func six() {
    var result = result(Self.names)
    result.verdict = .suspect
    result.reasons = [
      "Driver lag p99 is 2 % of turn.response p50.", "3 of 2000 planned turns were dropped.",
    ]
    result.complete = false
    expectGolden(TerminalTable(plain: true).render(result), "six-variants-plain.golden")
  }

  @Test("Eight variants become rows")
  func eight() {
    let names = Self.names + ["isolated/least-active", "shared/round-robin"]
    expectGolden(
      TerminalTable().render(result(names, withIntervals: false)), "eight-variants.golden")
  }

  @Test("No line is wider than the terminal", arguments: [60, 80, 100, 132])
  func width(width: Int) {
    for count in 1...9 {
      let names = (0..<count).map { "a-rather-long-variant-name-\($0)" }
      for plain in [true, false] {
        let page = TerminalTable(width: width, plain: plain).render(result(names))
        for line in page.split(separator: "\n") {
          #expect(line.count <= width, "\(count) variants: \(line)")
        }
      }
    }
  }

  @Test("A plain page is ASCII, whatever the names")
  func plain() {
    let page = TerminalTable(plain: true).render(result(["caf\u{E9}", "\u{1F600}"]))
    #expect(page.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test("A result without variants or figures still gives a page")
  func empty() {
    var result = RunResult(kind: .live, scenario: .init(name: "x", digest: ""), seed: 1)
    result.verdict = .invalid
    result.reasons = ["No turn was sent."]
    let page = TerminalTable().render(result)
    #expect(page.hasPrefix("The measurement is invalid: No turn was sent. It is INCOMPLETE"))
    result.variants = [VariantResult(name: "a")]
    #expect(TerminalTable().render(result).hasSuffix("\n"))
  }
}

/// Swift Testing has a type of this name too; here ours is meant.
private typealias Expectation = Metrics.Expectation
