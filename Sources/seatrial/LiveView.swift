// What a live run shows while it goes on. On a terminal a few lines that are painted over;
// elsewhere one line every few seconds. Nothing else about the terminal is changed, so nothing has
// to be put back when the run ends in whatever way.
internal import Basics
internal import LinuxIO
internal import Live

final class LiveView {
  private let shown: Bool
  private let count: Int
  private let isTerminal: Bool
  private var lines = 0
  private var nextLine = Instant.zero
  private var lastPhase = LiveProgress.Phase.starting

  init(shown: Bool, count: Int) {
    self.shown = shown
    self.count = count
    isTerminal = Terminal.colorAllowed(on: StandardError.channel)
  }

  func show(_ progress: LiveProgress, variant: Int) {
    guard shown else { return }
    if isTerminal {
      // Read each time: windows are resized. A line that wraps could not be painted over.
      let width = min(80, Terminal.width(of: StandardError.channel) ?? 80)
      paint(LiveText(progress, variant: variant, count: count).lines(width: width))
      return
    }
    let now = MonotonicClock.now()
    guard now >= nextLine || progress.phase != lastPhase else { return }
    nextLine = now + .seconds(5)
    lastPhase = progress.phase
    Console.say(LiveText(progress, variant: variant, count: count).line)
  }

  func clear() {
    if lines > 0 { paint([]) }
    lines = 0
  }

  /// Over what stood there before: up, and each line to its end.
  private func paint(_ text: [String]) {
    // From the first column: the terminal may have shown a ^C.
    var out = lines > 0 ? "\r\u{1B}[\(lines)A" : "\r"
    for line in text { out += "\u{1B}[2K\(line)\n" }
    if text.count < lines {
      for _ in text.count..<lines { out += "\u{1B}[2K\n" }
      out += "\u{1B}[\(lines - text.count)A"
    }
    lines = text.count
    _ = StandardError.channel.write(out)
  }
}

/// The text of a live view; what it says does not depend on where it is shown.
struct LiveText {
  private let progress: LiveProgress
  private let head: String

  init(_ progress: LiveProgress, variant: Int, count: Int) {
    self.progress = progress
    head = count > 1 ? "\(progress.variant) (\(variant + 1) of \(count))" : progress.variant
  }

  private var time: String {
    guard let left = progress.left, progress.phase != .starting else { return "" }
    return progress.phase == .draining ? "" : ", \(whole(left.seconds)) s left"
  }

  /// One line, for logs.
  var line: String {
    switch progress.phase {
    case .starting: "\(head): starting, \(servers) servers up"
    case .stopping: "\(head): stopping"
    default:
      "\(head): \(progress.phase.rawValue)\(time), \(fixed(progress.turnsPerSecond, 1)) turns/s, "
        + "p50 \(text(progress.p50)) p95 \(text(progress.p95)) p99 \(text(progress.p99)), "
        + "\(progress.failed) failed"
    }
  }

  func lines(width: Int) -> [String] {
    var lines = ["\(head)  \(progress.phase.rawValue)\(time)"]
    if progress.phase == .starting {
      lines.append("  servers \(servers)")
      return lines
    }
    lines.append(
      "  \(progress.users) users, \(progress.underWay) turns under way, "
        + "\(progress.residents) sessions open")
    lines.append(
      "  \(fixed(progress.turnsPerSecond, 1)) turns/s   p50 \(text(progress.p50))   "
        + "p95 \(text(progress.p95))   p99 \(text(progress.p99))")
    lines.append(
      "  evictions \(fixed(progress.evictionsPerSecond, 1))/s   "
        + "lock refusals \(fixed(progress.refusalsPerSecond, 1))/s")
    let kinds = progress.failures.prefix(4).map { "\($0.words) \($0.count)" }
    lines.append(
      "  failed \(progress.failed)"
        + (kinds.isEmpty ? "" : ": \(kinds.joined(separator: ", "))"))
    if !progress.serverLoads.isEmpty {
      let bars = progress.serverLoads.prefix(max(1, width - 12)).map(LiveText.bar).joined()
      lines.append("  servers \(bars)")
    }
    return lines.map { String($0.prefix(width)) }
  }

  private var servers: String {
    progress.serversWanted > 0
      ? "\(progress.serversUp) of \(progress.serversWanted)" : "\(progress.serversUp)"
  }

  /// Share of a core in eighths.
  private static func bar(_ load: Double) -> String {
    let levels = Array("\u{2581}\u{2582}\u{2583}\u{2584}\u{2585}\u{2586}\u{2587}\u{2588}")
    return String(levels[max(0, min(7, Int(load * 8)))])
  }

  private func text(_ time: Interval?) -> String {
    guard let time else { return "-" }
    let seconds = time.seconds
    return seconds >= 1 ? "\(fixed(seconds, 2)) s" : "\(fixed(seconds * 1000, 1)) ms"
  }

  private func whole(_ value: Double) -> Int { Int(value.rounded(.up)) }

  private func fixed(_ value: Double, _ digits: Int) -> String {
    let unit = digits == 1 ? 10 : 100
    let scaled = Int((value * Double(unit)).rounded())
    let rest = String(scaled % unit)
    return "\(scaled / unit).\(String(repeating: "0", count: digits - rest.count))\(rest)"
  }
}
