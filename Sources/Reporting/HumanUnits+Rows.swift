// The figures of one row, made to be compared: one unit for all, as many decimals for all, so that
// the eye finds the larger one without reading units. Where figures are too far apart for one unit,
// each keeps its own.
internal import Basics
internal import Metrics

extension HumanUnits {
  /// Beyond that share, one unit for both leaves the smaller without digits.
  private static let farApart = 1000.0

  /// The largest has three digits; a fourth where the smallest would be left with one.
  public func row(_ values: [Double?], unit: String) -> [String] {
    aligned(values, unit: unit) { $0 < 0 ? minus : "" }
  }

  /// Differences: with their signs, and shares in percentage points.
  func signedRow(_ values: [Double?], unit: String) -> [String] {
    let texts = aligned(values, unit: unit) { $0 < 0 ? minus : $0 > 0 ? "+" : "" }
    return unit == "ratio" ? texts.map { $0.hasSuffix("%") ? $0.dropLast() + "pp" : $0 } : texts
  }

  private func aligned(
    _ values: [Double?], unit: String, sign: (Double) -> String
  ) -> [String] {
    let known = values.compactMap { $0 }.filter(\.isFinite)
    let sizes = known.map(\.magnitude).filter { $0 > 0 }
    let high = sizes.max() ?? 0
    let low = sizes.min() ?? 0
    let scale = scale(of: high, unit)
    let isWhole = scale.factor == 1 && unit == "count" && sizes.allSatisfy { $0 == floorOf($0) }
    let hasOneUnit = isWhole || high <= low * HumanUnits.farApart
    let places =
      isWhole
      ? 0
      : min(
        HumanUnits.places(digits: 4, of: high * scale.factor),
        max(
          HumanUnits.places(digits: 3, of: high * scale.factor),
          HumanUnits.places(digits: 2, of: low * scale.factor)))
    return values.map { value in
      guard let value, value.isFinite else { return HumanUnits.missing }
      if value == 0 { return "0" + scale.suffix }
      let size = value.magnitude
      let digits = decimal(size * scale.factor, places: places)
      let isLost = digits.allSatisfy { $0 == "0" || $0 == "." }
      return sign(value) + (hasOneUnit && !isLost ? digits + scale.suffix : text(size, unit: unit))
    }
  }

  /// `2.49 to 3.15 s`: the unit once, where both ends have the same.
  func span(_ interval: ConfidenceInterval, unit: String) -> String {
    let ends = row([interval.low, interval.high], unit: unit)
    guard ends[0] != ends[1] else { return ends[0] }
    let units = ends.map { $0.drop { $0.isNumber || ".-\u{2212}".contains($0) } }
    let first = units[0] == units[1] ? ends[0].dropLast(units[0].count) : ends[0][...]
    return "\(first) to \(ends[1])"
  }

  /// Half an interval: two digits say all there is to say.
  func rough(_ value: Double, unit: String) -> String {
    let scale = scale(of: value, unit)
    let size = value * scale.factor
    return decimal(size, places: HumanUnits.places(digits: 2, of: size)) + scale.suffix
  }

  private static func places(digits: Int, of value: Double) -> Int {
    var places = max(0, digits - 1)
    var bound = 10.0
    while places > 0, value >= bound {
      places -= 1
      bound *= 10
    }
    bound = 1
    // Six decimals at most: less than a millionth of a unit is nothing anybody compares.
    while value < bound, value > 0, places < 6 {
      places += 1
      bound /= 10
    }
    return places
  }

  private func scale(of value: Double, _ unit: String) -> (factor: Double, suffix: String) {
    switch unit {
    case "s":
      switch value {
      case 0: (1, " s")
      case ..<0.000_000_999_5: (1e9, " ns")
      case ..<0.000_999_5: (1e6, plain ? " us" : " \u{B5}s")
      case ..<0.999_5: (1e3, " ms")
      // The same bounds as for a single figure: two minutes, two hours.
      case ..<120: (1, " s")
      case ..<7200: (1 / 60, " min")
      default: (1 / 3600, " h")
      }
    case "bytes":
      switch value {
      case ..<1023.95: (1, " B")
      case ..<(1023.95 * 0x1p10): (0x1p-10, " KiB")
      case ..<(1023.95 * 0x1p20): (0x1p-20, " MiB")
      case ..<(1023.95 * 0x1p30): (0x1p-30, " GiB")
      default: (0x1p-40, " TiB")
      }
    case "ratio": (100, " %")
    case "/s": (1, "/s")
    default:
      switch value {
      case ..<9_999_999.5: (1, "")
      case ..<9.995e8: (1e-6, "M")
      default: (1e-9, "G")
      }
    }
  }
}
