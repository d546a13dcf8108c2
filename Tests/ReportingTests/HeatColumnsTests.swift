// The parts of a run in one picture: the measured part as it was counted, the warm-up and the drain
// beside it, paler, cut where they would be more than a quarter as long, and in no figure.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct HeatColumnsTests {
  private func map(
    _ phase: HeatMapResult.Phase, from start: Double, step: Double, _ counts: [[Int]],
    edges: [Double] = [1, 2, 4]
  ) -> HeatMapResult {
    var map = HeatMapResult(
      metric: "turn.response", startSeconds: start, stepSeconds: step, edges: edges, counts: counts)
    map.phase = phase
    return map
  }

  private var parts: [HeatMapResult] {
    [
      map(.measured, from: 20, step: 2, [[1, 0], [2, 3], [0, 4], [1, 1]]),
      map(.warmUp, from: 0, step: 0.5, Array(repeating: [1, 1], count: 40), edges: [0.5, 1, 2]),
      map(.drain, from: 28, step: 0.25, [[0, 7], [2, 0]]),
    ]
  }

  @Test("Columns follow each other without gap or overlap, the measured ones as they were")
  func order() throws {
    let heat = try #require(HeatColumns(parts, of: "turn.response", most: 60))
    #expect(heat.measured == (20, 28) && heat.edges == [0.5, 1, 2, 4])
    // A quarter of the measured 8 s before it; the drain in columns of its own.
    #expect(heat.start == 18 && heat.end == 28.5 && heat.hasMore)
    for (column, next) in zip(heat.columns, heat.columns.dropFirst()) {
      #expect(abs(column.end - next.start) < 1e-9, "\(column) and \(next)")
    }
    let measured = heat.columns.filter(\.isMeasured).map(\.counts)
    #expect(measured == [[0, 1, 0], [0, 2, 3], [0, 0, 4], [0, 1, 1]])
  }

  @Test("A narrow slice counts as much more as it is narrower")
  func weights() throws {
    let heat = try #require(HeatColumns(parts, of: "turn.response", most: 60))
    let before = try #require(heat.columns.first)
    // Four slices of half a second are one of two.
    #expect(before.counts == [4, 4, 0] && before.weight == 1)
    let after = try #require(heat.columns.last)
    #expect(after.counts == [0, 2, 7] && after.weight == 4)
    #expect(heat.most == 28)
  }

  @Test("Without a measured part, or of another time, there is nothing to draw")
  func nothing() {
    #expect(HeatColumns([parts[1], parts[2]], of: "turn.response", most: 60) == nil)
    #expect(HeatColumns(parts, of: "turn.service", most: 60) == nil)
    let alone = HeatColumns([parts[0]], of: "turn.response", most: 2)
    #expect(alone?.columns.map(\.counts) == [[3, 3], [1, 5]] && alone?.hasMore == false)
  }

  @Test("The page marks where what counts begins and ends, and says what is paler")
  func page() throws {
    var result = MadeUp.result(["one"])
    var part = try #require(result.variants[0].heatMaps.first)
    let plain = ResultPage(MadeUp.named(result)).html()
    #expect(!plain.contains("class=\"veil\"") && !plain.contains("Paler"))
    part.phase = .warmUp
    part.startSeconds = 0
    part.counts = Array(part.counts.prefix(4))
    result.variants[0].heatMaps.append(part)
    part.phase = .drain
    part.startSeconds = 140
    result.variants[0].heatMaps.append(part)
    let page = ResultPage(MadeUp.named(result)).html()
    #expect(page.split(separator: "class=\"veil\"").count == 3)
    #expect(page.contains(">measured</text>") && page.contains(">drain</text>"))
    #expect(page.contains("Paler: the end of the warm-up and the drain"))
    // What happened to the fleet is still marked.
    #expect(page.contains("1 server lost"))
    // The words for those who do not see it count the measured turns alone.
    func words(_ page: String) -> Substring? {
      page.split(separator: "Heat map of ").dropFirst().first?.prefix { $0 != "." }
    }
    #expect(words(page) == words(plain))
  }
}
