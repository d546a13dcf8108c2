// What a timer of the server is for, packed into the heap's 64 bits: four for the kind, the rest
// for whom. A provider call has 20 bits of place and 20 of generation, as the machine numbers them.
internal import Basics
internal import CLIModel

enum Timer {
  case workDone
  case modelAnswered(ProviderCall)
  case modelFailed(ProviderCall, status: UInt16)
  case retry(ProviderCall)
  /// The next piece of a streamed answer.
  case delta(ProviderCall)
  case flush(SessionID)
  case sweep
  case exit
  case listen
  case wake
  case accept
  /// Storage has done what a reply waits for.
  case stored(Int)

  var code: UInt64 {
    switch self {
    case .workDone: 0
    case .modelAnswered(let call): Timer.pack(1, call)
    case .modelFailed(let call, let status): Timer.pack(2, call) | UInt64(status) << 44
    case .retry(let call): Timer.pack(3, call)
    case .delta(let call): Timer.pack(4, call)
    case .flush(let session): 5 | UInt64(session.index) << 4
    case .sweep: 6
    case .exit: 7
    case .listen: 8
    case .wake: 9
    case .accept: 10
    case .stored(let place): 11 | UInt64(place) << 4
    }
  }

  init(code: UInt64) {
    let call = ProviderCall(
      place: UInt32(truncatingIfNeeded: code >> 4 & 0xF_FFFF),
      generation: UInt32(truncatingIfNeeded: code >> 24 & 0xF_FFFF))
    switch code & 0xF {
    case 0: self = .workDone
    case 1: self = .modelAnswered(call)
    case 2: self = .modelFailed(call, status: UInt16(truncatingIfNeeded: code >> 44))
    case 3: self = .retry(call)
    case 4: self = .delta(call)
    case 5: self = .flush(SessionID(Int(code >> 4)))
    case 6: self = .sweep
    case 7: self = .exit
    case 8: self = .listen
    case 9: self = .wake
    case 10: self = .accept
    default: self = .stored(Int(code >> 4))
    }
  }

  private static func pack(_ kind: UInt64, _ call: ProviderCall) -> UInt64 {
    kind | UInt64(call.place) << 4 | UInt64(call.generation) << 24
  }
}
