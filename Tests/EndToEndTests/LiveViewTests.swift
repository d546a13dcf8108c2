// What a live run shows while it goes on: a few lines on a terminal, which is left as it was found;
// plain lines elsewhere.
import Basics
import Glibc
import LinuxIO
import Testing

@Suite struct LiveViewTests {
  private struct Shown {
    let code: Int
    let seconds: Double
    let widest: Int
    let text: String
    let keepsTerminal: Bool
    let isPainted: Bool
  }

  private func onTerminal(
    _ trial: LiveTrial, columns: Int, signals: String = "", settings: [String] = [],
    _ scenario: [String]
  ) throws -> Shown {
    // Whoever runs the tests may not want colour.
    let words =
      ["-u", "NO_COLOR"]
      + trial.command("python3", ["TERM=xterm"] + settings)
      + [LiveTrial.terminal, String(columns), signals, Seatrial.program, "run", "live.yaml"]
      + ["--out", "o"] + LiveTrial.set(scenario)
    let finished = try Process("/usr/bin/env", words, in: trial.seatrial.folder).wait()
    try #require(finished.code == 0, "\(finished.errors)")
    let value = try JSONField(JSONValue(parsing: finished.output))
    return Shown(
      code: try value.member("code").integer(), seconds: try value.member("seconds").double(),
      widest: try value.member("widest").integer(), text: try value.member("shown").string(),
      keepsTerminal: try value.member("modesKept").bool() && value.member("cursorShown").bool()
        && !value.member("alternateScreen").bool(),
      isPainted: try value.member("painted").bool())
  }

  /// The lines that are painted, without the summary and the table around them.
  private func live(_ shown: Shown) -> [Substring] {
    shown.text.split(whereSeparator: \.isNewline).filter {
      $0.contains("turns/s") || $0.contains("under way") || $0.contains("lock refusals")
        || $0.contains("  servers ")
    }
  }

  @Test("a terminal is painted on in its width and left as it was", arguments: [80, 132, 40])
  func painted(columns: Int) throws {
    try LiveTrial.test { trial in
      let shown = try onTerminal(trial, columns: columns, [])
      #expect(shown.code == 0 && shown.keepsTerminal && shown.isPainted, "\(shown.text)")
      let lines = live(shown)
      #expect(lines.contains { $0.contains("turns/s") } && lines.count > 4, "\(shown.text)")
      #expect(lines.allSatisfy { $0.count <= min(columns, 80) })
      for word in ["measuring", "s left", "20 users", "p95", "failed", "evictions"] {
        #expect(shown.text.contains(word), "\(word)")
      }
    }
  }

  @Test("failed turns are shown by what became of them")
  func kinds() throws {
    try LiveTrial.test { trial in
      let shown = try onTerminal(
        trial, columns: 80, ["model.failures.share=50%", "model.failures.status=401"])
      #expect(shown.code == 0 && shown.keepsTerminal)
      #expect(shown.text.contains(": model failed "), "\(shown.text)")
    }
  }

  @Test(
    "whatever ends the run, the terminal is left as it was",
    arguments: [("int@2", 130), ("int@2,int@2.5", 130), ("kill@2", -9)])
  func ended(signals: String, code: Int) throws {
    try LiveTrial.test { trial in
      let shown = try onTerminal(
        trial, columns: 80, signals: signals, ["workload.phases.measure=5m", "run.drain=1s"])
      #expect(shown.code == code && shown.keepsTerminal, "\(shown.text)")
      #expect(shown.seconds < 6)
      if signals == "int@2" { #expect(shown.text.contains("turn.response")) }
      try trial.expectNothingLeft(signals)
    }
  }

  @Test("NO_COLOR and dumb terminals get plain lines", arguments: ["NO_COLOR=1", "TERM=dumb"])
  func plain(setting: String) throws {
    try LiveTrial.test { trial in
      let shown = try onTerminal(trial, columns: 80, settings: [setting], [])
      #expect(shown.code == 0 && shown.keepsTerminal && !shown.isPainted)
      #expect(live(shown).contains { $0.hasPrefix("base: measuring") }, "\(shown.text)")
    }
  }

  @Test("where stderr is no terminal there are plain lines, one in five seconds and one a phase")
  func elsewhere() throws {
    try LiveTrial.test { trial in
      let run = try trial.run()
      #expect(run.code == 0)
      #expect(!run.errors.contains("\u{1B}"))
      let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("base: ") }
      #expect((1...6).contains(lines.count), "\(run.errors)")
      #expect(lines.contains { $0.contains("turns/s") } && lines.allSatisfy { $0.count <= 100 })
      #expect(try !trial.run("--no-progress").errors.contains("turns/s"))
    }
  }
}
