// Where a session exists: one directory for all servers, or a disk each.
import Basics
import CLIModel
import Testing

@Suite struct SessionStoreTests {
  @Test("A session past those expected finds room, also where it is written first")
  func grows() {
    for shared in [true, false] {
      var store = SessionStore(shared: shared, sessions: 2)
      var record = StoredSession()
      record.turns = 3
      store[SessionID(40), ServerID(0)] = record
      #expect(store[SessionID(40), ServerID(0)].turns == 3)
      #expect(store[SessionID(39), ServerID(0)].turns == 0)
    }
  }

  private let session = SessionID(3)
  private let one = ServerID(0)
  private let other = ServerID(1)

  @Test("On shared storage every server sees every turn")
  func shared() {
    var store = SessionStore(shared: true, sessions: 8)
    let first = store.append(session, one, at: .zero)
    let second = store.append(session, other, at: .zero)
    let seen = store[session, one].turns
    #expect([first, second, seen] == [1, 2, 2])
  }

  @Test("On local storage one id may be two conversations")
  func local() {
    var store = SessionStore(shared: false, sessions: 8)
    let first = store.append(session, one, at: .zero)
    let isElsewhere = store[session, other].used
    let second = store.append(session, other, at: .zero)
    let third = store.append(session, one, at: .zero)
    let stray = store[session, other].turns
    let home = store.home(of: session)
    #expect([first, second, third, stray] == [1, 1, 2, 1])
    #expect(!isElsewhere && home == one)
  }

  @Test("Deleting on one disk leaves the other")
  func delete() {
    var store = SessionStore(shared: false, sessions: 8)
    _ = store.append(session, one, at: .zero)
    _ = store.append(session, other, at: .zero)
    let deleted = store.delete(session, one)
    let isThere = store[session, one].used
    let stray = store[session, other].turns
    let again = store.delete(session, one)
    #expect(deleted && !isThere && stray == 1 && !again)
  }

  @Test("Ages are kept only where the clean-up job asks for them")
  func ages() {
    var store = SessionStore(shared: true, sessions: 8, keepsAge: true)
    _ = store.append(session, one, at: .zero + .seconds(42))
    let age = store.lastTurn(of: session)
    #expect(age == 42)
  }

  @Test("A number beyond the forecast gets a place")
  func growsBeyondForecast() {
    var store = SessionStore(shared: false, sessions: 1)
    let turns = store.append(SessionID(1000), one, at: .zero)
    let isThere = store[SessionID(1000), one].used
    #expect(turns == 1 && isThere)
  }
}
