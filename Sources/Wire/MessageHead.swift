// The envelope of a JSON-RPC message, as places in its text: enough to route it without reading the
// rest. Members that are there twice count as JavaScript counts them, the last one wins.

public struct MessageHead: Sendable {
  /// The value as it is written, to be echoed: a number, a string with its quotes, or null.
  public var id: Range<Int>?
  /// The method's name without quotes; nil where there is none or it is no string.
  public var method: Range<Int>?
  public var params: Range<Int>?
  public var result: Range<Int>?
  public var error: Range<Int>?

  /// Nil for text that is not one JSON object.
  public init?(_ text: Span<UInt8>) {
    // Spans cannot be captured together with what they are read into, so places are collected.
    var id: Range<Int>?
    var method: Range<Int>?
    var params: Range<Int>?
    var result: Range<Int>?
    var error: Range<Int>?
    let start = JSONScan.skipSpace(text, from: 0)
    let end = JSONScan.members(ofObjectAt: start, in: text) { key, value in
      switch key.count {
      case 2 where JSONScan.matches(text, key, "id"): id = value
      case 6 where JSONScan.matches(text, key, "method"):
        method =
          text[value.lowerBound] == UInt8(ascii: "\"")
          ? value.lowerBound + 1..<value.upperBound - 1 : nil
      case 6 where JSONScan.matches(text, key, "params"): params = value
      case 6 where JSONScan.matches(text, key, "result"): result = value
      case 5 where JSONScan.matches(text, key, "error"): error = value
      default: break
      }
    }
    guard let end, JSONScan.skipSpace(text, from: end) == text.count else { return nil }
    self.id = id
    self.method = method
    self.params = params
    self.result = result
    self.error = error
  }
}
