// The event queue against a list that is sorted: earliest first, equal instants in the order of
// pushing. Over many seeds, with ties, gaps from nanoseconds to years, widths that are wrong at
// first, and growth and draining.
import Basics
import Testing

/// Sorted by (instant, order of pushing), by brute force.
private struct SortedList {
  private var events: [(instant: Int64, order: Int, code: UInt64)] = []
  private var pushed = 0

  mutating func push(_ event: Event) {
    events.append((event.instant.nanoseconds, pushed, event.code))
    pushed += 1
  }

  mutating func pop() -> (Int64, UInt64)? {
    guard
      let first = events.indices.min(by: {
        (events[$0].instant, events[$0].order) < (events[$1].instant, events[$1].order)
      })
    else { return nil }
    let event = events.remove(at: first)
    return (event.instant, event.code)
  }
}

@Suite struct EventQueueTests {
  /// A gap in nanoseconds from very different scales; many are zero, so instants tie.
  private static func gap(_ random: inout SeededRandom, _ kind: Int) -> Int64 {
    switch kind {
    case 0: return random.uniform() < 0.5 ? 0 : Int64(random.index(below: 3))
    case 1: return Int64(random.index(below: 1_000_000))
    // Heavy tail: from nanoseconds to months.
    case 2: return Int64(min(1e16, power(random.uniform(), -3)))
    case 3: return Int64(random.index(below: 4)) * 2048
    default: return Int64(1) << Int64(random.index(below: 55))
    }
  }

  @Test("Pops what a sorted list pops, for every mix of gaps", arguments: 0..<5)
  func against(kind: Int) {
    for seed in UInt64(1)...60 {
      var random = SeededRandom(Seed(seed).stream("queue \(kind)"))
      var queue = EventQueue(
        spacing: Interval(nanoseconds: 1 << Int64(random.index(below: 40))),
        isLarge: seed % 2 == 0)
      var shown = Table<UInt64>()
      var model = SortedList()
      var now: Int64 = 0
      for step in 0..<400 {
        // Grows first, then drains, then lives on at a few.
        let pushes = step < 100 ? 2 : step < 250 ? 0 : 1
        for _ in 0..<pushes {
          let event = Event(
            Instant(nanoseconds: now + Self.gap(&random, kind)), UInt64(step * 10 + pushes))
          queue.push(event)
          model.push(event)
        }
        // A host that looks ahead disturbs nothing.
        if seed % 3 == 0 { queue.peek(ahead: 4, into: &shown) }
        let popped = queue.pop(through: .never)
        let expected = model.pop()
        #expect(
          popped?.instant.nanoseconds == expected?.0, "kind \(kind), seed \(seed), step \(step)")
        #expect(popped?.code == expected?.1, "kind \(kind), seed \(seed), step \(step)")
        if let popped { now = popped.instant.nanoseconds }
        if popped?.code != expected?.1 { return }
      }
    }
  }

  @Test("A look ahead shows each event of the next slots once, before it is due")
  func peek() {
    // Slots of 1024 ns; one event in each of the first 600.
    for isLarge in [false, true] {
      var queue = EventQueue(spacing: Interval(nanoseconds: 1000), isLarge: isLarge)
      for slot in Int64(0)..<600 {
        queue.push(Event(Instant(nanoseconds: slot * 1024 + 5), UInt64(slot)))
      }
      var shown = Table<UInt64>()
      var late = 0
      while let event = queue.pop(through: .never) {
        queue.peek(ahead: 3, into: &shown)
        let isShown = (0..<shown.count).contains { shown[$0] == event.code }
        if !isShown { late += 1 }
      }
      let codes = (0..<shown.count).map { shown[$0] }
      #expect(Set(codes).count == codes.count)
      // The open slot at the start, and the first slots of the second window.
      #expect(late <= 5, "\(late) of 600, large: \(isLarge)")
    }
  }

  @Test("Equal instants come out in the order of pushing, near and far")
  func ties() {
    for apart in [Int64(0), 5, 1 << 20, 1 << 34, 1 << 50] {
      var queue = EventQueue(spacing: .milliseconds(1))
      for code in UInt64(0)..<500 {
        queue.push(Event(Instant(nanoseconds: 100 + apart), code))
        if code % 3 == 0 { queue.push(Event(Instant(nanoseconds: 100 + apart + 1), 1000 + code)) }
      }
      for code in UInt64(0)..<500 {
        #expect(queue.pop(through: .never)?.code == code, "\(apart) ns ahead")
      }
    }
  }

  @Test("An event pushed for the present while it is being popped comes after its equals")
  func presentTies() {
    var queue = EventQueue(spacing: .microseconds(1))
    for code in UInt64(0)..<3 { queue.push(Event(Instant(nanoseconds: 7), code)) }
    #expect(queue.pop(through: .never)?.code == 0)
    queue.push(Event(Instant(nanoseconds: 7), 9))
    #expect([1, 2, 9].allSatisfy { queue.pop(through: .never)?.code == $0 })
  }

  @Test("Nothing is popped after the end asked for, and nothing is lost by asking")
  func bound() {
    var queue = EventQueue(spacing: .seconds(1))
    queue.push(Event(.zero + .seconds(10), 1))
    #expect(queue.pop(through: .zero + .seconds(9)) == nil)
    #expect(queue.nextInstant() == .zero + .seconds(10))
    queue.push(Event(.zero + .seconds(9), 2))
    #expect(queue.pop(through: .zero + .seconds(9))?.code == 2)
    #expect(queue.count == 1)
    #expect(queue.pop(through: .zero + .seconds(10))?.code == 1)
    #expect(queue.pop(through: .never) == nil)
    #expect(queue.nextInstant() == .never)
  }

  @Test("A width that is wrong by far is corrected on the way, and the order holds")
  func rebuilds() {
    // The hold model: pop one, push one. Widths from far too narrow to far too wide.
    for spacing in [Interval(nanoseconds: 1), .microseconds(100), .seconds(1)] {
      var random = SeededRandom(Seed(9).stream("hold"))
      var queue = EventQueue(spacing: spacing)
      for code in UInt64(0)..<5000 {
        queue.push(Event(Instant(nanoseconds: Int64(random.uniform() * 1e9)), code))
      }
      var last = Instant.zero
      for _ in 0..<400_000 {
        let event = queue.pop(through: .never)!
        #expect(event.instant >= last, "spacing \(spacing.nanoseconds)")
        last = event.instant
        queue.push(
          Event(
            last + Interval(nanoseconds: Int64(-naturalLog(random.uniform()) * 1e9)), event.code))
      }
      #expect(queue.count == 5000)
      #expect(
        (queue.rebuilds > 0) == (spacing != .microseconds(100)), "spacing \(spacing.nanoseconds)")
    }
  }

  @Test("The far future: instants up to the end of time wait their turn")
  func farFuture() {
    var queue = EventQueue(spacing: .microseconds(3))
    let instants = (0..<63).map { Int64(1) << Int64($0) }
    for instant in instants.reversed() {
      queue.push(Event(Instant(nanoseconds: instant), UInt64(instant)))
    }
    for instant in instants { #expect(queue.pop(through: .never)?.code == UInt64(instant)) }
  }

  @Test("A width that is far too large is mended although its slot never ends")
  func crowd() {
    // All events lie in one slot of about 1000 s; pushed latest first, each would move all others.
    var queue = EventQueue(spacing: .seconds(1000))
    let count = 60_000
    for index in 0..<count {
      queue.push(Event(Instant(nanoseconds: Int64(count - index) * 1000), UInt64(index)))
    }
    // The same instants again: they come behind the first ones.
    for index in 0..<count {
      queue.push(Event(Instant(nanoseconds: Int64(count - index) * 1000), UInt64(count + index)))
    }
    var isSorted = true
    for index in 0..<count {
      let first = queue.pop(through: .never)
      let second = queue.pop(through: .never)
      isSorted = isSorted && first?.code == UInt64(count - 1 - index)
      isSorted = isSorted && second?.code == UInt64(2 * count - 1 - index)
    }
    #expect(isSorted && queue.count == 0)
    #expect(queue.rebuilds > 0)
  }
}
