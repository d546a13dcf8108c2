// People by hand: who asks when, in which conversation, and when it ends; and the instants of open
// arrivals against their curves.
import Basics
import Testing
import Workload

/// What a population asked for, as values that compare.
private enum Asked: Equatable {
  case plan(loop: Int, session: Int, flags: UInt8)
  case wake(loop: Int)
  case arrive
  case drop
}

private struct People: ~Copyable {
  var population: Population
  private var actions = Table<PopulationAction>()
  private(set) var instants: [Instant] = []
  private(set) var turns: [TurnPlan] = []

  init(seed: UInt64 = 1, _ change: (inout WorkloadPlan) -> Void) {
    var plan = WorkloadPlan()
    change(&plan)
    population = Population(plan, seed: Seed(seed), key: { UInt32($0) })
  }

  mutating func begin() -> [Asked] {
    population.begin(into: &actions)
    return drain()
  }

  mutating func tell(_ input: PopulationInput, at now: Instant = .zero) -> [Asked] {
    population.handle(input, at: now, into: &actions)
    return drain()
  }

  private mutating func drain() -> [Asked] {
    var asked: [Asked] = []
    for index in 0..<actions.count {
      switch actions[index] {
      case .plan(let turn):
        turns.append(turn)
        asked.append(
          .plan(loop: Int(turn.loop), session: turn.session.place, flags: turn.flags.rawValue))
      case .wake(let loop, let instant):
        instants.append(instant)
        asked.append(.wake(loop: Int(loop)))
      case .arrive(let instant):
        instants.append(instant)
        asked.append(.arrive)
      case .drop: asked.append(.drop)
      }
    }
    actions.removeAll()
    return asked
  }
}

@Suite struct PopulationTests {
  private static let begins = TurnFlags.begins.rawValue
  private static let ends = TurnFlags.endsSession.rawValue

  @Test("A closed person plans a turn, waits for its end, thinks, and plans the next")
  func closed() {
    var people = People {
      $0.users = 2
      $0.think = .fixed(10)
      $0.start = .atOnce
    }
    #expect(people.begin() == [.wake(loop: 0), .wake(loop: 1)])
    #expect(people.tell(.ready(loop: 1)) == [.plan(loop: 1, session: 1, flags: Self.begins)])
    let over = people.tell(.turnOver(people.turns[0]), at: .zero + .seconds(3))
    #expect(over == [.wake(loop: 1)])
    #expect(people.instants.last == .zero + .seconds(13))
    let again = people.tell(.ready(loop: 1), at: .zero + .seconds(13))
    #expect(again == [.plan(loop: 1, session: 1, flags: 0)])
  }

  @Test("Who thinks longer does not write more: sizes have a stream of their own")
  func promptSizes() {
    for seed in UInt64(1)...4 {
      var people = People(seed: seed) {
        $0.users = 1
        $0.think = .uniform(low: 0, high: 1)
        $0.prompt = .uniform(low: 1000, high: 2000)
      }
      var thoughts: [Double] = []
      var sizes: [Double] = []
      for turn in 0..<2000 {
        _ = people.tell(.ready(loop: 0))
        if turn > 0 { sizes.append(Double(people.turns[turn].promptBytes)) }
        _ = people.tell(.turnOver(people.turns[turn]))
        thoughts.append(people.instants[turn].seconds)
      }
      thoughts.removeLast()
      // Both uniform, so their correlation is off by about 1 / sqrt(2000).
      let pairs = zip(thoughts, sizes)
      let covariance = pairs.reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 1500) } / 2000
      #expect(abs(covariance * 12 / 1000) < 5 / 44.7, "seed \(seed): \(covariance)")
      #expect(sizes.allSatisfy { (1000...2000).contains($0) }, "seed \(seed)")
      let mean = sizes.reduce(0, +) / 1999
      #expect(abs(mean - 1500) < 5 * 289 / 44.7, "seed \(seed): \(mean)")
    }
  }

  @Test("Starts: at once, along a ramp, or spread over a think time")
  func starts() {
    for (rule, expected) in [
      (StartRule.atOnce, [0.0, 0, 0, 0]), (.ramp(.seconds(8)), [0, 2, 4, 6]),
    ] {
      var people = People {
        $0.users = 4
        $0.start = rule
      }
      _ = people.begin()
      #expect(people.instants.map(\.seconds) == expected)
    }
    var people = People {
      $0.users = 4000
      $0.think = .fixed(20)
    }
    _ = people.begin()
    let mean = people.instants.reduce(0) { $0 + $1.seconds } / 4000
    // Uniform over 20 s: the mean has a standard error of 0.09 s.
    #expect(abs(mean - 10) < 0.46 && people.instants.allSatisfy { $0.seconds < 20 })
  }

  @Test("A conversation of three turns begins, goes on, ends, and the next one begins")
  func conversation() {
    var people = People {
      $0.users = 1
      $0.sessions.turns = .fixed(3)
    }
    _ = people.begin()
    let flags = (0..<4).map { _ -> UInt8 in
      _ = people.tell(.ready(loop: 0))
      return people.turns.last!.flags.rawValue
    }
    #expect(flags == [Self.begins, 0, Self.ends, Self.begins])
  }

  @Test("Tabs of a person are loops of their own over the person's conversations")
  func tabs() {
    var people = People {
      $0.users = 2
      $0.tabs = 3
      $0.sessions.perUser = 2
    }
    #expect(people.begin().count == 6)
    for loop in UInt32(0)..<6 { _ = people.tell(.ready(loop: loop)) }
    #expect(people.population.person(of: 5) == 1)
    #expect(people.turns[0..<3].allSatisfy { $0.session.place < 2 && $0.key == 0 })
    #expect(people.turns[3..<6].allSatisfy { $0.session.place >= 2 && $0.key == 1 })
  }

  @Test("Groups share a session numbered after everybody's own")
  func groups() {
    var people = People {
      $0.users = 5
      $0.groups = GroupPlan()
      $0.groups!.size = 2
    }
    _ = people.begin()
    for loop in UInt32(0)..<5 { _ = people.tell(.ready(loop: loop)) }
    #expect(people.turns.map(\.session.place) == [5, 5, 6, 6, 7])
    #expect(people.turns.allSatisfy { $0.flags.contains(.group) })
  }

  @Test("Ephemeral sessions take numbers that are free again")
  func ephemeral() {
    var people = People {
      $0.users = 2
      $0.sessions.kind = .ephemeral
    }
    _ = people.begin()
    _ = people.tell(.ready(loop: 0))
    _ = people.tell(.ready(loop: 1))
    _ = people.tell(.sessionForgotten(SessionID(2)))
    _ = people.tell(.ready(loop: 0))
    #expect(people.turns.map(\.session.place) == [2, 3, 2])
    #expect(people.turns.allSatisfy { $0.flags.contains(.ephemeral) })
  }

  @Test("A visit brings one person for a whole conversation; with nobody left it is dropped")
  func visits() {
    var people = People {
      $0.users = 1
      $0.arrivals = .poisson(.constant(1))
      $0.arrivalBrings = .visit
      $0.sessions.turns = .fixed(2)
    }
    #expect(people.begin() == [.arrive])
    #expect(people.tell(.arrivalDue) == [.plan(loop: 0, session: 0, flags: Self.begins), .arrive])
    #expect(people.tell(.arrivalDue) == [.drop, .arrive])
    #expect(people.tell(.turnOver(people.turns[0])) == [.wake(loop: 0)])
    #expect(people.tell(.ready(loop: 0)) == [.plan(loop: 0, session: 0, flags: Self.ends)])
    #expect(people.tell(.turnOver(people.turns[1])) == [])
    #expect(people.tell(.arrivalDue) == [.plan(loop: 0, session: 0, flags: Self.begins), .arrive])
  }

  @Test("Zipf popularity: person k comes with weight 1 / k")
  func zipf() {
    var people = People {
      $0.users = 20
      $0.arrivals = .poisson(.constant(1))
      $0.popularity = .zipf(exponent: 1)
    }
    _ = people.begin()
    for _ in 0..<60_000 { _ = people.tell(.arrivalDue) }
    var counts = [Double](repeating: 0, count: 20)
    for turn in people.turns { counts[Int(turn.loop)] += 1 }
    let harmonic = (1...20).reduce(0.0) { $0 + 1 / Double($1) }
    let chi = (0..<20).reduce(0.0) { sum, place in
      let expected = 60_000 / harmonic / Double(place + 1)
      return sum + (counts[place] - expected) * (counts[place] - expected) / expected
    }
    // 19 degrees of freedom: above 65 with a chance of 6e-7.
    #expect(chi < 65, "chi-square \(chi)")
  }

  @Test("Intruders present a session of somebody else in their share of turns")
  func intruders() {
    var people = People {
      $0.users = 50
      $0.intruders = 0.2
    }
    _ = people.begin()
    for turn in 0..<10_000 { _ = people.tell(.ready(loop: UInt32(turn % 50))) }
    let strangers = people.turns.filter { $0.flags.contains(.intruder) }
    #expect(strangers.allSatisfy { $0.session.place != Int($0.loop) })
    // Of the share of 0.2 one in fifty draws the person's own; five standard errors.
    #expect(abs(Double(strangers.count) / 10_000 - 0.2 * 0.98) < 0.02)
  }

  // MARK: instants

  private func instants(_ arrivals: Arrivals, _ n: Int, seed: UInt64 = 1) -> [Double] {
    var clock = ArrivalClock(arrivals, seed: Seed(seed))
    return (0..<n).map { _ in clock.next().instant }.filter { $0 != .never }.map(\.seconds)
  }

  @Test("Evenly spaced arrivals keep the area under the curve between them")
  func constant() {
    #expect(instants(.constant(.constant(4)), 4) == [0.25, 0.5, 0.75, 1])
    // From 0 to 2 a second within 4 s: n arrivals by t with t^2 / 4 = n; then 2 a second; then
    // none.
    let ramp = RateCurve.pieces([
      RatePiece(length: .seconds(4), from: 0, to: 2),
      RatePiece(length: .seconds(2), from: 2, to: 2),
      RatePiece(length: .zero, from: 2, to: 0),
    ])
    let expected = [2, 2.828427125, 3.464101615, 4, 4.5, 5, 5.5, 6]
    let met = instants(.constant(ramp), 12)
    #expect(met.count == 8)
    for (a, b) in zip(met, expected) { #expect(abs(a - b) < 1e-8, "\(met)") }
  }

  @Test("The diurnal curve: the count at each instant is the integral of the rate")
  func diurnal() {
    let period = 86_400.0
    for (swing, shift) in [(0.0, 0.0), (0.6, 0), (0.95, 20_000), (1.0, 3)] {
      let met = instants(
        .constant(
          .diurnal(
            mean: 0.05, swing: swing, period: Interval(seconds: period),
            shift: Interval(seconds: shift))), 9000)
      #expect(met.count == 9000)
      let pulse = 2 * Double.pi / period
      for (index, t) in met.enumerated() {
        let count =
          0.05 * (t - swing / pulse * (cosine(pulse * (t - shift)) - cosine(pulse * shift)))
        #expect(abs(count - Double(index + 1)) < 1e-4, "swing \(swing), arrival \(index)")
      }
    }
  }

  @Test("Poisson arrivals: as many as the rate says, with the spread of Poisson, in each window")
  func poisson() {
    let met = instants(.poisson(.constant(10)), 100_000)
    var windows = [Double](repeating: 0, count: Int(met.last!) + 1)
    for instant in met { windows[Int(instant)] += 1 }
    windows.removeLast()
    let mean = windows.reduce(0, +) / Double(windows.count)
    let variance = windows.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(windows.count)
    #expect(abs(mean - 10) < 0.16 && abs(variance / mean - 1) < 0.08, "\(mean) \(variance)")
  }

  @Test("A trace is followed to the nanosecond, and its people too")
  func trace() {
    var people = People {
      $0.users = 10
      $0.arrivals = .trace([
        TracedArrival(at: .milliseconds(3), user: 7), TracedArrival(at: .seconds(2), user: 12),
      ])
    }
    #expect(people.begin() == [.arrive])
    _ = people.tell(.arrivalDue)
    #expect(people.tell(.arrivalDue) == [.plan(loop: 2, session: 2, flags: Self.begins)])
    #expect(people.turns.map(\.loop) == [7, 2])
    #expect(people.instants == [.zero + .milliseconds(3), .zero + .seconds(2)])
  }

  @Test("A change of the rate moves arrivals but not their order of people")
  func commonNumbers() {
    func loops(_ rate: Double) -> [UInt32] {
      var people = People {
        $0.users = 30
        $0.arrivals = .poisson(.constant(rate))
      }
      _ = people.begin()
      for _ in 0..<500 { _ = people.tell(.arrivalDue) }
      return people.turns.map(\.loop)
    }
    #expect(loops(1) == loops(7))
    let slow = instants(.poisson(.constant(1)), 100)
    let fast = instants(.poisson(.constant(4)), 100)
    for (a, b) in zip(slow, fast) { #expect(abs(a - 4 * b) < 1e-8) }
  }
}
