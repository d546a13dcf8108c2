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
}
