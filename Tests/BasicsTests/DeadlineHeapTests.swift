// Timers come in the order of their instants, equal ones in the order they were set.
import Basics
import Testing

@Suite struct DeadlineHeapTests {
  @Test("Any mixture of setting and popping gives the order of a stable sort")
  func order() {
    for seed in seeds(200) {
      var random = random(seed, "timers")
      var heap = DeadlineHeap()
      var waiting: [(instant: Int64, order: Int)] = []
      for step in 0..<400 {
        if random.index(below: 3) > 0 {
          // Few instants, so that many are equal.
          let instant = Int64(random.index(below: 20))
          heap.push(Instant(nanoseconds: instant), UInt64(step))
          waiting.append((instant, step))
        } else {
          let now = Int64(random.index(below: 20))
          let due = waiting.filter { $0.instant <= now }
            .min { ($0.instant, $0.order) < ($1.instant, $1.order) }
          let got = heap.popDue(at: Instant(nanoseconds: now))
          #expect(got?.code == due.map { UInt64($0.order) }, "seed \(seed), step \(step)")
          #expect(got?.instant.nanoseconds == due?.instant, "seed \(seed), step \(step)")
          if let due { waiting.removeAll { $0.order == due.order } }
        }
        let (count, earliest) = (heap.count, heap.earliest?.nanoseconds)
        #expect(count == waiting.count, "seed \(seed), step \(step)")
        #expect(earliest == waiting.map(\.instant).min(), "seed \(seed), step \(step)")
      }
    }
  }

  @Test("Nothing is due before its instant")
  func early() {
    var heap = DeadlineHeap()
    let earliest = heap.earliest
    #expect(earliest == nil)
    heap.push(Instant(nanoseconds: 5), 1)
    let popped = [4, 5, 5].map { heap.popDue(at: Instant(nanoseconds: $0))?.code }
    #expect(popped == [nil, 1, nil])
  }
}
