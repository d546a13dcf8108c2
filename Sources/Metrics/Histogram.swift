// Every time a run measures goes in here: fixed size, exact to merge, a few instructions to record.
// Count, sum, smallest and largest are exact; quantiles are right to 0.098 %. A worker owns its
// histograms; what leaves it is the copyable `HistogramSnapshot`.
public import Basics

public struct Histogram: ~Copyable {
  @usableFromInline var buckets: Table<UInt64>
  @usableFromInline var recorded: UInt64 = 0
  @usableFromInline var total: UInt128 = 0
  @usableFromInline var smallest: UInt64 = .max
  @usableFromInline var largest: UInt64 = 0
  @usableFromInline var beyond: UInt64 = 0

  public init() { buckets = Table(repeating: 0, count: BucketLayout.count) }

  /// A negative length is a mistake in whoever measured it, so it stops the run.
  @inlinable @inline(__always) public mutating func record(_ nanoseconds: Int64) {
    precondition(nanoseconds >= 0, "a length of time cannot be negative")
    let value = UInt64(bitPattern: nanoseconds)
    let isBeyond = value > BucketLayout.largest
    let clamped = isBeyond ? BucketLayout.largest : value
    buckets[BucketLayout.index(of: clamped)] &+= 1
    recorded &+= 1
    total &+= UInt128(value)
    smallest = value < smallest ? value : smallest
    largest = value > largest ? value : largest
    beyond &+= isBeyond ? 1 : 0
  }

  public var count: Int { Int(recorded) }
  /// In nanoseconds, like everything here.
  public var sum: UInt128 { total }
  public var min: Int64? { recorded == 0 ? nil : Int64(smallest) }
  public var max: Int64? { recorded == 0 ? nil : Int64(largest) }
  /// How many values were too long for a bucket of their own. They are in count, sum and max,
  /// exactly.
  public var overflow: Int { Int(beyond) }
  public var mean: Double? { recorded == 0 ? nil : Double(total) / Double(recorded) }

  /// In nanoseconds, by the ceiling rank rule, never outside what was recorded. Nil when empty.
  public func quantile(_ p: Double) -> Double? {
    guard recorded > 0 else { return nil }
    let rank = UInt64(quantileRank(p, of: Int(recorded)))
    // The first and the last in rank are known exactly.
    if rank == recorded { return Double(largest) }
    if rank == 1 { return Double(smallest) }
    var passed: UInt64 = 0
    for index in 0..<buckets.count {
      passed += buckets[index]
      if passed >= rank { return held(BucketLayout.middle(of: index)) }
    }
    preconditionFailure("the buckets hold \(passed) values, not the \(recorded) recorded")
  }

  private func held(_ value: Double) -> Double {
    Swift.min(Swift.max(value, Double(smallest)), Double(largest))
  }

  /// Exactly what one histogram would hold that had recorded both.
  public mutating func merge(_ other: borrowing Histogram) {
    guard other.recorded > 0 else { return }
    for index in 0..<buckets.count { buckets[index] += other.buckets[index] }
    recorded += other.recorded
    total += other.total
    smallest = Swift.min(smallest, other.smallest)
    largest = Swift.max(largest, other.largest)
    beyond += other.beyond
  }

  public mutating func reset() {
    guard recorded > 0 else { return }
    for index in 0..<buckets.count { buckets[index] = 0 }
    recorded = 0
    total = 0
    smallest = .max
    largest = 0
    beyond = 0
  }

  public func snapshot() -> HistogramSnapshot {
    guard recorded > 0 else { return HistogramSnapshot() }
    var cells: [HistogramSnapshot.Cell] = []
    for index in 0..<buckets.count where buckets[index] > 0 {
      cells.append(.init(bucket: index, count: Int(buckets[index])))
    }
    return HistogramSnapshot(
      cells: cells, count: Int(recorded), sum: total, min: Int64(smallest), max: Int64(largest),
      overflow: Int(beyond))
  }
}
