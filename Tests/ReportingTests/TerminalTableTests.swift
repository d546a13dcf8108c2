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
      recorder.count(.turnsPlanned, 2010)
      recorder.count(.turnsCompleted, 2000)
      recorder.count(.turnsFailed, place == 2 ? 10 : 0)
      recorder.count(.turnsLost, place == 1 ? 3 : 0)
      recorder.count(.sessionsHits, 1500)
      recorder.count(.sessionsCreated, 400)
      recorder.count(.sessionsResumed, 100)
      recorder.count(.sessionsEvicted, 60 * place)
      recorder.count(.locksAttempts, 200)
      recorder.count(.locksRefused, 7 * place)
      recorder.high(.serverMemory, 4_400_000_000 + place * 300_000_000)
      recorder.high(.sessionsResidentMax, 50)
      recorder.high(.fleetServers, place == 1 ? 300 : 4)
      recorder.high(.fleetMemory, (place == 1 ? 77_000 : 1_500 + place * 90) * 1_000_000)
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
        series("turn.throughput", "/s") { 3 + Double($0 % 7) / 10 },
        series("turn.response.mean", "s") { $0 == 30 ? nil : 1 + Double($0 % 5) / 8 },
        series("sessions.resident", "count") { $0 == 30 ? nil : Double(min($0 * (place + 1), 50)) },
        series("turns.failed", "/s") { place == 2 && $0 > 40 && $0 < 44 ? 0.5 : 0 },
      ]
      variant.replications = 10
      variant.measuredSeconds = 6000
      result.variants.append(variant)
      if place > 0 {
        let step = Double(place)
        result.differences += [
          difference("turn.response.mean", "s", name, step * 0.004, 0.01, .noDifference),
          difference("turn.response.p95", "s", name, step * 0.75, 0.21, .worse),
          difference("sessions.eviction_rate", "ratio", name, step * 0.03, 0.03, .cannotTell),
          difference(
            "fleet.memory", "bytes", name, place == 2 ? 0 : step * -1e8, 1e7,
            place == 2 ? .noDifference : .better),
        ]
      }
    }
    result.cost = .init(
      wallSeconds: 0.82, cpuSeconds: 1.4, events: 12_345_678, peakMemoryBytes: 45_000_000)
    return result
  }

  private func difference(
    _ metric: String, _ unit: String, _ name: String, _ value: Double, _ half: Double,
    _ word: PairedDifference.Word
  ) -> PairedDifference {
    PairedDifference(
      metric: metric, unit: unit, variant: name, against: Self.names[0], difference: value,
      interval: .init(low: value - half, high: value + half), word: word)
  }

  private func series(_ name: String, _ unit: String, _ value: (Int) -> Double?) -> SeriesResult {
    SeriesResult(
      name: name, unit: unit, startSeconds: 0, stepSeconds: 10, values: (0..<60).map(value))
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

  @Test("The full page has every metric and every difference")
  func full() {
    let names = Array(Self.names.prefix(2))
    expectGolden(TerminalTable(full: true).render(result(names)), "two-variants-full.golden")
  }

  @Test("Five variants are one screen, at 80 columns and at 130", arguments: [80, 130])
  func screen(width: Int) {
    var result = result(Array(Self.names.prefix(5)))
    result.differences.removeAll { $0.metric == "sessions.eviction_rate" }
    for place in result.variants.indices { result.variants[place].expectations.removeLast() }
    let lines = TerminalTable(width: width).render(result).split(
      separator: "\n", omittingEmptySubsequences: false)
    // 47, with missed expectations and every kind of difference, and the empty piece at the end.
    #expect(lines.count <= 48)
  }

  @Test("No name is cut within a word", arguments: 1...9)
  func wholeWords(count: Int) {
    let names = (0..<count).map { "collaborative\($0)-rendezvous\($0)" }
    for full in [true, false] {
      let page = TerminalTable(full: full).render(result(names))
      for line in page.split(separator: "\n") {
        for word in line.split(whereSeparator: { !$0.isLetter })
        where "collaborative".contains(word) {
          #expect(word.count < 4 || word == "collaborative", "\(count) variants: \(line)")
        }
      }
    }
  }

  @Test("No line is wider than the terminal", arguments: [60, 80, 100, 132])
  func width(width: Int) {
    for count in 1...9 {
      let names = (0..<count).map { "a-rather-long-variant-name-\($0)" }
      for (plain, full) in [(true, false), (false, false), (true, true), (false, true)] {
        let page = TerminalTable(width: width, plain: plain, full: full).render(result(names))
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
