// Hints for a host that knows which turns come next: which records their steps will read. Nothing
// is decided and nothing changes; a wrong guess costs a fetched line. Worth a factor at 10^5 people
// and more, where every record is cold.
public import Basics

extension Gateway {
  /// First glance: the line of the session map where the look-up will begin. Only for sticky
  /// routing, whose answer needs no state.
  @inlinable public mutating func glance(key: UInt32, session: SessionID) -> ServerID? {
    guard policy.routing == .stickyModulo, router.servers.count > 0 else { return nil }
    let server = ServerID(
      Int(router.servers[Int(key % UInt32(truncatingIfNeeded: router.servers.count))]))
    manager.prefetch(session, server)
    return server
  }

  /// Second glance: the entry that the map names.
  @inlinable public mutating func glanceEntry(_ session: SessionID, _ server: ServerID) -> Int? {
    guard let place = manager.guess(session, server) else { return nil }
    manager.entries.prefetch(place)
    return place
  }

  /// Third: where the server keeps the session, as far as the entry knows.
  @inlinable public mutating func glanceHandle(_ entry: Int) -> UInt32 {
    return entry < manager.entries.places ? manager.entries[entry].handle : noLink
  }

  /// Instead, where the session is not resident: the entry that will be evicted for it.
  @inlinable public mutating func glanceVictim(_ server: ServerID) -> Int? {
    guard let place = manager.oldest(inScopeOf: server) else { return nil }
    manager.entries.prefetch(place)
    return place
  }

  /// Of an entry that will be taken out: its neighbours, its session and where the server has it.
  @inlinable public mutating func glanceNeighbours(
    _ entry: Int
  ) -> (session: SessionID, handle: UInt32)? {
    guard entry < manager.entries.places else { return nil }
    let (session, handle, next, previous) = manager.entries.modify(entry) {
      ($0.session, $0.handle, $0.next, $0.previous)
    }
    manager.entries.prefetch(Int(next))
    manager.entries.prefetch(Int(previous))
    manager.homes.prefetch(session.place)
    return (session, handle)
  }

  @inlinable public mutating func prefetch(_ turn: TurnID) { turns.prefetch(turn.place) }

  /// A turn that something will happen to soon: the entry that it holds, or that will go for it,
  /// and the session that it opens then.
  @inlinable public mutating func glanceAtEntry(
    of turn: TurnID
  ) -> (entry: UInt32, goes: Bool, session: SessionID) {
    guard turn.place < turns.places else { return (noLink, false, SessionID(0)) }
    let (entry, step, session) = turns.modify(turn.place) { ($0.entry, $0.step, $0.plan.session) }
    if step == .sending {
      manager.entries.prefetch(Int(entry))
      return (entry, false, session)
    }
    prefetchDetail(of: turn)
    guard step == .evicting else { return (noLink, false, session) }
    manager.entries.prefetch(Int(entry))
    manager.prefetch(session, .none)
    return (entry, true, session)
  }

  @usableFromInline mutating func prefetchDetail(of turn: TurnID) { details.prefetch(turn.place) }
}
