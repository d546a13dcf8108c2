// The slices of one contender's heat map in a row: the end of the warm-up, the measured part, the
// drain, which were counted in steps and bands of their own. Brought to common bands here, so that
// one picture can hold them. What lies outside the measured part is shown and counts for nothing.
package import Metrics

package struct HeatColumns {
  package struct Column {
    package var start: Double
    package var end: Double
    package var counts: [Int]
    /// What a count stands for beside one of the measured part, whose slices may be wider.
    package var weight: Double
    package var isMeasured: Bool
  }

  /// Of the measured part, once neighbours were put together.
  let step: Double
  package let measured: (start: Double, end: Double)
  package let edges: [Double]
  package let columns: [Column]

  package var start: Double { columns.first?.start ?? measured.start }
  package var end: Double { columns.last?.end ?? measured.end }
  package var hasMore: Bool { columns.contains { !$0.isMeasured } }

  /// - most: columns of the measured part; the others get as many as belong to their length.
  package init?(_ maps: [HeatMapResult], of metric: String, most: Int) {
    let own = maps.filter { $0.metric == metric }
    guard let whole = own.first(where: { $0.phase == .measured }), whole.stepSeconds > 0,
      !whole.counts.isEmpty
    else { return nil }
    let middle = whole.coalesced(to: most)
    let start = middle.startSeconds
    let end = start + whole.stepSeconds * Double(whole.counts.count)
    step = middle.stepSeconds
    measured = (start, end)
    // A quarter as long as what counts, at most.
    let reach = (end - start) / 4
    let around = own.filter { $0.phase != .measured && $0.stepSeconds > 0 }.map { map in
      var map = map
      while map.stepSeconds * 2 <= middle.stepSeconds && map.counts.count > 1 {
        map = map.coalesced(to: (map.counts.count + 1) / 2)
      }
      return map
    }
    let edges = Set((around + [middle]).flatMap(\.edges)).sorted()
    self.edges = edges
    func columns(_ map: HeatMapResult, from low: Double, to high: Double) -> [Column] {
      let rows = map.edges.dropLast().compactMap { edges.firstIndex(of: $0) }
      return map.counts.enumerated().compactMap { place, slice -> Column? in
        let begin = map.startSeconds + Double(place) * map.stepSeconds
        let (first, last) = (max(low, begin), min(high, begin + map.stepSeconds))
        guard last > first else { return nil }
        var counts = [Int](repeating: 0, count: edges.count - 1)
        for (row, count) in zip(rows, slice) { counts[row] += count }
        return Column(
          start: first, end: last, counts: counts, weight: middle.stepSeconds / map.stepSeconds,
          isMeasured: map.phase == .measured)
      }
    }
    let before = around.filter { $0.phase == .warmUp }
      .flatMap { columns($0, from: max(0, start - reach), to: start) }
    let after = around.filter { $0.phase == .drain }
      .flatMap { columns($0, from: end, to: end + reach) }
    self.columns = before + columns(middle, from: start, to: end) + after
  }

  /// The fullest cell, as one of the measured part.
  package var most: Double {
    columns.map { column in Double(column.counts.max() ?? 0) * column.weight }.max() ?? 0
  }
}

extension HeatMapResult {
  /// Neighbouring slices together, until there are at most that many.
  func coalesced(to most: Int) -> HeatMapResult {
    var map = self
    while map.counts.count > most {
      let pairs = stride(from: 0, to: map.counts.count, by: 2).map { place in
        place + 1 < map.counts.count
          ? zip(map.counts[place], map.counts[place + 1]).map { $0 + $1 } : map.counts[place]
      }
      map.counts = pairs
      map.stepSeconds *= 2
    }
    return map
  }
}
