// What a live run shows of its warm-up and its drain: every response once, in its slice, and never
// more than a minute of them.
import Basics
import Live
import Metrics
import Testing

@Suite struct UnmeasuredPartTests {
  private func total(_ map: HeatMapResult?) -> Int {
    map?.counts.reduce(0) { $0 + $1.reduce(0, +) } ?? 0
  }

  @Test("A response lies in the slice in which it came and in the band of its height")
  func place() throws {
    var part = UnmeasuredPart(from: .zero + .seconds(10))
    part.note(.milliseconds(500), at: .zero + .milliseconds(9999))
    part.note(.milliseconds(1500), at: .zero + .milliseconds(10_760))
    part.note(.milliseconds(1500), at: .zero + .milliseconds(10_990))
    let map = try #require(part.heatMap(.drain))
    #expect(map.phase == .drain && map.startSeconds == 10 && map.stepSeconds == 0.25)
    #expect(map.counts.count == 4 && map.counts[3].reduce(0, +) == 2 && total(map) == 2)
    let row = try #require(map.counts[3].firstIndex { $0 > 0 })
    #expect(map.edges[row] <= 1.5 && 1.5 < map.edges[row + 1])
    #expect(UnmeasuredPart(from: .zero).heatMap(.drain) == nil)
  }

  @Test("Of a long warm-up the last minute is kept")
  func bounded() throws {
    var part = UnmeasuredPart(from: .zero)
    for second in 0..<600 { part.note(.seconds(1), at: .zero + .seconds(Int64(second))) }
    // A late word of an instant that is gone.
    part.note(.seconds(1), at: .zero + .seconds(3))
    let map = try #require(part.heatMap(.warmUp))
    #expect(map.counts.count == 240)
    #expect(map.startSeconds == 599.25 - 0.25 * 240 && total(map) == 60)
  }

  @Test("Shards together are what one would have seen", arguments: 1...8)
  func merged(seed: Int) throws {
    var random = SeededRandom(Seed(UInt64(seed)).stream("unmeasured"))
    var whole = UnmeasuredPart(from: .zero)
    var parts = [UnmeasuredPart](repeating: whole, count: 3)
    for _ in 0..<2000 {
      let at = Instant.zero + .milliseconds(Int64(random.uniform() * 40_000 * Double(seed)))
      let response = Interval.milliseconds(Int64(1 + random.uniform() * 9000))
      parts[Int(random.uniform() * 3)].note(response, at: at)
      whole.note(response, at: at)
    }
    var together = parts[0]
    together.merge(parts[1])
    together.merge(parts[2])
    let last = try #require(whole.heatMap(.warmUp))
    // Where one part alone has already let go of what came early, the others must not bring it
    // back; what is kept is the same last minute.
    let merged = try #require(together.heatMap(.warmUp))
    #expect(merged.startSeconds == last.startSeconds, "seed \(seed)")
    if seed == 1 { #expect(merged == last, "seed \(seed)") }
    #expect(merged.counts.last == last.counts.last, "seed \(seed)")
  }
}
