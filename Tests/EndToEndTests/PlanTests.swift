// plan: what it prints, what it leaves behind, how it ends, and files that other tools accept.
import Basics
import LinuxIO
import Testing

/// Programs that check what a plan writes for them; nil where they are not installed.
private enum Checker {
  static let kubernetes = find("kubernetes-validate", beside: ".build/plan-venv/bin")
  /// The Python that can read Compose files, in the same environment.
  static let compose: String? = {
    let python = "\(Seatrial.root)/.build/plan-venv/bin/python"
    guard Files.exists(python),
      let run = try? Process(python, ["-c", "import compose_spec, yaml"], in: "/tmp").wait()
    else { return nil }
    return run.code == 0 ? python : nil
  }()
  static let haproxy = find("haproxy", beside: "")
  static let systemd = find("systemd-analyze", beside: "")

  private static func find(_ name: String, beside folder: String) -> String? {
    let path = (Environment.value("PATH") ?? "").split(separator: ":").map(String.init)
    let places = ["\(Seatrial.root)/\(folder)"] + path + ["/usr/sbin", "/usr/local/sbin"]
    return places.map { "\($0)/\(name)" }.first { Files.exists($0) }
  }
}

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

  // MARK: files to deploy

  /// Storage and routing decide what is written: both kinds of objects, every routing.
  private static let fleets = [
    "[rendezvous]", "[sticky-modulo]", "[bounded-load]", "[least-active]", "[two-choices]",
    "[round-robin]",
  ]

  private func deploy(_ seatrial: Seatrial, _ routing: String) throws -> String {
    let run = try seatrial.run(
      "plan", "small.yaml", "--users", "40", "--quick", "--quiet", "--out", "o", "--deploy", "d",
      "--set", "plan.routing=\(routing)", "--set", "plan.storage=[\(storage(routing))]")
    #expect(run.code == 0, "\(run.errors)")
    return "\(seatrial.folder)/d"
  }

  private func storage(_ routing: String) -> String {
    routing == "[rendezvous]" || routing == "[sticky-modulo]" ? "local" : "shared"
  }

  @Test(
    "Kubernetes accepts the manifests, strictly, in two versions",
    .enabled(
      if: Checker.kubernetes != nil,
      "kubernetes-validate is missing: make validators, or pip install kubernetes-validate"),
    arguments: fleets)
  func kubernetes(routing: String) throws {
    let program = try #require(Checker.kubernetes)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, routing)
      let manifests = text("\(folder)/kubernetes.yaml")
      let kind = storage(routing) == "local" ? "kind: StatefulSet" : "kind: Deployment"
      let always = [
        "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy",
        "secretKeyRef",
        "preStop", "readinessProbe", "copilot_active_sessions",
      ]
      for words in always + [kind] { #expect(manifests.contains(words), "\(words)") }
      #expect(manifests.contains("PersistentVolumeClaim") == (storage(routing) == "shared"))
      for version in ["1.36", "1.37"] {
        let run = try Process(
          program, ["--strict", "-k", version, "\(folder)/kubernetes.yaml"], in: seatrial.folder
        ).wait()
        #expect(run.code == 0, "\(version): \(run.output) \(run.errors)")
      }
      // The check can fail: an unknown field is refused.
      try seatrial.write(
        manifests.replacing("  replicas: ", with: "  replicaz: "), to: "wrong.yaml")
      let wrong = try Process(program, ["--strict", "wrong.yaml"], in: seatrial.folder).wait()
      #expect(wrong.code != 0)
    }
  }

  @Test(
    "HAProxy accepts its configuration",
    .enabled(if: Checker.haproxy != nil, "haproxy is missing: apt-get install haproxy"),
    arguments: fleets)
  func haproxy(routing: String) throws {
    let program = try #require(Checker.haproxy)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, routing)
      let run = try Process(program, ["-c", "-f", "\(folder)/haproxy.cfg"], in: seatrial.folder)
        .wait()
      #expect(run.code == 0, "\(run.output) \(run.errors)")
      try seatrial.write(
        text("\(folder)/haproxy.cfg").replacing("balance ", with: "ballance "), to: "wrong.cfg")
      let wrong = try Process(program, ["-c", "-f", "wrong.cfg"], in: seatrial.folder).wait()
      #expect(wrong.code != 0)
    }
  }

  @Test(
    "Compose's specification accepts the file",
    .enabled(if: Checker.compose != nil, "compose-spec is missing: make validators"),
    arguments: fleets)
  func compose(routing: String) throws {
    let python = try #require(Checker.compose)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, routing)
      func check(_ path: String) throws -> Finished {
        try Process(
          python, ["\(Seatrial.root)/Tests/EndToEndTests/Peers/compose.py", path],
          in: seatrial.folder
        ).wait()
      }
      let run = try check("\(folder)/compose.yaml")
      #expect(run.code == 0 && run.output.contains("cli-1"), "\(run.output) \(run.errors)")
      #expect(run.output.contains("proxy"), "\(run.output)")
      let whole = text("\(folder)/compose.yaml")
      try seatrial.write(
        whole.replacing("stop_grace_period: ", with: "stop_grace_period: soon "), to: "wrong.yaml")
      #expect(try check("wrong.yaml").code != 0)
    }
  }

  @Test(
    "systemd accepts the unit",
    .enabled(if: Checker.systemd != nil, "systemd-analyze is missing: apt-get install systemd"),
    arguments: fleets)
  func systemd(routing: String) throws {
    let program = try #require(Checker.systemd)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, routing)
      // The unit's program is not on this machine; everything else is looked at as it stands.
      let unit = text("\(folder)/copilot-cli@.service")
        .replacing("/usr/local/bin/copilot", with: "/bin/true")
      func complaints(_ unit: String) throws -> String {
        try seatrial.write(unit, to: "copilot-cli@.service")
        let path = "\(seatrial.folder)/copilot-cli@.service"
        let run = try Process(program, ["verify", path], in: seatrial.folder).wait()
        // Unknown keys are ignored with a warning and no code; other units of the machine may have
        // warnings of their own.
        let own = run.errors.split(separator: "\n").filter { $0.contains("copilot-cli@.service") }
        let end = run.code.map { "\($0)" } ?? "a signal"
        return own.joined(separator: "\n") + (run.code == 0 ? "" : " ended with \(end)")
      }
      #expect(try complaints(unit) == "", "\(unit)")
      let wrong = unit.replacing("LimitNOFILE=", with: "LimitNOFILES=")
      #expect(try complaints(wrong).contains("LimitNOFILES"))
    }
  }

  @Test("The shell accepts the drain script", arguments: ["[rendezvous]", "[least-active]"])
  func drain(routing: String) throws {
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, routing)
      let run = try Process("/bin/sh", ["-n", "\(folder)/drain.sh"], in: seatrial.folder).wait()
      #expect(run.code == 0, "\(run.errors)")
    }
  }
}
