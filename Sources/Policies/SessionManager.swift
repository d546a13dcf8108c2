// The bounded set of sessions that an app instance keeps open: the guide's SessionManager and its
// safer variants. This file is the map itself: entries, their order, the limit's bookkeeping. The
// awaits around it are steps of the Gateway. An entry is one session on one server; a scope is what
// one limit applies to (the instance, or a server).
public import Basics

public struct SessionManager: ~Copyable {
  @usableFromInline struct Entry: BitwiseCopyable {
    @usableFromInline var session: SessionID
    @usableFromInline var server: ServerID
    @usableFromInline var next: UInt32
    @usableFromInline var previous: UInt32
    /// Turns waiting for a creation under way (single flight).
    @usableFromInline var waiters: UInt32
    /// Where the server said the session is: spares it a look-up.
    @usableFromInline var handle: UInt32
    /// Turns under way on it in the lower half; in the upper half its life, a count of the entries
    /// this place has had.
    @usableFromInline var mark: UInt32
    /// Which of the conversations under this number it belongs to.
    @usableFromInline var conversation: UInt8
    @usableFromInline var ready: Bool
    /// An eviction of it is under way; the guide goes on handing it out.
    @usableFromInline var leaving: Bool
  }

  @usableFromInline struct Scope: BitwiseCopyable {
    @usableFromInline var oldest = noLink
    @usableFromInline var newest = noLink
    @usableFromInline var count = 0
    /// Turns waiting for a slot when every session is pinned.
    @usableFromInline var waitFirst = noLink
    @usableFromInline var waitLast = noLink

    @usableFromInline init() {}
  }

  @usableFromInline let policy: SessionPolicy
  @usableFromInline let limit: Int
  @usableFromInline let perServer: Bool
  @usableFromInline let movesOnUse: Bool
  @usableFromInline let pinned: Bool
  @usableFromInline let single: Bool
  /// A session lives on one server at a time, wherever that is (the router is asked on a miss
  /// only).
  @usableFromInline let oneHome: Bool
  @usableFromInline var entries: Slab<Entry>
  /// By the number of a session: one entry of it, usually its only one, in the lower 31 bits. The
  /// highest bit says that the map has, or had, entries for other servers. Numbers past the end
  /// are in the map alone.
  @usableFromInline var homes: Table<UInt32>
  @usableFromInline var places: IndexMap
  @usableFromInline var scopes: Table<Scope>
  @usableFromInline var usage: UsageList

  public private(set) var residentMax = 0
  public private(set) var overLimitMax = 0

  /// `listed`: numbers of sessions that are found without a search, four bytes each.
  public init(_ policy: SessionPolicy, oneHome: Bool, listed: Int) {
    self.policy = policy
    self.oneHome = oneHome
    limit = policy.limit ?? Int.max
    perServer = policy.scope == .server
    movesOnUse = policy.evict == .lru || policy.evict == .lruPinned
    pinned = policy.evict == .oldestPinned || policy.evict == .lruPinned
    single = policy.overflow == .reserve
    entries = Slab()
    homes = Table(repeating: SessionManager.homeless, count: listed)
    places = IndexMap()
    scopes = Table()
    usage = UsageList(enabled: policy.idleTimeout != nil)
  }

  public var count: Int { entries.live }
  /// The session of a freed entry.
  static var nobody: SessionID { SessionID(Int(UInt32.max)) }
  public var bytes: Int { entries.bytes + homes.bytes + places.bytes + scopes.bytes }

  @inlinable @inline(__always) mutating func key(_ session: SessionID, _ server: ServerID) -> UInt64
  {
    oneHome ? UInt64(session.index) : UInt64(server.index) &<< 32 | UInt64(session.index)
  }

  @inlinable @inline(__always) mutating func find(_ session: SessionID, _ server: ServerID) -> Int?
  {
    if session.place < homes.count {
      let home = homes[session.place]
      let place = Int(home & SessionManager.homeless)
      if place != Int(SessionManager.homeless) && (oneHome || entries[place].server == server) {
        return place
      }
      if home & SessionManager.hasOthers == 0 { return nil }
    }
    return search(session, server)
  }

  @inlinable static var homeless: UInt32 { 0x7FFF_FFFF }
  @inlinable static var hasOthers: UInt32 { 0x8000_0000 }

  @usableFromInline mutating func search(_ session: SessionID, _ server: ServerID) -> Int? {
    places.find(key(session, server)) {
      entries[$0].session == session && (oneHome || entries[$0].server == server)
    }
  }

  /// Where the look-up will begin, for a host that looks ahead.
  @inlinable mutating func prefetch(_ session: SessionID, _ server: ServerID) {
    if session.place < homes.count {
      homes.prefetch(session.place)
    } else {
      places.prefetch(key(session, server))
    }
  }

  /// The place that the look-up will probably find; not confirmed.
  @inlinable mutating func guess(_ session: SessionID, _ server: ServerID) -> Int? {
    guard session.place < homes.count else { return places.guess(key(session, server)) }
    let home = homes[session.place] & SessionManager.homeless
    return home == SessionManager.homeless ? nil : Int(home)
  }

  /// As `find`, trying a place first where the entry was before.
  mutating func find(_ session: SessionID, _ server: ServerID, near place: UInt32) -> Int? {
    let guess = Int(place)
    if guess < entries.places && entries[guess].session == session
      && entries[guess].server == server
    {
      return guess
    }
    return find(session, server)
  }

  @inlinable mutating func scope(of server: ServerID) -> Int { perServer ? server.place : 0 }

  @inlinable mutating func ensureScope(_ scope: Int) {
    while scopes.count <= scope { scopes.append(Scope()) }
  }

  mutating func count(inScopeOf server: ServerID) -> Int {
    let scope = scope(of: server)
    return scope < scopes.count ? scopes[scope].count : 0
  }

  // MARK: entries

  /// JavaScript's `Map.set`: a new key goes to the end, an existing one keeps its place.
  mutating func insert(
    _ session: SessionID, _ server: ServerID, ready: Bool, conversation: UInt8
  ) -> Int {
    let scope = scope(of: server)
    ensureScope(scope)
    // A freed place still holds the life it had.
    let lives = entries.nextFree.map { entries[$0].mark } ?? 0
    let place = entries.insert(
      Entry(
        session: session, server: server, next: noLink, previous: noLink, waiters: noLink,
        handle: noLink, mark: SessionManager.nextLife(lives), conversation: conversation,
        ready: ready, leaving: false))
    enlist(session, server, at: place)
    link(place, scope)
    scopes[scope].count += 1
    residentMax = max(residentMax, count)
    if limit != Int.max { overLimitMax = max(overLimitMax, scopes[scope].count - limit) }
    return place
  }

  mutating func remove(_ place: Int) {
    let entry = entries[place]
    let scope = scope(of: entry.server)
    unlink(place, scope)
    scopes[scope].count -= 1
    strike(entry.session, entry.server, at: place)
    usage.remove(place)
    // A turn that still runs on it must not unpin whoever comes next.
    entries[place].mark = SessionManager.nextLife(entry.mark)
    entries[place].session = SessionManager.nobody
    entries.remove(place)
  }

  private mutating func enlist(_ session: SessionID, _ server: ServerID, at place: Int) {
    if session.place < homes.count {
      let isFirst = homes.modify(session.place) {
        guard $0 & SessionManager.homeless == SessionManager.homeless else {
          $0 |= SessionManager.hasOthers
          return false
        }
        $0 = $0 & SessionManager.hasOthers | UInt32(truncatingIfNeeded: place)
        return true
      }
      if isFirst { return }
    }
    places.insert(key(session, server), slot: place)
  }

  private mutating func strike(_ session: SessionID, _ server: ServerID, at place: Int) {
    if session.place < homes.count {
      let isHome = homes.modify(session.place) {
        guard Int($0 & SessionManager.homeless) == place else { return false }
        $0 |= SessionManager.homeless
        return true
      }
      if isHome { return }
    }
    places.remove(key(session, server), slot: place)
  }

  @inlinable static func nextLife(_ mark: UInt32) -> UInt32 { (mark & 0xFFFF_0000) &+ 0x1_0000 }

  @inlinable mutating func link(_ place: Int, _ scope: Int) {
    let last = scopes[scope].newest
    entries[place].previous = last
    entries[place].next = noLink
    let link = UInt32(truncatingIfNeeded: place)
    if last == noLink { scopes[scope].oldest = link } else { entries[Int(last)].next = link }
    scopes[scope].newest = link
  }

  @inlinable mutating func unlink(_ place: Int, _ scope: Int) {
    let next = entries[place].next
    let previous = entries[place].previous
    if previous == noLink {
      scopes[scope].oldest = next
    } else {
      entries[Int(previous)].next = next
    }
    if next == noLink {
      scopes[scope].newest = previous
    } else {
      entries[Int(next)].previous = previous
    }
  }

  /// A server that has the session, as far as the list by numbers knows.
  mutating func someServer(of session: SessionID) -> ServerID? {
    guard session.place < homes.count else { return nil }
    let home = homes[session.place] & SessionManager.homeless
    return home == SessionManager.homeless ? nil : entries[Int(home)].server
  }

  /// The entry that would be evicted first.
  @inlinable mutating func oldest(inScopeOf server: ServerID) -> Int? {
    let scope = scope(of: server)
    guard scope < scopes.count, scopes[scope].oldest != noLink else { return nil }
    return Int(scopes[scope].oldest)
  }

  // MARK: use

  /// A turn takes the session if it is ready, and of its own conversation: it is pinned while the
  /// turn runs, and moves to the end under LRU. Returns the entry's life, to be given back with the
  /// release.
  @inlinable @inline(__always) mutating func take(
    _ place: Int, of conversation: UInt8, at now: Instant
  ) -> (life: UInt16, handle: UInt32)? {
    let (isReady, mark, handle) = entries.modify(place) {
      let isReady = $0.ready && $0.conversation == conversation
      if isReady { $0.mark &+= 1 }
      return (isReady, $0.mark, $0.handle)
    }
    if !isReady { return nil }
    if movesOnUse { touch(place) }
    usage.use(place, at: now)
    return (UInt16(truncatingIfNeeded: mark &>> 16), handle)
  }

  @inlinable mutating func touch(_ place: Int) {
    let scope = scope(of: entries[place].server)
    if scopes[scope].newest == UInt32(truncatingIfNeeded: place) { return }
    unlink(place, scope)
    link(place, scope)
  }

  /// The end of a turn that took the entry when the place had the given count. False: the entry is
  /// gone.
  @inlinable @inline(__always)
  mutating func release(_ place: Int, taken: UInt16, at now: Instant) -> Bool {
    let isThere = entries.modify(place) {
      guard $0.mark &>> 16 == UInt32(taken), $0.mark & 0xFFFF != 0 else { return false }
      $0.mark &-= 1
      return true
    }
    if isThere { usage.use(place, at: now) }
    return isThere
  }

  @inlinable mutating func pins(_ place: Int) -> Int { Int(entries[place].mark & 0xFFFF) }

  /// The entry to evict: first in order, skipping pinned ones where the policy says so. A reserved
  /// slot whose session is still being created is never a victim.
  mutating func victim(inScopeOf server: ServerID) -> Int? {
    let scope = scope(of: server)
    guard scope < scopes.count else { return nil }
    var place = scopes[scope].oldest
    while place != noLink {
      let entry = entries[Int(place)]
      if entry.ready && !(pinned && pins(Int(place)) > 0) { return Int(place) }
      place = entry.next
    }
    return nil
  }

  /// Whether a session could be opened now, beside others or instead of one.
  mutating func hasRoom(inScopeOf server: ServerID) -> Bool {
    count(inScopeOf: server) < limit || victim(inScopeOf: server) != nil
  }

  mutating func resetPeaks() {
    residentMax = count
    overLimitMax = 0
  }
}

/// Entries in the order of their last use, for idle time-outs; costs nothing when none is set.
public struct UsageList: ~Copyable {
  @usableFromInline struct Link: BitwiseCopyable {
    @usableFromInline var at = Instant.zero
    @usableFromInline var next = noLink
    @usableFromInline var previous = noLink
    @usableFromInline var listed = false
    @usableFromInline init() {}
  }
  @usableFromInline let enabled: Bool
  @usableFromInline var links: Table<Link>
  @usableFromInline var first: UInt32
  @usableFromInline var last: UInt32

  public init(enabled: Bool) {
    self.enabled = enabled
    links = Table()
    first = noLink
    last = noLink
  }

  /// The least recently used place and when that was.
  public var oldest: (place: Int, at: Instant)? {
    first == noLink ? nil : (Int(first), links[Int(first)].at)
  }

  @inlinable public mutating func use(_ place: Int, at now: Instant) {
    if enabled { move(place, at: now) }
  }

  @usableFromInline mutating func move(_ place: Int, at now: Instant) {
    while links.count <= place { links.append(Link()) }
    remove(place)
    links[place].at = now
    links[place].previous = last
    links[place].next = noLink
    links[place].listed = true
    if last == noLink { first = UInt32(place) } else { links[Int(last)].next = UInt32(place) }
    last = UInt32(place)
  }

  public mutating func remove(_ place: Int) {
    guard enabled, place < links.count, links[place].listed else { return }
    let link = links[place]
    if link.previous == noLink {
      first = link.next
    } else {
      links[Int(link.previous)].next = link.next
    }
    if link.next == noLink {
      last = link.previous
    } else {
      links[Int(link.next)].previous = link.previous
    }
    links[place].listed = false
  }
}
