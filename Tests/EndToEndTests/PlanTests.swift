// plan: what it prints, what it leaves behind and how it ends. DeployedFilesTests looks at the
// files that it writes for others.
import Basics
import LinuxIO
import Testing

@Suite struct PlanTests {
  @Test("--json prints one plan, the same as the file it leaves")
  func json() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "plan", "small.yaml", "--users", "20,40", "--quick", "--json", "--out", "o")
      #expect(run.code == 0, "\(run.errors)")
      let plan = JSONField(try JSONValue(parsing: run.output))
      #expect(try plan.member("schema").string() == "seatrial.plan/1")
      #expect(try plan.member("basis").string() == "closed-forms")
      #expect(try plan.member("complete").bool())
      let users = try plan.member("plans").elements().map { try $0.member("users").integer() }
      #expect(users == [20, 40])
      #expect(text("\(seatrial.folder)/o/plan.json") == run.output)
      #expect(run.errors.contains("plan: o/plan.json"))
    }
  }

  @Test("it leaves a page, which report makes again from plan.json")
  func page() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "plan", "small.yaml", "--users", "40", "--out", "o", "--set", "plan.routing=[rendezvous]")
      #expect(run.code == 0 && run.errors.contains("page: o/report.html"), "\(run.errors)")
      let page = text("\(seatrial.folder)/o/report.html")
      for id in ["answer", "fleets", "curves", "knee-40", "tornado-40", "binding", "assumptions"] {
        #expect(page.contains("id=\"\(id)\""), "\(id)")
      }
      let again = try seatrial.run("report", "o", "--out", "-")
      #expect(again.code == 0 && again.output == page)
      let other = try seatrial.run("report", "o", "--format", "junit")
      #expect(other.code == 2 && other.errors.contains("is a plan"), "\(other.errors)")
    }
  }

  @Test("figures depend neither on the threads nor on the process")
  func deterministic() throws {
    try Seatrial.test { seatrial in
      let plans = try ["1", "2", "3"].map { jobs in
        let run = try seatrial.run(
          "plan", "small.yaml", "--users", "40", "--json", "--jobs", jobs, "--out", "o", "--set",
          "plan.routing=[rendezvous]")
        #expect(run.code == 0, "\(run.errors)")
        return try JSONField(JSONValue(parsing: run.output)).member("plans").value
      }
      #expect(plans[1] == plans[0] && plans[2] == plans[0])
    }
  }

  @Test("the table has the answer first and fits 80 columns")
  func table() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "plan", "small.yaml", "--users", "40", "--quiet", "--out", "o", "--set",
        "plan.routing=[rendezvous, sticky-modulo]")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.hasPrefix("For 40 people take "))
      for line in run.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
      for words in ["n-1", "because", "the recommended fleet", "when this changes", "head-room"] {
        #expect(run.output.contains(words), "\(words)")
      }
    }
  }

  @Test("an expectation that no fleet meets ends with 99 and says why")
  func impossible() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "plan", "small.yaml", "--users", "40", "--quick", "--out", "o", "--set",
        "expect=[turn.response.p95 < 1s]")
      #expect(run.code == 99)
      let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains("the model alone takes 1.54 s at p95"), "\(run.output)")
      #expect(run.errors.contains("no fleet for 40 people meets the expectations"))
    }
  }

  @Test("bad questions end with 2 or 104 and a reason")
  func bad() throws {
    try Seatrial.test { seatrial in
      func check(_ flags: [String], _ code: Int32, _ words: String) throws {
        let run = try Process(
          Seatrial.program, ["plan", "small.yaml", "--out", "o"] + flags, in: seatrial.folder
        ).wait()
        #expect(run.code == code, "\(flags): \(run.errors)")
        #expect(run.errors.contains(words), "\(flags): \(run.errors)")
      }
      try check(["--users", "many"], 2, "\"many\" is no number of people")
      try check(["--users", "10,,20"], 2, "is no number of people")
      try check(["--confirmed"], 2, "plan has no flag --confirm")
      try check(["--set", "expect=[]"], 104, "the scenario expects nothing")
      try check(["--set", "plan.routing=[sticky]"], 104, "plan.routing")
      try check(["--prices", "none.yaml"], 104, "none.yaml")
      try seatrial.write("seatrial-prices: 1\nname: x\ncurency: EUR\n", to: "p.yaml")
      try check(
        ["--prices", "p.yaml"], 104, "\"curency\" is not known here; did you mean currency?")
      try check(["--set", "plan.profiles=[nobody]"], 104, "profiles/nobody.json")
    }
  }

  @Test("Ctrl-C leaves what is known")
  func interrupted() throws {
    try Seatrial.test { seatrial in
      let process = try seatrial.start(
        "plan", "small.yaml", "--users", "20k,40k", "--out", "o", "--no-progress")
      // The formulas' answers are kept before the first trial.
      try eventually("a first part") { Files.exists(seatrial.folder + "/o/plan.json") }
      process.send(2)
      let run = process.wait()
      #expect(run.code == 130, "\(run.errors)")
      let plan = JSONField(try JSONValue(parsing: text("\(seatrial.folder)/o/plan.json")))
      #expect(try !plan.member("complete").bool())
      #expect(try plan.member("plans").elements().count == 2)
    }
  }
}
