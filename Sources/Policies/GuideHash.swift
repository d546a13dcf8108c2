// The guide's own `hashCode`, bit for bit: 31 * hash + UTF-16 unit in 32-bit wrapping arithmetic,
// then the absolute value as a JavaScript number. `Math.abs(-2147483648)` is 2147483648 there, so
// the magnitude is kept unsigned here.

public func guideHash(_ text: String) -> UInt32 {
  var hash: Int32 = 0
  for unit in text.utf16 { hash = hash &* 31 &+ Int32(unit) }
  return hash.magnitude
}
