// The lock service: what Redis does with SET NX EX, GET, DEL, a compare-and-delete script and a
// renewal, plus a queue for first-in first-out locks. One for a run, shared by all app instances.
// Beside each key it keeps a page of the observer's book (`LockBook`), which no client can see.
public import Basics

public enum LockCommand: UInt8, BitwiseCopyable, Sendable {
  /// SET key id NX EX ttl
  case acquire
  /// As `acquire`, but wait in a queue when it is held.
  case enqueue
  /// GET key
  case read
  /// DEL key, whoever holds it
  case delete
  /// The script: delete if it is still mine.
  case compareAndDelete
  case renew
  /// Leave the queue.
  case abandon
  /// Not a command: the critical section is over and its write happens.
  case leave
  /// Not a command: the grant came too late, and its holder never went in.
  case withdraw
}

public enum LockAnswer: BitwiseCopyable, Sendable {
  case granted(TurnID, token: UInt32)
  case refused(TurnID)
  case wasMine(TurnID, Bool)
  case released(TurnID)
  case renewed(TurnID, Bool)
  /// The write came with a token older than one already accepted.
  case stale(TurnID)
  /// Look at the key again then: somebody waits and the holder may expire.
  case wake(SessionID, at: Instant)
}

public struct LockStore: ~Copyable {
  struct Key: BitwiseCopyable {
    var session: SessionID
    /// 0: nobody holds it. Tokens rise with every grant, so they fence too.
    var token: UInt32 = 0
    var expires = Instant.zero
    /// The observer's.
    var page = LockPage()
    var waitFirst = noLink
    var waitLast = noLink
  }
  struct Waiter: BitwiseCopyable {
    var client: TurnID
    var next: UInt32
  }

  private let policy: LockPolicy
  private var keys: Slab<Key>
  private var places: IndexMap
  private var waiters: Slab<Waiter>
  private var lastToken: UInt32 = 0
  public var tally = LockTally()

  public init(_ policy: LockPolicy) {
    self.policy = policy
    keys = Slab()
    places = IndexMap()
    waiters = Slab()
  }

  /// Sets held or waited for now.
  public var count: Int { places.count }

  public mutating func handle(
    _ command: LockCommand, _ session: SessionID, from client: TurnID, token: UInt32,
    at now: Instant, into answers: inout Table<LockAnswer>
  ) {
    switch command {
    case .acquire, .enqueue: acquire(session, client, queue: command == .enqueue, now, &answers)
    case .read: answers.append(.wasMine(client, holds(session, token, now)))
    case .delete:
      if let place = find(session), isSet(place, now) {
        if keys[place].token != token { tally.wrongReleases += 1 }
        clear(place, now, &answers)
      }
      answers.append(.released(client))
    case .compareAndDelete:
      if let place = find(session), holds(session, token, now) { clear(place, now, &answers) }
      answers.append(.released(client))
    case .renew:
      let mine = holds(session, token, now)
      if mine, let place = find(session) {
        keys[place].expires = now + policy.ttl
        tally.renewed += 1
        wakeLater(place, &answers)
      }
      answers.append(.renewed(client, mine))
    case .abandon: if abandon(session, client) { answers.append(.refused(client)) }
    case .leave: leave(session, client, token, now, &answers)
    case .withdraw: withdraw(session, now)
    }
  }

  /// A hint that the session's lock will be asked for.
  public mutating func prefetch(_ session: SessionID) { places.prefetch(UInt64(session.index)) }

  /// The instant asked for with `wake` has come.
  public mutating func wake(
    _ session: SessionID, at now: Instant, into answers: inout Table<LockAnswer>
  ) {
    guard let place = find(session), !isSet(place, now) else { return }
    grantNext(place, now, &answers)
  }

  // MARK: steps

  private mutating func acquire(
    _ session: SessionID, _ client: TurnID, queue: Bool, _ now: Instant,
    _ answers: inout Table<LockAnswer>
  ) {
    tally.attempts += 1
    let place = find(session) ?? create(session)
    if !isSet(place, now) && keys[place].waitFirst == noLink {
      grant(place, client, now, &answers)
      return
    }
    if !queue {
      tally.refused += 1
      answers.append(.refused(client))
      return
    }
    let node = UInt32(waiters.insert(Waiter(client: client, next: noLink)))
    if keys[place].waitFirst == noLink {
      keys[place].waitFirst = node
    } else {
      waiters[Int(keys[place].waitLast)].next = node
    }
    keys[place].waitLast = node
    tally.queued += 1
    if isSet(place, now) { wakeLater(place, &answers) } else { grantNext(place, now, &answers) }
  }

  private mutating func grant(
    _ place: Int, _ client: TurnID, _ now: Instant, _ answers: inout Table<LockAnswer>
  ) {
    lastToken &+= 1
    keys[place].page.entered(&tally)
    keys[place].token = lastToken
    keys[place].expires = now + policy.ttl
    answers.append(.granted(client, token: lastToken))
    if keys[place].waitFirst != noLink { wakeLater(place, &answers) }
  }

  private mutating func grantNext(
    _ place: Int, _ now: Instant, _ answers: inout Table<LockAnswer>
  ) {
    let node = keys[place].waitFirst
    guard node != noLink else {
      forgetIfUnused(place)
      return
    }
    let client = waiters[Int(node)].client
    keys[place].waitFirst = waiters[Int(node)].next
    if keys[place].waitFirst == noLink { keys[place].waitLast = noLink }
    waiters.remove(Int(node))
    grant(place, client, now, &answers)
  }

  private mutating func clear(
    _ place: Int, _ now: Instant, _ answers: inout Table<LockAnswer>
  ) {
    keys[place].token = 0
    grantNext(place, now, &answers)
  }

  private mutating func leave(
    _ session: SessionID, _ client: TurnID, _ token: UInt32, _ now: Instant,
    _ answers: inout Table<LockAnswer>
  ) {
    guard let place = find(session) else { return }
    if !holds(session, token, now) { tally.expired += 1 }
    if !keys[place].page.left(token, fencing: policy.fencing, &tally) {
      answers.append(.stale(client))
    }
    if !isSet(place, now) && keys[place].waitFirst == noLink { forgetIfUnused(place) }
  }

  private mutating func withdraw(_ session: SessionID, _ now: Instant) {
    guard let place = find(session) else { return }
    keys[place].page.withdrew(&tally)
    if !isSet(place, now) && keys[place].waitFirst == noLink { forgetIfUnused(place) }
  }

  /// False: not in the queue any more, so a grant is on its way.
  private mutating func abandon(_ session: SessionID, _ client: TurnID) -> Bool {
    guard let place = find(session) else { return false }
    var previous = noLink
    var node = keys[place].waitFirst
    while node != noLink {
      let waiter = waiters[Int(node)]
      if waiter.client == client {
        if previous == noLink {
          keys[place].waitFirst = waiter.next
        } else {
          waiters[Int(previous)].next = waiter.next
        }
        if waiter.next == noLink { keys[place].waitLast = previous }
        waiters.remove(Int(node))
        return true
      }
      previous = node
      node = waiter.next
    }
    return false
  }

  private mutating func wakeLater(_ place: Int, _ answers: inout Table<LockAnswer>) {
    if keys[place].waitFirst == noLink { return }
    answers.append(.wake(keys[place].session, at: keys[place].expires))
  }

  // MARK: keys

  private mutating func find(_ session: SessionID) -> Int? {
    places.find(UInt64(session.index)) { keys[$0].session == session }
  }

  /// Redis drops an expired key when somebody looks at it; so does this.
  private mutating func isSet(_ place: Int, _ now: Instant) -> Bool {
    keys[place].token != 0 && keys[place].expires > now
  }

  private mutating func holds(_ session: SessionID, _ token: UInt32, _ now: Instant) -> Bool {
    guard let place = find(session) else { return false }
    return isSet(place, now) && keys[place].token == token
  }

  private mutating func create(_ session: SessionID) -> Int {
    let place = keys.insert(Key(session: session))
    places.insert(UInt64(session.index), slot: place)
    return place
  }

  private mutating func forgetIfUnused(_ place: Int) {
    guard keys[place].page.isBlank && keys[place].waitFirst == noLink else { return }
    places.remove(UInt64(keys[place].session.index), slot: place)
    keys.remove(place)
  }
}

public struct LockTally: Sendable, BitwiseCopyable {
  public var attempts = 0
  public var acquired = 0
  public var refused = 0
  public var queued = 0
  public var expired = 0
  public var doubleHeld = 0
  public var wrongReleases = 0
  public var staleWrites = 0
  public var fenced = 0
  public var renewed = 0

  public init() {}
}
