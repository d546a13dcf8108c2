// One turn dropped, doubled, swapped, moved or put into another session, in one look of a recorded
// history: always found, and found as what it is. Thousands of histories, each with a seed; the
// same histories unchanged are clean.
import Basics
import Testing
import Truth

@Suite struct MutationTests {
  /// Short ones lie within what is kept by name, long ones reach far into the digests.
  private static let lengths = [6, 25, 120]

  private static func history(_ seed: UInt64, turns: Int) -> History {
    var shape = History.Shape()
    shape.turns = turns
    shape.sessions = 2
    // From one after the other to six at once.
    shape.length = [0.1, 0.8, 3][Int(seed % 3)]
    return History(shape, seed: seed)
  }

  private func each(_ count: UInt64, _ body: (History, inout SeededRandom, String) -> Void) {
    for turns in MutationTests.lengths {
      for seed in 1...count {
        var random = SeededRandom(Seed(seed).stream("mutation"))
        let history = MutationTests.history(seed, turns: turns)
        body(history, &random, "seed \(seed), \(turns) turns")
      }
    }
  }

  @Test("Histories as they were are clean")
  func clean() {
    each(400) { history, _, name in
      let report = history.report()
      #expect(report.tally.isClean, "\(name): \(report.examples.map(\.text))")
      #expect(report.tally.resumed == 2, "\(name)")
      #expect(report.tally.undecided == 0, "\(name)")
    }
  }

  @Test("A turn dropped from the resume at the end is lost, and named")
  func dropped() {
    each(400) { history, random, name in
      var history = history
      let place = MutationTests.resume(of: history, &random)
      var marks = history.look(place).marks
      guard let victim = MutationTests.acknowledged(in: marks, of: history, &random) else { return }
      let gone = marks.remove(at: victim)
      history.replace(place, with: marks)
      let report = history.report()
      MutationTests.expect(report.tally, only: [.lost: 1...1], "\(name), turn \(victim)")
      #expect(report.examples.first?.turn == gone, "\(name): \(report.examples.map(\.text))")
    }
  }

  @Test("A turn dropped from a conversation on the way makes its answer a stale one")
  func droppedOnTheWay() {
    each(400) { history, random, name in
      var history = history
      let place = history.looks[random.index(below: history.looks.count)]
      let look = history.look(place)
      guard let turn = look.turn else { return }
      let due = MutationTests.due(before: turn, in: history, of: look)
      guard !due.isEmpty else { return }
      let victim = due[random.index(below: due.count)]
      var marks = look.marks
      let gone = marks.remove(at: victim)
      history.replace(place, with: marks)
      let report = history.report()
      MutationTests.expect(report.tally, only: [.staleContext: 1...1], "\(name), turn \(victim)")
      #expect(report.examples.first?.other == gone, "\(name)")
      #expect(report.examples.first?.turn == turn, "\(name)")
    }
  }

  @Test("A turn doubled anywhere is found, and named")
  func doubled() {
    each(400) { history, random, name in
      var history = history
      let place = history.looks[random.index(below: history.looks.count)]
      var marks = history.look(place).marks
      guard !marks.isEmpty else { return }
      let mark = marks[random.index(below: marks.count)]
      marks.insert(mark, at: random.index(below: marks.count + 1))
      // Put before itself, the copy may also stand where the turn must not stand.
      history.replace(place, with: marks)
      let report = history.report()
      #expect(report.tally.duplicated == 1, "\(name)")
      #expect(report.tally.lost + report.tally.foreign + report.tally.staleContext == 0, "\(name)")
      let example = report.examples.first { $0.kind == .duplicated }
      #expect(example?.turn == mark, "\(name)")
    }
  }

  @Test("Two turns swapped are found, though nothing is missing")
  func swapped() {
    each(400) { history, random, name in
      var history = history
      let place = MutationTests.resume(of: history, &random)
      var marks = history.look(place).marks
      guard let one = MutationTests.acknowledged(in: marks, of: history, &random),
        let two = MutationTests.acknowledged(in: marks, of: history, &random), one != two
      else { return }
      marks.swapAt(one, two)
      history.replace(place, with: marks)
      MutationTests.expect(
        history.report().tally, only: [.reordered: 1...marks.count], "\(name), \(one) and \(two)")
    }
  }

  @Test("A turn moved past another is found, though nothing is missing")
  func moved() {
    each(400) { history, random, name in
      var history = history
      let place = MutationTests.resume(of: history, &random)
      var marks = history.look(place).marks
      guard let from = MutationTests.acknowledged(in: marks, of: history, &random) else { return }
      let before = marks.filter { history.acknowledged.contains($0) }
      marks.insert(marks.remove(at: from), at: random.index(below: marks.count))
      // Past turns of unknown outcome alone it may go where it likes.
      if marks.filter({ history.acknowledged.contains($0) }) == before { return }
      history.replace(place, with: marks)
      MutationTests.expect(
        history.report().tally, only: [.reordered: 1...marks.count], "\(name), turn \(from)")
    }
  }

  /// Where nobody has seen the two in their order before, a later look that does finds it.
  @Test("Two turns swapped, or one moved, in a conversation on the way are found as well")
  func disorderedOnTheWay() {
    each(400) { history, random, name in
      var history = history
      let place = history.looks[random.index(below: history.looks.count)]
      let look = history.look(place)
      var marks = look.marks
      guard look.turn != nil,
        let one = MutationTests.acknowledged(in: marks, of: history, &random)
      else { return }
      let before = marks.filter { history.acknowledged.contains($0) }
      if random.uniform() < 0.5 {
        guard let two = MutationTests.acknowledged(in: marks, of: history, &random) else { return }
        marks.swapAt(one, two)
      } else {
        let mark = marks.remove(at: one)
        marks.insert(mark, at: random.index(below: marks.count + 1))
      }
      if marks.filter({ history.acknowledged.contains($0) }) == before { return }
      history.replace(place, with: marks)
      let report = history.report()
      MutationTests.expect(
        report.tally, only: [.reordered: 1...marks.count], "\(name), turn \(one)")
    }
  }

  @Test("A turn put into another conversation on the way is foreign there, and named")
  func strayedOnTheWay() {
    each(400) { history, random, name in
      var history = history
      let place = history.looks[random.index(below: history.looks.count)]
      let other = history.look(place)
      let homes = history.looks.map { history.look($0) }.filter { $0.session != other.session }
      let home = homes[random.index(below: homes.count)]
      guard other.turn != nil, !home.marks.isEmpty else { return }
      let stray = home.marks[random.index(below: home.marks.count)]
      var marks = other.marks
      marks.insert(stray, at: random.index(below: marks.count + 1))
      history.replace(place, with: marks)
      let report = history.report()
      MutationTests.expect(report.tally, only: [.foreign: 1...1], name)
      #expect(report.examples.first?.turn == stray, "\(name)")
    }
  }

  @Test("A turn put into another session is lost in its own and foreign in the other")
  func strayed() {
    each(400) { history, random, name in
      var history = history
      let places = history.looks.suffix(2)
      let (home, other) = (places.first!, places.last!)
      var marks = history.look(home).marks
      guard let victim = MutationTests.acknowledged(in: marks, of: history, &random) else { return }
      let gone = marks.remove(at: victim)
      var others = history.look(other).marks
      others.insert(gone, at: random.index(below: others.count + 1))
      history.replace(home, with: marks)
      history.replace(other, with: others)
      let report = history.report()
      MutationTests.expect(report.tally, only: [.lost: 1...1, .foreign: 1...1], name)
      #expect(report.examples.allSatisfy { $0.turn == gone }, "\(name)")
    }
  }

  // MARK: choices

  private static func resume(of history: History, _ random: inout SeededRandom) -> Int {
    history.looks[history.looks.count - 1 - random.index(below: 2)]
  }

  private static func acknowledged(
    in marks: [Mark], of history: History, _ random: inout SeededRandom
  ) -> Int? {
    let places = marks.indices.filter { history.acknowledged.contains(marks[$0]) }
    return places.isEmpty ? nil : places[random.index(below: places.count)]
  }

  /// Places of the turns that were acknowledged before this one was sent.
  private static func due(before turn: Mark, in history: History, of look: Look) -> [Int] {
    var over: Set<Mark> = []
    for event in history.events {
      if case .acknowledged(let mark, _) = event { over.insert(mark) }
      if case .sent(turn, _) = event { break }
    }
    return look.marks.indices.filter { over.contains(look.marks[$0]) }
  }

  private static func expect(
    _ tally: TruthTally, only counts: [Finding.Kind: ClosedRange<Int>], _ name: String
  ) {
    for kind in Finding.Kind.allCases {
      let range = counts[kind] ?? 0...0
      #expect(range.contains(tally[kind]), "\(name): \(tally[kind]) \(kind.rawValue)")
    }
  }
}
