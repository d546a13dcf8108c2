// Where a session exists: one directory for all servers, or a disk each.
import Basics
import CLIModel
import Testing

@Suite struct SessionStoreTests {
  private let session = SessionID(3)
  private let one = ServerID(0)
  private let other = ServerID(1)

  @Test("On shared storage every server sees every turn")
  func shared() {
    var store = SessionStore(shared: true, sessions: 8)
    #expect(store.append(session, one, at: .zero) == 1)
    #expect(store.append(session, other, at: .zero) == 2)
    #expect(store[session, one].turns == 2)
  }

  @Test("On local storage one id may be two conversations")
  func local() {
    var store = SessionStore(shared: false, sessions: 8)
    #expect(store.append(session, one, at: .zero) == 1)
    #expect(!store[session, other].used)
    #expect(store.append(session, other, at: .zero) == 1)
    #expect(store.append(session, one, at: .zero) == 2)
    #expect(store[session, other].turns == 1)
    #expect(store.home(of: session) == one)
  }

  @Test("Deleting on one disk leaves the other")
  func delete() {
    var store = SessionStore(shared: false, sessions: 8)
    _ = store.append(session, one, at: .zero)
    _ = store.append(session, other, at: .zero)
    #expect(store.delete(session, one))
    #expect(!store[session, one].used)
    #expect(store[session, other].turns == 1)
    #expect(!store.delete(session, one))
  }

  @Test("Ages are kept only where the clean-up job asks for them")
  func ages() {
    var store = SessionStore(shared: true, sessions: 8, keepsAge: true)
    _ = store.append(session, one, at: .zero + .seconds(42))
    #expect(store.lastTurn(of: session) == 42)
  }

  @Test("A number beyond the forecast gets a place")
  func grows() {
    var store = SessionStore(shared: false, sessions: 1)
    #expect(store.append(SessionID(1000), one, at: .zero) == 1)
    #expect(store[SessionID(1000), one].used)
  }
}
