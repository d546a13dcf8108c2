// Numbers and tables as the doctor writes them.
package import Basics

extension Doctor {
  /// `12,345`.
  static func digits(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return (value < 0 ? "-" : "") + String(digits)
  }

  /// Two figures, rounded down: 960 stays, 20,417 becomes 20,000.
  static func rounded(_ value: Int) -> Int {
    var unit = 1
    while value / unit >= 100 { unit *= 10 }
    return value / unit * unit
  }

  static func powerOfTwo(above value: Int) -> Int {
    var power = 1
    while power < value { power *= 2 }
    return power
  }

  static func tenths(_ value: Double) -> String {
    let tenths = Int(value * 10 + 0.5)
    return tenths % 10 == 0 ? digits(tenths / 10) : "\(digits(tenths / 10)).\(tenths % 10)"
  }

  static func size(_ bytes: Int) -> String {
    for (unit, scale) in [("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10)]
    where Double(bytes) >= scale {
      return "\(tenths(Double(bytes) / scale)) \(unit)"
    }
    return "\(bytes) B"
  }

  /// A table for people: a line for what was found, below it what that limits and how to mend it.
  package static func text(_ findings: [Finding]) -> String {
    let width = findings.map(\.check.count).max() ?? 0
    var lines: [String] = []
    for finding in findings {
      let name = finding.check + String(repeating: " ", count: width - finding.check.count)
      lines.append("\(sign(finding.level)) \(name)  \(finding.found)")
      let margin = String(repeating: " ", count: width + 6)
      lines += wrapped(finding.limits, margin: margin)
      if let mend = finding.mend { lines += [margin + "mend: " + mend] }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func sign(_ level: Finding.Level) -> String {
    switch level {
    case .fine: "ok  "
    case .note: "note"
    case .doubtful: "!   "
    case .prevents: "no  "
    }
  }

  /// Commands stay on one line, to be copied; sentences are broken at 80 columns.
  private static func wrapped(_ text: String, margin: String) -> [String] {
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
      if line.count + word.count + 1 > 80 && line != margin {
        lines.append(line)
        line = margin
      }
      line += line == margin ? String(word) : " " + word
    }
    return lines + [line]
  }

  package static func json(_ findings: [Finding]) -> JSONValue {
    [
      "schema": "seatrial.doctor/1",
      "worst": .string(findings.worst.rawValue),
      "findings": .array(findings.map(\.json)),
    ]
  }
}
