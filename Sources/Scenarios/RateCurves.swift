// Arrivals, stages, spikes and the daily curve of a scenario to the one `RateCurve` that a
// population plays.
internal import Basics
internal import Workload

enum RateCurves {
  /// nil: the rate is not stated anywhere.
  static func curve(_ draft: Draft, rate: Double?) -> RateCurve? {
    let base: RateCurve
    if let rate {
      base = .constant(rate)
    } else if let mean = draft.diurnal.mean {
      // The sine is highest a quarter of a period after its start.
      let shift = draft.diurnal.peakAt - draft.diurnal.period * 0.25
      base = .diurnal(
        mean: mean, swing: draft.diurnal.swing, period: draft.diurnal.period, shift: shift)
    } else if !draft.stages.isEmpty {
      base = .pieces(
        draft.stages.map { RatePiece(length: $0.length, from: $0.rate, to: $0.to ?? $0.rate) })
    } else {
      return nil
    }
    return draft.spikes.isEmpty ? base : withSpikes(base, draft.spikes)
  }

  /// The sum of a curve of straight pieces and of level spikes, again in straight pieces. A diurnal
  /// curve has no such sum; the checks refuse it before.
  private static func withSpikes(_ base: RateCurve, _ spikes: [Spike]) -> RateCurve {
    let pieces: [RatePiece]
    switch base {
    case .constant(let rate): pieces = [RatePiece(length: .zero, from: rate, to: rate)]
    case .pieces(let list): pieces = list
    case .diurnal: return base
    }
    var times: Set<Interval> = [.zero]
    var end = Interval.zero
    for piece in pieces {
      end = end + piece.length
      times.insert(end)
    }
    for spike in spikes {
      times.insert(spike.at)
      times.insert(spike.at + spike.length)
    }
    let edges = times.sorted()
    var sum: [RatePiece] = []
    for (from, to) in zip(edges, edges.dropFirst()) {
      let middle = from + (to - from) * 0.5
      let added = added(spikes, at: middle)
      let (start, finish) = ends(of: pieces, from: from, to: to, end: end)
      sum.append(RatePiece(length: to - from, from: start + added, to: finish + added))
    }
    // After the last edge no spike is left, and the last rate of the base holds.
    let last = pieces.last?.to ?? 0
    sum.append(RatePiece(length: .zero, from: last, to: last))
    return .pieces(sum)
  }

  private static func added(_ spikes: [Spike], at time: Interval) -> Double {
    spikes.reduce(0) { sum, spike in
      spike.at <= time && time < spike.at + spike.length ? sum + spike.rate : sum
    }
  }

  /// The base's rate at both ends of a stretch that lies inside one piece, or after all of them.
  private static func ends(
    of pieces: [RatePiece], from: Interval, to: Interval, end: Interval
  ) -> (Double, Double) {
    var start = Interval.zero
    for piece in pieces {
      let finish = start + piece.length
      if from >= start, to <= finish, piece.length > .zero {
        let slope = (piece.to - piece.from) / piece.length.seconds
        return (
          piece.from + slope * (from - start).seconds, piece.from + slope * (to - start).seconds
        )
      }
      start = finish
    }
    let last = pieces.last?.to ?? 0
    return (last, last)
  }
}
