// Who may open which session. The guide takes the part of the session id before the first dash and
// compares it with the user's id: people with a dash in their id are locked out, and "mary" may
// open what belongs to "mary-jane". The owner record compares ids instead.
internal import Basics

struct AccessCheck: ~Copyable {
  let policy: AccessPolicy
  private let names: @Sendable (Int) -> String
  /// Millisecond of each person's last new session, for ids made of `Date.now()`.
  private var lastNew: Table<Int64>

  init(_ policy: AccessPolicy, people: Int, names: @escaping @Sendable (Int) -> String) {
    self.policy = policy
    self.names = names
    lastNew = Table(repeating: -1, count: policy.naming == .dateNow ? people : 0)
  }

  enum Verdict { case allowed, denied, deniedWrongly, leaked }

  func verdict(person: Int, owner: Int) -> Verdict {
    let allowed: Bool
    switch policy.check {
    case .none: allowed = true
    case .owner: allowed = person == owner
    case .prefix:
      allowed = guidePrefixAllows(sessionID: "\(names(owner))-chat-1", user: names(person))
    }
    if person == owner { return allowed ? .allowed : .deniedWrongly }
    return allowed ? .leaked : .denied
  }

  /// Whether `${userId}-${purpose}-${Date.now()}` repeats an id of the same millisecond.
  mutating func collides(person: Int, at now: Instant) -> Bool {
    guard policy.naming == .dateNow else { return false }
    let millisecond = now.nanoseconds / 1_000_000
    defer { lastNew[person] = millisecond }
    return lastNew[person] == millisecond
  }
}

/// `const [sessionUserId] = sessionId.split("-"); sessionUserId === currentUserId`
public func guidePrefixAllows(sessionID: String, user: String) -> Bool {
  // By code units, as JavaScript compares; Swift's characters would join a dash with a mark after
  // it.
  let head = sessionID.utf8.prefix { $0 != UInt8(ascii: "-") }
  return head.elementsEqual(user.utf8)
}
