// Comparisons: the four words, who is held against whom, and what is refused.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct ComparisonTests {
  /// One variant with a figure of each replication, and nothing else.
  private func result(
    _ values: [Double], seed: UInt64 = 7, kind: RunResult.Kind = .simulated,
    metric: String = "fleet.memory"
  ) -> RunResult {
    var result = RunResult(kind: kind, scenario: .init(name: "one", digest: "aa"), seed: seed)
    result.complete = true
    result.scenario.settings = [
      SettingResult(key: "workload.users", value: "300", origin: "file")
    ]
    var variant = VariantResult(name: "base")
    variant.replications = values.count
    variant.measuredSeconds = 60 * Double(values.count)
    let mean = values.reduce(0, +) / Double(values.count)
    variant.set(MetricResult(name: metric, unit: "bytes", figure: .value(mean, interval: nil)))
    variant.samples = [SampleResult(metric: metric, values: values)]
    result.variants = [variant]
    return result
  }

  private func compare(_ a: RunResult, _ b: RunResult) throws -> ComparedFigure {
    let results = [NamedResult(name: "a", result: a), NamedResult(name: "b", result: b)]
    let pairs = try Opponents.pairs(of: results, chosen: [nil, nil]).get()
    return try #require(Comparison(pairs, of: results).pairs.first?.figures.first)
  }

  private let before = [100.0, 104, 96, 101, 99]

  @Test("The four words, each where it belongs")
  func words() throws {
    let cases: [(Double, Double, PairedDifference.Word)] = [
      (0, 0.2, .noDifference), (10, 0.2, .worse), (-10, 0.2, .better), (3, 8, .cannotTell),
    ]
    for (shift, noise, word) in cases {
      let after = zip(before, [1, -1, 0.5, -0.5, 0]).map { $0 + shift + $1 * noise }
      let found = try compare(result(before), result(after))
      #expect(found.word == word, "\(shift) \u{B1} \(noise)")
      #expect(found.isPaired)
      if word == .noDifference { #expect((found.bound ?? 1) < 0.02) }
    }
  }

  @Test("Other people make no pairs: the same figures then say less")
  func unpaired() throws {
    let after = before.map { $0 + 3 }
    let paired = try compare(result(before), result(after))
    let apart = try compare(result(before), result(after, seed: 8))
    #expect(paired.word == .worse && paired.isPaired)
    #expect(apart.word == .cannotTell && !apart.isPaired)
    #expect(apart.difference == paired.difference)
  }

  @Test("A result of an older version is compared by its intervals")
  func older() throws {
    func old(_ value: Double) -> RunResult {
      var result = result([value, value])
      result.scenario.settings = []
      result.variants[0].samples = []
      result.variants[0].replications = 10
      result.variants[0].set(
        MetricResult(
          name: "fleet.memory", unit: "bytes",
          figure: .value(value, interval: .init(low: value - 1, high: value + 1))))
      return result
    }
    #expect(try compare(old(100), old(110)).word == .worse)
    #expect(try compare(old(100), old(100.1)).word == .noDifference)
    #expect(try compare(old(100), old(102)).word == .cannotTell)
    var single = old(100)
    single.variants[0].set(
      MetricResult(name: "fleet.memory", unit: "bytes", figure: .value(100, interval: nil)))
    #expect(try compare(single, old(110)).word == .cannotTell)
  }

  @Test("A result against itself shows no difference anywhere")
  func itself() throws {
    let one = MadeUp.result(["a", "b", "c"])
    let results = [NamedResult(name: "x", result: one), NamedResult(name: "y", result: one)]
    let pairs = try Opponents.pairs(of: results, chosen: [nil, nil]).get()
    let comparability = Comparability(pairs, of: results)
    #expect(comparability.objections.isEmpty && comparability.notes.isEmpty)
    for pair in Comparison(pairs, of: results).pairs {
      for figure in pair.figures where figure.interval != nil {
        #expect(figure.word == .noDifference && figure.difference == 0, "\(figure.metric)")
      }
    }
  }

  @Test("Other scenarios, machines of live runs and lengths are refused, and the sentence says why")
  func refused() throws {
    func objections(_ change: (inout RunResult) -> Void, live: Bool = false) throws -> [String] {
      var first = result(before, kind: live ? .live : .simulated)
      first.environment = [.init("cpu", "EPYC"), .init("kernel", "6.1")]
      var second = first
      change(&second)
      let results = [
        NamedResult(name: "a", result: first), NamedResult(name: "b", result: second),
      ]
      return Comparability(try Opponents.pairs(of: results, chosen: [nil, nil]).get(), of: results)
        .objections
    }
    #expect(try objections { _ in }.isEmpty)
    #expect(try objections { $0.seed = 8 }.isEmpty)
    #expect(
      try objections { $0.scenario.settings[0].value = "200" }
        == ["scenario: b against a: workload.users 300 -> 200"])
    #expect(try objections { $0.environment[0].value = "Xeon" }.isEmpty)
    #expect(
      try objections({ $0.environment[0].value = "Xeon" }, live: true)
        == ["machine: cpu EPYC -> Xeon"])
    #expect(try objections { $0.variants[0].measuredSeconds *= 2 }.count == 1)
    #expect(try objections { $0.verdict = .invalid }.first?.hasPrefix("measurement: b") == true)
    #expect(try objections { $0.kind = .live }.isEmpty, "the point of a live run")
  }

  @Test("Variants are matched by name, or as they were chosen")
  func opponents() throws {
    let results = [
      NamedResult(name: "x", result: MadeUp.result(["a", "b", "c"])),
      NamedResult(name: "y", result: MadeUp.result(["b", "c", "d"])),
    ]
    func labels(_ chosen: [String?]) throws -> [String] {
      let reduced = Opponents.reduced(results, chosen: chosen)
      return try Opponents.pairs(of: reduced, chosen: chosen).get()
        .map { "\($0.candidate.label) / \($0.against.label)" }
    }
    #expect(try labels([nil, nil]) == ["y: b / x: b", "y: c / x: c"])
    #expect(try labels(["a", "d"]) == ["y / x"])
    #expect(try labels(["c", nil]) == ["y: b / x: c", "y: c / x: c", "y: d / x: c"])
    let one = [results[0]]
    let pairs = try Opponents.pairs(of: one, chosen: [nil]).get()
    #expect(pairs.map(\.candidate.label) == ["b", "c"] && pairs[0].against.label == "a")
    #expect(throws: Opponents.Unmatched.self) {
      try Opponents.pairs(
        of: [results[0], NamedResult(name: "z", result: MadeUp.result(["e", "f"]))],
        chosen: [nil, nil]
      ).get()
    }
  }

  @Test("The terminal's comparison fits 80 columns, whatever the names", arguments: [60, 80, 120])
  func width(width: Int) throws {
    let names = ["shared", "isolated", "a-rather-long-variant-name-of-somebody"]
    let results = MadeUp.named(MadeUp.result(names))
    let pairs = try Opponents.pairs(of: results, chosen: [nil]).get()
    let comparability = Comparability(pairs, of: results)
    for (plain, full) in [(true, false), (true, true), (false, false)] {
      let text = ComparisonText(width: width, plain: plain, full: full).render(
        Comparison(pairs, of: results), of: results, comparability: comparability)
      for line in text.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
      if plain { #expect(text.utf8.allSatisfy { $0 < 0x80 }) }
    }
  }

  @Test("The terminal's comparison, as it is read")
  func golden() throws {
    let results = MadeUp.named(MadeUp.result(["shared", "isolated", "collaborative"]))
    let pairs = try Opponents.pairs(of: results, chosen: [nil]).get()
    let text = ComparisonText(plain: true).render(
      Comparison(pairs, of: results), of: results,
      comparability: Comparability(pairs, of: results))
    expectGolden(text, "comparison.text.golden")
  }

  @Test("The answer says what the figures say", arguments: [1, 2, 3])
  func answer(count: Int) {
    let results = MadeUp.named(
      MadeUp.result(Array(["shared", "isolated", "collaborative"].prefix(count))))
    let text = Answer(results, comparison: Comparison(of: results)).sentences.map(\.plain)
      .joined(separator: "\n")
    expectGolden(text + "\n", "answer-of-\(count).golden")
  }
}
