// Samples at even distances, however long they come: when there are too many, every second one
// goes, and later ones are kept half as often.

package struct ThinnedSeries<Sample: Sendable>: Sendable {
  package static var most: Int { 600 }

  package private(set) var samples: [Sample] = []
  private var stride = 1
  /// Until the next one is kept.
  private var left = 0

  package init() {}

  package mutating func add(_ sample: Sample) {
    defer { left -= 1 }
    guard left <= 0 else { return }
    left = stride
    samples.append(sample)
    // The newest of an odd number stays, so that the next one is as far from it as the others.
    guard samples.count > ThinnedSeries.most else { return }
    samples = samples.indices.filter { $0 % 2 == 0 }.map { samples[$0] }
    stride *= 2
    left = stride
  }
}
