// Durations and sizes as scenarios write them, for flags that take one: 250ms, 1m30s, 64KiB. The
// same rules as in a scenario, and no sentence of its own: a flag has its own place to complain of.
package import Basics

package enum QuantityText {
  package static func interval(_ text: String) -> Interval? {
    guard let seconds = try? Units.duration(Piece(text)) else { return nil }
    return Interval(seconds: seconds)
  }

  /// Up to a tebibyte, which is more than anybody's machine has.
  package static func bytes(_ text: String) -> Int? {
    guard let size = try? Units.size(Piece(text)), size <= 0x1p40 else { return nil }
    return Int(size)
  }
}
