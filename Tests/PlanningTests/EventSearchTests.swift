// What a fleet has to stand, by rule: the smallest size is found whatever the distance, and what a
// lost server makes impossible is not judged, while everything else still is.
import Planning
import Testing

@Suite struct EventSearchTests {
  private func search(size: Int, away: Int, enough: Int) -> (found: Probe?, asked: [Int]) {
    var asked: [Int] = []
    var search = EventSearch(size: size, away: away) { next in
      asked.append(next)
      return Probe(size: next, verdict: next >= enough ? .met : .missed)
    }
    return (search.run(), asked)
  }

  @Test("The smallest that stands is found, and nothing below the fleet is asked about")
  func smallest() {
    for size in [1, 2, 5, 20, 60] {
      for away in [1, 2] {
        let most = max(size, away + 1) + away + 15
        for enough in 1...most {
          let (found, asked) = search(size: size, away: away, enough: enough)
          let place = "\(enough) from \(size) with \(away) away: \(asked)"
          let reached = asked.max() ?? 0
          guard enough <= reached else {
            #expect(found?.verdict == .missed && found?.size == reached, "\(place)")
            continue
          }
          #expect(found?.verdict == .met, "\(place)")
          #expect(found?.size == max(enough, size, away + 1), "\(place)")
          #expect(Set(asked).count == asked.count && asked.count <= 10, "\(place)")
        }
      }
    }
  }

  @Test("Of large fleets a hundredth is left open")
  func large() throws {
    let (found, _) = search(size: 1000, away: 50, enough: 1120)
    let size = try #require(found?.size)
    #expect(size >= 1120 && size <= 1132)
  }

  @Test("Only what the lost server itself does is left out")
  func judged() {
    let texts = [
      "turn.response.p95 < 4s", "turns.lost == 0", "turns.failed < 5", "turns.foreign == 0",
      "memory.exhausted == 0", "sessions.evicted == 0", "server.crashes == 0",
      "sessions.context_lost == 0", "locks.contention_rate < 5%",
    ]
    #expect(
      Judge(texts, length: 60).besideLoss.texts == [
        "turn.response.p95 < 4s", "turns.foreign == 0", "memory.exhausted == 0",
        "sessions.evicted == 0", "locks.contention_rate < 5%",
      ])
    #expect(Judge(["turns.lost == 0"], length: 60).besideLoss.texts.isEmpty)
  }
}
