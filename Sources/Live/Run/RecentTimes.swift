// Lengths of the last moments by bands of 1/64 of an octave: what the live view needs for its
// quantiles, in a size that does not grow with the load. A list of 50,000 responses sorted four
// times a second held up users on the same core for 3 ms each time.
package import Basics
internal import Metrics

package struct RecentTimes: Sendable {
  /// Eight buckets of the layout are a band; empty until something is counted.
  private static let shift = 3
  private var bands: [UInt32] = []
  package private(set) var count = 0

  package init() {}

  package mutating func add(_ length: Interval) {
    if bands.isEmpty {
      bands = Array(repeating: 0, count: BucketLayout.count >> RecentTimes.shift)
    }
    let value = min(UInt64(max(0, length.nanoseconds)), BucketLayout.largest)
    bands[BucketLayout.index(of: value) >> RecentTimes.shift] += 1
    count += 1
  }

  package mutating func add(_ other: RecentTimes) {
    if other.count == 0 { return }
    if bands.isEmpty { return self = other }
    for place in bands.indices { bands[place] += other.bands[place] }
    count += other.count
  }

  /// Takes back what was added.
  package mutating func subtract(_ other: RecentTimes) {
    if other.count == 0 { return }
    for place in bands.indices { bands[place] -= other.bands[place] }
    count -= other.count
  }

  /// Within a hundredth.
  package func quantile(_ share: Double) -> Interval? {
    guard count > 0 else { return nil }
    var left = quantileRank(share, of: count)
    for place in bands.indices {
      left -= Int(bands[place])
      if left <= 0 {
        let middle = BucketLayout.middle(
          of: place << RecentTimes.shift | 1 << (RecentTimes.shift - 1))
        return Interval(nanoseconds: Int64(middle))
      }
    }
    preconditionFailure("a rank lies within the count")
  }
}
