// What a shard waits for, packed into the 64 bits of a heap entry: eight bits of kind, the rest as
// that kind needs it.
internal import Basics
internal import Policies

enum ShardTimer {
  /// A person's pause is over.
  case wake(loop: UInt32)
  case arrival
  /// A gateway's own deadline.
  case deadline(local: Int)
  case turn(TurnTimer, TurnID, generation: UInt32)
  case lockWake(SessionID)
  case health(local: Int, ServerID)
  case released(local: Int, person: UInt32)
  /// A connection that broke is made again, or one under way has taken too long.
  case reconnect(local: Int, ServerID)
  case greeting(connection: Int, epoch: UInt32)
  case measureBegins, windowEnds, measureEnds
  case figures
  case drainEnds
  /// Of the lock client of an app instance.
  case redis(local: Int)

  private static func pack(_ kind: UInt64, _ high: Int = 0, _ low: UInt32 = 0) -> UInt64 {
    kind << 56 | UInt64(truncatingIfNeeded: high) << 32 | UInt64(low)
  }

  /// `high` has 24 bits in each.
  var code: UInt64 {
    switch self {
    case .wake(let loop): Self.pack(0, 0, loop)
    case .arrival: Self.pack(1)
    case .deadline(let local): Self.pack(2, 0, UInt32(local))
    case .turn(let timer, let turn, let generation):
      Self.pack(3 + UInt64(timer.rawValue), Int(generation), turn.index)
    case .lockWake(let session): Self.pack(7, 0, session.index)
    case .health(let local, let server): Self.pack(8, local, server.index)
    case .released(let local, let person): Self.pack(9, local, person)
    case .reconnect(let local, let server): Self.pack(10, local, server.index)
    case .greeting(let connection, let epoch): Self.pack(11, connection, epoch)
    case .measureBegins: Self.pack(12)
    case .windowEnds: Self.pack(13)
    case .measureEnds: Self.pack(14)
    case .figures: Self.pack(15)
    case .drainEnds: Self.pack(16)
    case .redis(let local): Self.pack(40, local)
    }
  }

  init(code: UInt64) {
    let low = UInt32(truncatingIfNeeded: code)
    let high = Int(code >> 32 & 0xFF_FFFF)
    let kind = code >> 56
    switch kind {
    case 0: self = .wake(loop: low)
    case 1: self = .arrival
    case 2: self = .deadline(local: Int(low))
    case 3...6:
      guard let timer = TurnTimer(rawValue: UInt8(kind - 3)) else {
        preconditionFailure("a turn has four kinds of timer")
      }
      self = .turn(timer, TurnID(raw: low), generation: UInt32(high))
    case 7: self = .lockWake(SessionID(Int(low)))
    case 8: self = .health(local: high, ServerID(Int(low)))
    case 9: self = .released(local: high, person: low)
    case 10: self = .reconnect(local: high, ServerID(Int(low)))
    case 11: self = .greeting(connection: high, epoch: low)
    case 12: self = .measureBegins
    case 13: self = .windowEnds
    case 14: self = .measureEnds
    case 15: self = .figures
    case 40: self = .redis(local: high)
    default: self = .drainEnds
    }
  }
}
