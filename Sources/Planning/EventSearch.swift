// The smallest fleet that stands an event: the found one as it is, then larger by what is away,
// then larger still, and halving between the last that missed and the first that met. It asks for
// probes and runs none itself.
internal import Basics

package struct EventSearch {
  /// The fleet found without an event: nothing smaller is asked about.
  let size: Int
  /// Servers away at the same time.
  let away: Int
  /// nil: stopped.
  let ask: (Int) -> Probe?

  /// Steps beyond what is away, each twice the one before: fifteen fortieths of a large fleet in
  /// all.
  private static let steps = 4

  package init(size: Int, away: Int, ask: @escaping (Int) -> Probe?) {
    precondition(size >= 1 && away >= 0, "\(away) of \(size) servers away")
    self.size = size
    self.away = away
    self.ask = ask
  }

  /// The smallest that met, else the largest that was asked about; nil: stopped.
  package mutating func run() -> Probe? {
    var sizes = [max(size, away + 1), size + away]
    var step = max(1, size / 40)
    for _ in 0..<EventSearch.steps {
      sizes.append(sizes[sizes.count - 1] + step)
      step *= 2
    }
    var below: Int?
    var last: Probe?
    for next in sizes where next > last?.size ?? 0 {
      guard let probe = ask(next) else { return nil }
      below = last?.size
      last = probe
      if probe.verdict == .met { break }
    }
    guard var best = last, best.verdict == .met, var low = below else { return last }
    while best.size - low > FleetSearch.tolerance(best.size) {
      guard let probe = ask((low + best.size) / 2) else { return nil }
      if probe.verdict == .met { best = probe } else { low = probe.size }
    }
    return best
  }
}
