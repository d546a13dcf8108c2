// The exact law of a rank sum when two samples come from one population: every choice of ranks is
// as likely as any other. Shared by the Mann-Whitney test and the Hodges-Lehmann interval.

internal import Basics

enum RankSumLaw {
  /// Beyond this many values the normal law is as good, and the counts outgrow a Double.
  static let mostExact = 60

  /// P(the sum of `chosen` of these ranks is s), indexed by s. Ranks come doubled, so that the
  /// half ranks of ties are whole.
  static func law(doubledRanks ranks: [Int], choosing chosen: Int) -> [Double] {
    let largest = ranks.sorted().suffix(chosen).reduce(0, +)
    var ways = [[Double]](
      repeating: .init(repeating: 0, count: largest + 1), count: chosen + 1)
    ways[0][0] = 1
    for rank in ranks {
      for k in stride(from: chosen, to: 0, by: -1) {
        for s in stride(from: largest, through: rank, by: -1) {
          ways[k][s] += ways[k - 1][s - rank]
        }
      }
    }
    let all = ways[chosen].reduce(0, +)
    return ways[chosen].map { $0 / all }
  }

  /// Doubled ranks of the values, ties sharing the mean of theirs, and the sizes of the ties.
  static func doubledRanks(_ values: [Double]) -> (ranks: [Int], ties: [Int]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    var ties: [Int] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = start + 1 + end }
      if end - start > 1 { ties.append(end - start) }
      start = end
    }
    return (ranks, ties)
  }
}
