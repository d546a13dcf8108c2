// Where a run's start stops showing. MSER decides; Welch's moving average is only a picture.
// MSER is used to cut, never for an interval: its batch means cover too little. Intervals come
// from replications. Runs that follow a day have no steady state and need no cut.

public enum MSER: Hashable, Sendable {
  /// Drop this many batches; the mean is of those kept.
  case truncate(batches: Int, mean: Double)
  /// The best cut lies at the limit of half the run: the start still shows there. Double the run.
  case tooShort

  /// Below this many batches the error it minimises rests on fewer than five values.
  public static let fewestBatches = 10

  /// Minimises sum over j > d of (Y_j - mean)^2 / (n - d)^2 for d up to half the batches. With
  /// batches of five this is MSER-5.
  public init(batchMeans values: [Double]) {
    let n = values.count
    guard n >= MSER.fewestBatches else {
      self = .tooShort
      return
    }
    let limit = n / 2
    var best = (cut: limit, error: Double.infinity, mean: 0.0)
    // From the end, so that one pass updates mean and squares (Welford) without cancellation.
    var mean = 0.0
    var squares = 0.0
    for d in stride(from: n - 1, through: 0, by: -1) {
      let kept = Double(n - d)
      let step = values[d] - mean
      mean += step / kept
      squares += step * (values[d] - mean)
      let error = squares / (kept * kept)
      // `<=`: among equals the shortest cut wins, which comes last.
      if d <= limit && error <= best.error { best = (d, error, mean) }
    }
    self = best.cut == limit ? .tooShort : .truncate(batches: best.cut, mean: best.mean)
  }
}

public enum WelchAverage {
  /// The mean over replications at each index, cut to the shortest, smoothed over `window` values
  /// on each side (fewer near the start, as in Welch's procedure; the end is left out).
  public static func curve(replications: [[Double]], window: Int) -> [Double] {
    precondition(window >= 0, "a window of \(window) values is not a size")
    let length = replications.map(\.count).min() ?? 0
    let means = (0..<length).map { i in
      replications.reduce(0) { $0 + $1[i] } / Double(replications.count)
    }
    guard length > window else { return [] }
    return (0..<(length - window)).map { i in
      let reach = min(i, window)
      return means[(i - reach)...(i + reach)].reduce(0, +) / Double(2 * reach + 1)
    }
  }
}
