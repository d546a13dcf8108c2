// Decides what becomes of each request: an answer and its times, a refusal, something that goes
// wrong. The times, failures and the limit are those of the simulator's own `Provider`, addressed
// by the mark of the prompt, so a turn meets the same model in both. Decides only; holds no socket
// and no clock.
package import Basics
package import CLIModel
internal import Wire

package struct FakeModel: ~Copyable {
  package struct Timing: Sendable, Hashable {
    /// From the request to the first piece, and to the end.
    package var first: Interval
    package var whole: Interval
    package var tokens: Int

    package init(first: Interval, whole: Interval, tokens: Int) {
      self.first = first
      self.whole = whole
      self.tokens = tokens
    }

    /// When a piece is due, the first being 0: evenly from the first to the end.
    package func due(_ piece: Int, of pieces: Int) -> Interval {
      guard piece > 0, pieces > 1 else { return first }
      let span = max(0, whole.nanoseconds - first.nanoseconds)
      let (high, low) = UInt64(span).multipliedFullWidth(by: UInt64(min(piece, pieces - 1)))
      let share = UInt64(pieces - 1).dividingFullWidth((high, low)).quotient
      return first + Interval(nanoseconds: Int64(share))
    }

    /// How many pieces are due once so much time is over.
    package func piecesDue(after time: Interval, of pieces: Int) -> Int {
      guard time >= first else { return 0 }
      guard time < whole else { return pieces }
      var low = 1
      var high = pieces
      while low < high {
        let middle = (low + high + 1) / 2
        if due(middle - 1, of: pieces) <= time { low = middle } else { high = middle - 1 }
      }
      return low
    }
  }

  package enum Decision: Sendable, Hashable {
    case answer(Timing)
    case refuse(status: Int, retryAfter: Int?)
    case fault(ProviderFault.Kind, Timing)
  }

  private var provider: Provider
  private let tokens: Sampler
  private let tokenStream: Stream
  private var faults: ProviderFaultPlan
  private var attempts = Attempts()
  private var unmarked = 0
  private let saysRetryAfter: Bool

  package init(_ settings: ProviderSettings) {
    let plan = settings.model
    provider = Provider(plan, seed: settings.seed)
    tokens = Sampler(plan.tokens)
    tokenStream = settings.seed.stream("tokens")
    faults = ProviderFaultPlan(settings.faults, seed: settings.seed)
    saysRetryAfter = settings.saysRetryAfter
  }

  /// Whose draws a request meets: its turn's, or, without a mark, those of a person of its own that
  /// nobody in a population can be.
  private static let nobody = Int(UInt32.max) + 1

  package var tally: ProviderTally { provider.tally }

  package mutating func add(_ fault: ProviderFault) { faults.add(fault) }
  package mutating func removeFaults() { faults.removeAll() }

  /// `isHolding` says whether the call counts as under way until `ended` is called.
  package mutating func decide(
    _ request: ProviderRequest, at now: Instant
  ) -> (decision: Decision, attempt: Int, isHolding: Bool) {
    var person = FakeModel.nobody
    var turn: Int
    var attempt = 0
    if let mark = request.asked, request.purpose != .summary {
      person = Int(mark.loop)
      turn = Int(mark.turn)
      attempt = attempts.next(loop: mark.loop, turn: mark.turn)
    } else {
      unmarked += 1
      turn = unmarked
    }
    // Eight attempts a turn have draws of their own, as `Provider` numbers them.
    let drawn = min(attempt, 7)
    let count = turn &* 8 &+ drawn
    let fault = fault(request, person: person, count: count, attempt: attempt, at: now)
    if case .status(let status)? = fault {
      return (.refuse(status: Int(status), retryAfter: nil), attempt, false)
    }
    switch provider.call(person: person, turn: turn, attempt: drawn, at: now) {
    case .failure(let status, _):
      let pause = status == 429 && saysRetryAfter ? wholeSeconds(provider.pauseAfterRefusal) : nil
      return (.refuse(status: Int(status), retryAfter: pause), attempt, true)
    case .complete(let after):
      let timing = timing(person, turn, count: count, whole: after)
      return (fault.map { .fault($0, timing) } ?? .answer(timing), attempt, true)
    }
  }

  /// A call that was holding a place has had its answer, whole or not.
  package mutating func ended() { provider.answered() }

  private mutating func fault(
    _ request: ProviderRequest, person: Int, count: Int, attempt: Int, at now: Instant
  ) -> ProviderFault.Kind? {
    if let order = request.order, case .fault(let kind) = order.kind,
      attempt < order.times ?? Int.max
    {
      return kind
    }
    return faults.called(person: person, count: count, at: now - .zero)
  }

  private func timing(_ person: Int, _ turn: Int, count: Int, whole: Interval) -> Timing {
    let first = provider.firstToken(person: person, turn: turn, whole: whole)
    let length = tokens.value(tokenStream.draw(entity: person, count: count))
    return Timing(
      first: first, whole: whole,
      tokens: Int(min(max(1, length), Double(FakeModel.mostTokens))))
  }

  /// What the longest contexts of today hold; a bound for an answer's memory.
  package static let mostTokens = 1_000_000

  private func wholeSeconds(_ pause: Interval) -> Int {
    max(1, Int((pause.nanoseconds + 999_999_999) / 1_000_000_000))
  }
}

/// How often each loop's present turn was asked: a loop has one turn at a time, so its last one is
/// all there is to remember.
private struct Attempts: ~Copyable {
  /// The turn above, how often below; `none` before the first.
  private var last = Table<UInt64>()
  private static let none = UInt64.max
  /// As many people as a scenario may have; who lies beyond is asked as if for the first time.
  private static let most = 10_000_000

  mutating func next(loop: UInt32, turn: UInt32) -> Int {
    let place = Int(loop)
    guard place < Attempts.most else { return 0 }
    while last.count <= place { last.append(Attempts.none) }
    let before = last[place]
    let asked =
      before != Attempts.none && UInt32(truncatingIfNeeded: before >> 32) == turn
      ? before & 0xFFFF_FFFF : 0
    last[place] = UInt64(turn) << 32 | (asked + 1)
    return Int(asked)
  }
}
