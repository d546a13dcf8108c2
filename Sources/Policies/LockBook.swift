// The observer's book of session locks, which no client of a lock service can see: who is really
// inside a critical section, and which token wrote last. The simulated service keeps a page beside
// each key; a live run with locks in Redis keeps the whole book beside Redis. Both judge alike.
public import Basics

/// What is known of one session.
public struct LockPage: BitwiseCopyable, Sendable {
  /// Critical sections under way.
  private var inside: UInt32 = 0
  /// The newest token that wrote.
  private var newestWrite: UInt32 = 0

  public init() {}

  /// Nobody is inside, so nobody with an older token can still write.
  public var isBlank: Bool { inside == 0 }

  public mutating func entered(_ tally: inout LockTally) {
    tally.acquired += 1
    if inside > 0 { tally.doubleHeld += 1 }
    inside += 1
  }

  /// The critical section is over and its write happens. False: it came with a token older than one
  /// that has written already.
  public mutating func left(_ token: UInt32, fencing: Bool, _ tally: inout LockTally) -> Bool {
    inside -= 1
    if token < newestWrite {
      if fencing { tally.fenced += 1 } else { tally.staleWrites += 1 }
      return false
    }
    newestWrite = token
    return true
  }

  /// The grant came too late, and its holder never went in: nobody has got the lock by it.
  public mutating func withdrew(_ tally: inout LockTally) {
    tally.acquired -= 1
    inside -= 1
  }
}

/// The whole book, for a lock service that keeps none itself. What only the service can know (that
/// a lock had expired, whose lock a release deleted) is entered as it says so.
public struct LockBook: Sendable {
  private let fencing: Bool
  /// Looked up by session and never gone through.
  private var pages: [SessionID: LockPage] = [:]
  public private(set) var newestToken: UInt32 = 0
  public var tally = LockTally()

  public init(_ policy: LockPolicy) { fencing = policy.fencing }

  /// Sessions with somebody inside.
  public var count: Int { pages.count }

  public mutating func entered(_ session: SessionID, _ token: UInt32) {
    newestToken = max(newestToken, token)
    pages[session, default: LockPage()].entered(&tally)
  }

  /// False: the write was stale.
  public mutating func left(_ session: SessionID, _ token: UInt32) -> Bool {
    guard var page = pages[session] else {
      preconditionFailure("session \(session.place) is left, and nobody was inside")
    }
    let isFresh = page.left(token, fencing: fencing, &tally)
    pages[session] = page.isBlank ? nil : page
    return isFresh
  }

  public mutating func withdrew(_ session: SessionID) {
    guard var page = pages[session] else {
      preconditionFailure("session \(session.place) is withdrawn from, and nobody was inside")
    }
    page.withdrew(&tally)
    pages[session] = page.isBlank ? nil : page
  }
}
