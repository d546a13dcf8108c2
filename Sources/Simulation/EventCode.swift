// The 64-bit payload of an event: eight bits of kind, the rest as that kind needs it. Packed by
// hand, because an event of 16 bytes is what makes a million pending ones fit.
internal import Basics
internal import CLIModel
internal import Policies

enum EventKind: UInt8 {
  /// A person's pause is over: loop.
  case ready
  case arrival
  /// A server that has its host to itself ends a piece of work: server, epoch.
  case workDone
  /// The next piece of work on a shared host ends: host, generation.
  case hostDone
  /// The provider's answer, good or bad, or a retry's turn: server, place, generation.
  case answered, retry
  /// A gateway's own deadline: instance.
  case deadline
  /// A turn's timer: instance, place, generation. Four kinds, in the order of `TurnTimer`.
  case timeout, retryLock, renewLock, patience
  /// Something under way on the network, in the mail slab: its place.
  case mail
  /// A change of the fleet: index into the plan.
  case change
  /// The idle sweep of a server.
  case sweep
  /// The end of a window of the series.
  case window
}

enum EventCode {
  @inline(__always) static func plain(_ kind: EventKind, _ low: UInt32) -> UInt64 {
    UInt64(kind.rawValue) &<< 56 | UInt64(low)
  }
  /// 24 bits and 32 bits.
  @inline(__always) static func pair(_ kind: EventKind, _ high: Int, _ low: UInt32) -> UInt64 {
    UInt64(kind.rawValue) &<< 56 | UInt64(truncatingIfNeeded: high) &<< 32 | UInt64(low)
  }
  /// Server in 16 bits, place and generation in 20 each: the bounds that CLIServer and the plan
  /// keep.
  @inline(__always)
  static func call(_ kind: EventKind, _ server: Int, _ call: ProviderCall) -> UInt64 {
    UInt64(kind.rawValue) &<< 56 | UInt64(truncatingIfNeeded: server) &<< 40
      | UInt64(call.place) &<< 20 | UInt64(call.generation)
  }
  /// Turn in 32 bits, generation in 24.
  @inline(__always)
  static func timer(_ timer: TurnTimer, _ turn: TurnID, _ generation: UInt32) -> UInt64 {
    UInt64(EventKind.timeout.rawValue &+ timer.rawValue) &<< 56 | UInt64(generation) &<< 32
      | UInt64(turn.index)
  }

  @inline(__always) static func kind(_ code: UInt64) -> EventKind {
    EventKind(rawValue: UInt8(truncatingIfNeeded: code &>> 56))!
  }
  @inline(__always) static func rawKind(_ code: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: code &>> 56)
  }
  @inline(__always) static func low(_ code: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: code) }
  @inline(__always) static func high(_ code: UInt64) -> Int { Int(code &>> 32 & 0xFF_FFFF) }
  @inline(__always) static func server(_ code: UInt64) -> Int { Int(code &>> 40 & 0xFFFF) }
  @inline(__always) static func providerCall(_ code: UInt64) -> ProviderCall {
    ProviderCall(
      place: UInt32(truncatingIfNeeded: code &>> 20 & 0xF_FFFF),
      generation: UInt32(truncatingIfNeeded: code & 0xF_FFFF))
  }
}

/// What is on its way between two machines when the way takes time.
enum Mail: BitwiseCopyable {
  /// `epoch` is the server's life in which it was sent: a connection does not outlive its server.
  case request(ServerID, CLIRequest, epoch: UInt32)
  case reply(CLIReply, TurnID, ServerID, epoch: UInt32)
  case opened(TurnID, ServerID, resumed: Bool, handle: UInt32, epoch: UInt32)
  case command(LockCommand, SessionID, TurnID, token: UInt32)
  case answer(LockAnswer)
  case lockWake(SessionID)
  case spawned(TurnID, ServerID)
  case released(TurnID, person: UInt32)
  case healthCheck(Int, ServerID)
  case providerFailure(ServerID, ProviderCall, status: UInt16)
  case serverBack(ServerID)
}
