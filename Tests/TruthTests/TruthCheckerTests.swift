// The checker by hand: one small history for each thing that can go wrong, and for each that only
// looks wrong.
import Basics
import Testing
import Truth

@Suite struct TruthCheckerTests {
  private static let server = ServerID(1)

  private static func mark(_ turn: UInt32, user: UInt32 = 0, session: UInt32 = 7) -> Mark {
    Mark(user: user, session: session, turn: turn)
  }

  private static func second(_ seconds: Int) -> Instant { .zero + .seconds(Int64(seconds)) }

  /// Turns 0, 1, 2 … one after the other: sent at 10 n, acknowledged at 10 n + 5.
  private static func serial(_ turns: Int, into checker: inout TruthChecker) {
    var seen: [Mark] = []
    for turn in 0..<turns {
      let mark = mark(UInt32(turn))
      checker.sent(mark, to: server, at: second(10 * turn))
      seen.append(mark)
      look(seen, .turn(mark), at: 10 * turn + 1, into: &checker)
      checker.acknowledged(mark, at: second(10 * turn + 5))
    }
  }

  private static func look(
    _ marks: [Mark], _ source: TruthChecker.Source, at seconds: Int, session: UInt32 = 7,
    isWhole: Bool = true, into checker: inout TruthChecker
  ) {
    checker.looked(
      at: marks.span, of: session, from: source, on: server, at: second(seconds), isWhole: isWhole)
  }

  @Test("A session in which all is well is judged by its resume")
  func clean() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(30, into: &checker)
    TruthCheckerTests.look(
      (0..<30).map { TruthCheckerTests.mark($0) }, .resume, at: 999, into: &checker)
    let tally = checker.finish().tally
    #expect(tally.isClean)
    #expect(tally.sent == 30 && tally.acknowledged == 30 && tally.looks == 31)
    #expect(tally.resumed == 1 && tally.seenLast == 0)
  }

  @Test("A last turn that a crash took is lost, with its instants")
  func lastTurn() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(3, into: &checker)
    let left = (0..<2).map { TruthCheckerTests.mark($0) }
    TruthCheckerTests.look(left, .resume, at: 99, into: &checker)
    let report = checker.finish()
    #expect(report.tally.lost == 1)
    #expect(
      report.examples.map(\.text) == [
        "turn 2 of user 0 is missing from session 7 (sent to server 1 at 20.000 s, "
          + "acknowledged at 25.000 s), seen on server 1 at 99.000 s"
      ])
    #expect(report.examples[0].server == TruthCheckerTests.server)
  }

  @Test("Without a resume the last conversation decides")
  func noResume() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(3, into: &checker)
    let next = TruthCheckerTests.mark(3)
    checker.sent(next, to: TruthCheckerTests.server, at: TruthCheckerTests.second(40))
    TruthCheckerTests.look(
      [TruthCheckerTests.mark(0), next], .turn(next), at: 41, into: &checker)
    let tally = checker.finish().tally
    #expect(tally.staleContext == 1)
    #expect(tally.lost == 2)
    #expect(tally.seenLast == 1)
  }

  @Test("A memory that lagged behind loses nothing if the disk has it")
  func staleOnly() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(3, into: &checker)
    let next = TruthCheckerTests.mark(3)
    checker.sent(next, to: ServerID(2), at: TruthCheckerTests.second(40))
    TruthCheckerTests.look([TruthCheckerTests.mark(0), next], .turn(next), at: 41, into: &checker)
    checker.acknowledged(next, at: TruthCheckerTests.second(45))
    let all = (0..<4).map { TruthCheckerTests.mark($0) }
    TruthCheckerTests.look(all, .resume, at: 99, into: &checker)
    let tally = checker.finish().tally
    #expect(tally.staleContext == 1)
    #expect(tally.lost == 0)
  }

  @Test("A turn given up on may be there or not, but not twice and not before its time")
  func unknown() {
    let zero = TruthCheckerTests.mark(0)
    let one = TruthCheckerTests.mark(1)
    func tally(_ resume: [Mark]) -> TruthTally {
      var checker = TruthChecker()
      TruthCheckerTests.serial(1, into: &checker)
      checker.sent(one, to: TruthCheckerTests.server, at: TruthCheckerTests.second(10))
      checker.unknown(one)
      TruthCheckerTests.look(resume, .resume, at: 99, into: &checker)
      return checker.finish().tally
    }
    #expect(tally([zero]).isClean)
    #expect(tally([zero, one]).isClean)
    #expect(tally([zero, one, one]).duplicated == 1)
    #expect(tally([one, zero]).reordered == 1)
    #expect(tally([one]).lost == 1)
  }

  @Test("A turn that was refused, or never sent, does not belong into its own session")
  func refused() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(1, into: &checker)
    let one = TruthCheckerTests.mark(1)
    checker.sent(one, to: TruthCheckerTests.server, at: TruthCheckerTests.second(10))
    checker.refused(one)
    TruthCheckerTests.look([TruthCheckerTests.mark(0), one], .resume, at: 99, into: &checker)
    let report = checker.finish()
    #expect(report.tally.foreign == 1)
    #expect(report.examples.first?.turn == one)
  }

  @Test("A turn of somebody else's session is foreign, once, however often it is seen")
  func foreign() {
    var checker = TruthChecker()
    let stray = TruthCheckerTests.mark(4, user: 9, session: 8)
    var seen = [stray]
    for turn in 0..<5 {
      let mark = TruthCheckerTests.mark(UInt32(turn))
      checker.sent(mark, to: TruthCheckerTests.server, at: TruthCheckerTests.second(10 * turn))
      seen.append(mark)
      TruthCheckerTests.look(seen, .turn(mark), at: 10 * turn + 1, into: &checker)
      checker.acknowledged(mark, at: TruthCheckerTests.second(10 * turn + 5))
    }
    TruthCheckerTests.look(seen, .resume, at: 99, into: &checker)
    let report = checker.finish()
    #expect(report.tally.foreign == 1)
    #expect(
      report.examples.first?.text
        == "turn 4 of user 9, sent to session 8, stands in session 7 and does not belong there, "
        + "seen on server 1 at 1.000 s")
  }

  @Test("Turns that overlapped may stand in either order, but not in one and then the other")
  func overlapping() {
    let (zero, one) = (TruthCheckerTests.mark(0), TruthCheckerTests.mark(0, user: 1))
    func tally(_ looks: [[Mark]]) -> TruthTally {
      var checker = TruthChecker()
      checker.sent(zero, to: TruthCheckerTests.server, at: TruthCheckerTests.second(0))
      checker.sent(one, to: TruthCheckerTests.server, at: TruthCheckerTests.second(1))
      for marks in looks.dropLast() {
        TruthCheckerTests.look(marks, .turn(marks.last!), at: 2, into: &checker)
      }
      checker.acknowledged(zero, at: TruthCheckerTests.second(3))
      checker.acknowledged(one, at: TruthCheckerTests.second(4))
      TruthCheckerTests.look(looks.last!, .resume, at: 9, into: &checker)
      return checker.finish().tally
    }
    #expect(tally([[zero, one]]).isClean)
    #expect(tally([[one, zero]]).isClean)
    #expect(tally([[zero, one], [zero, one]]).isClean)
    #expect(tally([[zero, one], [one, zero]]).reordered == 1)
  }

  @Test("A conversation whose beginning was summed up is not a loss; a gap behind it is")
  func summedUp() {
    func tally(_ shown: [UInt32]) -> TruthTally {
      var checker = TruthChecker()
      TruthCheckerTests.serial(20, into: &checker)
      let next = TruthCheckerTests.mark(20)
      checker.sent(next, to: TruthCheckerTests.server, at: TruthCheckerTests.second(300))
      let marks = shown.map { TruthCheckerTests.mark($0) }
      TruthCheckerTests.look(marks, .turn(next), at: 301, isWhole: false, into: &checker)
      checker.acknowledged(next, at: TruthCheckerTests.second(305))
      let all = (0...20).map { TruthCheckerTests.mark($0) }
      TruthCheckerTests.look(all, .resume, at: 999, into: &checker)
      return checker.finish().tally
    }
    #expect(tally([17, 18, 19, 20]).isClean)
    #expect(tally([20]).isClean)
    #expect(tally([17, 19, 20]).staleContext == 1)
    #expect(tally([17, 18, 18, 19, 20]).duplicated == 1)
    #expect(tally([18, 17, 19, 20]).reordered == 1)
  }

  @Test("A spoilt history has lost all that was acknowledged, and is counted")
  func corrupted() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(20, into: &checker)
    checker.foundCorrupted(
      7, on: TruthCheckerTests.server, at: TruthCheckerTests.second(999))
    let report = checker.finish()
    #expect(report.tally.lost == 20 && report.tally.corrupted == 1)
    #expect(report.tally.resumed == 1 && report.tally.judged == 20 && report.tally.unjudged == 0)
    #expect(report.examples.map(\.kind) == [.lost])
  }

  @Test("Where the look failed nothing is lost for sure, and what nobody saw is not judged")
  func couldNotLook() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(3, into: &checker)
    checker.couldNotLook(at: 7)
    let tally = checker.finish().tally
    #expect(tally.lost == 0 && tally.unreadable == 1)
    #expect(tally.resumed == 0 && tally.seenLast == 1)
    // The provider's last conversation was sent before the last turn was acknowledged.
    #expect(tally.judged == 2 && tally.unjudged == 1)
  }

  @Test("Only turns that the last look had to show are judged")
  func judged() {
    var checker = TruthChecker()
    // More than are kept by name, so that some are in the digest.
    TruthCheckerTests.serial(40, into: &checker)
    var seen = (0..<40).map { TruthCheckerTests.mark($0) }
    // Two more that nobody looks at.
    for turn in UInt32(40)..<42 {
      let mark = TruthCheckerTests.mark(turn)
      checker.sent(mark, to: TruthCheckerTests.server, at: TruthCheckerTests.second(1000))
      checker.acknowledged(mark, at: TruthCheckerTests.second(1001))
    }
    checker.ended(7)
    var tally = checker.report.tally
    #expect(tally.judged == 39 && tally.unjudged == 3 && tally.unseen == 0)

    // Without any look, as in a session that is over before somebody resumes it.
    let other = TruthCheckerTests.mark(0, session: 8)
    checker.sent(other, to: TruthCheckerTests.server, at: TruthCheckerTests.second(1))
    checker.acknowledged(other, at: TruthCheckerTests.second(2))
    checker.ended(8)
    tally = checker.report.tally
    #expect(tally.judged == 39 && tally.unjudged == 4 && tally.unseen == 1)

    // A resume asks for all of them.
    seen = (0..<3).map { TruthCheckerTests.mark($0, session: 9) }
    for mark in seen {
      checker.sent(mark, to: TruthCheckerTests.server, at: TruthCheckerTests.second(1))
      checker.acknowledged(mark, at: TruthCheckerTests.second(2))
    }
    TruthCheckerTests.look(seen, .resume, at: 9, session: 9, into: &checker)
    tally = checker.finish().tally
    #expect(tally.judged == 42 && tally.unjudged == 4 && tally.isClean)
  }

  @Test("A number used again stands for another conversation")
  func again() {
    var checker = TruthChecker()
    TruthCheckerTests.serial(3, into: &checker)
    checker.ended(7)
    #expect(checker.count == 0)
    let next = TruthCheckerTests.mark(100)
    checker.sent(next, to: TruthCheckerTests.server, at: TruthCheckerTests.second(50))
    TruthCheckerTests.look([next], .turn(next), at: 51, into: &checker)
    checker.acknowledged(next, at: TruthCheckerTests.second(52))
    TruthCheckerTests.look([next], .resume, at: 60, into: &checker)
    #expect(checker.finish().tally.isClean)
    #expect(checker.report.tally.seenLast == 1 && checker.report.tally.resumed == 1)

    TruthCheckerTests.look([TruthCheckerTests.mark(1), next], .resume, at: 61, into: &checker)
    #expect(checker.report.tally.foreign == 1)
  }

  @Test("Critical sections that overlap are held twice; those that touch are not")
  func sections() {
    var checker = TruthChecker()
    func hold(_ turn: UInt32, _ from: Int, _ until: Int, session: UInt32 = 7) {
      checker.held(
        by: TruthCheckerTests.mark(turn, session: session), from: TruthCheckerTests.second(from),
        until: TruthCheckerTests.second(until))
    }
    checker.sent(
      TruthCheckerTests.mark(3), to: TruthCheckerTests.server, at: TruthCheckerTests.second(16))
    hold(1, 0, 10)
    hold(2, 10, 20)
    #expect(checker.report.tally.doubleHeld == 0)
    hold(3, 15, 25)
    #expect(checker.report.tally.doubleHeld == 1)
    hold(4, 5, 40)
    #expect(checker.report.tally.doubleHeld == 2)
    hold(5, 45, 50)
    hold(6, 46, 51, session: 8)
    let report = checker.finish()
    #expect(report.tally.doubleHeld == 2 && report.tally.sections == 6)
    #expect(
      report.examples.map(\.text) == [
        "turn 3 of user 0 held the lock of session 7 beside turn 2 of user 0, "
          + "from 15.000 s to 20.000 s",
        "turn 3 of user 0 held the lock of session 7 beside turn 4 of user 0, "
          + "from 15.000 s to 25.000 s",
      ])
    #expect(report.examples[0].server == TruthCheckerTests.server)
    #expect(report.examples[0].sent == TruthCheckerTests.second(16))
  }

  @Test("A stale write that was accepted and a release of another's lock are found, with the turn")
  func brokenLocks() {
    var checker = TruthChecker()
    let (one, two) = (TruthCheckerTests.mark(1), TruthCheckerTests.mark(2))
    checker.held(
      by: two, from: TruthCheckerTests.second(5), until: TruthCheckerTests.second(8))
    checker.held(
      by: one, from: TruthCheckerTests.second(0), until: TruthCheckerTests.second(9),
      wroteStale: true)
    checker.releasedAnothers(by: one, at: TruthCheckerTests.second(10))
    let report = checker.finish()
    #expect(report.tally.doubleHeld == 1 && report.tally.staleWrites == 1)
    #expect(report.tally.wrongReleases == 1 && !report.tally.isClean)
    #expect(
      report.examples.map(\.text) == [
        "turn 2 of user 0 held the lock of session 7 beside turn 1 of user 0, "
          + "from 5.000 s to 8.000 s",
        "turn 1 of user 0 wrote to session 7 after it had lost the lock and its successor had "
          + "written, at 9.000 s",
        "turn 1 of user 0 released the lock of session 7 that somebody else held by then, "
          + "at 10.000 s",
      ])
  }

  @Test(
    "Two servers that each keep half of a session in memory are stale, and lose nothing on disk")
  func splitBrain() {
    var checker = TruthChecker()
    var halves: [[Mark]] = [[], []]
    var all: [Mark] = []
    for turn in 0..<100 {
      let mark = TruthCheckerTests.mark(UInt32(turn))
      checker.sent(mark, to: ServerID(turn % 2), at: TruthCheckerTests.second(10 * turn))
      halves[turn % 2].append(mark)
      all.append(mark)
      TruthCheckerTests.look(halves[turn % 2], .turn(mark), at: 10 * turn + 1, into: &checker)
      checker.acknowledged(mark, at: TruthCheckerTests.second(10 * turn + 5))
    }
    TruthCheckerTests.look(all, .resume, at: 9999, into: &checker)
    let tally = checker.finish().tally
    #expect(tally.staleContext == 99)
    #expect(tally.lost + tally.duplicated + tally.foreign + tally.reordered == 0)
    #expect(tally.undecided == 0)
  }

  @Test("Memory follows the sessions, not the length of the run")
  func memory() {
    func bytes(turns: Int) -> Int {
      var shape = History.Shape()
      shape.sessions = 20
      shape.turns = turns
      var checker = TruthChecker()
      for event in History(shape, seed: 1).events { History.feed(event, to: &checker) }
      #expect(checker.finish().tally.isClean)
      return checker.bytes
    }
    // A tenth of the turns is of unknown outcome; up to 64 of those are kept.
    let bound = bytes(turns: 400)
    #expect(bytes(turns: 800) <= bound * 2)
    #expect(bytes(turns: 1600) <= bound * 2)
  }

  /// Turns one after the other, and nobody looks before the end.
  private static func unseen(
    turns: Int = 200, _ resume: (inout [Mark]) -> Void
  ) -> (tally: TruthTally, bytes: Int) {
    var checker = TruthChecker()
    var marks: [Mark] = []
    for turn in 0..<turns {
      marks.append(mark(UInt32(turn)))
      checker.sent(marks[turn], to: server, at: second(10 * turn))
      checker.acknowledged(marks[turn], at: second(10 * turn + 5))
    }
    let bytes = checker.bytes
    resume(&marks)
    look(marks, .resume, at: 9999, into: &checker)
    return (checker.finish().tally, bytes)
  }

  @Test("Where nobody looks before the end a session costs no more, and old turns keep their order")
  func unseenUntilTheEnd() {
    let (clean, bytes) = TruthCheckerTests.unseen { _ in }
    #expect(clean.isClean && clean.judged == 200)
    #expect(bytes == TruthCheckerTests.unseen(turns: 16) { _ in }.bytes)
    #expect(TruthCheckerTests.unseen { $0.swapAt(20, 30) }.tally.reordered == 1)
    #expect(TruthCheckerTests.unseen { $0.swapAt(20, 195) }.tally.reordered > 0)
    #expect(TruthCheckerTests.unseen { $0.append($0.remove(at: 50)) }.tally.reordered > 0)
    for gap in [1, 7, 40] {
      let tally = TruthCheckerTests.unseen { $0.removeSubrange(50..<50 + gap) }.tally
      #expect(tally.lost == gap && tally.reordered == 0, "\(gap): \(tally)")
    }
    let half = TruthCheckerTests.unseen { marks in
      marks = marks.indices.filter { $0 % 2 == 0 }.map { marks[$0] }
    }.tally
    #expect(half.lost == 100 && half.reordered == 0)
  }

  @Test("A turn given up at the front does not keep those behind it from their order")
  func unknownFirst() {
    func reordered(_ swap: Bool) -> TruthTally {
      var checker = TruthChecker()
      var marks = (0..<60).map { TruthCheckerTests.mark(UInt32($0)) }
      for (turn, mark) in marks.enumerated() {
        checker.sent(mark, to: TruthCheckerTests.server, at: TruthCheckerTests.second(10 * turn))
        if turn == 0 {
          checker.unknown(mark)
        } else {
          checker.acknowledged(mark, at: TruthCheckerTests.second(10 * turn + 5))
        }
      }
      if swap { marks.swapAt(20, 30) }
      TruthCheckerTests.look(marks, .resume, at: 9999, into: &checker)
      return checker.finish().tally
    }
    #expect(reordered(false).isClean)
    #expect(reordered(true).reordered > 0)
  }

  @Test("A turn that is sent again is one turn")
  func sentAgain() {
    var checker = TruthChecker()
    for turn in 0..<100 {
      let mark = TruthCheckerTests.mark(UInt32(turn))
      checker.sent(mark, to: TruthCheckerTests.server, at: TruthCheckerTests.second(10 * turn))
      if turn % 3 == 0 {
        checker.sent(mark, to: ServerID(2), at: TruthCheckerTests.second(10 * turn + 1))
      }
      checker.acknowledged(mark, at: TruthCheckerTests.second(10 * turn + 5))
    }
    var marks = (0..<100).map { TruthCheckerTests.mark($0) }
    marks.swapAt(20, 30)
    TruthCheckerTests.look(marks, .resume, at: 9999, into: &checker)
    let tally = checker.finish().tally
    #expect(tally.reordered == 1 && tally.lost + tally.duplicated == 0)
  }

  @Test("With too many turns of unknown outcome a session is undecided, and nothing is made up")
  func undecided() {
    var shape = History.Shape()
    shape.turns = 600
    shape.unknownShare = 0.5
    for seed in UInt64(1)...20 {
      let tally = History(shape, seed: seed).report().tally
      #expect(tally.isClean, "seed \(seed): \(tally)")
      #expect(tally.undecided == 4, "seed \(seed)")
    }
  }

  @Test("Reports of several checkers merge")
  func merge() {
    var reports: [TruthReport] = []
    for _ in 0..<2 {
      var checker = TruthChecker()
      TruthCheckerTests.serial(3, into: &checker)
      TruthCheckerTests.look([], .resume, at: 99, into: &checker)
      reports.append(checker.finish())
    }
    var both = TruthReport(examplesOfAKind: 1)
    for report in reports { both.merge(report) }
    #expect(both.tally.lost == 6 && both.tally.sent == 6)
    #expect(both.examples.count == 1)
  }
}
