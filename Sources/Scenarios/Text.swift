// Values back to text, in one canonical form: what `inspect` prints and what a digest is made of.
// Reading the text again gives the same value; a test holds both directions together.
internal import Basics

enum Text {
  /// Without a trailing `.0`: 4, 1.25, 1e-05.
  static func number(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func count(_ value: Double) -> String { number(value) }

  static func share(_ value: Double) -> String {
    // value * 100 may miss the number that was written by one bit: take the short one if it reads
    // back.
    let scaled = value * 100
    let short = floorOf(scaled * 1e9 + 0.5) / 1e9
    return number(short / 100 == value ? short : scaled) + "%"
  }

  static func duration(_ interval: Interval) -> String {
    var rest = interval.nanoseconds
    if rest <= 0 { return "0s" }
    // From a minute on whole seconds read best in pieces; below, one unit with decimals.
    if rest >= 60_000_000_000, rest % 1_000_000_000 == 0 {
      var text = ""
      for (name, factor) in Units.durations.prefix(4) {
        let unit = Int64(factor)
        if rest >= unit { text += "\(rest / unit)\(name)" }
        rest %= unit
      }
      return text
    }
    for (name, factor) in Units.durations.dropFirst(3) where rest >= Int64(factor) {
      return number(Double(rest) / factor) + name
    }
    return "0s"
  }

  /// Seconds that need not be whole nanoseconds: the parameter of a law.
  static func seconds(_ value: Double) -> String {
    let short = duration(Interval(seconds: value))
    return (try? Units.duration(Piece(short))) == value ? short : number(value) + "s"
  }

  static func size(_ bytes: Double) -> String {
    for (name, factor) in Units.sizes where bytes >= factor {
      let units = bytes / factor
      if floorOf(units) == units { return number(units) + name }
    }
    return number(bytes) + "B"
  }

  static func rate(_ perSecond: Double) -> String {
    for (name, factor) in Units.rates {
      let units = floorOf(perSecond * factor + 0.5)
      if units >= 1, units / factor == perSecond { return number(units) + name }
    }
    return number(perSecond) + "/s"
  }

  /// Sixteen hexadecimal digits.
  static func digest(_ lines: [String]) -> String {
    var hash = FNV1a()
    for line in lines { hash.add(line + "\n") }
    return hexadecimal(hash.value)
  }

  static func hexadecimal(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
