// Was anything lost, doubled, swapped, or put before the wrong eyes? The checker hears which turns
// were sent, what became of them, which conversation the provider saw and what a fresh resume gave,
// and decides for each session whether that can be true. It reads no clock and keeps a few recent
// turns and a digest of each session, so a run may last as long as it likes.
//
// Events of one session come in the order of their instants; a look must not come before the sends
// of the turns that it shows. Sessions are independent: they may be spread over several checkers,
// whose reports merge.
public import Basics

public struct TruthLimits: Sendable, Hashable {
  /// Acknowledged turns of a session that are kept by name even when they are in their place, so
  /// that a loss, which mostly hits the last ones, has a name.
  public var kept = 8
  /// The same where nobody has looked, but one turn was sent after the other.
  public var unseen = 12
  /// Turns of a session, other than those of unknown outcome, that are kept at most.
  public var recent = 32
  /// Turns of unknown outcome that are kept; with more of them a session is undecided.
  public var unknown = 64
  /// Findings of each kind that are kept as examples.
  public var examples = 5

  public init() {}
}

public struct TruthChecker: ~Copyable {
  public enum Source: Sendable {
    /// The conversation that the provider was sent for this turn.
    case turn(Mark)
    /// A resume by a client that had nothing in memory: what will be left of the session.
    case resume
  }

  public let limits: TruthLimits
  public private(set) var report: TruthReport
  private var sessions = Table<SessionTruth>()
  private var places = IndexMap()
  private var vacant: [Int] = []
  private var scratch = CodeSet()

  public init(_ limits: TruthLimits = TruthLimits()) {
    self.limits = limits
    report = TruthReport(examplesOfAKind: limits.examples)
  }

  /// Sessions that are not over.
  public var count: Int { places.count }

  /// Bytes held: what a forecast and a memory figure count. It follows the number of sessions.
  public var bytes: Int {
    var sum = sessions.bytes + places.bytes
    for place in 0..<sessions.count {
      sum += sessions[place].recent.capacity * MemoryLayout<TurnTruth>.stride
    }
    return sum
  }

  // MARK: turns

  /// The turn was handed to a server.
  public mutating func sent(_ mark: Mark, to server: ServerID, at now: Instant) {
    report.count { $0.sent += 1 }
    let place = place(of: mark.session)
    sessions[place].send(mark.code, server, at: now, limits)
  }

  /// The app was told that the turn is done: from now on it has to be there.
  public mutating func acknowledged(_ mark: Mark, at now: Instant) {
    guard let place = find(mark.session) else { return }
    if sessions[place].acknowledge(mark.code, at: now) { report.count { $0.acknowledged += 1 } }
  }

  /// Time-out, crash, or an error after it was sent: it may be there or not.
  public mutating func unknown(_ mark: Mark) {
    guard let place = find(mark.session) else { return }
    if sessions[place].giveUp(mark.code) { report.count { $0.unknown += 1 } }
  }

  /// It was certainly never taken: it must not be there.
  public mutating func refused(_ mark: Mark) {
    guard let place = find(mark.session) else { return }
    sessions[place].refuse(mark.code)
  }

  // MARK: looks

  /// A session's history, oldest first. Nothing is known of marks that are not `Mark`s of this run:
  /// leave them out.
  /// - Parameter isWhole: false where the beginning has been summed up or cut off.
  public mutating func looked(
    at marks: Span<Mark>, of session: UInt32, from source: Source, on server: ServerID,
    at now: Instant, isWhole: Bool = true
  ) {
    report.count {
      $0.looks += 1
      $0.marks += marks.count
    }
    let place = place(of: session)
    var sent = Instant.never
    if case .turn(let mark) = source {
      let turn = sessions[place].place(of: mark.code).map { sessions[place].recent[$0] }
      sent = turn?.sent ?? .zero
    }
    let sight = sessions[place].look(
      at: marks, sent: sent, isWhole: isWhole, keeping: limits.kept, &scratch)
    note(sight, place, source, server, now)
  }

  /// A resume found the session's history spoilt: nobody will see anything of it again.
  public mutating func foundCorrupted(
    _ session: UInt32, on server: ServerID, at now: Instant
  ) {
    report.count { $0.corrupted += 1 }
    let nothing: [Mark] = []
    looked(at: nothing.span, of: session, from: .resume, on: server, at: now)
  }

  /// It should have been looked at and could not be: what was seen before decides, and what nobody
  /// saw is counted as not judged.
  public mutating func couldNotLook(at session: UInt32) { report.count { $0.unreadable += 1 } }

  private mutating func note(
    _ sight: Sight, _ place: Int, _ source: Source, _ server: ServerID, _ now: Instant
  ) {
    sessions[place].missing = sight.missing
    if case .resume = source { sessions[place].isResumed = true }
    if sight.isClean { return }
    raise(
      \.duplicated, to: sight.duplicated, .duplicated, place, sight.firstDuplicated, server, now)
    raise(\.foreign, to: sight.foreign, .foreign, place, sight.firstForeign, server, now)
    raise(
      \.reordered, to: sight.reordered, .reordered, place, sight.firstReordered?.turn, server, now,
      other: sight.firstReordered?.behind)
    guard sight.missing > 0 else { return }
    sessions[place].example = finding(.lost, place, sight.firstMissing, server, now)
    if case .turn(let mark) = source, sessions[place].stale != mark.code {
      sessions[place].stale = mark.code
      var found = finding(.staleContext, place, mark, server, now)
      found.other = sight.firstMissing
      report.note(found)
    }
  }

  /// What is more than the worst look so far is news.
  private mutating func raise(
    _ most: WritableKeyPath<SessionTruth, Int>, to count: Int, _ kind: Finding.Kind, _ place: Int,
    _ turn: Mark?, _ server: ServerID, _ now: Instant, other: Mark? = nil
  ) {
    let before = sessions[place][keyPath: most]
    guard count > before else { return }
    sessions[place][keyPath: most] = count
    var found = finding(kind, place, turn, server, now)
    found.other = other
    report.note(found)
    report.add(count - before - 1, kind)
  }

  private func finding(
    _ kind: Finding.Kind, _ place: Int, _ turn: Mark?, _ server: ServerID, _ now: Instant
  ) -> Finding {
    var found = Finding(kind, session: sessions[place].session, at: now)
    found.turn = turn
    found.seenOn = server
    if let turn, let known = sessions[place].place(of: turn.code) {
      let record = sessions[place].recent[known]
      found.server = record.server
      found.sent = record.sent
      found.acknowledged = record.ended
    }
    return found
  }

  // MARK: locks

  /// A critical section that is over, in the order of their ends. One that nobody left ends with
  /// its holder's process.
  /// - Parameter wroteStale: whether its write was accepted after its successor's.
  public mutating func held(
    by holder: Mark, from: Instant, until: Instant, wroteStale: Bool = false
  ) {
    report.count { $0.sections += 1 }
    let place = place(of: holder.session)
    let last = sessions[place]
    if last.from < until && from < last.until {
      let isSecond = from >= last.from
      var found = finding(
        .doubleHeld, place, isSecond ? holder : last.holder, .none, max(from, last.from))
      found.other = isSecond ? last.holder : holder
      found.until = min(until, last.until)
      report.note(found)
    }
    if wroteStale { report.note(finding(.staleWrite, place, holder, .none, until)) }
    guard until >= last.until else { return }
    sessions[place].holder = holder
    sessions[place].from = from
    sessions[place].until = until
  }

  /// The turn's release took the lock from whoever held it by then.
  public mutating func releasedAnothers(by holder: Mark, at now: Instant) {
    let place = place(of: holder.session)
    report.note(finding(.wrongRelease, place, holder, .none, now))
  }

  // MARK: the end

  /// Its number may stand for another conversation afterwards.
  public mutating func ended(_ session: UInt32) {
    guard let place = find(session) else { return }
    judge(place)
    places.remove(UInt64(session), slot: place)
    sessions[place] = SessionTruth(session)
    vacant.append(place)
  }

  /// Judges what is left. Nothing is fed afterwards.
  public mutating func finish() -> TruthReport {
    for place in 0..<sessions.count where find(sessions[place].session) == place { judge(place) }
    return report
  }

  private mutating func judge(_ place: Int) {
    let record = sessions[place]
    if record.acknowledged == 0 { return }
    report.count {
      if record.forgotten > 0 { $0.undecided += 1 }
      $0.judged += record.due
      if record.isResumed {
        $0.resumed += 1
      } else if record.looks > 0 {
        $0.seenLast += 1
      } else {
        $0.unseen += 1
      }
    }
    guard record.missing > 0, let example = record.example else { return }
    report.note(example)
    report.add(record.missing - 1, .lost)
  }

  // MARK: sessions

  private func find(_ session: UInt32) -> Int? {
    places.find(UInt64(session)) { sessions[$0].session == session }
  }

  private mutating func place(of session: UInt32) -> Int {
    if let place = find(session) { return place }
    let place = vacant.popLast() ?? sessions.count
    if place == sessions.count {
      sessions.append(SessionTruth(session))
    } else {
      sessions[place] = SessionTruth(session)
    }
    places.insert(UInt64(session), slot: place)
    return place
  }
}
