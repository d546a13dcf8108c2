// Work that piles up, told from work that comes and goes.
import Statistics
import Testing

@Suite struct BacklogTests {
  @Test("A queue that grows all the time piles up; one that is long, noisy or short-lived does not")
  func growing() {
    #expect(Backlog.pilesUp((0..<60).map { Double($0) * 5 }))
    #expect(!Backlog.pilesUp(Array(repeating: 500, count: 60)))
    #expect(!Backlog.pilesUp((0..<60).map { Double($0 % 7) }))
    // Slowly: within what chance does to a few.
    #expect(!Backlog.pilesUp((0..<60).map { Double($0) / 6 }))
    #expect(!Backlog.pilesUp((0..<60).map { 300 - Double($0) * 5 }))
    #expect(!Backlog.pilesUp([0, 1000, 2000]) && !Backlog.pilesUp([]))
  }
}
