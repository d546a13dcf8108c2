// The session directories on disk. With shared storage every server of the fleet looks into one
// directory; with local storage a session exists only where it was created, and one id may live on
// two disks as two conversations. It holds what outlives a process: turns, when the last of them
// reaches the file, and how many processes have the session in memory.
public import Basics

public struct SessionStore: ~Copyable {
  public let shared: Bool
  /// Session directories on disk, where a host counts them: what a listing walks through.
  public var directories = 0
  /// What only some scenarios ask for stands beside it and is empty otherwise.
  @usableFromInline var records: Table<StoredSession>
  /// Local storage only: the server whose disk has the session.
  @usableFromInline var homes: Table<UInt32>
  /// For the clean-up job: second of the last turn.
  @usableFromInline var lastTurns: Table<UInt32>
  @usableFromInline let keepsAge: Bool
  /// Bytes of prompts in the session's file, where they are counted. Copies of one id on several
  /// disks count as one.
  @usableFromInline var prompts: Table<UInt32>
  let keepsPrompts: Bool
  /// Local storage only: copies of an id on other disks than its first.
  @usableFromInline var strays: Slab<Stray>
  @usableFromInline var strayPlaces: IndexMap

  @usableFromInline struct Stray: BitwiseCopyable {
    @usableFromInline var key: UInt64
    @usableFromInline var record: StoredSession
    @inlinable init(key: UInt64, record: StoredSession) {
      self.key = key
      self.record = record
    }
  }

  public init(
    shared: Bool, sessions: Int, keepsAge: Bool = false, keepsPrompts: Bool = false
  ) {
    self.shared = shared
    self.keepsAge = keepsAge
    self.keepsPrompts = keepsPrompts
    prompts = Table(repeating: 0, count: keepsPrompts ? sessions : 0)
    homes = Table(repeating: noLink, count: shared ? 0 : sessions)
    lastTurns = Table(repeating: 0, count: keepsAge ? sessions : 0)
    records = Table(repeating: StoredSession(), count: sessions)
    strays = Slab()
    strayPlaces = IndexMap()
  }

  public var bytes: Int {
    records.bytes + homes.bytes + lastTurns.bytes + prompts.bytes + strays.bytes
      + strayPlaces.bytes
  }
  public var count: Int { records.count }

  /// The record of a session as this server sees it.
  @inlinable public subscript(session: SessionID, server: ServerID) -> StoredSession {
    mutating get { self.read(session, server) }
    set { write(newValue, session, server) }
  }

  @inlinable mutating func read(_ session: SessionID, _ server: ServerID) -> StoredSession {
    if session.place >= records.count { grow(to: session.place) }
    if shared { return records[session.place] }
    let home = homes[session.place]
    if home == server.index || home == noLink { return records[session.place] }
    return stray(session, server)
  }

  @inlinable mutating func write(
    _ record: StoredSession, _ session: SessionID, _ server: ServerID
  ) {
    if session.place >= records.count { grow(to: session.place) }
    if shared || homes[session.place] == server.index {
      records[session.place] = record
    } else if homes[session.place] == noLink {
      records[session.place] = record
      homes[session.place] = server.index
    } else {
      writeStray(record, session, server)
    }
  }

  /// Called when a turn ends: the hot path, so one record is touched once. Its events reach the
  /// file at `landing`.
  @inlinable @inline(__always) public mutating func append(
    _ session: SessionID, _ server: ServerID, landing: Instant = .zero, at now: Instant
  ) -> UInt32 {
    if shared && session.place < records.count {
      if keepsAge { noteAge(session, at: now) }
      return records.modify(session.place) {
        $0.append(landing: landing, at: now)
        return $0.turns
      }
    }
    return appendLocal(session, server, landing, at: now)
  }

  @usableFromInline @inline(never) mutating func appendLocal(
    _ session: SessionID, _ server: ServerID, _ landing: Instant, at now: Instant
  ) -> UInt32 {
    var record = read(session, server)
    record.append(landing: landing, at: now)
    if keepsAge { noteAge(session, at: now) }
    write(record, session, server)
    return record.turns
  }

  /// The first turn of a session begins: with its question the file is made.
  @usableFromInline @inline(never) mutating func beginFile(
    _ session: SessionID, _ server: ServerID, landing: Instant, at now: Instant
  ) {
    var record = read(session, server)
    guard record.file == .absent else { return }
    record.file = .coming
    record.flushed = landing <= now ? 0 : StoredSession.tick(from: landing)
    write(record, session, server)
  }

  /// A process has let go of the session, and has written what it still had to.
  @usableFromInline mutating func unload(_ session: SessionID, _ server: ServerID) {
    if shared && session.place < records.count {
      records.modify(session.place) {
        if $0.live > 0 { $0.live -= 1 }
        $0.flush()
      }
      return
    }
    var record = read(session, server)
    if record.live > 0 { record.live -= 1 }
    record.flush()
    write(record, session, server)
  }

  func promptBytes(of session: SessionID) -> UInt32 {
    session.place < prompts.count ? prompts[session.place] : 0
  }

  @usableFromInline mutating func addPrompt(_ bytes: UInt32, to session: SessionID) {
    if session.place >= records.count { grow(to: session.place) }
    prompts[session.place] = prompts[session.place].addingOrFull(bytes)
  }

  mutating func removePrompt(_ bytes: UInt32, from session: SessionID) {
    prompts[session.place] -= min(bytes, prompts[session.place])
  }

  /// Removes the files; a process that has the session in memory keeps it.
  public mutating func delete(_ session: SessionID, _ server: ServerID) -> Bool {
    var record = read(session, server)
    let existed = record.used
    let live = record.live
    let place = record.place
    record = StoredSession()
    record.live = live
    record.place = place
    if session.place < prompts.count { prompts[session.place] = 0 }
    if shared {
      records[session.place] = record
    } else if homes[session.place] == server.index {
      records[session.place] = record
      // With copies elsewhere the place stays taken, or a copy would be mistaken for it.
      if live == 0 && strayPlaces.count == 0 { homes[session.place] = noLink }
    } else if existed {
      writeStray(record, session, server)
      if live == 0 { removeStray(session, server) }
    }
    return existed
  }

  /// The number will mean another conversation: the old files stay, under an id that nobody uses
  /// again.
  public mutating func abandon(_ session: SessionID, _ server: ServerID) {
    _ = delete(session, server)
  }

  /// The disk that has it, where storage is local.
  public func home(of session: SessionID) -> ServerID {
    shared || homes[session.place] == noLink ? .none : ServerID(Int(homes[session.place]))
  }

  /// Second of the last turn, where ages are kept.
  public func lastTurn(of session: SessionID) -> Int { Int(lastTurns[session.place]) }

  @usableFromInline mutating func noteAge(_ session: SessionID, at now: Instant) {
    lastTurns[session.place] = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000)
  }

  private static func key(_ session: SessionID, _ server: ServerID) -> UInt64 {
    UInt64(server.index) << 32 | UInt64(session.index)
  }

  @usableFromInline func stray(_ session: SessionID, _ server: ServerID) -> StoredSession {
    let key = SessionStore.key(session, server)
    guard let place = strayPlaces.find(key, where: { strays[$0].key == key }) else {
      return StoredSession()
    }
    return strays[place].record
  }

  @usableFromInline mutating func writeStray(
    _ record: StoredSession, _ session: SessionID, _ server: ServerID
  ) {
    let key = SessionStore.key(session, server)
    if let place = strayPlaces.find(key, where: { strays[$0].key == key }) {
      strays[place].record = record
      return
    }
    strayPlaces.insert(key, slot: strays.insert(Stray(key: key, record: record)))
  }

  private mutating func removeStray(_ session: SessionID, _ server: ServerID) {
    let key = SessionStore.key(session, server)
    guard let place = strayPlaces.find(key, where: { strays[$0].key == key }) else { return }
    strayPlaces.remove(key, slot: place)
    strays.remove(place)
  }

  @usableFromInline mutating func grow(to place: Int) {
    records.reserve(max(place + 1, records.count * 2))
    while records.count <= place {
      records.append(StoredSession())
      if !shared { homes.append(noLink) }
      if keepsAge { lastTurns.append(0) }
      if keepsPrompts { prompts.append(0) }
    }
  }
}
