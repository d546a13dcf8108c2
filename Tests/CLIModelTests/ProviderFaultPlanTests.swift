// Faults of a live provider: which calls they strike, and that a seed strikes the same again.
import Basics
import CLIModel
import Testing

@Suite struct ProviderFaultPlanTests {
  @Test("A share strikes its share, the same people and turns in any order", arguments: 1...5)
  func share(seed: UInt64) {
    let faults = [ProviderFault(.stall, .share(0.2))]
    var forward = ProviderFaultPlan(faults, seed: Seed(seed))
    var backward = ProviderFaultPlan(faults, seed: Seed(seed))
    let people = 0..<5000
    let struck = people.filter { forward.called(person: $0, count: 8, at: .zero) != nil }
    let again = people.reversed().filter { backward.called(person: $0, count: 8, at: .zero) != nil }
    #expect(struck == again.reversed(), "seed \(seed)")
    // Five standard errors of a share of 0.2 among 5000.
    #expect(abs(Double(struck.count) / 5000 - 0.2) < 0.029, "seed \(seed): \(struck.count)")
  }

  @Test("Two faults with a share strike independently")
  func independent() {
    var plan = ProviderFaultPlan(
      [ProviderFault(.cut, .share(0.5)), ProviderFault(.reset, .share(0.5))], seed: Seed(3))
    let kinds = (0..<4000).map { plan.called(person: $0, count: 0, at: .zero) }
    // The first is asked first, so the second gets half of the rest.
    let resets = kinds.filter { $0 == .reset }.count
    #expect(abs(Double(resets) / 4000 - 0.25) < 0.035)
  }

  @Test("The n-th call, and everything from a time on")
  func counted() {
    var plan = ProviderFaultPlan(
      [ProviderFault(.status(503), .turn(2)), ProviderFault(.garbage, .after(.seconds(10)))],
      seed: Seed(1))
    var kinds: [ProviderFault.Kind?] = []
    for second in [0, 1, 9, 10, 11] as [Int64] {
      kinds.append(plan.called(person: 0, count: 0, at: .seconds(second)))
    }
    #expect(kinds == [nil, .status(503), nil, .garbage, .garbage])
    plan.removeAll()
    #expect(plan.called(person: 0, count: 0, at: .seconds(99)) == nil)
  }
}
