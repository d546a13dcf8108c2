// The text of a progress line and the decision when to show it, both without a clock or a terminal:
// instants and fractions come in, text goes out. `Progress` does the writing.
public import Basics

/// `simulate  42 %  7.6 M events/s  0:12  about 0:17 left`
public struct ProgressLine: Hashable, Sendable {
  public var label: String
  /// What `count` counts, in the plural: `events`. Empty for a line without a rate.
  public var unit: String

  public init(label: String, unit: String = "") {
    self.label = label
    self.unit = unit
  }

  public func text(fraction: Double, count: Int, elapsed: Interval) -> String {
    let percent = Int(min(1, max(0, fraction)) * 100)
    var parts = [label, "\(percent) %"]
    if !unit.isEmpty && elapsed > .zero {
      parts.append("\(scaled(Double(count) / elapsed.seconds)) \(unit)/s")
    }
    parts.append(clockText(elapsed))
    // Below one percent or one second the estimate jumps about; it says nothing then.
    if fraction >= 0.01 && fraction < 1 && elapsed >= .seconds(1) {
      parts.append("about \(clockText(elapsed * ((1 - fraction) / fraction))) left")
    }
    return parts.joined(separator: "  ")
  }

  /// Two or three digits and a suffix: 7.6 M, 12 k, 950. More digits would only flicker.
  private func scaled(_ rate: Double) -> String {
    // A unit begins where its smaller neighbour would round to 1000.
    for (size, suffix) in [(1e9, " G"), (1e6, " M"), (1e3, " k")] where rate >= size * 0.9995 {
      let tenths = Int(rate / size * 10 + 0.5)
      return tenths < 100
        ? "\(tenths / 10).\(tenths % 10)\(suffix)" : "\(Int(rate / size + 0.5))\(suffix)"
    }
    return "\(Int(rate + 0.5))"
  }

  /// 0:07, 12:34, 3:02:01.
  private func clockText(_ interval: Interval) -> String {
    let all = interval.nanoseconds / 1_000_000_000
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60)
    let twoDigits: (Int64) -> String = { $0 < 10 ? "0\($0)" : "\($0)" }
    return hours > 0
      ? "\(hours):\(twoDigits(minutes)):\(twoDigits(seconds))" : "\(minutes):\(twoDigits(seconds))"
  }
}

public struct ProgressPainter: Sendable {
  public enum Mode: Hashable, Sendable {
    /// One line, painted over itself.
    case animated
    /// Whole lines, for logs and for terminals that cannot erase.
    case lines
    case off
  }

  private let line: ProgressLine
  private let mode: Mode
  private let started: Instant
  private var lastPainted: Instant
  private var somethingShows = false

  public init(line: ProgressLine, mode: Mode, started: Instant) {
    self.line = line
    self.mode = mode
    self.started = started
    lastPainted = started
  }

  /// Ten a second is what an eye follows; in a log, a line every five seconds shows life and no
  /// more.
  private var pause: Interval { mode == .animated ? .milliseconds(100) : .seconds(5) }

  /// What to write now, nil when nothing is due. Calling more often than needed changes nothing.
  public mutating func update(
    at now: Instant, fraction: Double, count: Int, width: Int?
  ) -> String? {
    guard mode != .off, now - lastPainted >= pause else { return nil }
    lastPainted = now
    let text = line.text(fraction: fraction, count: count, elapsed: now - started)
    guard mode == .animated else { return text + "\n" }
    somethingShows = true
    // One column stays free: a full line would wrap, and what wraps is never erased. 80 where
    // nobody knows.
    return "\r" + text.prefix(max(0, (width ?? 80) - 1)) + eraseToEndOfLine
  }

  /// What to write at the end: an animated line vanishes, so that the report starts on a clean one.
  public mutating func end() -> String? {
    guard somethingShows else { return nil }
    somethingShows = false
    return "\r" + eraseToEndOfLine
  }
}

/// ECMA-48 "erase in line": every terminal that is not dumb knows it.
private let eraseToEndOfLine = "\u{1B}[K"
