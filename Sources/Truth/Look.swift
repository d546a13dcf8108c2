// One look at a session's history, held against what is known of it. The usual look costs one hash
// over the older turns and a step for each recent one; only where that does not fit is each mark
// looked up. Nothing here knows where the history came from.
internal import Basics

/// What one look showed.
struct Sight {
  var duplicated = 0
  var foreign = 0
  var reordered = 0
  var missing = 0
  /// The first of each, where it has a name.
  var firstDuplicated: Mark?
  var firstForeign: Mark?
  var firstReordered: (turn: Mark?, behind: Mark?)?
  var firstMissing: Mark?

  var isClean: Bool { duplicated + foreign + reordered + missing == 0 }
}

/// The order of the marks met so far in a look.
private struct OrderKeeper {
  private var newestSent = Instant(nanoseconds: Int64.min)
  private var highestRank: UInt32 = 0
  private var highestFloor: UInt32 = 0
  private var newest: UInt64?

  /// Nil: in order. Else the turn that stands before it and should not.
  mutating func meet(_ turn: TurnTruth) -> UInt64? {
    let isLate = turn.ended < newestSent || (turn.rank != 0 && turn.rank < highestRank)
    let before = newest
    if turn.sent > newestSent {
      newestSent = turn.sent
      newest = turn.code
    }
    highestRank = max(highestRank, turn.rank)
    highestFloor = max(highestFloor, turn.floor)
    return isLate ? before : nil
  }

  /// A turn of the digest; `passed` of them, seen or missing, came before.
  func isLate(passed: Int) -> Bool { passed < Int(highestFloor) }
  var lastMet: UInt64? { newest }
}

/// Says at once of most older turns that they are none of the recent ones.
private struct NameFilter {
  private var bits: (UInt64, UInt64) = (0, 0)

  init(_ recent: [TurnTruth]) {
    for turn in recent {
      let (bit, isHigh) = NameFilter.place(of: turn.code)
      if isHigh { bits.1 |= bit } else { bits.0 |= bit }
    }
  }

  func mayHave(_ code: UInt64) -> Bool {
    let (bit, isHigh) = NameFilter.place(of: code)
    return (isHigh ? bits.1 : bits.0) & bit != 0
  }

  private static func place(of code: UInt64) -> (bit: UInt64, isHigh: Bool) {
    // Turns of one user follow one another: the low bits of the product spread them evenly.
    let hash = code &* 0x9E37_79B9_7F4A_7C15
    return (1 &<< (hash &>> 58), hash & (1 &<< 57) != 0)
  }
}

extension SessionTruth {
  /// - Parameter sent: acknowledged turns that ended before must be there.
  /// - Parameter isWhole: false for a history whose beginning was summed up.
  mutating func look(
    at marks: Span<Mark>, sent: Instant, isWhole: Bool, keeping kept: Int,
    _ scratch: inout CodeSet
  ) -> Sight {
    looks &+= 1
    // The digest is held against every whole look, whatever is due.
    due = recent.count(where: { $0.outcome == .acknowledged && $0.ended < sent })
    if isWhole { due += acknowledged - recent.count(where: { $0.outcome == .acknowledged }) }
    if isWhole, glance(marks, sent: sent, keeping: kept) { return Sight() }
    looks &+= 1
    return study(marks, sent: sent, isWhole: isWhole, keeping: kept, &scratch)
  }

  // MARK: the usual look

  /// False: not so simple.
  private mutating func glance(_ marks: Span<Mark>, sent: Instant, keeping kept: Int) -> Bool {
    guard isOrdered, unknown == 0, forgotten == 0, marks.count >= settled.count else {
      return false
    }
    var order = Digest.start
    for place in 0..<settled.count {
      let mark = marks[place]
      if mark.session != session { return false }
      order = Digest.next(order, mark.code)
    }
    if order != settled.order { return false }
    var keeper = OrderKeeper()
    for (step, place) in (settled.count..<marks.count).enumerated() {
      let mark = marks[place]
      guard mark.session == session, let found = find(mark.code, near: step),
        recent[found].stamp != looks
      else { return false }
      recent[found].stamp = looks
      if keeper.meet(recent[found]) != nil { return false }
    }
    if recent.contains(where: { isDue($0, sent) }) { return false }
    rank(marks, from: settled.count, keeping: kept)
    return true
  }

  private func isDue(_ turn: TurnTruth, _ sent: Instant) -> Bool {
    turn.outcome == .acknowledged && turn.ended < sent && turn.stamp != looks
  }

  /// The look's order becomes the known one, if it shows all that has a rank.
  private mutating func rank(_ marks: Span<Mark>, from start: Int, keeping kept: Int) {
    if recent.contains(where: { $0.rank != 0 && $0.stamp != looks }) { return }
    var rank: UInt32 = 0
    for place in start..<marks.count {
      guard let found = find(marks[place].code, near: place - start),
        recent[found].outcome != .unknown
      else { continue }
      rank += 1
      recent[found].rank = rank
    }
    settle(keeping: kept)
  }

  /// Sent one after the other, turns stand where they are looked for first.
  private func find(_ code: UInt64, near guess: Int) -> Int? {
    guess < recent.count && recent[guess].code == code ? guess : place(of: code)
  }

  // MARK: any other look

  private mutating func study(
    _ marks: Span<Mark>, sent: Instant, isWhole: Bool, keeping kept: Int,
    _ scratch: inout CodeSet
  ) -> Sight {
    var sight = Sight()
    var rest = Digest()
    var unfamiliar: UInt64?
    scratch.removeAll(expecting: marks.count)
    let filter = NameFilter(recent)
    for place in 0..<marks.count {
      let mark = marks[place]
      guard mark.session == session else {
        // Once, however often it stands there.
        if scratch.insert(mark.code) { sight.add(foreign: mark) }
        continue
      }
      guard scratch.insert(mark.code) else {
        sight.duplicated += 1
        sight.firstDuplicated = sight.firstDuplicated ?? mark
        continue
      }
      if filter.mayHave(mark.code), let found = self.place(of: mark.code) {
        recent[found].stamp = looks
      } else {
        rest.add(mark.code)
        unfamiliar = mark.code
      }
    }
    let absent = isWhole ? compare(rest, unfamiliar, &sight) : settled.count
    checkOrder(marks, absent: absent, isWhole: isWhole, &sight)
    if isWhole && isOrdered && sight.reordered == 0 && rest.hasSameTurns(as: settled)
      && rest.order != settled.order
    {
      sight.reordered = 1
    }
    findMissing(sent, isWhole: isWhole, &sight)
    if sight.isClean && isWhole { rank(marks, from: 0, keeping: kept) }
    return sight
  }

  /// The marks that are none of the recent turns should be those of the digest. Returns how many of
  /// the digest are not there.
  private func compare(_ rest: Digest, _ unfamiliar: UInt64?, _ sight: inout Sight) -> Int {
    if rest.hasSameTurns(as: settled) { return 0 }
    if rest.count > settled.count {
      // Some that were never sent, or in an earlier conversation of this number.
      let strangers = rest.count - settled.count - forgotten
      if strangers <= 0 { return 0 }
      let code = rest.only(besides: settled) ?? unfamiliar
      sight.foreign += strangers
      sight.firstForeign = sight.firstForeign ?? code.map { Mark(code: $0, session: session) }
      return 0
    }
    // As many as there should be, but others: at least one is gone and one is strange.
    let absent = max(1, settled.count - rest.count)
    sight.missing += absent
    if let code = settled.only(besides: rest) { sight.firstMissing = mark(code) }
    if rest.count == settled.count && forgotten == 0 {
      sight.foreign += 1
      sight.firstForeign = sight.firstForeign ?? unfamiliar.map { mark($0) }
    }
    return absent
  }

  private func mark(_ code: UInt64) -> Mark { Mark(code: code, session: session) }

  private mutating func checkOrder(
    _ marks: Span<Mark>, absent: Int, isWhole: Bool, _ sight: inout Sight
  ) {
    var keeper = OrderKeeper()
    var passed = 0
    let filter = NameFilter(recent)
    for place in 0..<marks.count {
      let mark = marks[place]
      guard mark.session == session else { continue }
      if filter.mayHave(mark.code), let found = self.place(of: mark.code) {
        // Its first place counts; a second one is a duplicate and nothing more.
        guard recent[found].stamp == looks else { continue }
        recent[found].stamp = looks &- 1
        if let behind = keeper.meet(recent[found]) {
          sight.add(reordered: mark, behind: self.mark(behind))
        }
      } else if isWhole && settled.count > 0 {
        if keeper.isLate(passed: passed + absent) {
          sight.add(reordered: mark, behind: keeper.lastMet.map { self.mark($0) })
        }
        passed += 1
      }
    }
    for place in recent.indices where recent[place].stamp == looks &- 1 {
      recent[place].stamp = looks
    }
  }

  private mutating func findMissing(
    _ sent: Instant, isWhole: Bool, _ sight: inout Sight
  ) {
    // What was summed up need not be there: all that came before the first that is.
    var first: UInt32 = 0
    if !isWhole {
      first = UInt32.max
      for turn in recent where turn.stamp == looks && turn.rank != 0 {
        first = min(first, turn.rank)
      }
    }
    for place in recent.indices where isDue(recent[place], sent) {
      let turn = recent[place]
      if !isWhole && turn.rank != 0 && turn.rank < first {
        due -= 1
        continue
      }
      recent[place].isMissing = true
      sight.missing += 1
      sight.firstMissing = sight.firstMissing ?? mark(turn.code)
    }
  }
}

extension Sight {
  fileprivate mutating func add(foreign mark: Mark) {
    foreign += 1
    firstForeign = firstForeign ?? mark
  }

  fileprivate mutating func add(reordered mark: Mark, behind: Mark?) {
    reordered += 1
    if firstReordered == nil { firstReordered = (mark, behind) }
  }
}
