// The sparse, copyable form of a histogram: what results store and shards exchange. Merging two of
// them is as exact as merging the histograms they came from, in whatever order, because everything
// in them is a whole number.
public import Basics

public struct HistogramSnapshot: Equatable, Sendable {
  /// A bucket that is not empty.
  public struct Cell: Equatable, Sendable {
    public var bucket: Int
    public var count: Int
  }

  /// Sorted by bucket.
  public let cells: [Cell]
  public let count: Int
  public let sum: UInt128
  /// Nanoseconds; both zero when empty, which `count` tells.
  public let min: Int64
  public let max: Int64
  public let overflow: Int

  init(cells: [Cell], count: Int, sum: UInt128, min: Int64, max: Int64, overflow: Int) {
    self.cells = cells
    self.count = count
    self.sum = sum
    self.min = min
    self.max = max
    self.overflow = overflow
  }

  /// Empty.
  public init() { self.init(cells: [], count: 0, sum: 0, min: 0, max: 0, overflow: 0) }

  public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

  /// The same answer as `Histogram.quantile`.
  public func quantile(_ p: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = quantileRank(p, of: count)
    if rank == count { return Double(max) }
    if rank == 1 { return Double(min) }
    var passed = 0
    for cell in cells {
      passed += cell.count
      if passed >= rank { return held(BucketLayout.middle(of: cell.bucket)) }
    }
    preconditionFailure("the cells hold \(passed) values, not \(count)")
  }

  /// Values in nanoseconds, ascending, with how often each occurred: what a distance between
  /// distributions needs.
  public func distribution() -> [(nanoseconds: Double, count: Int)] {
    cells.map { (held(BucketLayout.middle(of: $0.bucket)), $0.count) }
  }

  private func held(_ value: Double) -> Double {
    Swift.min(Swift.max(value, Double(min)), Double(max))
  }

  public func merged(with other: HistogramSnapshot) -> HistogramSnapshot {
    if other.count == 0 { return self }
    if count == 0 { return other }
    var merged: [Cell] = []
    merged.reserveCapacity(cells.count + other.cells.count)
    var left = cells[...]
    var right = other.cells[...]
    while let a = left.first, let b = right.first {
      if a.bucket <= b.bucket { left.removeFirst() }
      if b.bucket <= a.bucket { right.removeFirst() }
      merged.append(
        a.bucket == b.bucket
          ? Cell(bucket: a.bucket, count: a.count + b.count) : a.bucket < b.bucket ? a : b)
    }
    merged += left
    merged += right
    return HistogramSnapshot(
      cells: merged, count: count + other.count, sum: sum + other.sum,
      min: Swift.min(min, other.min), max: Swift.max(max, other.max),
      overflow: overflow + other.overflow)
  }
}

extension HistogramSnapshot {
  /// Two arrays side by side, bucket numbers and counts: short, and easy to read from any language.
  public var json: JSONValue {
    [
      "unit": "ns",
      "buckets_per_octave": .integer(Int64(BucketLayout.bucketsPerOctave)),
      "count": .integer(Int64(count)),
      "sum": JSONValue(whole: sum),
      "min": .integer(min),
      "max": .integer(max),
      "overflow": .integer(Int64(overflow)),
      "buckets": .array(cells.map { .integer(Int64($0.bucket)) }),
      "counts": .array(cells.map { .integer(Int64($0.count)) }),
    ]
  }

  /// Believes nothing: a file whose parts do not fit together would spoil every merge after it.
  public init(_ field: JSONField) throws(JSONShapeError) {
    guard try field.member("unit").string() == "ns",
      try field.member("buckets_per_octave").integer() == BucketLayout.bucketsPerOctave
    else { throw field.error("this histogram has another layout of buckets than ours") }
    let buckets = try field.member("buckets").integers()
    let counts = try field.member("counts").integers()
    let min = try field.member("min").integer()
    let max = try field.member("max").integer()
    let overflow = try field.member("overflow").integer()
    let count = try field.member("count").integer()
    guard buckets.count == counts.count else {
      throw field.error("\(buckets.count) buckets, but \(counts.count) counts")
    }
    var previous = -1
    var total = 0
    for (bucket, count) in zip(buckets, counts) {
      guard bucket > previous, bucket < BucketLayout.count else {
        throw field.error("bucket \(bucket) is out of order or out of range")
      }
      // 2^53: more than a century of recording; beyond it a merge could overflow.
      guard count > 0, count <= 1 << 53 - total else {
        throw field.error("bucket \(bucket) cannot hold \(count)")
      }
      previous = bucket
      total += count
    }
    let sum = try field.member("sum").whole()
    guard total == count else { throw field.error("count is \(count), the counts add to \(total)") }
    guard min >= 0, max >= min, overflow >= 0, overflow <= count else {
      throw field.error("min, max and overflow contradict each other")
    }
    if let first = buckets.first, let last = buckets.last {
      guard BucketLayout.clampedIndex(of: Int64(min)) == first,
        BucketLayout.clampedIndex(of: Int64(max)) == last
      else { throw field.error("min and max do not lie in the first and last bucket") }
    }
    guard sum >= UInt128(count) * UInt128(min), sum <= UInt128(count) * UInt128(max) else {
      throw field.error("the sum cannot come from \(count) values between min and max")
    }
    self.init(
      cells: zip(buckets, counts).map { Cell(bucket: $0, count: $1) }, count: count,
      sum: sum, min: Int64(min), max: Int64(max), overflow: overflow)
  }
}

extension HistogramSnapshot {
  /// Quantiles in nanoseconds at ascending shares, in one pass: a spectrum asks for hundreds.
  public func quantiles(_ shares: [Double]) -> [Double] {
    precondition(count > 0, "an empty sample has no quantiles")
    var found: [Double] = []
    found.reserveCapacity(shares.count)
    var passed = 0
    var next = 0
    for share in shares {
      let rank = quantileRank(share, of: count)
      while next < cells.count, passed < rank {
        passed += cells[next].count
        next += 1
      }
      found.append(
        rank == count
          ? Double(max)
          : rank == 1
            ? Double(min) : held(BucketLayout.middle(of: cells[Swift.max(0, next - 1)].bucket)))
    }
    return found
  }
}
