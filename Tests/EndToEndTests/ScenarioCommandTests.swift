// validate, inspect and schema on files that are right, wrong, and no scenarios at all.
import Basics
import Testing

@Suite struct ScenarioCommandTests {
  @Test("a sound file passes")
  func sound() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("validate", "small.yaml")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output == "small.yaml: sound, 2 variants\n")
      let quiet = try seatrial.run("validate", "small.yaml", "--quiet")
      #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    }
  }

  @Test("all mistakes of all files are told with their places, and end with 104")
  func broken() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(
        """
        seatrial: 1
        workload:
          usrs: 20
          think: exponential(3)
        fleet: {servers: many}
        expect: [turn.response.p95 < 4]
        """, to: "one.yaml")
      try seatrial.write("seatrial: 1\nmodel: {latncy: 1s}\n", to: "two.yaml")
      let run = try seatrial.run("validate", "one.yaml", "small.yaml", "two.yaml")
      #expect(run.code == 104)
      #expect(run.output == "small.yaml: sound, 2 variants\n")
      let lines = run.errors.split(separator: "\n")
      for place in [
        "one.yaml:3:3: ", "one.yaml:4:", "one.yaml:5:18: ", "one.yaml:6:", "two.yaml:2:",
      ] {
        #expect(lines.contains { $0.hasPrefix(place) }, "\(place) in \(run.errors)")
      }
      #expect(run.errors.contains("users"))
    }
  }

  @Test("complaints as JSON have a file, a line, a column, a key and a reason")
  func json() throws {
    try Seatrial.test { seatrial in
      try seatrial.write("seatrial: 1\nfleet: {servers: many}\n", to: "one.yaml")
      let run = try seatrial.run("validate", "--json", "one.yaml", "small.yaml")
      #expect(run.code == 104 && run.errors.isEmpty)
      let files = try JSONField(try JSONValue(parsing: run.output)).member("files").elements()
      #expect(try files.map { try $0.member("sound").bool() } == [false, true])
      let complaint = try #require(try files[0].member("complaints").elements().first)
      #expect(try complaint.member("line").integer() == 2)
      #expect(try complaint.member("column").integer() == 18)
      #expect(try complaint.member("key").string() == "fleet.servers")
      #expect(try !complaint.member("reason").string().isEmpty)
      #expect(try complaint.member("severity").string() == "error")
    }
  }

  @Test("mistakes in a profile are told with the path from here")
  func profile() throws {
    try Seatrial.test { seatrial in
      try seatrial.write("{}", to: "profiles/odd.json")
      let run = try seatrial.run(
        "validate", "\(seatrial.folder)/small.yaml", "--set", "fleet.profile=odd")
      #expect(run.code == 104)
      #expect(run.errors.contains("\(seatrial.folder)/profiles/odd.json:1:1: "), "\(run.errors)")
      let none = try seatrial.run("validate", "small.yaml", "--set=fleet.profile=none")
      #expect(none.code == 104)
      #expect(none.errors.contains("scenarios/profiles/none.json"), "\(none.errors)")
    }
  }

  @Test("whatever is no scenario is explained", arguments: ["validate", "inspect", "simulate"])
  func noScenario(command: String) throws {
    try Seatrial.test { seatrial in
      try seatrial.write("", to: "empty.yaml")
      try seatrial.write(String(repeating: "a: b\n", count: 2 << 20), to: "large.yaml")
      try seatrial.write("\u{0}\u{1}\u{2}ELF\u{7F}\u{0}", to: "binary.yaml")
      try seatrial.write("- 1\n- 2\n", to: "list.yaml")
      let cases = [
        ("profiles", "is a folder"), ("smal.yaml", "did you mean small.yaml?"),
        ("small.yaml/x.yaml", "Not a directory"), ("empty.yaml", "is empty"),
        ("large.yaml", "4 MiB"), ("binary.yaml", ""), ("list.yaml", "is no mapping"),
        ("/proc/self/mem", ""), ("/dev/null", "is empty"),
      ]
      for (file, words) in cases {
        let run = try seatrial.run(command, file)
        #expect(run.ending == .exited(104), "\(file): \(run)")
        #expect(run.errors.hasPrefix(file + ":"), "\(run.errors)")
        #expect(run.errors.contains(words), "\(file): \(run.errors)")
        #expect(run.output.isEmpty)
      }
    }
  }

  @Test("inspect says where each value came from")
  func inspect() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run(
        "inspect", "small.yaml", "--json", "--set", "workload.users=33", "--seed", "9",
        "--variant", "round-robin")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      let document = JSONField(try JSONValue(parsing: run.output))
      #expect(try document.member("seed").integer() == 9)
      var found: [String: String] = [:]
      for row in try document.member("values").elements() {
        let name = try row.member("variant").string() + " " + row.member("key").string()
        found[name] = try row.member("value").string() + " from " + row.member("from").string()
      }
      #expect(found["base workload.users"] == "33 from --set")
      #expect(found["base fleet.servers"]?.hasPrefix("2 from small.yaml:") == true)
      #expect(found["base app.timeout"] == "1m from default")
      #expect(found["round-robin app.routing"] == "round-robin from variant round-robin")
      let forecast = try document.member("forecast").member("variants").elements()
      #expect(try forecast.map { try $0.member("name").string() } == ["round-robin"])
      let page = try seatrial.run("inspect", "small.yaml")
      #expect(page.code == 0)
      for words in ["changed by round-robin", "forecast", "of 2 servers", "the run: about"] {
        #expect(page.output.contains(words))
      }
    }
  }

  @Test("the forecast warns of a fleet that cannot do what it is asked for")
  func overload() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("inspect", "small.yaml", "--set", "workload.users=400")
      #expect(run.code == 0)
      #expect(run.output.contains("warning: the busiest server is asked for"))
    }
  }

  @Test("the schemas are JSON")
  func schemas() throws {
    try Seatrial.test { seatrial in
      for arguments in [["schema"], ["schema", "scenario"], ["schema", "result"]] {
        let run = try Process(Seatrial.program, arguments, in: seatrial.folder).wait()
        #expect(run.code == 0)
        #expect(try JSONValue(parsing: run.output)["$schema"] != nil)
      }
    }
  }
}
