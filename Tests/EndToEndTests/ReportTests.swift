// report and compare: from files to files, with the exit codes that scripts branch on.
import Basics
import LinuxIO
import Metrics
import Testing

@Suite struct ReportTests {
  @Test("simulate leaves a page beside its result, report makes the same one again")
  func page() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("simulate", "small.yaml", "--out", "o")
      #expect(run.code == 0 && run.errors.contains("page: o/report.html\n"), "\(run.errors)")
      let first = text("\(seatrial.folder)/o/report.html")
      #expect(first.hasPrefix("<!doctype html>") && first.hasSuffix("</html>\n"))
      #expect(first.contains("Does the program do what it says?"))
      let again = try seatrial.run("report", "o", "--out", "again.html")
      #expect(again.code == 0 && again.output.isEmpty, "\(again.errors)")
      // The title is the scenario's in both; only the result's own name may differ.
      #expect(text("\(seatrial.folder)/again.html") == first)
    }
  }

  @Test("every format comes out, and goes to stdout unless it is a page")
  func formats() throws {
    try Seatrial.test { seatrial in
      _ = try seatrial.run("simulate", "small.yaml", "--quiet", "--out", "o")
      for format in [
        "text", "markdown", "csv", "csv-series", "junit", "github", "openmetrics", "hdr", "json",
      ] {
        let run = try seatrial.run("report", "o/result.json", "--format", format)
        #expect(run.code == 0 && run.errors.isEmpty && !run.output.isEmpty, "\(format)")
      }
      let json = try seatrial.run("report", "o", "--format", "json")
      #expect(try decoded(json.output) == seatrial.result(at: "o/result.json"))
      #expect(try seatrial.run("report", "o", "--format", "pdf").code == 2)
      let missing = try seatrial.run("report", "nowhere", "small.yaml")
      #expect(missing.code == 1)
      #expect(missing.errors.contains("nowhere cannot be read"), "\(missing.errors)")
      #expect(missing.errors.contains("small.yaml is no JSON"), "\(missing.errors)")
    }
  }

  @Test("compare: variants end with 0, a regression with 3, other scenarios with 5")
  func codes() throws {
    try Seatrial.test { seatrial in
      func simulate(_ out: String, _ settings: String...) throws {
        let flags = settings.flatMap { ["--set", $0] }
        let run = try Process(
          Seatrial.program, ["simulate", "small.yaml", "--quiet", "--out", out] + flags,
          in: seatrial.folder
        ).wait()
        #expect(run.code == 0 || run.code == 99, "\(run.errors)")
      }
      try simulate("a")
      try simulate("b", "fleet.costs.turn-after=400ms")
      let variants = try seatrial.run("compare", "a")
      #expect(variants.code == 0 && variants.output.contains("round-robin against base"))
      let same = try seatrial.run("compare", "a", "a/result.json", "--json")
      #expect(same.code == 0, "\(same.errors)")
      let refused = try seatrial.run("compare", "a", "b")
      #expect(refused.code == 5 && refused.output.isEmpty)
      #expect(refused.errors.contains("fleet.costs.turn-after 40ms -> 400ms"), "\(refused.errors)")
      let forced = try seatrial.run("compare", "a", "b", "--force", "--json", "--page", "c.html")
      #expect(forced.code == 3, "\(forced.errors)")
      let document = JSONField(try JSONValue(parsing: forced.output))
      #expect(try document.member("objections").elements().count == 2)
      let figures = try document.member("pairs").elements()[0].member("figures").elements()
      let words = try figures.map { try $0.member("word").string() }
      #expect(words.contains("worse"))
      #expect(try figures[0].member("paired").bool())
      #expect(text("\(seatrial.folder)/c.html").contains("Not comparable"))
      let chosen = try seatrial.run("compare", "a:base", "a:round-robin", "--force")
      #expect(chosen.code == 0 || chosen.code == 3, "\(chosen.errors)")
      #expect(try seatrial.run("compare", "a:nobody", "a").code == 1)
    }
  }
}
