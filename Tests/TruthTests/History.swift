// Histories to check: turns of several people and sessions, overlapping, some given up on, some
// refused, applied one after the other to a log as one CLI server would. What a look shows can be
// changed before it is fed to a checker. The generator keeps the whole truth; the checker may not.
import Basics
import Truth

struct Look {
  var session: UInt32
  /// Nil: the fresh resume at the end.
  var turn: Mark?
  var at: Instant
  var marks: [Mark]
}

enum Event {
  case sent(Mark, Instant)
  case acknowledged(Mark, Instant)
  case unknown(Mark)
  case refused(Mark)
  case looked(Look)
}

struct History {
  struct Shape {
    var sessions = 4
    var users = 3
    /// Of each session.
    var turns = 40
    var unknownShare = 0.1
    var refusedShare = 0.05
    /// Means of the time between turns and of the time a turn takes.
    var gap = 1.0
    var length = 0.8
    init() {}
  }

  var events: [Event] = []
  /// By their place in `events`, in the order of time.
  private(set) var looks: [Int] = []
  private(set) var acknowledged: Set<Mark> = []

  init(_ shape: Shape, seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("history"))
    var timed: [(at: Double, order: Int, event: Event)] = []
    var nextTurn = Array(repeating: UInt32(0), count: shape.users)
    for session in 0..<shape.sessions {
      addSession(session, shape, &random, &nextTurn, &timed)
    }
    timed.sort { ($0.at, $0.order) < ($1.at, $1.order) }
    events = timed.map(\.event)
    looks = events.indices.filter { if case .looked = events[$0] { true } else { false } }
  }

  private mutating func addSession(
    _ session: Int, _ shape: Shape, _ random: inout SeededRandom, _ nextTurn: inout [UInt32],
    _ timed: inout [(at: Double, order: Int, event: Event)]
  ) {
    struct Effect { var at: Double, mark: Mark }
    func length(_ mean: Double) -> Double { -mean * naturalLog(random.uniform()) }
    var effects: [Effect] = []
    var now = 0.0
    for _ in 0..<shape.turns {
      now += length(shape.gap)
      let user = random.index(below: shape.users)
      let mark = Mark(
        user: UInt32(user), session: UInt32(session), turn: nextTurn[user])
      nextTurn[user] += 1
      let effect = now + length(shape.length / 2)
      let end = effect + length(shape.length / 2)
      let fate = random.uniform()
      timed.append((now, timed.count, .sent(mark, History.instant(now))))
      if fate < shape.refusedShare {
        timed.append((end, timed.count, .refused(mark)))
        continue
      }
      if fate < shape.refusedShare + shape.unknownShare {
        // Given up on, before or after it took effect, or without any.
        let gaveUp = random.uniform() < 0.5 ? end : now + (effect - now) / 2
        timed.append((gaveUp, timed.count, .unknown(mark)))
        if random.uniform() < 0.5 { continue }
      } else {
        timed.append((end, timed.count, .acknowledged(mark, History.instant(end))))
        acknowledged.insert(mark)
      }
      effects.append(Effect(at: effect, mark: mark))
    }
    effects.sort { $0.at < $1.at }
    var log: [Mark] = []
    for effect in effects {
      log.append(effect.mark)
      let look = Look(
        session: UInt32(session), turn: effect.mark, at: History.instant(effect.at), marks: log)
      timed.append((effect.at, timed.count, .looked(look)))
    }
    let resume = Look(
      session: UInt32(session), turn: nil, at: History.instant(1e6), marks: log)
    timed.append((1e6, timed.count, .looked(resume)))
  }

  private static func instant(_ seconds: Double) -> Instant {
    .zero + Interval(seconds: seconds)
  }

  func look(_ place: Int) -> Look {
    guard case .looked(let look) = events[place] else { preconditionFailure("no look") }
    return look
  }

  mutating func replace(_ place: Int, with marks: [Mark]) {
    var look = look(place)
    look.marks = marks
    events[place] = .looked(look)
  }

  /// What a checker says of all this.
  func report(_ limits: TruthLimits = TruthLimits()) -> TruthReport {
    var checker = TruthChecker(limits)
    for event in events { History.feed(event, to: &checker) }
    return checker.finish()
  }

  static func feed(_ event: Event, to checker: inout TruthChecker) {
    let server = ServerID(0)
    switch event {
    case .sent(let mark, let now): checker.sent(mark, to: server, at: now)
    case .acknowledged(let mark, let now): checker.acknowledged(mark, at: now)
    case .unknown(let mark): checker.unknown(mark)
    case .refused(let mark): checker.refused(mark)
    case .looked(let look):
      checker.looked(
        at: look.marks.span, of: look.session, from: look.turn.map { .turn($0) } ?? .resume,
        on: server, at: look.at)
    }
  }
}
