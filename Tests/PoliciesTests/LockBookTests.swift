// The observer's book beside a lock service that keeps none: the same judgement as beside the
// simulated one, on the same history.
import Basics
import Policies
import Testing

@Suite struct LockBookTests {
  @Test("A second holder, an overtaken write and a withdrawn grant are seen")
  func overtaken() {
    var book = LockBook(LockPolicy())
    let session = SessionID(3)
    book.entered(session, 1)
    book.entered(session, 2)
    #expect(book.tally.doubleHeld == 1)
    let last = (book.left(session, 2), book.left(session, 1))
    #expect(last == (true, false))
    #expect(book.tally.staleWrites == 1 && book.tally.fenced == 0)
    #expect(book.count == 0 && book.newestToken == 2)
    book.entered(session, 5)
    book.withdrew(session)
    #expect(book.tally.acquired == 2 && book.count == 0)
  }

  @Test("With fencing the overtaken write is refused, not accepted")
  func fenced() {
    var policy = LockPolicy()
    policy.fencing = true
    var book = LockBook(policy)
    book.entered(SessionID(0), 1)
    book.entered(SessionID(0), 2)
    let last = (book.left(SessionID(0), 2), book.left(SessionID(0), 1))
    #expect(last == (true, false))
    #expect(book.tally.staleWrites == 0 && book.tally.fenced == 1)
  }

  @Test(
    "The book and the simulated service judge the same history alike", arguments: UInt64(1)...10)
  func alike(seed: UInt64) {
    var policy = LockPolicy()
    policy.ttl = .seconds(1)
    var store = LockStore(policy)
    var book = LockBook(policy)
    var answers = Table<LockAnswer>()
    var random = SeededRandom(Seed(seed).stream("book"))
    var inside: [(session: SessionID, token: UInt32)] = []
    var now = Instant.zero
    for step in 0..<2000 {
      now = now + .milliseconds(Int64(random.index(below: 400)))
      if inside.isEmpty || random.index(below: 2) == 0 {
        let session = SessionID(random.index(below: 3))
        let turn = TurnID(instance: 0, place: step % 1000)
        store.handle(.acquire, session, from: turn, token: 0, at: now, into: &answers)
        if case .granted(_, let token) = answers[0] {
          book.entered(session, token)
          inside.append((session, token))
        }
      } else {
        let (session, token) = inside.remove(at: random.index(below: inside.count))
        let turn = TurnID(instance: 0, place: 0)
        store.handle(.leave, session, from: turn, token: token, at: now, into: &answers)
        let isFresh = book.left(session, token)
        #expect(isFresh == (answers.count == 0), "seed \(seed), step \(step)")
        store.handle(.compareAndDelete, session, from: turn, token: token, at: now, into: &answers)
      }
      answers.removeAll()
    }
    #expect(book.tally.acquired == store.tally.acquired, "seed \(seed)")
    #expect(book.tally.doubleHeld == store.tally.doubleHeld, "seed \(seed)")
    #expect(book.tally.staleWrites == store.tally.staleWrites, "seed \(seed)")
    #expect(book.tally.doubleHeld > 0 && book.tally.staleWrites > 0, "seed \(seed): too tame")
  }
}
