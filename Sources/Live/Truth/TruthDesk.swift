// The checker of histories in a live run, shared by all shards: told of every turn that was sent
// and of what became of it, of every conversation that the provider saw, and at the end of what a
// fresh resume gives. It also remembers where each session last lived, so that it can be looked at.
internal import Basics
internal import Metrics
internal import Synchronization
internal import Truth
internal import Wire

final class TruthDesk: Sendable {
  /// Where a session can be resumed.
  struct Home: Sendable {
    var server: ServerID
    var name: SessionNames.Place
    var person: UInt32
  }

  private struct State: ~Copyable {
    var checker = TruthChecker()
    var homes: [UInt32: Home] = [:]
    /// The latest conversation under a number that is over.
    var over: [UInt32: UInt32] = [:]
  }

  private let state = Mutex(State())
  /// The monotonic reading at which the run's clock says zero.
  private let began = Atomic<Int64>(0)

  func begin(at reading: Instant) { began.store(reading.nanoseconds, ordering: .relaxed) }

  func clock(_ reading: Instant) -> Instant {
    Instant(nanoseconds: reading.nanoseconds - began.load(ordering: .relaxed))
  }

  func sent(_ turn: TurnPlan, to home: Home, at now: Instant) {
    let session = turn.session.index
    state.withLock { state in
      // People who ask again before an answer may begin a conversation while a turn of the last one
      // is under way: what is told of that one afterwards is no longer held against anything. Nor
      // is what is told of one that has been put away.
      if let over = state.over[session], home.name.conversation <= over { return }
      if let last = state.homes[session]?.name.conversation {
        if home.name.conversation < last { return }
        if home.name.conversation > last { state.checker.ended(session) }
      }
      state.checker.sent(Mark(turn), to: home.server, at: now)
      state.homes[session] = home
    }
  }

  func acknowledged(_ turn: TurnPlan, at now: Instant) {
    state.withLock { $0.checker.acknowledged(Mark(turn), at: now) }
  }

  func unknown(_ turn: TurnPlan) { state.withLock { $0.checker.unknown(Mark(turn)) } }

  func refused(_ turn: TurnPlan) { state.withLock { $0.checker.refused(Mark(turn)) } }

  /// Its number will stand for another conversation, or does already. Nil: whichever it stands for.
  /// - forGood: and not for this one again.
  func ended(_ session: SessionID, conversation: UInt32? = nil, forGood: Bool = false) {
    state.withLock { state in
      if forGood, let conversation {
        state.over[session.index] = max(conversation, state.over[session.index] ?? 0)
      }
      if let conversation, let home = state.homes[session.index],
        home.name.conversation != conversation
      {
        return
      }
      state.checker.ended(session.index)
      state.homes[session.index] = nil
    }
  }

  func held(_ turn: TurnPlan, from: Instant, until: Instant, wroteStale: Bool) {
    state.withLock {
      $0.checker.held(by: Mark(turn), from: from, until: until, wroteStale: wroteStale)
    }
  }

  func releasedAnothers(_ turn: TurnPlan, at now: Instant) {
    state.withLock { $0.checker.releasedAnothers(by: Mark(turn), at: now) }
  }

  /// What the provider was sent for a turn.
  func saw(_ marks: [PromptMark], askedBy mark: PromptMark, at now: Instant) {
    let own = TruthDesk.prompts(marks, run: mark.run)
    let isWhole = !marks.contains { $0.kind == .summary }
    state.withLock { state in
      // A conversation that is over is no longer held against its turns.
      guard let home = state.homes[mark.session],
        UInt8(truncatingIfNeeded: home.name.conversation) == mark.conversation
      else { return }
      state.checker.looked(
        at: own.span, of: mark.session, from: .turn(Mark(mark)), on: home.server, at: now,
        isWhole: isWhole)
    }
  }

  /// What a fresh resume gave.
  func resumed(
    _ session: SessionID, _ marks: [PromptMark], on server: ServerID, run: UInt32, at now: Instant
  ) {
    let own = TruthDesk.prompts(marks, run: run)
    state.withLock {
      $0.checker.looked(
        at: own.span, of: session.index, from: .resume, on: server, at: now)
    }
  }

  /// A resume found nothing that it could read.
  func foundCorrupted(_ session: SessionID, on server: ServerID, at now: Instant) {
    state.withLock { $0.checker.foundCorrupted(session.index, on: server, at: now) }
  }

  func couldNotLook(at session: SessionID) {
    state.withLock { $0.checker.couldNotLook(at: session.index) }
  }

  /// All that can be looked at, by number.
  var homes: [(session: SessionID, home: Home)] {
    state.withLock { state in
      state.homes.sorted { $0.key < $1.key }.map { (SessionID(Int($0.key)), $0.value) }
    }
  }

  func finish() -> TruthReport { state.withLock { $0.checker.finish() } }

  private static func prompts(_ marks: [PromptMark], run: UInt32) -> [Mark] {
    marks.filter { $0.kind == .prompt && $0.run == run }.map { Mark($0) }
  }
}

extension Mark {
  init(_ turn: TurnPlan) {
    self.init(user: turn.loop, session: turn.session.index, turn: turn.ordinal)
  }
  init(_ mark: PromptMark) {
    self.init(user: mark.loop, session: mark.session, turn: mark.turn)
  }
}

extension FindingResult {
  /// - names: of servers, by their place.
  init(_ finding: Truth.Finding, names: [String]) {
    func seconds(_ instant: Instant) -> Double? { instant == .never ? nil : instant.seconds }
    self.init(
      kind: finding.kind.rawValue, atSeconds: finding.at.seconds, session: Int(finding.session),
      text: finding.text { server in
        names.indices.contains(server.place) ? names[server.place] : "server \(server.index)"
      })
    user = finding.turn.map { Int($0.user) }
    turn = finding.turn.map { Int($0.turn) }
    server = finding.server == .none ? nil : finding.server.place
    sentSeconds = seconds(finding.sent)
    acknowledgedSeconds = seconds(finding.acknowledged)
  }
}
