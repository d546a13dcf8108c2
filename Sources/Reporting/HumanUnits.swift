// Figures as people read them: three digits that matter and a unit that fits (1.23 s, 45.0 ms, 12.3
// %, 4.1 GiB). For tables and sentences only; whatever is parsed again comes from the JSON result.
internal import Basics

public struct HumanUnits: Sendable {
  /// ASCII only: "us" and "+-" instead of the signs.
  public var plain: Bool

  public init(plain: Bool) { self.plain = plain }

  /// What stands for a figure that is not there.
  public static let missing = "-"

  public var plusMinus: String { plain ? "+-" : "\u{B1}" }

  var minus: String { plain ? "-" : "\u{2212}" }

  public func text(_ value: Double?, unit: String) -> String {
    guard let value, value.isFinite else { return HumanUnits.missing }
    let sign = value < 0 ? minus : ""
    let magnitude = value.magnitude
    switch unit {
    case "s": return sign + time(magnitude)
    case "bytes": return sign + bytes(magnitude)
    case "ratio": return sign + threeDigits(magnitude * 100) + " %"
    case "/s": return sign + threeDigits(magnitude) + "/s"
    default: return sign + amount(magnitude)
    }
  }

  /// Lengths come from scenarios and are round: `10 min`, not `10.0 min`.
  func length(_ seconds: Double) -> String {
    let words = text(seconds, unit: "s").split(separator: " ")
    guard var digits = words.first, digits.contains(".") else {
      return words.joined(separator: " ")
    }
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return ([digits] + words.dropFirst()).joined(separator: " ")
  }

  /// A round share as somebody set it: `2 %`, not `2.00 %`.
  func round(_ share: Double) -> String {
    var digits = decimal(share * 100, places: 2)
    while digits.hasSuffix("0") { digits.removeLast() }
    if digits.hasSuffix(".") { digits.removeLast() }
    return digits + " %"
  }

  private func time(_ seconds: Double) -> String {
    switch seconds {
    case 0: "0 s"
    case ..<0.000_000_999_5: threeDigits(seconds * 1e9) + " ns"
    case ..<0.000_999_5: threeDigits(seconds * 1e6) + (plain ? " us" : " \u{B5}s")
    case ..<0.999_5: threeDigits(seconds * 1e3) + " ms"
    // Two minutes and two hours: up to there people still think in the smaller unit.
    case ..<120: threeDigits(seconds) + " s"
    case ..<7200: threeDigits(seconds / 60) + " min"
    default: threeDigits(seconds / 3600) + " h"
    }
  }

  private func bytes(_ count: Double) -> String {
    var rest = count
    var names = ["B", "KiB", "MiB", "GiB", "TiB"][...]
    // 1023.95: the next figure would be printed as 1024.0.
    while rest >= 1023.95, names.count > 1 {
      rest /= 1024
      names.removeFirst()
    }
    let isWhole = names.first == "B" || rest >= 99.95
    return decimal(rest, places: isWhole ? 0 : 1) + " " + names[names.startIndex]
  }

  /// Tallies whole as long as a column holds them; means of tallies with three digits.
  private func amount(_ value: Double) -> String {
    switch value {
    case ..<999.5 where value != floorOf(value): threeDigits(value)
    case ..<9_999_999.5: decimal(value, places: 0)
    case ..<9.995e8: threeDigits(value / 1e6) + "M"
    default: threeDigits(value / 1e9) + "G"
    }
  }

  private func threeDigits(_ value: Double) -> String {
    switch value {
    case 0: "0"
    case ..<0.000_5: "<0.001"
    case ..<0.099_95: decimal(value, places: 3)
    case ..<9.995: decimal(value, places: 2)
    case ..<99.95: decimal(value, places: 1)
    default: decimal(value, places: 0)
    }
  }
}

/// A number from 0 with that many decimals, halves rounded up.
func decimal(_ value: Double, places: Int) -> String {
  let scale = power(10, Double(places))
  let units = floorOf(value * scale + 0.5)
  // Past 2^53 a double has no decimals, and past 2^63 no integer holds it.
  guard units < 0x1p53 else { return value.description }
  let digits = String(Int64(units))
  guard places > 0 else { return digits }
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return padded.dropLast(places) + "." + padded.suffix(places)
}
