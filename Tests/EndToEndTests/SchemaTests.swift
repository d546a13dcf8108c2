// What the program writes and reads against the schemas it prints, by somebody else's validator.
import LinuxIO
import Testing

@Suite struct SchemaTests {
  private static let check = """
    import json, sys, jsonschema
    schema, document = (json.load(open(path)) for path in sys.argv[1:3])
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
    for error in errors[:5]: print(list(error.absolute_path), error.message[:300])
    sys.exit(1 if errors else 0)
    """

  /// Asked once: importing it takes a while.
  static let hasValidator: Bool = {
    let asked = try? Process("python3", ["-c", "import jsonschema"], in: "/tmp").wait()
    return asked?.code == 0
  }()

  private func complaints(_ seatrial: Seatrial, _ schema: String, _ document: String) throws
    -> String
  {
    let run = try Process("python3", ["-c", Self.check, schema, document], in: seatrial.folder)
      .wait()
    return run.code == 0 ? "" : run.output + run.errors
  }

  @Test(
    "a result satisfies the schema of results",
    .enabled(if: SchemaTests.hasValidator, "python3 with jsonschema is not there"))
  func result() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(seatrial.run("schema", "result").output, to: "schema.json")
      _ = try seatrial.run("simulate", "small.yaml", "--out", "o")
      #expect(try complaints(seatrial, "schema.json", "o/result.json") == "")
      // A validator that lets everything pass would be no test.
      let broken = text("\(seatrial.folder)/o/result.json").replacing("\"valid\"", with: "\"fine\"")
      try seatrial.write(broken, to: "broken.json")
      #expect(try complaints(seatrial, "schema.json", "broken.json") != "")
    }
  }

  @Test(
    "a plan satisfies the schema of plans, simulated or not",
    .enabled(if: SchemaTests.hasValidator, "python3 with jsonschema is not there"))
  func plan() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(seatrial.run("schema", "plan").output, to: "schema.json")
      for how in ["--quick", "--no-progress"] {
        let run = try seatrial.run(
          "plan", "small.yaml", "--users", "40", "--quiet", "--out", "o", "--set",
          "plan.routing=[rendezvous]", how)
        #expect(run.code == 0, "\(run.errors)")
        #expect(try complaints(seatrial, "schema.json", "o/plan.json") == "")
      }
      let broken = text("\(seatrial.folder)/o/plan.json")
        .replacing("\"recommended\"", with: "\"recomended\"")
      try seatrial.write(broken, to: "broken.json")
      #expect(try complaints(seatrial, "schema.json", "broken.json") != "")
    }
  }

  @Test(
    "a scenario in JSON satisfies the schema of scenarios",
    .enabled(if: SchemaTests.hasValidator, "python3 with jsonschema is not there"))
  func scenario() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(seatrial.run("schema").output, to: "schema.json")
      let scenario = """
        {"seatrial": 1, "name": "small", "workload": {"users": 20, "think": "exponential(3s)"},
        "fleet": {"servers": 2}, "expect": ["turns.lost == 0"],
        "variants": {"more": {"fleet.servers": 3}}}
        """
      try seatrial.write(scenario, to: "small.json")
      #expect(try seatrial.run("validate", "small.json").code == 0)
      #expect(try complaints(seatrial, "schema.json", "small.json") == "")
      try seatrial.write(scenario.replacing("\"users\"", with: "\"usrs\""), to: "broken.json")
      #expect(try seatrial.run("validate", "broken.json").code == 104)
      #expect(try complaints(seatrial, "schema.json", "broken.json") != "")
    }
  }
}
