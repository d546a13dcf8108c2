// One clock for the whole project: 64-bit nanoseconds since the start of a run. `Instant` is a
// point, `Interval` a length; the types keep the two apart. Nothing here reads a clock.

public struct Interval: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Rounds to the nearest nanosecond; lengths past 292 years stay at the largest value.
  @inlinable public init(seconds: Double) {
    let wide = seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)
    precondition(!wide.isNaN, "an interval cannot be not-a-number")
    self.nanoseconds =
      wide >= 9.2e18 ? Int64.max : wide <= -9.2e18 ? Int64.min + 1 : Int64(wide)
  }

  @inlinable public var seconds: Double { Double(nanoseconds) * 1e-9 }

  @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }
  /// Longer than any run; `Instant` addition saturates there.
  @inlinable public static var unbounded: Interval { Interval(nanoseconds: Int64.max) }

  @inlinable public static func microseconds(_ n: Int64) -> Interval {
    .init(nanoseconds: n &* 1_000)
  }
  @inlinable public static func milliseconds(_ n: Int64) -> Interval {
    .init(nanoseconds: n &* 1_000_000)
  }
  @inlinable public static func seconds(_ n: Int64) -> Interval {
    .init(nanoseconds: n &* 1_000_000_000)
  }

  @inlinable public static func < (a: Interval, b: Interval) -> Bool {
    a.nanoseconds < b.nanoseconds
  }
  @inlinable public static func + (a: Interval, b: Interval) -> Interval {
    let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.nanoseconds)
    return .init(nanoseconds: overflow ? Int64.max : sum)
  }
  @inlinable public static func - (a: Interval, b: Interval) -> Interval {
    .init(nanoseconds: a.nanoseconds - b.nanoseconds)
  }
  @inlinable public static func * (a: Interval, k: Double) -> Interval {
    .init(seconds: a.seconds * k)
  }
}

public struct Instant: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable public static var zero: Instant { Instant(nanoseconds: 0) }
  /// Later than everything: "no deadline".
  @inlinable public static var never: Instant { Instant(nanoseconds: Int64.max) }

  @inlinable public var seconds: Double { Double(nanoseconds) * 1e-9 }

  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable public static func + (a: Instant, b: Interval) -> Instant {
    let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.nanoseconds)
    return .init(nanoseconds: overflow ? Int64.max : sum)
  }
  @inlinable public static func - (a: Instant, b: Instant) -> Interval {
    .init(nanoseconds: a.nanoseconds &- b.nanoseconds)
  }
}
