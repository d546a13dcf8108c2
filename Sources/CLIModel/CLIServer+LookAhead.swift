// Hints for a host that knows which inputs come next. Nothing changes; see Gateway+LookAhead.
// It must stay free to be left out: no decision may depend on it.
public import Basics

extension CLIServer {
  @inlinable public mutating func prefetch(place: UInt32) { sessions.prefetch(Int(place)) }

  /// The session and the turn at a place, for the next glance; nil where nobody lives.
  @inlinable public mutating func glance(place: UInt32) -> (session: SessionID, turn: TurnID)? {
    guard Int(place) < sessions.places, sessions[Int(place)].id != LiveSession.nobody else {
      return nil
    }
    return (sessions[Int(place)].id, TurnID(raw: sessions[Int(place)].turn))
  }

  /// What the work under way will touch when it is done.
  @inlinable public mutating func glanceAtWork() -> (session: SessionID, turn: TurnID) {
    sessions.prefetch(Int(current.place))
    return (current.session, current.turn)
  }

  /// And the first in line behind it.
  @inlinable public mutating func glanceAtNext() -> SessionID? {
    guard requests.count > 0, continuations.isEmpty else { return nil }
    let next = requests.first
    sessions.prefetch(Int(next.place))
    return next.kind == .create || next.kind == .resume ? next.session : nil
  }
}

extension SessionStore {
  @inlinable public mutating func prefetch(_ session: SessionID) { records.prefetch(session.place) }
}
