// The framing written down as plainly as possible: the whole stream at once, no limits, no state
// kept. It follows the real CLI's reader step by step, and is the oracle the decoder is held to.

struct ReferenceReader {
  var frames: [[UInt8]] = []
  var malformed = 0

  init(_ stream: [UInt8]) {
    var rest = stream[...]
    while let end = ReferenceReader.endOfHeader(rest) {
      let block = String(decoding: rest[rest.startIndex..<end - 4], as: Unicode.ASCII.self)
      rest = rest[end...]
      guard let length = ReferenceReader.length(block) else {
        malformed += 1
        continue
      }
      guard rest.count >= length else { return }
      frames.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
  }

  private static func endOfHeader(_ bytes: ArraySlice<UInt8>) -> Int? {
    var state = 0
    for (place, byte) in zip(bytes.indices, bytes) {
      if byte == 13 {
        state = state == 0 ? 1 : state == 2 ? 3 : 0
      } else if byte == 10 {
        if state == 3 { return place + 1 }
        state = state == 1 ? 2 : 0
      } else {
        state = 0
      }
    }
    return nil
  }

  private static func length(_ block: String) -> Int? {
    // By scalars: Swift takes "\r\n" for one character, the real reader for two.
    let scalars = Array(block.unicodeScalars)
    var lines: [[Unicode.Scalar]] = [[]]
    var place = 0
    while place < scalars.count {
      if scalars[place] == "\r", place + 1 < scalars.count, scalars[place + 1] == "\n" {
        lines.append([])
        place += 2
      } else {
        lines[lines.count - 1].append(scalars[place])
        place += 1
      }
    }
    var found: Int?
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = line[..<colon].map { String($0).lowercased() }.joined()
      if name == "content-length" { found = number(line[(colon + 1)...]) }
    }
    return found.flatMap { $0 < 0 ? nil : $0 }
  }

  private static func number(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
    var text = text.drop { [" ", "\t", "\n", "\u{B}", "\u{C}", "\r"].contains($0) }
    var sign = 1
    if let first = text.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      text = text.dropFirst()
    }
    let digits = text.prefix { $0 >= "0" && $0 <= "9" }
    if digits.isEmpty { return nil }
    let value = Int(String(String.UnicodeScalarView(digits))) ?? Int.max
    return sign * value
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func frame(_ body: String) -> [UInt8] {
  bytes("Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
}
