// What is kept of the older turns of a session: 32 bytes, however many there are. The order is held
// by a rolling hash, the set by two sums. Sums can be subtracted, so that a single turn that is
// missing from a later look is not only noticed but named.
internal import Basics

struct Digest: Sendable, BitwiseCopyable {
  private(set) var count = 0
  private(set) var order = Digest.start
  private var sum: UInt64 = 0
  private var mixed: UInt64 = 0

  /// Any value: no sequence hashes to itself.
  static let start: UInt64 = 0x5EED_0F7A_D16E_57ED

  /// One to one in each of its arguments, so a single difference never hides.
  @inline(__always) static func next(_ order: UInt64, _ code: UInt64) -> UInt64 {
    // The odd constant is the golden ratio's, as in SplitMix64.
    let x = (order ^ code) &* 0x9E37_79B9_7F4A_7C15
    return x ^ (x &>> 29)
  }

  @inline(__always) mutating func add(_ code: UInt64) {
    count &+= 1
    order = Digest.next(order, code)
    sum &+= code
    mixed &+= mix64(code)
  }

  func hasSameTurns(as other: Digest) -> Bool {
    count == other.count && sum == other.sum && mixed == other.mixed
  }

  /// The one turn that stands here and not there, if that is the only difference.
  func only(besides other: Digest) -> UInt64? {
    guard count == other.count + 1 else { return nil }
    let code = sum &- other.sum
    return mixed &- other.mixed == mix64(code) ? code : nil
  }
}
