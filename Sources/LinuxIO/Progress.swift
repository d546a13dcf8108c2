// Progress on standard error: reads the clock and the workers' counter, asks the painter, writes.
// Belongs to the one thread that waits for the workers; hand `tick()` to `WorkerThreads.run` as
// what to do meanwhile.
internal import Basics

public struct Progress: ~Copyable {
  private let counter: ProgressCounter
  private let channel: OutputChannel
  private var painter: ProgressPainter

  /// `shown` is false under --quiet and --no-progress.
  public init(
    _ line: ProgressLine, of counter: ProgressCounter, shown: Bool = true,
    on channel: OutputChannel = StandardError.channel
  ) {
    self.counter = counter
    self.channel = channel
    painter = ProgressPainter(
      line: line, mode: shown ? Progress.mode(on: channel) : .off, started: MonotonicClock.now())
  }

  /// Cheap when nothing is due.
  public mutating func tick() {
    let text = painter.update(
      at: MonotonicClock.now(), fraction: counter.fraction, count: counter.count,
      width: Terminal.width(of: channel))
    write(text)
  }

  /// Clears the line. Call it before anything else is written to the terminal.
  public mutating func finish() {
    let text = painter.end()
    write(text)
  }

  private func write(_ text: String?) {
    // A progress line that cannot be written is not worth a word.
    if let text { _ = channel.write(text) }
  }

  private static func mode(on channel: OutputChannel) -> ProgressPainter.Mode {
    let canErase = !["", "dumb"].contains(Environment.value("TERM") ?? "")
    return channel.isTerminal && canErase ? .animated : .lines
  }
}
