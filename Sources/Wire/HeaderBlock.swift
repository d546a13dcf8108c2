// Reads the one header that matters. As lenient as the real CLI's reader, which is JavaScript:
// names in any case, other headers ignored, the last of two wins, digits up to the first other
// character. A line without a colon spoils the whole block.

enum HeaderBlock {
  /// The length that the block promises; nil when it promises none, or a negative one.
  /// Lengths past `Int` are `Int.max`: over every limit, and never reached.
  static func length(in block: Span<UInt8>) -> Int? {
    var length: Int?
    var start = 0
    while start <= block.count {
      let end = endOfLine(from: start, in: block)
      guard let colon = place(of: UInt8(ascii: ":"), in: block, start..<end) else { return nil }
      if isContentLength(block, start..<colon) {
        length = leadingInteger(block, colon + 1..<end)
      }
      start = end + 2
    }
    return length.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// The place of the next `\r\n`, or the end of the block.
  private static func endOfLine(from start: Int, in block: Span<UInt8>) -> Int {
    var place = start
    while place + 1 < block.count {
      if block[place] == UInt8(ascii: "\r") && block[place + 1] == UInt8(ascii: "\n") {
        return place
      }
      place += 1
    }
    return block.count
  }

  private static func place(of byte: UInt8, in block: Span<UInt8>, _ range: Range<Int>) -> Int? {
    for place in range where block[place] == byte { return place }
    return nil
  }

  private static func isContentLength(_ block: Span<UInt8>, _ name: Range<Int>) -> Bool {
    guard name.count == contentLength.count else { return false }
    for (place, wanted) in zip(name, contentLength) {
      let given = block[place]
      let lower = given >= 65 && given <= 90 ? given + 32 : given
      if lower != wanted { return false }
    }
    return true
  }

  /// JavaScript's `parseInt`, without its hexadecimal: blanks, a sign, digits, and whatever
  /// follows.
  private static func leadingInteger(_ block: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var place = range.lowerBound
    while place < range.upperBound && isBlank(block[place]) { place += 1 }
    var isNegative = false
    if place < range.upperBound,
      block[place] == UInt8(ascii: "-") || block[place] == UInt8(ascii: "+")
    {
      isNegative = block[place] == UInt8(ascii: "-")
      place += 1
    }
    var value: Int?
    while place < range.upperBound, let digit = digit(block[place]) {
      let (tenfold, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, carry) = tenfold.addingReportingOverflow(digit)
      value = overflow || carry ? Int.max : sum
      place += 1
    }
    return value.map { isNegative ? -$0 : $0 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte >= 9 && byte <= 13 }

  private static func digit(_ byte: UInt8) -> Int? {
    byte >= 48 && byte <= 57 ? Int(byte - 48) : nil
  }
}

private let contentLength = Array("content-length".utf8)
