// Faults on purpose: when they strike, and that a seed makes them strike again at the same turns.
import Basics
import CLIModel
import Testing

struct FaultPlanTests {
  @Test("A fault at a turn strikes in that turn and in no other")
  func atTurn() {
    var plan = FaultPlan([Fault(.crashDuring, .turn(3))], seed: Seed(1))
    let struck = (1...5).map { _ in plan.turnBegins(at: .zero) }
    #expect(struck == [nil, nil, .crashDuring, nil, nil])
  }

  @Test("A share strikes about that often, at the same turns with the same seed")
  func share() {
    func strikes(_ seed: UInt64) -> [Bool] {
      var plan = FaultPlan([Fault(.provider(429), .share(0.2))], seed: Seed(seed))
      return (0..<2000).map { _ in plan.providerCalled(at: .zero) != nil }
    }
    let first = strikes(7)
    #expect(first == strikes(7))
    #expect(first != strikes(8))
    // 400 expected, standard deviation 18: five of them on either side.
    #expect(abs(first.count(where: { $0 }) - 400) < 90, "seed 7")
  }

  @Test("What lasts is in force from its instant on, and is no turn's doing")
  func lasting() {
    var plan = FaultPlan([Fault(.hang, .after(.seconds(2))), Fault(.fullDisk)], seed: Seed(1))
    func hangs(_ plan: FaultPlan, _ age: Interval) -> Bool {
      plan.active(at: age) { $0 == .hang ? true : nil } == true
    }
    #expect(!hangs(plan, .seconds(1)))
    #expect(hangs(plan, .seconds(2)))
    #expect(plan.turnBegins(at: .seconds(3)) == nil)
    #expect(plan.active(at: .zero) { $0 == .fullDisk ? true : nil } == true)
  }

  @Test("Latency climbs with the sessions served")
  func climb() {
    var plan = FaultPlan([Fault(.climb(.milliseconds(2)))], seed: Seed(1))
    #expect(plan.extraWork(at: .zero) == .zero)
    for _ in 0..<5 { plan.sessionOpened() }
    #expect(plan.extraWork(at: .zero) == .milliseconds(10))
  }
}
