// The instants of open arrivals. They come from the inverse of the cumulated rate: a unit-rate
// stream is laid over the curve, so a change of the curve moves arrivals but draws the same
// numbers. Arrivals depend on nothing that happens in the run.
public import Basics

public struct ArrivalClock: ~Copyable {
  public struct Arrival: Sendable {
    public var instant: Instant
    public var count: Int
    public var user: Int?
    public var promptBytes: Double?
  }

  private enum Source {
    case none, poisson, constant, trace
  }
  private let source: Source
  private let curve: RateCurve
  private let trace: [TracedArrival]
  private let stream: Stream
  private var count = 0
  /// Expected arrivals up to the last one: the unit-rate clock.
  private var reached = 0.0
  private var cursor = PieceCursor()
  /// The arrival last handed out.
  public private(set) var taken: Arrival

  public init(_ arrivals: Arrivals, seed: Seed) {
    stream = seed.stream("arrivals")
    taken = Arrival(instant: .never, count: 0, user: nil)
    switch arrivals {
    case .closed:
      source = .none
      curve = .constant(0)
      trace = []
    case .poisson(let given):
      source = .poisson
      curve = given
      trace = []
    case .constant(let given):
      source = .constant
      curve = given
      trace = []
    case .trace(let given):
      source = .trace
      curve = .constant(0)
      trace = given
    }
  }

  /// The next arrival; its instant is `never` when there is none.
  public mutating func next() -> Arrival {
    defer { count += 1 }
    switch source {
    case .none: taken = Arrival(instant: .never, count: count, user: nil)
    case .trace:
      taken =
        count < trace.count
        ? Arrival(
          instant: .zero + trace[count].at, count: count, user: trace[count].user,
          promptBytes: trace[count].promptBytes)
        : Arrival(instant: .never, count: count, user: nil)
    case .poisson:
      var draw = stream.draw(entity: 0, count: count)
      reached -= naturalLog(draw.uniform())
      taken = Arrival(instant: instant(of: reached), count: count, user: nil)
    case .constant:
      reached += 1
      taken = Arrival(instant: instant(of: reached), count: count, user: nil)
    }
    return taken
  }

  private mutating func instant(of cumulated: Double) -> Instant {
    switch curve {
    case .constant(let rate):
      return rate > 0 ? .zero + Interval(seconds: cumulated / rate) : .never
    case .pieces(let pieces): return cursor.instant(of: cumulated, in: pieces)
    case .diurnal(let mean, let swing, let period, let shift):
      guard mean > 0 else { return .never }
      return ArrivalClock.diurnalInstant(cumulated, mean, swing, period.seconds, shift.seconds)
    }
  }

  /// Newton's method on a strictly rising integral, kept inside a bracket.
  private static func diurnalInstant(
    _ cumulated: Double, _ mean: Double, _ swing: Double, _ period: Double, _ shift: Double
  ) -> Instant {
    let pulse = 2 * Double.pi / period
    func integral(_ t: Double) -> Double {
      mean * (t - swing / pulse * (cosine(pulse * (t - shift)) - cosine(pulse * shift)))
    }
    var low = max(0, cumulated / mean - 2 * swing / pulse)
    var high = cumulated / mean + 2 * swing / pulse
    var t = cumulated / mean
    for _ in 0..<60 {
      let error = integral(t) - cumulated
      if error > 0 { high = t } else { low = t }
      let slope = mean * (1 + swing * sine(pulse * (t - shift)))
      var step = slope > 1e-12 ? t - error / slope : low - 1
      if step <= low || step >= high { step = (low + high) / 2 }
      if abs(step - t) < 1e-10 * max(1, t) { break }
      t = step
    }
    return .zero + Interval(seconds: t)
  }
}

/// Walks straight pieces of a rate forward, keeping what is behind.
private struct PieceCursor {
  private var piece = 0
  private var startTime = 0.0
  private var startCount = 0.0

  mutating func instant(of cumulated: Double, in pieces: [RatePiece]) -> Instant {
    while piece < pieces.count {
      let here = pieces[piece]
      let length = here.length.seconds
      let area = (here.from + here.to) / 2 * length
      if cumulated <= startCount + area && area > 0 {
        return .zero + Interval(seconds: startTime + solve(here, cumulated - startCount))
      }
      startTime += length
      startCount += area
      piece += 1
    }
    guard let rate = pieces.last?.to, rate > 0 else { return .never }
    return .zero + Interval(seconds: startTime + (cumulated - startCount) / rate)
  }

  /// Time into a piece at which `wanted` arrivals are expected: the root of a quadratic, in its
  /// stable form.
  private func solve(_ piece: RatePiece, _ wanted: Double) -> Double {
    let slope = (piece.to - piece.from) / piece.length.seconds
    let root = max(0, piece.from * piece.from + 2 * slope * wanted).squareRoot()
    let denominator = piece.from + root
    return denominator > 0 ? 2 * wanted / denominator : piece.length.seconds
  }
}
