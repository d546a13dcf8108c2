// A live run held against its simulation: where it lies, why nobody can tell, what is left out.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct PredictionTests {
  /// Ten replications with this spread, and a live run of the same length.
  private func pair(
    _ live: Double?, metric: String = "turn.throughput", unit: String = "/s",
    values: [Double] = [24, 23, 25, 22, 24, 23, 24, 25, 23, 24], seconds: Double = 60,
    cli: String = "mock", seed: UInt64 = 7
  ) throws -> Comparison.Pair {
    func result(_ kind: RunResult.Kind, _ value: Double?, _ count: Int) -> RunResult {
      var result = RunResult(
        kind: kind, scenario: .init(name: "one", digest: "aa"), seed: kind == .live ? seed : 7)
      result.complete = true
      result.scenario.settings = [SettingResult(key: "fleet.cli", value: cli, origin: "file")]
      var variant = VariantResult(name: "base")
      variant.replications = count
      variant.measuredSeconds = (kind == .live ? seconds : 60) * Double(count)
      if let value {
        variant.set(MetricResult(name: metric, unit: unit, figure: .value(value, interval: nil)))
      }
      result.variants = [variant]
      return result
    }
    let isTally = unit == "count"
    let mean = values.reduce(0, +) / (isTally ? 1 : Double(values.count))
    var simulated = result(.simulated, mean, values.count)
    simulated.variants[0].samples = [SampleResult(metric: metric, values: values)]
    let results = [
      NamedResult(name: "a", result: simulated),
      NamedResult(name: "b", result: result(.live, live, 1)),
    ]
    let pairs = try Opponents.pairs(of: results, chosen: [nil, nil]).get()
    return try #require(Comparison(pairs, of: results).pairs.first)
  }

  @Test("The difference is from the replication with the same people, where the seeds agree")
  func samePeople() throws {
    let same = try #require(try pair(26).predictions.first)
    #expect(same.samePeople == 24 && same.base == 24 && same.simulated == 23.7)
    #expect(abs(try #require(same.relative) - 2.0 / 24) < 1e-12)
    let other = try #require(try pair(26, seed: 8).predictions.first)
    #expect(other.samePeople == nil && other.base == 23.7)
    #expect(other.word == same.word, "what is predicted does not depend on it")
  }

  @Test("A live figure is as predicted, or outside, by where one more replication would lie")
  func words() throws {
    // Mean 23.7, deviation 0.949: 23.7 +- 2.262 x 0.949 x root(1.1).
    for (live, word) in [
      (23.7, PredictedFigure.Word.asPredicted), (25.9, .asPredicted), (26.0, .outside),
      (21.5, .asPredicted), (21.4, .outside),
    ] {
      let figure = try #require(try pair(live).predictions.first)
      #expect(figure.word == word, "\(live): \(String(describing: figure.interval))")
      #expect(abs(figure.simulated - 23.7) < 1e-9)
    }
    let figure = try #require(try pair(30).predictions.first)
    #expect(figure.isBeyondChance && !figure.isWorse)
    #expect(try #require(try pair(15).predictions.first).isWorse)
    // The interval of the mean would be a third as wide, and wrong.
    let interval = try #require(figure.interval)
    #expect(abs(interval.halfWidth - 2.2622 * 0.9487 * 1.0488) < 0.001)
  }

  @Test("What differs by less than the margin is as predicted, however sure the simulation is")
  func margin() throws {
    let sure = [Double](repeating: 100, count: 10)
    #expect(try pair(101.9, values: sure).predictions.first?.word == .asPredicted)
    #expect(try pair(102.1, values: sure).predictions.first?.word == .outside)
  }

  @Test("A tally is that of one replication, and once is no surprise where it never happened")
  func tallies() throws {
    let never = [Double](repeating: 0, count: 10)
    func word(_ live: Double, _ values: [Double]) throws -> PredictedFigure.Word? {
      try pair(live, metric: "turns.failed", unit: "count", values: values).predictions.first?.word
    }
    #expect(try word(1, never) == .asPredicted)
    #expect(try word(2, never) == .outside)
    let some: [Double] = [8, 9, 10, 7, 9, 8, 9, 10, 8, 9]
    #expect(try word(14, some) == .asPredicted)
    #expect(try word(20, some) == .outside)
  }

  @Test("Nobody can tell from one replication, nor from runs of another length")
  func cannotTell() throws {
    let single = try #require(try pair(24, values: [24]).predictions.first)
    #expect(single.word == .cannotTell && single.interval == nil)
    #expect(single.reason == "the simulation has one replication")
    let other = try #require(try pair(24, seconds: 10).predictions.first)
    #expect(other.word == .cannotTell)
    #expect(other.reason == "a replication measured 60 s, the live run 10 s")
    #expect(other.relative != nil, "the difference is shown all the same")
  }

  @Test("Memory and CPU of mocks are left out with the reason; those of the real CLI are compared")
  func leftOut() throws {
    let mocks = try pair(2e7, metric: "fleet.memory", unit: "bytes")
    #expect(mocks.predictions.isEmpty)
    #expect(mocks.leftOut.map(\.metrics) == [["fleet.memory"]])
    #expect(mocks.leftOut.first?.reason == "mocks ran, not the CLI")
    let real = try pair(24, metric: "fleet.memory", unit: "bytes", cli: "real")
    #expect(real.predictions.first?.word == .asPredicted && real.leftOut.isEmpty)
    let unseen = try pair(
      nil, metric: "turns.stale_context", unit: "count", values: [3, 4, 5, 3, 4, 5, 3, 4, 5, 4])
    #expect(unseen.predictions.isEmpty)
    #expect(unseen.leftOut.first?.metrics == ["turns.stale_context"])
    let looked = try pair(
      0, metric: "turns.stale_context", unit: "count", values: [3, 4, 5, 3, 4, 5, 3, 4, 5, 4])
    #expect(looked.predictions.first?.word == .asPredicted && looked.leftOut.isEmpty)
  }

  @Test("Of many figures a few lie outside by chance, and only what is beyond that is no chance")
  func manyFigures() throws {
    let model = MadeUp.result(["shared", "isolated", "collaborative"])
    var live = MadeUp.live(model)
    func compare() -> Comparison {
      Comparison(of: [
        NamedResult(name: "model", result: model), NamedResult(name: "fleet", result: live),
      ])
    }
    #expect(compare().pairs.allSatisfy { $0.predicted(.outside).isEmpty })
    #expect(compare().pairs.allSatisfy { !$0.predicted(.asPredicted).isEmpty })
    // A little too far, and far too far.
    live.variants[0].set(MetricResult(.turnsFailed, 3))
    let one = compare()
    #expect(one.pairs[0].predicted(.outside).map(\.metric) == ["turns.failed"])
    #expect(one.pairs.flatMap(\.predictions).allSatisfy { !$0.isBeyondChance })
    live.variants[0].set(MetricResult(.turnsFailed, 200))
    let found = compare().pairs.flatMap(\.predictions).filter(\.isBeyondChance)
    #expect(found.map(\.metric) == ["turns.failed"])
  }

  @Test("Text, Markdown and page say the same of every figure")
  func everywhere() throws {
    var model = MadeUp.result(["shared", "isolated"])
    var live = MadeUp.live(model)
    model.scenario.settings = live.scenario.settings
    live.variants[1].set(MetricResult(.turnsFailed, 77))
    let results = [
      NamedResult(name: "model", result: model), NamedResult(name: "fleet", result: live),
    ]
    let comparison = Comparison(of: results)
    let pairs = comparison.pairs.map { ($0.candidate, $0.against) }
    let text = ComparisonText(plain: true).render(
      comparison, of: results,
      comparability: Comparability(pairs.map { (candidate: $0.0, against: $0.1) }, of: results))
    expectGolden(text, "predictions.text.golden")
    expectGolden(
      ReportFormat.markdown.text(of: results, width: 80, plain: true), "predictions.markdown.golden"
    )
    let html = ResultPage(results, comparison: comparison).html()
    for pair in comparison.pairs {
      for figure in pair.predictions {
        #expect(html.contains("data-predicted=\"\(figure.metric)\""))
        #expect(html.contains("data-value=\"\(figure.live)\""), "\(figure.metric)")
      }
    }
    #expect(html.contains("id=\"predicted-turns-failed\"") && html.contains("class=\"ring\""))
    #expect(!html.contains("id=\"differences\""), "single runs have no differences")
  }
}
