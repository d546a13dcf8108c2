// The odds under a load, against values that were computed elsewhere in high precision.
import Basics
import Hazards
import Testing

@Suite struct HazardOddsTests {
  private func expect(
    _ formula: HazardOdds.Formula, _ value: Double, within share: Double = 1e-5,
    _ numbers: [(String, Double)], turn: Distribution? = nil
  ) {
    var load = HazardLoad()
    if let turn { load.turn = turn }
    for (name, number) in numbers {
      let isKnown = load.set(name, to: number)
      #expect(isKnown, "\(name)")
    }
    let odds = HazardOdds(formula, under: load)
    #expect(
      abs(odds.probability - value) <= share * value,
      "\(formula): \(odds.probability), not \(value)")
  }

  @Test("Double spawns: a request at 0.1/s meets a start of 2 s in 18 %")
  func doubleSpawn() {
    expect(.doubleSpawn, 0.181_269_247, [("tabs", 2), ("rate", 0.1), ("spawn", 2)])
    expect(.doubleSpawn, 0.632_120_559, [("tabs", 2), ("rate", 0.5), ("spawn", 2)])
    expect(.doubleSpawn, 0, [("tabs", 1), ("rate", 0.5), ("spawn", 2)])
  }

  @Test("A page load of k calls leaks surely, whatever comes later")
  func pageLoad() {
    let slow = [("tabs", 3.0), ("rate", 0.001), ("spawn", 2.0)]
    expect(.doubleSpawn, 1, slow + [("together", 1)])
    expect(.doubleSpawn, 0.501_996, within: 1e-4, slow + [("together", 0.5)])
    // One tab alone has nobody to race with.
    expect(.doubleSpawn, 0, [("tabs", 1), ("rate", 0.5), ("spawn", 2), ("together", 1)])
    var load = HazardLoad()
    for (name, value) in slow + [("together", 1)] { _ = load.set(name, to: value) }
    #expect(HazardOdds(.doubleSpawn, under: load).also == "2 processes leaked for each")
  }

  @Test(
    "A leak of the prefix check needs a namesake: four pairs of eight people, asked for a fifth")
  func prefixAccess() {
    let people = [("users", 8.0), ("namesakes", 0.5), ("intruders", 0.2), ("dashes", 0.5)]
    expect(.prefixAccess, 0.2 * 4 / 64, people)
    expect(.prefixAccess, 0, [("users", 8), ("namesakes", 0), ("dashes", 1)])
    var load = HazardLoad()
    for (name, value) in people { _ = load.set(name, to: value) }
    #expect(
      HazardOdds(.prefixAccess, under: load).also
        == "4 such pairs; 50 % of people, those with a dash, are locked out of their own sessions")
  }

  /// Values of a simulation of its own: of five people who think for ten seconds, and of a hundred
  /// who do not, so that somebody always waits.
  @Test("Where others wait in line, turns that meet on one server wait for one another")
  func waitedFor() {
    let law = Distribution.lognormal(median: 2, sigma: 0.9)
    let line = [
      ("ttl", 4.0), ("waits", 1.0), ("gap", 0.1), ("group", 100.0), ("tabs", 1), ("rate", 1e6),
    ]
    let five = [("group", 5.0), ("rate", 1 / (10 + law.mean + 0.12))]
    for (servers, people, double, wrong, stale) in [
      (1.0, [], 0.5573, 0.0076, 0), (2, [], 0.4804, 0.0091, 0.1694),
      (64, [], 0.4476, 0.0087, 0.1113), (2, five, 0.3457, 0.0080, 0.1062),
    ] {
      let numbers = line + [("across", servers), ("work", 0.12)] + people
      expect(.secondHolder, double, within: 0.04, numbers, turn: law)
      expect(.wrongDelete, wrong, within: 0.06, numbers, turn: law)
      expect(.staleWrite, stale, within: 0.08, numbers, turn: law)
    }
    // The fewer they are and the longer they think, the rarer.
    var last = 1.0
    for rate in [1e6, 0.05, 0.01, 0.001] {
      var load = HazardLoad()
      load.turn = law
      for (name, value) in line + [("group", 3), ("rate", rate)] { _ = load.set(name, to: value) }
      let odds = HazardOdds(.secondHolder, under: load).probability
      #expect(odds < last, "\(rate)")
      last = odds
    }
    // Nobody else is there who could wait.
    expect(.secondHolder, 0, line + [("group", 1)], turn: law)
    // No turn outlives its lock.
    for formula in [HazardOdds.Formula.secondHolder, .wrongDelete, .staleWrite] {
      expect(formula, 0, line + [("across", 2)], turn: .fixed(3))
    }
  }

  @Test("Ids: two conversations 5, 50 and 500 ms apart on average")
  func ids() {
    expect(.sameMillisecond, 0.093_654, within: 1e-4, [("click", 0.005)])
    expect(.sameMillisecond, 0.009_934, within: 1e-4, [("click", 0.05)])
    expect(.sameMillisecond, 0.000_999, within: 1e-3, [("click", 0.5)])
  }

  @Test("The ratchet: l^2 D / (1 + l D) slots a second, 0.1818 for l = 2 and D = 0.05")
  func overshoot() {
    // One instance, 200 people who share a rate of 4/s, room for half of them.
    expect(
      .overshoot, 0.181_818 / 2, within: 1e-4,
      [
        ("users", 200), ("tabs", 1), ("rate", 0.02), ("instances", 1), ("limit", 100),
        ("disconnect", 0.05),
      ])
  }

  @Test("A second holder enters as often as the law of a turn and the contenders say")
  func secondHolder() {
    let minute = [("group", 2.0), ("rate", 1.0 / 60), ("ttl", 300)]
    expect(
      .secondHolder, 0.007155, within: 1e-3, minute, turn: .lognormal(median: 30, sigma: 1))
    expect(
      .secondHolder, 0.039038, within: 1e-3, minute, turn: .lognormal(median: 60, sigma: 1))
    expect(
      .secondHolder, 0.050401, within: 1e-3, minute, turn: .lognormal(median: 30, sigma: 1.5))
    expect(.secondHolder, 0, minute, turn: .fixed(299))
  }

  @Test("A wrong delete needs two coincidences: 7.8e-13 of the turns, 3.0e-12 for longer ones")
  func wrongDelete() {
    let minute = [("group", 2.0), ("rate", 1.0 / 60), ("ttl", 300), ("gap", 0.001)]
    expect(.wrongDelete, 7.8e-13, within: 0.01, minute, turn: .lognormal(median: 30, sigma: 1))
    expect(.wrongDelete, 3.0e-12, within: 0.02, minute, turn: .lognormal(median: 60, sigma: 1))
  }

  @Test("A stale write is rarer than a second holder, and impossible before the TTL")
  func staleWrite() {
    var load = HazardLoad()
    load.turn = .lognormal(median: 60, sigma: 1)
    let stale = HazardOdds(.staleWrite, under: load).probability
    let second = HazardOdds(.secondHolder, under: load).probability
    #expect(stale > 0 && stale < second)
    // Turns of 20 s against a TTL of 5 s: the next one enters 15 s before the end at the earliest.
    expect(.staleWrite, 0, [("ttl", 5)], turn: .fixed(20))
  }

  @Test("Resizing, round robin and lost updates as the closed forms say")
  func routing() {
    expect(.remap, 0.75, [("servers", 3)])
    expect(.remap, 0.909_091, [("servers", 10)])
    expect(.notFound, 1 - 0.012_346, within: 1e-4, [("servers", 3), ("turns", 5)])
    expect(.notFound, 0, [("servers", 1)])
    // 1e9 servers: nobody meets the same one again. A minute between the others' turns.
    let minute = [("servers", 1e9), ("group", 2.0), ("tabs", 1), ("rate", 1.0 / 60)]
    expect(.lostUpdate, 0.486_583, minute, turn: .fixed(20))
    expect(
      .lostUpdate, 0.122_962, within: 0.02,
      [("servers", 1e9), ("group", 2), ("tabs", 1), ("rate", 1.0 / 300)],
      turn: .exponential(mean: 20))
  }

  @Test("Every number of a load can be set, others cannot, and all odds are chances")
  func settings() {
    for name in HazardLoad.names {
      var load = HazardLoad()
      let isKnown = load.set(name, to: 3)
      #expect(isKnown && load != HazardLoad(), "\(name)")
      for formula in HazardOdds.Formula.allCases {
        for value in [0, 1e-9, 0.5, 1, 1e9] {
          _ = load.set(name, to: value)
          let chance = HazardOdds(formula, under: load).probability
          #expect(chance >= 0 && chance <= 1, "\(formula), \(name) \(value): \(chance)")
        }
      }
    }
    var load = HazardLoad()
    let isKnown = load.set("weather", to: 1)
    #expect(!isKnown)
  }
}
