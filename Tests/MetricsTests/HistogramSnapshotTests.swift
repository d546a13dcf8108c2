// The stored form: it survives JSON, and a file whose parts contradict each other is refused.
import Basics
import Metrics
import Testing

@Suite struct HistogramSnapshotTests {
  private func example(_ seed: UInt64) -> HistogramSnapshot {
    var random = random(seed, "snapshot")
    var histogram = Histogram()
    for _ in 0..<random.index(below: 300) { histogram.record(random.nanoseconds()) }
    return histogram.snapshot()
  }

  @Test("A snapshot survives JSON exactly")
  func roundTrip() throws {
    for seed in seeds(50) {
      let snapshot = example(seed)
      let read = try HistogramSnapshot(JSONField(JSONValue(parsing: snapshot.json.text())))
      #expect(read == snapshot, "seed \(seed)")
    }
  }

  @Test("A sum past 63 bits survives too")
  func longSum() throws {
    var histogram = Histogram()
    for _ in 0..<5 { histogram.record(.max) }
    let snapshot = histogram.snapshot()
    #expect(snapshot.json["sum"] == .string("46116860184273879035"))
    #expect(try HistogramSnapshot(JSONField(snapshot.json)) == snapshot)
  }

  private static let contradictions: [(String, JSONValue)] = [
    ("unit", "ms"), ("buckets_per_octave", 256), ("count", 4), ("sum", 0),
    ("sum", "99999999999"), ("min", 6), ("max", 2_000_000), ("overflow", -1), ("overflow", 4),
    ("buckets", [5, 5, 9]), ("buckets", [5]), ("counts", [1, 0, 2]), ("counts", [1, 1, -1]),
    ("counts", ["1", 1, 1]), ("buckets", [5, 7, 21504]),
  ]

  @Test("Parts that contradict each other are refused", arguments: contradictions)
  func refused(key: String, value: JSONValue) throws {
    var histogram = Histogram()
    for nanoseconds: Int64 in [5, 7, 9] { histogram.record(nanoseconds) }
    guard case .object(var members) = histogram.snapshot().json else { return }
    let place = try #require(members.firstIndex { $0.key == key })
    #expect(try HistogramSnapshot(JSONField(.object(members))).count == 3)
    members[place].value = value
    #expect(throws: JSONShapeError.self) { try HistogramSnapshot(JSONField(.object(members))) }
  }

  @Test("The distribution gives every value once, ascending, exact while short")
  func distribution() {
    var histogram = Histogram()
    for nanoseconds: Int64 in [900, 3, 3, 12] { histogram.record(nanoseconds) }
    let distribution = histogram.snapshot().distribution()
    #expect(distribution.map(\.nanoseconds) == [3, 12, 900])
    #expect(distribution.map(\.count) == [2, 1, 1])
  }

  @Test("Many quantiles at once are those asked for one by one")
  func quantiles() {
    for seed in seeds(20) {
      var random = random(seed, "quantiles")
      var recorder = Recorder()
      for _ in 0..<1 + random.index(below: 500) {
        recorder.record(.turnResponse, Interval(nanoseconds: random.nanoseconds()))
      }
      let snapshot = recorder.snapshot(of: .turnResponse)
      let shares = (0...100).map { Double($0) / 100 } + [0.999, 1]
      let sorted = shares.sorted()
      #expect(snapshot.quantiles(sorted) == sorted.map { snapshot.quantile($0)! }, "seed \(seed)")
    }
  }

  @Test("Bands hold everything that was recorded, where it belongs")
  func bands() throws {
    var recorder = Recorder()
    for milliseconds in [800, 810, 1900, 9000] {
      recorder.record(.turnResponse, .milliseconds(Int64(milliseconds)))
    }
    let map = try #require(
      HeatMapResult(
        metric: "turn.response", startSeconds: 0, stepSeconds: 1,
        bands: [recorder.bands(of: .turnResponse)]))
    #expect(map.counts[0].reduce(0, +) == 4)
    for (row, count) in map.counts[0].enumerated() {
      let inside = [0.8, 0.81, 1.9, 9].filter { $0 >= map.edges[row] && $0 < map.edges[row + 1] }
      #expect(inside.count == count, "\(map.edges[row])")
    }
    #expect(zip(map.edges, map.edges.dropFirst()).allSatisfy { $1 / $0 <= 1.2501 })
    #expect(
      HeatMapResult(metric: "x", startSeconds: 0, stepSeconds: 1, bands: [[0], [0]]) == nil)
  }
}
