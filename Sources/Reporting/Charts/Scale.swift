// From values to places on a picture and back to ticks that people can read: round numbers, units
// written once the way the tables write them, clock-like steps for time.
internal import Basics

struct Scale {
  enum Kind {
    case linear
    case logarithmic
    /// Shares from 0: 0.9, 0.99 and 0.999 are equally far apart.
    case tail
  }

  struct Tick {
    var value: Double
    var label: String
  }

  let kind: Kind
  let low: Double
  let high: Double
  /// In the coordinates of the picture; `from` belongs to `low`.
  let from: Double
  let to: Double

  init(_ kind: Kind = .linear, low: Double, high: Double, from: Double, to: Double) {
    self.kind = kind
    self.low = low
    self.high = high > low ? high : low + (low == 0 ? 1 : low.magnitude)
    self.from = from
    self.to = to
  }

  func callAsFunction(_ value: Double) -> Double {
    let share = (turned(value) - turned(low)) / (turned(high) - turned(low))
    return from + min(1, max(0, share)) * (to - from)
  }

  private func turned(_ value: Double) -> Double {
    switch kind {
    case .linear: value
    case .logarithmic: naturalLog(max(value, 1e-12))
    case .tail: -naturalLog(max(1 - value, 1e-9))
    }
  }

  // MARK: ticks

  /// Round values within the range, about as many as asked for.
  func ticks(_ wanted: Int, unit: String) -> [Tick] {
    switch kind {
    case .linear: linearTicks(wanted, unit: unit)
    case .logarithmic: logarithmicTicks(wanted, unit: unit)
    case .tail:
      [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999]
        .filter { $0 <= high }.map { Tick(value: $0, label: Scale.percentile($0)) }
    }
  }

  private func linearTicks(_ wanted: Int, unit: String) -> [Tick] {
    // A tick and a half more than asked for is better than half as many.
    let step = Scale.step(atLeast: (high - low) / (Double(max(1, wanted)) + 1.5), unit: unit)
    var values: [Double] = []
    var place = ceilingOf(low / step - 1e-9)
    while place * step <= high + step * 1e-9, values.count < 50 {
      values.append(place * step)
      place += 1
    }
    return zip(values, Scale.labels(values, step: step, unit: unit)).map {
      Tick(value: $0, label: $1)
    }
  }

  private func logarithmicTicks(_ wanted: Int, unit: String) -> [Tick] {
    var all: [(value: Double, isDecade: Bool, isHalf: Bool)] = []
    var decade = power(10, floorOf(naturalLog(max(low, 1e-12)) / naturalLog(10)))
    while decade <= high, all.count < 200 {
      for factor in [1.0, 2, 5]
      where decade * factor >= low * 0.999 && decade * factor <= high * 1.001 {
        all.append((decade * factor, factor == 1, factor != 2))
      }
      decade *= 10
    }
    let chosen =
      [all, all.filter(\.isHalf), all.filter(\.isDecade)].first { $0.count <= wanted }
      ?? all.filter(\.isDecade)
    // Less than a decade has too few round numbers of that kind.
    if chosen.count < 3 { return linearTicks(wanted, unit: unit) }
    return chosen.map { Tick(value: $0.value, label: Scale.label($0.value, unit: unit)) }
  }

  /// 1, 2 or 5 times a power of ten; clocks and computers have their own round numbers.
  static func step(atLeast least: Double, unit: String) -> Double {
    guard least > 0, least.isFinite else { return 1 }
    if unit == "s", least >= 1 {
      let steps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
      ]
      if let step = steps.first(where: { $0 >= least }) { return step }
    }
    if unit == "bytes", least >= 1 {
      let steps = (0...50).map { power(2, Double($0)) }
      if let step = steps.first(where: { $0 >= least }) { return step }
    }
    // A count has no halves.
    let floor = unit == "count" ? 1.0 : 0
    let decade = power(10, floorOf(naturalLog(least) / naturalLog(10)))
    let steps = unit == "count" ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10]
    let step = steps.map { $0 * decade }.first { $0 >= least * 0.999_999 }
    return max(floor, step ?? decade)
  }

  /// One unit for all, and the decimals of the step.
  static func labels(_ values: [Double], step: Double, unit: String) -> [String] {
    let largest = values.map(\.magnitude).max() ?? 0
    let (factor, suffix) = scale(of: largest, unit)
    let size = step * factor
    var places = 0
    // Digits until the step shows whole; six are a millionth of the unit.
    while places < 6, !isWhole(size * power(10, Double(places))) { places += 1 }
    return values.map { value in
      value == 0
        ? "0"
        : (value < 0 ? "\u{2212}" : "") + decimal(value.magnitude * factor, places: places) + suffix
    }
  }

  private static func isWhole(_ value: Double) -> Bool {
    let nearest = floorOf(value + 0.5)
    return nearest >= 1 && (value - nearest).magnitude < 1e-6 * value
  }

  static func label(_ value: Double, unit: String) -> String {
    let decade = power(10, floorOf(naturalLog(max(value, 1e-12)) / naturalLog(10)))
    return labels([value], step: decade, unit: unit)[0]
  }

  static func scale(of value: Double, _ unit: String) -> (factor: Double, suffix: String) {
    switch unit {
    case "s":
      switch value {
      case 0: (1, " s")
      case ..<0.000_001: (1e9, " ns")
      case ..<0.001: (1e6, " \u{B5}s")
      case ..<1: (1e3, " ms")
      case ..<300: (1, " s")
      case ..<18_000: (1.0 / 60, " min")
      default: (1.0 / 3600, " h")
      }
    case "bytes":
      switch value {
      case ..<1024: (1, " B")
      case ..<0x1p20: (0x1p-10, " KiB")
      case ..<0x1p30: (0x1p-20, " MiB")
      case ..<0x1p40: (0x1p-30, " GiB")
      default: (0x1p-40, " TiB")
      }
    case "ratio": (100, " %")
    case "/s": (1, "/s")
    case "%": (1, " %")
    default: value >= 1e6 ? (1e-6, " M") : value >= 1e4 ? (1e-3, " k") : (1, "")
    }
  }

  /// `p50`, `p99.9`; the beginning is the fastest turn.
  static func percentile(_ share: Double) -> String {
    if share == 0 { return "min" }
    var digits = decimal(share * 100, places: 4)
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return "p" + digits
  }
}
