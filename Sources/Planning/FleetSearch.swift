// The smallest fleet that meets the expectations: from a guess outwards until the knee lies between
// two sizes, then halving. Probes have three answers, so the knee is an interval: above its low end
// everything smaller was missed, at its high end the expectations were met. Where more servers may
// be worse, a cheap measure of every size says which others to try. It asks for probes and runs
// none itself.
internal import Basics

public struct SearchResult: Sendable {
  public enum Ending: String, Sendable, Hashable {
    case found
    /// No size met the expectations, and larger ones did not come nearer.
    case impossible
    /// The largest allowed size was not enough.
    case tooMany = "too-many"
    case undecided
    case stopped
  }
  public var ending: Ending
  /// The smallest size that surely met everything.
  public var size: Int?
  /// The smallest size that was not surely missed: the low end of the interval.
  public var lowest: Int?
  /// In the order of their sizes.
  public var probes: [Probe]
  /// Larger sizes that missed all the same.
  public var exceptions: [Int] = []

  public func probe(_ size: Int) -> Probe? { probes.first { $0.size == size } }
}

package struct FleetSearch {
  /// Where to begin: a guess by arithmetic.
  let guess: Int
  let least: Int
  let most: Int
  /// Whether more servers are never worse.
  let isMonotone: Bool
  /// How hard a size has it, in several ways, without a probe; nil: nobody can tell.
  let strain: ((Int) -> [Double])?
  /// nil: stopped.
  let ask: (Int) -> Probe?

  private var known: [Int: Probe] = [:]
  private var stopped = false

  package init(
    guess: Int, least: Int = 1, most: Int, isMonotone: Bool,
    strain: ((Int) -> [Double])? = nil, ask: @escaping (Int) -> Probe?
  ) {
    precondition(least >= 1 && most >= least, "sizes from \(least) to \(most)")
    self.guess = min(max(guess, least), most)
    self.least = least
    self.most = most
    self.isMonotone = isMonotone
    self.strain = strain
    self.ask = ask
  }

  /// A hundredth of the fleet: below it the figures of two sizes differ by less than their noise.
  static func tolerance(_ size: Int) -> Int { max(1, size / 100) }
  /// Sizes beside the knee that are looked at one by one where the router is not monotone.
  static func reach(_ size: Int) -> Int { size > 200 ? 2 : 4 }

  package mutating func run() -> SearchResult {
    guard let ending = bracket() else { return result(.stopped) }
    if ending != .found { return result(ending) }
    halve()
    if !stopped { lookBeside() }
    if !stopped { scan() }
    return result(stopped ? .stopped : .found)
  }

  private mutating func verdict(_ size: Int) -> Verdict? {
    if let probe = known[size] { return probe.verdict }
    guard !stopped, let probe = ask(size) else {
      stopped = true
      return nil
    }
    known[size] = probe
    return probe.verdict
  }

  private var sizes: [Int] { known.keys.sorted() }
  private var smallestMet: Int? { sizes.first { known[$0]?.verdict == .met } }

  // MARK: from the guess outwards

  /// `found`: a size is met, and either the least one is or a smaller one is not.
  private mutating func bracket() -> SearchResult.Ending? {
    guard var last = verdict(guess) else { return nil }
    var size = guess
    var step = max(1, guess / 16)
    if last == .met {
      while last == .met, size > least {
        size = max(least, size - step)
        step *= 2
        guard let next = verdict(size) else { return nil }
        last = next
      }
      return .found
    }
    while last != .met {
      if size >= most { return last == .missed ? .tooMany : .undecided }
      let before = size
      size = min(most, size + step)
      step *= 2
      guard let next = verdict(size) else { return nil }
      last = next
      // Twice the guess and no nearer: the model, the lock or a limit elsewhere decides.
      if last == .missed, size >= 2 * guess, size >= before + before / 4,
        !improves(from: before, to: size)
      {
        return .impossible
      }
    }
    return .found
  }

  /// Whether a missed figure came at least a hundredth nearer to its bound.
  private func improves(from small: Int, to large: Int) -> Bool {
    guard let before = known[small], let after = known[large] else { return true }
    for (old, new) in zip(before.figures, after.figures) where new.verdict == .missed {
      guard let was = old.value, let now = new.value else { return true }
      let gain = abs(was - new.bound) - abs(now - new.bound)
      if gain > 0.01 * max(abs(was - new.bound), 1e-12) { return true }
    }
    return false
  }

  // MARK: halving

  /// First the end that is met, then the end that is missed: between the two are the sizes of which
  /// nobody can tell.
  private mutating func halve() {
    guard var high = smallestMet else { return }
    var low = sizes.last { $0 < high && known[$0]?.verdict != .met } ?? least - 1
    while high - low > FleetSearch.tolerance(high) {
      let middle = (low + high) / 2
      guard let found = verdict(middle) else { return }
      if found == .met { high = middle } else { low = middle }
    }
    // Down to the largest that was surely missed.
    guard low >= least, known[low]?.verdict == .undecided else { return }
    var open = low
    var shut = sizes.last { $0 < open && known[$0]?.verdict == .missed } ?? least - 1
    while open - shut > FleetSearch.tolerance(open) {
      let middle = (shut + open) / 2
      guard let found = verdict(middle) else { return }
      if found == .missed { shut = middle } else { open = middle }
    }
  }

  /// One server less and one more are always shown; where the router is not monotone, so are the
  /// sizes around.
  private mutating func lookBeside() {
    guard let size = smallestMet else { return }
    let reach = isMonotone ? 1 : FleetSearch.reach(size)
    for near in max(least, size - reach)...min(most, size + reach) {
      guard verdict(near) != nil else { return }
    }
    // A smaller size that is met by luck of the hash has neighbours too.
    if let smaller = smallestMet, smaller < size {
      for near in [smaller - 1, smaller + 1] where near >= least && near <= most {
        guard verdict(near) != nil else { return }
      }
    }
  }

  // MARK: sizes out of order

  /// As far as an autoscaler goes, and further: a fleet of twice the size.
  static func horizon(_ size: Int) -> Int { 2 * size + 2 }
  /// Sizes that strain less than so many which are met one after another are taken to be met.
  private static let reassuring = 4

  /// Halving took every size below a missed one to miss, and every size above a met one to be met.
  /// Here each size up to the horizon is measured, and tried where the measure says otherwise.
  private mutating func scan() {
    guard let strain, let size = smallestMet else { return }
    scanBelow(Dictionary(uniqueKeysWithValues: (least...size).map { ($0, strain($0)) }))
    if !stopped, let size = smallestMet { scanAbove(size, strain) }
  }

  /// A missed size speaks for those that have it harder. Of the others the middle one is tried:
  /// when it misses it speaks for half of the rest, and when it is met the larger ones no longer
  /// matter.
  private mutating func scanBelow(_ strains: [Int: [Double]]) {
    func isHarder(_ size: Int, than other: Int) -> Bool {
      guard let own = strains[size], let theirs = strains[other] else { return false }
      return zip(own, theirs).allSatisfy { $0 >= $1 }
    }
    while let best = smallestMet {
      let missed = sizes.filter { known[$0]?.verdict == .missed }
      let open = (least..<max(least, best)).filter { size in
        known[size] == nil && !missed.contains { isHarder(size, than: $0) }
      }.sorted { a, b in
        let (one, other) = (strains[a]?.max() ?? 0, strains[b]?.max() ?? 0)
        return one != other ? one < other : a < b
      }
      guard !open.isEmpty, verdict(open[open.count / 2]) != nil else { return }
    }
  }

  /// Larger ones that have it harder than the found one, the hardest first.
  private mutating func scanAbove(_ size: Int, _ strain: (Int) -> [Double]) {
    let found = strain(size)
    var harder: [(excess: Double, size: Int)] = []
    for other in stride(from: size + 1, through: min(most, FleetSearch.horizon(size)), by: 1) {
      let excess = zip(strain(other), found).map { $0 - $1 }.max() ?? 0
      if excess > 0 { harder.append((excess, other)) }
    }
    harder.sort { $0.excess != $1.excess ? $0.excess > $1.excess : $0.size < $1.size }
    var met = 0
    for (_, other) in harder where met < FleetSearch.reassuring {
      guard let found = verdict(other) else { return }
      met = found == .met ? met + 1 : 0
    }
  }

  private func result(_ ending: SearchResult.Ending) -> SearchResult {
    let probes = sizes.compactMap { known[$0] }
    var result = SearchResult(ending: ending, size: nil, lowest: nil, probes: probes)
    result.size = smallestMet
    if let size = result.size {
      // The largest missed below: what lies between was undecided, or not asked about.
      let missed = sizes.last { $0 < size && known[$0]?.verdict == .missed } ?? least - 1
      result.lowest = missed + 1
      result.exceptions = sizes.filter { $0 > size && known[$0]?.verdict == .missed }
    } else if let missed = sizes.last(where: { known[$0]?.verdict == .missed }) {
      result.lowest = missed + 1
    }
    return result
  }
}
