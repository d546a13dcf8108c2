// A run's observations in bounded memory: means of batches of 5, and when 4096 batches are full,
// neighbours merge and the batch size doubles. A day of traffic fits in 4096 numbers, and MSER
// runs on what is left. It must not keep single observations.

public import Basics

public struct BatchedSeries: Sendable {
  /// Where to cut, in the run's own terms.
  public struct Truncation: Hashable, Sendable {
    /// Index of the first observation kept.
    public let index: Int
    /// Its time.
    public let time: Instant
    /// Mean of the complete batches kept.
    public let mean: Double
  }

  public enum WarmUp: Hashable, Sendable {
    case ends(Truncation)
    case tooShort
  }

  struct Batch: Sendable {
    var sum: Double
    var start: Instant
  }

  /// Even, so that neighbours always pair. 4096 batches of 16 bytes are 64 KiB a series.
  public static let mostBatches = 4096
  /// The five of MSER-5.
  public static let firstBatchSize = 5

  public private(set) var batchSize = BatchedSeries.firstBatchSize
  public private(set) var count = 0
  private var batches: [Batch] = []
  private var open = Batch(sum: 0, start: .zero)
  private var openCount = 0

  public init() {}

  /// Observations in the order of their times.
  public mutating func append(_ value: Double, at time: Instant) {
    if openCount == 0 { open = Batch(sum: 0, start: time) }
    open.sum += value
    openCount += 1
    count += 1
    guard openCount == batchSize else { return }
    // Merged before the new batch is stored: its size is then half a batch, and it stays open.
    if batches.count == BatchedSeries.mostBatches {
      mergeNeighbours()
    } else {
      batches.append(open)
      openCount = 0
    }
  }

  /// Means of the complete batches; the open one is left out.
  public var batchMeans: [Double] { batches.map { $0.sum / Double(batchSize) } }

  public var batchCount: Int { batches.count }

  public func warmUp() -> WarmUp {
    switch MSER(batchMeans: batchMeans) {
    case .tooShort: return .tooShort
    case .truncate(let cut, let mean):
      return .ends(Truncation(index: cut * batchSize, time: batches[cut].start, mean: mean))
    }
  }

  private mutating func mergeNeighbours() {
    for i in 0..<(batches.count / 2) {
      let sum = batches[2 * i].sum + batches[2 * i + 1].sum
      batches[i] = Batch(sum: sum, start: batches[2 * i].start)
    }
    batches.removeLast(batches.count / 2)
    batchSize *= 2
  }
}
