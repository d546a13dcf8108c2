// What the guide's code promises and a bad schedule breaks. The machines keep the counts
// themselves; this file only says which count belongs to which promise, so nothing here can
// disagree with them.

/// A sentence that must hold however the answers interleave.
public enum Promise: String, Sendable, Hashable, CaseIterable {
  case oneProcessPerPerson = "one process per person"
  case releaseEndsProcess = "a released process ends"
  case noStaleClient = "nobody gets a client that is being stopped"
  case ownSessionsOnly = "nobody opens another's session"
  case ownSessionsOpen = "everybody may open their own session"
  case uniqueIDs = "no two sessions with one id"
  case limitKept = "no more sessions than the limit"
  case oneCreation = "one creation per session"
  case oneDisconnect = "one disconnect per eviction"
  case noEvictionMidTurn = "no session evicted in the middle of a turn"
  case oneHolder = "one holder of a lock"
  case noStaleWrite = "no write by a holder whose lock is lost"
  case onlyOwnRelease = "nobody releases another's lock"
  case sessionFound = "a session is found where its turns are sent"
  case wholeHistory = "each turn sees all that came before it"
  case noLostTurn = "an acknowledged turn stays"
}

/// How often each promise was broken in one schedule; 255 stands for that and more.
public struct Damage: Sendable, Hashable {
  private var counts = SIMD16<UInt8>()

  public subscript(promise: Promise) -> Int {
    get { Int(counts[promise.place]) }
    set { counts[promise.place] = UInt8(min(255, newValue)) }
  }

  public var isNone: Bool { counts == SIMD16<UInt8>() }

  /// The promises broken here but not there.
  func news(since earlier: Damage) -> [Promise] {
    Promise.allCases.filter { self[$0] > earlier[$0] }
  }
}

extension Promise {
  /// Its place among all cases, without a search: each case is a line here and a compiler error
  /// where it is missing.
  @inline(__always) var place: Int {
    switch self {
    case .oneProcessPerPerson: 0
    case .releaseEndsProcess: 1
    case .noStaleClient: 2
    case .ownSessionsOnly: 3
    case .ownSessionsOpen: 4
    case .uniqueIDs: 5
    case .limitKept: 6
    case .oneCreation: 7
    case .oneDisconnect: 8
    case .noEvictionMidTurn: 9
    case .oneHolder: 10
    case .noStaleWrite: 11
    case .onlyOwnRelease: 12
    case .sessionFound: 13
    case .wholeHistory: 14
    case .noLostTurn: 15
    }
  }
}
