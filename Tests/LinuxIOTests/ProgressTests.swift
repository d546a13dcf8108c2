// The progress line as text, and when it is painted, with instants passed by hand.
import Basics
import LinuxIO
import Testing

@Suite struct ProgressTests {
  @Test(
    "A line says how far, how fast, how long and how much longer",
    arguments: [
      (0.0, 0, 0.0, "simulate  0 %  0:00"),
      (0.42, 91_200_000, 12.0, "simulate  42 %  7.6 M events/s  0:12  about 0:16 left"),
      (0.005, 500, 1.0, "simulate  0 %  500 events/s  0:01"),
      (0.5, 61_000_000, 61.0, "simulate  50 %  1.0 M events/s  1:01  about 1:01 left"),
      (0.25, 12_345_000, 1000.0, "simulate  25 %  12 k events/s  16:40  about 50:00 left"),
      (0.999, 10, 7200.0, "simulate  99 %  0 events/s  2:00:00  about 0:07 left"),
      (1.0, 9_990, 1.0, "simulate  100 %  10 k events/s  0:01"),
      (1.0, 999_499, 1.0, "simulate  100 %  999 k events/s  0:01"),
      (1.0, 999_500, 1.0, "simulate  100 %  1.0 M events/s  0:01"),
      (0.5, 1000, 0.5, "simulate  50 %  2.0 k events/s  0:00"),
    ])
  func line(fraction: Double, count: Int, seconds: Double, text: String) {
    let line = ProgressLine(label: "simulate", unit: "events")
    let elapsed = Interval(seconds: seconds)
    #expect(line.text(fraction: fraction, count: count, elapsed: elapsed) == text)
  }

  @Test("A line without a unit has no rate")
  func noUnit() {
    let line = ProgressLine(label: "plan")
    #expect(
      line.text(fraction: 0.5, count: 9, elapsed: .seconds(4))
        == "plan  50 %  0:04  about 0:04 left")
  }

  @Test("On a terminal a line is painted over itself, cut to the width, and erased at the end")
  func animated() {
    var painter = ProgressPainter(
      line: ProgressLine(label: "plan"), mode: .animated, started: .zero)
    let at = { (ms: Int64) in Instant.zero + .milliseconds(ms) }
    #expect(painter.end() == nil)
    #expect(painter.update(at: at(99), fraction: 0, count: 0, width: 40) == nil)
    #expect(
      painter.update(at: at(100), fraction: 0, count: 0, width: 40) == "\rplan  0 %  0:00\u{1B}[K")
    #expect(painter.update(at: at(199), fraction: 0, count: 0, width: 40) == nil)
    #expect(painter.update(at: at(200), fraction: 0, count: 0, width: 10) == "\rplan  0 %\u{1B}[K")
    #expect(painter.update(at: at(300), fraction: 0, count: 0, width: 0) == "\r\u{1B}[K")
    #expect(painter.end() == "\r\u{1B}[K")
    #expect(painter.end() == nil)
  }

  @Test("In a log there is a plain line each five seconds")
  func lines() {
    var painter = ProgressPainter(line: ProgressLine(label: "plan"), mode: .lines, started: .zero)
    var written: [String] = []
    for tick in 1...120 {
      let now = Instant.zero + .milliseconds(Int64(tick) * 100)
      if let text = painter.update(at: now, fraction: 0.5, count: 0, width: 8) {
        written.append(text)
      }
    }
    #expect(
      written == ["plan  50 %  0:05  about 0:05 left\n", "plan  50 %  0:10  about 0:10 left\n"])
    #expect(painter.end() == nil)
  }

  @Test("Never more than ten paintings a second, however often it is asked", arguments: 1...20)
  func pace(seed: UInt64) {
    var random = SeededRandom(Seed(seed).stream("ticks"))
    var painter = ProgressPainter(
      line: ProgressLine(label: "plan"), mode: .animated, started: .zero)
    var now = Instant.zero
    var painted: [Instant] = []
    for _ in 0..<3000 {
      now = now + .microseconds(Int64(random.index(below: 30_000)))
      if painter.update(at: now, fraction: 0.1, count: 1, width: nil) != nil { painted.append(now) }
    }
    #expect(painted.count > 100, "seed \(seed)")
    for (one, other) in zip(painted, painted.dropFirst()) {
      #expect(other - one >= .milliseconds(100), "seed \(seed)")
    }
  }

  @Test("Switched off it paints nothing")
  func off() {
    var painter = ProgressPainter(line: ProgressLine(label: "plan"), mode: .off, started: .zero)
    let later = Instant.zero + .seconds(100)
    #expect(painter.update(at: later, fraction: 1, count: 1, width: 80) == nil)
    #expect(painter.end() == nil)
  }
}
