// What the guide's code promises and a bad schedule breaks. The machines keep the counts
// themselves; this file only says which count belongs to which promise, so nothing here can
// disagree with them.
internal import Policies

/// A sentence that must hold however the answers interleave.
public enum Promise: String, Sendable, Hashable, CaseIterable {
  case oneProcessPerPerson = "one process per person"
  case limitKept = "no more sessions than the limit"
  case oneCreation = "one creation per session"
  case oneDisconnect = "one disconnect per eviction"
  case oneHolder = "one holder of a lock"
  case noStaleWrite = "no write by a holder whose lock is lost"
  case onlyOwnRelease = "nobody releases another's lock"
}

/// How often each promise was broken in one schedule.
public struct Damage: Sendable, Hashable {
  private var counts: [Int]

  init() { counts = Array(repeating: 0, count: Promise.allCases.count) }

  init(_ gateway: GatewayTally, overLimit: Int, _ locks: LockTally) {
    counts = Promise.allCases.map {
      switch $0 {
      case .oneProcessPerPerson: gateway.leaked
      case .limitKept: overLimit
      case .oneCreation: gateway.duplicateCreates
      case .oneDisconnect: gateway.doubleDisconnects
      case .oneHolder: locks.doubleHeld
      case .noStaleWrite: locks.staleWrites
      case .onlyOwnRelease: locks.wrongReleases
      }
    }
  }

  public subscript(promise: Promise) -> Int { counts[Damage.place(of: promise)] }

  /// The promises broken here but not there.
  func news(since earlier: Damage) -> [Promise] {
    Promise.allCases.filter { self[$0] > earlier[$0] }
  }

  static func place(of promise: Promise) -> Int {
    // `allCases` has seven members: a search is shorter than a second list to keep in step.
    Promise.allCases.firstIndex(of: promise) ?? 0
  }
}
