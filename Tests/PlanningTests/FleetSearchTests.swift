// The search for the smallest fleet against answers that are known: thresholds, bands of doubt,
// sizes that a hash leaves unbalanced. No simulator here; probes answer by rule.
import Basics
import LinuxIO
import Planning
import Testing

/// Answers by rule, and remembers what it was asked.
private final class Oracle {
  private(set) var asked: [Int] = []
  let verdict: (Int) -> Verdict
  let value: (Int) -> Double

  init(
    value: @escaping (Int) -> Double = { 1 + 100_000 / Double($0) },
    _ verdict: @escaping (Int) -> Verdict
  ) {
    self.verdict = verdict
    self.value = value
  }

  func probe(_ size: Int) -> Probe? {
    asked.append(size)
    let found = verdict(size)
    let figure = JudgedFigure(
      text: "x < 1", name: "x", unit: "s", value: value(size), low: nil, high: nil, bound: 1,
      verdict: found)
    return Probe(size: size, verdict: found, figures: [figure])
  }

  func search(
    guess: Int, most: Int = 10_000, isMonotone: Bool = true, strain: ((Int) -> [Double])? = nil
  ) -> SearchResult {
    var search = FleetSearch(
      guess: guess, most: most, isMonotone: isMonotone, strain: strain, ask: { self.probe($0) })
    return search.run()
  }
}

@Suite struct FleetSearchTests {
  static let seed = UInt64(
    Environment.value("SEATRIAL_SEED").flatMap { UInt64($0) } ?? 20_261_121)

  @Test("Any threshold is found from any guess, with one less and one more beside it")
  func thresholds() throws {
    let stream = Seed(Self.seed).stream("thresholds")
    for number in 0..<300 {
      var draw = stream.draw(entity: number, count: 0)
      let wanted = 1 + draw.index(below: 90)
      let guess = 1 + draw.index(below: 200)
      let oracle = Oracle { $0 >= wanted ? .met : .missed }
      let result = oracle.search(guess: guess)
      let place = "seed \(Self.seed), \(wanted) from \(guess): \(oracle.asked)"
      #expect(result.ending == .found, "\(place)")
      #expect(result.size == wanted && result.lowest == wanted, "\(place)")
      #expect(result.probe(wanted + 1) != nil, "\(place)")
      #expect(wanted == 1 || result.probe(wanted - 1)?.verdict == .missed, "\(place)")
      #expect(Set(oracle.asked).count == oracle.asked.count, "asked twice: \(place)")
      #expect(oracle.asked.count <= 20, "\(place)")
      #expect(result.exceptions.isEmpty, "\(place)")
    }
  }

  @Test("Of large fleets a hundredth is left open")
  func tolerance() throws {
    for wanted in [450, 1000, 4321] {
      let result = Oracle { $0 >= wanted ? .met : .missed }.search(guess: 800)
      let size = try #require(result.size)
      #expect(size >= wanted && Double(size) <= Double(wanted) * 1.011, "\(size) for \(wanted)")
      #expect(try #require(result.lowest) <= wanted)
    }
  }

  @Test("Sizes of which nobody can tell are the interval")
  func doubt() {
    let oracle = Oracle { $0 < 20 ? .missed : $0 < 26 ? .undecided : .met }
    for guess in [3, 20, 23, 26, 60] {
      let result = oracle.search(guess: guess)
      #expect(result.size == 26 && result.lowest == 20, "from \(guess)")
    }
  }

  @Test("Sizes that a hash leaves unbalanced are found beside the knee and named")
  func unbalanced() {
    let oracle = Oracle { $0 >= 29 && $0 != 31 ? .met : .missed }
    for guess in [10, 28, 31, 33, 50] {
      let result = oracle.search(guess: guess, isMonotone: false)
      #expect(result.size == 29, "from \(guess): \(oracle.asked)")
      #expect(result.exceptions == [31], "from \(guess)")
    }
  }

  private static let people = HashOccupancy(names: (0..<3000).map { "user-\($0)" })

  // The reference's table: consecutive ids are dealt to ten servers evenly, and 31 is the hash's
  // own multiplier, so that only the last character and the overflow count.
  @Test("Sizes that share 31 with the guide's hash are far worse than smaller ones")
  func pathologies() {
    func imbalance(_ servers: Int) -> Double {
      Double(Self.people.counts(servers: servers).max() ?? 0) * Double(servers) / 3000
    }
    #expect(imbalance(10) == 1)
    #expect(abs(imbalance(31) - 3) < 0.01 && abs(imbalance(62) - 3) < 0.01)
    #expect(imbalance(30) < 1.6 && imbalance(61) < 1.3)
    for bad in [31, 62] {
      let before = Self.people.strain(servers: bad - 1)
      #expect(zip(Self.people.strain(servers: bad), before).allSatisfy { $0 > $1 }, "\(bad)")
    }
  }

  @Test("Every larger size that the hash makes miss is named, and no smaller one is overlooked")
  func scanned() throws {
    for limit in [60, 100, 110, 130, 150, 200, 260, 400] {
      func isMet(_ size: Int) -> Bool {
        Self.people.counts(servers: size).max() ?? 0 <= limit
      }
      let right = try #require((1...3000).first(where: isMet))
      for guess in [3000 / limit, 3000 / limit + 7, 3 * 3000 / limit] {
        let oracle = Oracle { isMet($0) ? .met : .missed }
        let result = oracle.search(
          guess: guess, isMonotone: false, strain: { Self.people.strain(servers: $0) })
        let place = "at most \(limit), from \(guess): \(oracle.asked)"
        let size = try #require(result.size)
        #expect(size == right, "\(place)")
        let wrong = (size + 1...2 * size + 2).filter { !isMet($0) }
        let named = result.exceptions.filter { $0 <= 2 * size + 2 }
        #expect(named == wrong, "\(place)")
        #expect(Set(oracle.asked).count == oracle.asked.count, "\(place)")
        #expect(oracle.asked.count <= 40, "\(place)")
      }
      if limit == 200 { #expect(right == 16 && !isMet(31) && isMet(30)) }
      if limit == 100 { #expect(right == 33 && !isMet(62)) }
    }
  }

  @Test("What more servers do not help is given up, soon")
  func impossible() {
    let oracle = Oracle(value: { _ in 3 }, { _ in .missed })
    let result = oracle.search(guess: 7)
    #expect(result.ending == .impossible && result.size == nil)
    #expect(oracle.asked.count < 10, "\(oracle.asked)")
  }

  @Test("What helps is followed to the largest allowed size, and said so")
  func tooMany() {
    let result = Oracle { _ in .missed }.search(guess: 7, most: 500)
    #expect(result.ending == .tooMany && result.lowest == 501)
    let open = Oracle { _ in .undecided }.search(guess: 7, most: 50)
    #expect(open.ending == .undecided && open.size == nil)
  }

  @Test("A search that is stopped leaves what it knows")
  func stopped() {
    var left = 3
    let oracle = Oracle { $0 >= 40 ? .met : .missed }
    var search = FleetSearch(guess: 10, most: 1000, isMonotone: true) { size in
      left -= 1
      return left < 0 ? nil : oracle.probe(size)
    }
    let result = search.run()
    #expect(result.ending == .stopped && result.probes.count == 3)
    #expect(result.lowest == (oracle.asked.max() ?? 0) + 1)
  }
}
