// Responses of a shard's warm-up or drain, by slices of time and by height: a page shows them
// beside the measured part, so that one sees whether the fleet had settled, and what was left to
// answer. No figure is made of them. Bounded: of a long part the end is kept.
package import Basics
package import Metrics

package struct UnmeasuredPart: Sendable {
  /// Twelve columns for the shortest warm-up in use, which is 3 s.
  static let step = Interval.milliseconds(250)
  /// A minute: more than that before a run is looked at nowhere.
  static let mostSlices = 240

  let from: Instant
  /// The number of the first slice that is kept.
  private(set) var first = 0
  /// By height, or empty where nothing was answered.
  private(set) var slices: [[Int]] = []

  package init(from: Instant) { self.from = from }

  package mutating func note(_ response: Interval, at now: Instant) {
    let number = Int((now - from).nanoseconds / UnmeasuredPart.step.nanoseconds)
    // What was answered before its beginning belongs to another part.
    guard now >= from, let place = place(of: number) else { return }
    if slices[place].isEmpty { slices[place] = Array(repeating: 0, count: BucketLayout.bands) }
    slices[place][BucketLayout.band(of: response)] += 1
  }

  /// Nil: too long ago.
  private mutating func place(of number: Int) -> Int? {
    if number >= first + UnmeasuredPart.mostSlices {
      let gone = number - first - UnmeasuredPart.mostSlices + 1
      slices.removeFirst(min(gone, slices.count))
      first += gone
    }
    guard number >= first else { return nil }
    while slices.count <= number - first { slices.append([]) }
    return number - first
  }

  /// Of another shard, which began at the same instant.
  package mutating func merge(_ other: UnmeasuredPart) {
    for (offset, slice) in other.slices.enumerated() where !slice.isEmpty {
      guard let place = place(of: other.first + offset) else { continue }
      slices[place] =
        slices[place].isEmpty ? slice : zip(slices[place], slice).map { $0 + $1 }
    }
  }

  package func heatMap(_ phase: HeatMapResult.Phase) -> HeatMapResult? {
    let begin = from + Interval(nanoseconds: UnmeasuredPart.step.nanoseconds * Int64(first))
    return HeatMapResult(
      metric: TimeMetric.turnResponse.name, phase: phase, startSeconds: begin.seconds,
      stepSeconds: UnmeasuredPart.step.seconds,
      bands: slices.map {
        $0.isEmpty ? Array(repeating: 0, count: BucketLayout.bands) : $0
      })
  }
}
