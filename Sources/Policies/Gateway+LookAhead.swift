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
    manager.places.prefetch(manager.key(session, server))
    return server
  }

  /// Second glance: the entry that the map names.
  @inlinable public mutating func glanceEntry(_ session: SessionID, _ server: ServerID) -> Int? {
    guard let place = manager.places.guess(manager.key(session, server)) else { return nil }
    manager.entries.prefetch(place)
    return place
  }

  /// Third: where the server keeps the session, as far as the entry knows.
  @inlinable public mutating func glanceHandle(_ entry: Int) -> UInt32 {
    return entry < manager.entries.places ? manager.entries[entry].handle : noLink
  }

  @inlinable public mutating func prefetch(_ turn: TurnID) { turns.prefetch(turn.place) }
}
