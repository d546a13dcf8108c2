// What is asked about the recommended fleet of each number of people: which constraint binds and
// which one next, what moves the answer, how sure the profile is, what more would cost. Each is a
// capacity under one change; the number of servers follows in proportion.
internal import Basics
internal import Scenarios

public struct Analysis: Sendable {
  /// Where one capacity belongs.
  enum Slot: Sendable, Hashable {
    case base
    case relaxed(Int)
    case relaxedNext(Int)
    case factor(Int, high: Bool)
    case profile(Int)
    case draw(Int)
    case limit(Int)
    case routing(Int)
    case tighter
    case curve
  }

  public var users: Int
  let place: Int
  let size: Int
  var base: Capacity?
  var relaxed: [Int: Capacity] = [:]
  var relaxedNext: [Int: Capacity] = [:]
  var factorsLow: [Int: Capacity] = [:]
  var factorsHigh: [Int: Capacity] = [:]
  var profiles: [Int: Capacity] = [:]
  var draws: [Int: Capacity] = [:]
  var limits: [Int: Capacity] = [:]
  var routings: [Int: Capacity] = [:]
  var tighter: Capacity?
  public internal(set) var curves: [PriceCurve] = []
  public internal(set) var day: DayAnswer?
  let changes: AnalysisChanges

  init(users: Int, place: Int, size: Int, changes: AnalysisChanges) {
    self.users = users
    self.place = place
    self.size = size
    self.changes = changes
  }

  mutating func take(_ capacity: Capacity, _ slot: Slot) {
    switch slot {
    case .base: base = capacity
    case .relaxed(let index): relaxed[index] = capacity
    case .relaxedNext(let index): relaxedNext[index] = capacity
    case .factor(let index, let high):
      if high { factorsHigh[index] = capacity } else { factorsLow[index] = capacity }
    case .profile(let index): profiles[index] = capacity
    case .draw(let index): draws[index] = capacity
    case .limit(let index): limits[index] = capacity
    case .routing(let index): routings[index] = capacity
    case .tighter: tighter = capacity
    case .curve: break
    }
  }

  // MARK: what they come to

  /// The fleet that bears exactly the people asked about, as a real number; nil where the load did
  /// not matter.
  func servers(_ capacity: Capacity?) -> Double? {
    guard let capacity, !capacity.isOutside else { return nil }
    return Double(size) / capacity.factor
  }

  public var servers: Double? { servers(base) }

  public var binding: BindingAnswer? {
    guard let servers else { return nil }
    func list(_ found: [Int: Capacity], from start: Double) -> [Relaxation] {
      changes.relaxations.enumerated().compactMap { index, change -> Relaxation? in
        guard let capacity = found[index] else { return nil }
        // A fleet that bears eight times the load is not limited by servers any more.
        let needed = Double(size) / capacity.factor
        return Relaxation(name: change.name, servers: needed, gain: 1 - needed / start)
      }.sorted { ($1.gain, $0.name) < ($0.gain, $1.name) }
    }
    let first = list(relaxed, from: servers)
    let after = first.first?.servers ?? servers
    return BindingAnswer(
      servers: servers, relaxations: first, next: list(relaxedNext, from: after))
  }

  /// The relaxation with the largest gain, by its place in the changes.
  var strongest: Int? {
    let best = changes.relaxations.indices.max { a, b in
      (relaxed[a]?.factor ?? 0, b) < (relaxed[b]?.factor ?? 0, a)
    }
    guard let best, let base, let gain = relaxed[best]?.factor, gain > base.factor * 1.005 else {
      return nil
    }
    return best
  }

  /// From the widest to the narrowest.
  public var tornado: [Sensitivity] {
    guard let servers else { return [] }
    var list = changes.factors.enumerated().map { index, factor in
      Sensitivity(
        factor: factor.name, low: factor.lowName, high: factor.highName,
        serversAtLow: self.servers(factorsLow[index]),
        serversAtHigh: self.servers(factorsHigh[index]), note: factor.note)
    }
    for (index, change) in changes.profiles.enumerated() where profiles[index] != nil {
      list.append(
        Sensitivity(
          factor: "CLI version", low: changes.measured, high: change.name, serversAtLow: servers,
          serversAtHigh: self.servers(profiles[index]), note: nil))
    }
    return list.enumerated().sorted { a, b in
      let (one, other) = (a.element.swing(from: servers), b.element.swing(from: servers))
      return one != other ? one > other : a.offset < b.offset
    }.map(\.element)
  }

  public var uncertainty: UncertaintyAnswer? {
    let found = draws.keys.sorted().compactMap { servers(draws[$0]) }.sorted()
    guard found.count > 1 else { return nil }
    return UncertaintyAnswer(
      servers: found, assumption: ProfileUncertainty.assumption,
      assumed: changes.assumedParameters)
  }
}
