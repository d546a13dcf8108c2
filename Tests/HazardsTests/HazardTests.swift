// The catalogue: each hazard is there in the guide's code and gone with its cure, under every order
// of answers, under orders by chance with more callers, and when its schedule is run again.
import Basics
import Hazards
import Policies
import Testing

@Suite struct HazardTests {
  private static let names = Hazard.all.map(\.name)

  private func hazard(_ name: String) throws -> Hazard { try #require(Hazard.named(name)) }

  @Test("The guide's code breaks its promise and the cure keeps it", arguments: names)
  func guideAndSafe(name: String) throws {
    let hazard = try hazard(name)
    let guide = ScheduleExplorer().explore(hazard.program(.guide))
    #expect(guide.isComplete && guide.broken > 0)
    #expect(guide.broken == guide.broken(hazard.promise))
    let safe = ScheduleExplorer().explore(hazard.program(.safe))
    #expect(safe.isComplete && safe.schedules > 0)
    #expect(safe.broken == 0, "\(safe.timeline(breaking: hazard.promise) ?? "")")
  }

  @Test("The shortest breaking schedule, run again from its word, breaks again", arguments: names)
  func replay(name: String) throws {
    let hazard = try hazard(name)
    let found = ScheduleExplorer().explore(hazard.program(.guide))
    let schedule = try #require(found.shortestBreak?.schedule)
    let token = ScheduleToken(hazard, .guide, isLarge: false, schedule)
    let read = try ScheduleToken(parsing: token.text)
    #expect(read.text == token.text && read.schedule == schedule)
    guard case .success(let steps) = Timeline.steps(of: read.schedule, in: read.program) else {
      Issue.record("\(token.text) does not fit its own program")
      return
    }
    #expect(steps.count == schedule.count)
    #expect(steps.contains { $0.breaks == [hazard.promise] })
    #expect(steps.allSatisfy { !$0.words.isEmpty })
  }

  @Test("By chance, with more callers, the guide breaks and the cure does not", arguments: names)
  func random(name: String) throws {
    let hazard = try hazard(name)
    let explorer = RandomExplorer(runs: 2000, seed: Seed(7))
    let guide = explorer.explore(hazard.program(.guide, isLarge: true))
    #expect(guide.broken > 0 && guide.schedules == 2000 && !guide.isComplete, "seed 7")
    #expect(explorer.explore(hazard.program(.safe, isLarge: true)).broken == 0, "seed 7")
    let again = explorer.explore(hazard.program(.guide, isLarge: true))
    #expect(again.broken == guide.broken, "one seed, one search")
    #expect(again.shortestBreak?.schedule == guide.shortestBreak?.schedule)
    let schedule = try #require(guide.shortestBreak?.schedule)
    let token = ScheduleToken(hazard, .guide, isLarge: true, schedule)
    #expect(try ScheduleToken(parsing: token.text).schedule == schedule)
  }

  @Test(
    "A word that is no schedule is refused",
    arguments: [
      "", "pool-double-spawn", "pool-double-spawn/guide", "pool-double-spwan/guide:1.2",
      "pool-double-spawn/unsafe:1.2", "pool-double-spawn/guide:1.x", "pool-double-spawn/guide:0.1",
      "pool-double-spawn/guide:1.1.1", "pool-double-spawn/guide:1.2", "pool-double-spawn/guide:33",
      "pool-double-spawn/guide/small:1.2", "pool-double-spawn/guide:99999999999999999999",
    ])
  func noSchedule(word: String) {
    #expect(throws: ScheduleToken.Mistake.self) { try ScheduleToken(parsing: word) }
  }

  @Test("Chance finds the wrong delete, whose three orderings are rare, with a seed each")
  func rare() {
    let program = HazardProgram.lock(release: .getThenDelete)
    for seed in UInt64(1)...20 {
      let found = RandomExplorer(runs: 3000, seed: Seed(seed)).explore(program)
      #expect(found.broken(.onlyOwnRelease) > 0, "seed \(seed)")
    }
  }
}
