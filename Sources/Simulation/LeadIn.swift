// The last stretch of a warm-up, in windows as wide as those of the measured part: a page shows it
// before the measured part, so that one sees whether the system had settled. It reads counters
// between events and pushes none, so a run is the same with it and without.
internal import Basics
internal import Metrics

struct LeadIn {
  /// A quarter of the measured part, in 120 windows, at most: more would be a picture of what does
  /// not count.
  static let mostWindows = 30

  let from: Instant
  let step: Interval
  private(set) var bands: [[Int]] = []
  private var before: [Int]

  init(from: Instant, step: Interval, before: [Int]) {
    self.from = from
    self.step = step
    self.before = before
  }

  mutating func endWindow(_ now: [Int]) {
    bands.append(zip(now, before).map { $0 - $1 })
    before = now
  }

  /// The ends of the windows and, first, the beginning; the last is the end of the warm-up. Empty
  /// where the warm-up is shorter than a window.
  static func instants(warmUp: Interval, measure: Interval, windows: Int) -> [Instant] {
    let step = max(1, measure.nanoseconds / Int64(max(1, windows)))
    let count = min(Int64(mostWindows), warmUp.nanoseconds / step)
    guard count > 0 else { return [] }
    return (0...count).map {
      Instant(nanoseconds: warmUp.nanoseconds - (count - $0) * step)
    }
  }
}

extension Simulator {
  /// Before the measurement: at the first instant of `LeadIn.instants`.
  mutating func beginLeadIn(step: Interval) {
    series.leadIn = LeadIn(from: now, step: step, before: recorder.bands(of: .turnResponse))
  }

  mutating func endLeadInWindow() {
    series.leadIn?.endWindow(recorder.bands(of: .turnResponse))
  }

  func leadInMap() -> HeatMapResult? {
    series.leadIn.flatMap { lead in
      HeatMapResult(
        metric: TimeMetric.turnResponse.name, phase: .warmUp, startSeconds: lead.from.seconds,
        stepSeconds: lead.step.seconds, bands: lead.bands)
    }
  }
}
