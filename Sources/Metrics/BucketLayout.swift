// Where a length of time is counted: log-linear buckets, one nanosecond wide below 1024 ns and 512
// to an octave above. The middle of a bucket is then within 1/1024 (0.098 %) of everything in it,
// from 0 to 13 days, in 21,504 counters. Stored results name buckets by these numbers, so the
// layout is part of the format: never change it.
internal import Basics

public enum BucketLayout {
  /// 2^9 buckets an octave: three significant digits, as HdrHistogram has them.
  public static let bucketsPerOctave = 512
  /// 2^50 ns is 13 days, longer than any turn may take. What is longer is counted in the last
  /// bucket.
  @inlinable public static var largest: UInt64 { (1 << 50) - 1 }
  /// `index(of: largest) + 1`: octaves 9 to 49 with 512 buckets each, after 512 single nanoseconds.
  @inlinable public static var count: Int { 21_504 }

  /// Without a branch: `| 512` makes the short values, which have no octave, shift by nothing.
  @inlinable @inline(__always) public static func index(of value: UInt64) -> Int {
    let shift = UInt64(truncatingIfNeeded: 54 &- (value | 512).leadingZeroBitCount)
    return Int(truncatingIfNeeded: shift &<< 9 &+ value &>> shift)
  }

  /// Also for values past the last bucket, and for none below zero.
  static func clampedIndex(of nanoseconds: Int64) -> Int {
    index(of: Swift.min(UInt64(Swift.max(nanoseconds, 0)), largest))
  }

  public static func lowest(of index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "bucket \(index) is not one of \(count)")
    guard index >= 1024 else { return UInt64(index) }
    return UInt64(index & 511 | 512) << UInt64(index >> 9 - 1)
  }

  public static func width(of index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "bucket \(index) is not one of \(count)")
    return index >= 1024 ? 1 << UInt64(index >> 9 - 1) : 1
  }

  /// The value that stands for the bucket: the mean of the whole nanoseconds in it.
  public static func middle(of index: Int) -> Double {
    Double(lowest(of: index)) + Double(width(of: index) - 1) / 2
  }
}

/// The rank, from 1 to `count`, of the smallest value that at least a share `p` of all values do
/// not exceed.
public func quantileRank(_ p: Double, of count: Int) -> Int {
  precondition(p >= 0 && p <= 1, "a quantile is asked for at a share from 0 to 1, not \(p)")
  precondition(count > 0, "an empty sample has no ranks")
  // 0.07 * 100 is 7.000000000000001 in doubles: four units in the last place less keep the ceiling
  // at 7.
  let rank = ceilingOf(p * Double(count) * (1 - 0x1p-50))
  return min(max(Int(rank), 1), count)
}

/// How many samples a quantile needs before the largest of them is, with 95 % confidence, not below
/// it: 59 for p95, 299 for p99, 2995 for p99.9. With fewer, a report prints nothing rather than a
/// guess.
public func samplesNeeded(forQuantile p: Double) -> Int {
  precondition(p > 0 && p < 1, "a quantile lies strictly between 0 and 1, not \(p)")
  return Int(ceilingOf(naturalLog(0.05) / naturalLog(p)))
}
