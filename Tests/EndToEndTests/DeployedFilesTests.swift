// The files that a plan writes for those who deploy it: other tools accept them, and what they
// start does what they promise. Servers answer from outside, a port of the proxy leads to its own
// server, a server that leaves is taken off and waits for its turns.
import Basics
import Glibc
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

@Suite struct DeployedFilesTests {
  /// Storage and routing decide what is written.
  struct Fleet: Sendable, CustomTestStringConvertible {
    var routing: String
    var storage: String
    var testDescription: String { "\(routing), \(storage)" }
    var isShared: Bool { storage == "shared" }
    var isByName: Bool { ["rendezvous", "sticky-modulo", "bounded-load"].contains(routing) }
  }

  static let fleets = [
    Fleet(routing: "rendezvous", storage: "local"),
    Fleet(routing: "sticky-modulo", storage: "local"),
    Fleet(routing: "rendezvous", storage: "shared"),
    Fleet(routing: "sticky-modulo", storage: "shared"),
    Fleet(routing: "bounded-load", storage: "shared"),
    Fleet(routing: "least-active", storage: "shared"),
    Fleet(routing: "two-choices", storage: "shared"),
    Fleet(routing: "round-robin", storage: "shared"),
  ]

  private func deploy(_ seatrial: Seatrial, _ settings: [String]) throws -> String {
    let run = try Process(
      Seatrial.program,
      ["plan", "small.yaml", "--users", "40", "--quick", "--quiet", "--out", "o", "--deploy", "d"]
        + LiveTrial.set(settings), in: seatrial.folder
    ).wait()
    #expect(run.code == 0, "\(run.errors)")
    return "\(seatrial.folder)/d"
  }

  private func deploy(_ seatrial: Seatrial, _ fleet: Fleet) throws -> String {
    try deploy(
      seatrial, ["plan.routing=[\(fleet.routing)]", "plan.storage=[\(fleet.storage)]"])
  }

  @Test(
    "Kubernetes accepts the manifests, strictly, in two versions",
    .enabled(
      if: Checker.kubernetes != nil,
      "kubernetes-validate is missing: make validators, or pip install kubernetes-validate"),
    arguments: fleets)
  func kubernetes(fleet: Fleet) throws {
    let program = try #require(Checker.kubernetes)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, fleet)
      let manifests = text("\(folder)/kubernetes.yaml")
      let always = [
        "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy", "secretKeyRef",
        "preStop", "readinessProbe", "copilot_active_sessions", "sizeLimit: 1Gi",
        "name: copilot-cli-each",
      ]
      for words in always { #expect(manifests.contains(words), "\(words)") }
      // Exchangeable servers alone are a Deployment behind a service that deals connections.
      let isExchangeable = fleet.isShared && !fleet.isByName
      #expect(manifests.contains("kind: Deployment") == isExchangeable)
      #expect(manifests.contains("kind: StatefulSet") == !isExchangeable)
      #expect(
        manifests.contains("kind: Service\nmetadata:\n  name: copilot-cli\n") == isExchangeable)
      #expect(manifests.contains("accessModes: [ReadWriteMany]") == fleet.isShared)
      #expect(manifests.contains("volumeClaimTemplates") == !fleet.isShared)
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
  func haproxy(fleet: Fleet) throws {
    let program = try #require(Checker.haproxy)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, fleet)
      let run = try Process(program, ["-c", "-f", "\(folder)/haproxy.cfg"], in: seatrial.folder)
        .wait()
      #expect(run.code == 0, "\(run.output) \(run.errors)")
      try seatrial.write(
        text("\(folder)/haproxy.cfg").replacing("bind ", with: "bindd "), to: "wrong.cfg")
      let wrong = try Process(program, ["-c", "-f", "wrong.cfg"], in: seatrial.folder).wait()
      #expect(wrong.code != 0)
    }
  }

  @Test(
    "Compose's specification accepts the file",
    .enabled(if: Checker.compose != nil, "compose-spec is missing: make validators"),
    arguments: fleets)
  func compose(fleet: Fleet) throws {
    let python = try #require(Checker.compose)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, fleet)
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
  func systemd(fleet: Fleet) throws {
    let program = try #require(Checker.systemd)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, fleet)
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
      // Whatever may be written to is made by systemd, or waited for where it is mounted.
      #expect(unit.contains("CacheDirectory=copilot\n"))
      #expect(unit.contains("RequiresMountsFor=/srv/copilot") == fleet.isShared)
      #expect(unit.contains("StateDirectory=copilot copilot/%i") == !fleet.isShared)
      let wrong = unit.replacing("LimitNOFILE=", with: "LimitNOFILES=")
      #expect(try complaints(wrong).contains("LimitNOFILES"))
    }
  }

  // MARK: servers answer from outside

  @Test("A server started as the files say answers on an address that is not loopback")
  func reachable() throws {
    try LiveTrial.test { trial in
      let folder = try deploy(trial.seatrial, DeployedFilesTests.fleets[0])
      /// The words between brackets after a key of a YAML file.
      func list(_ file: String, _ key: String) throws -> [String] {
        let line = try #require(
          text("\(folder)/\(file)").split(separator: "\n").first { $0.contains(key + ": [\"--") })
        return try JSONField(JSONValue(parsing: String(line.drop { $0 != "[" }))).elements().map {
          try $0.string()
        }
      }
      let unit = try #require(
        text("\(folder)/copilot-cli@.service").split(separator: "\n")
          .first { $0.hasPrefix("ExecStart=") })
      let kubernetes = try list("kubernetes.yaml", "args")
      #expect(try list("compose.yaml", "command") == kubernetes)
      #expect(
        unit.split(separator: " ").dropFirst().map { $0 == "%i" ? "4321" : String($0) }
          == kubernetes)
      // Any free port, as tests do; nothing else is changed.
      let words = kubernetes.map { $0 == "4321" ? "0" : $0 }
      #expect(words != kubernetes)
      let (server, port) = try trial.listener(LiveTrial.mock, words)
      #expect(try outside(port, trial).output == "answers\n")
      server.send(SIGTERM)
      _ = server.wait()
      // The same without the host is not to be reached: the question can be answered with no.
      let place = try #require(words.firstIndex(of: "--host"))
      var closed = words
      closed.removeSubrange(place...(place + 1))
      let (own, ownPort) = try trial.listener(LiveTrial.mock, closed)
      #expect(try outside(ownPort, trial).output == "refused\n")
      own.send(SIGTERM)
      _ = own.wait()
    }
  }

  private func outside(_ port: Int, _ trial: LiveTrial) throws -> Finished {
    try Process(
      "/usr/bin/env", ["python3", DeployedFilesTests.peer("outside.py"), "\(port)"],
      in: trial.seatrial.folder
    ).wait()
  }

  private static func peer(_ name: String) -> String {
    "\(Seatrial.root)/Tests/EndToEndTests/Peers/\(name)"
  }

  // MARK: a server that leaves

  @Test(
    "HAProxy leads each port to its own server, or deals; the drain script takes one off",
    .enabled(if: Checker.haproxy != nil, "haproxy is missing: apt-get install haproxy"),
    arguments: [fleets[0], fleets[2], fleets[5], fleets[7]])
  func proxied(fleet: Fleet) throws {
    let program = try #require(Checker.haproxy)
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, fleet)
      let run = try Process(
        "/usr/bin/env",
        ["python3", DeployedFilesTests.peer("proxied.py"), program, folder], in: seatrial.folder
      ).wait()
      #expect(run.code == 0, "\(run.output) \(run.errors)")
      let told = JSONField(try JSONValue(parsing: run.output))
      let servers = try told.member("servers").integer()
      #expect(servers > 1)
      // Which server answered, connection after connection.
      let answers = try told.member("answers").elements().map { try $0.integer() }
      if fleet.isByName {
        #expect(answers == (1...servers).flatMap { [$0, $0] }, "\(answers)")
      } else {
        #expect(Set(answers) == Set(1...servers), "\(answers)")
      }
      #expect(try !told.member("drained_answers").bool())
      #expect(try told.member("ready_answers").bool())
      // HAProxy's refusal is not taken for a yes.
      #expect(try told.member("unknown_code").integer() != 0)
    }
  }

  @Test("The drain script waits while conversations are written, and when it cannot know")
  func drain() throws {
    try LiveTrial.test { trial in
      let folder = try deploy(trial.seatrial, DeployedFilesTests.fleets[0])
      let home = trial.seatrial.folder + "/home"
      let session = home + "/session-state/one"
      func wait(_ settings: String..., writing: Bool = false) throws -> Finished {
        let writes = "touch \(session)/events.jsonl; sleep 0.3"
        return try Process(
          "/usr/bin/env",
          ["COPILOT_HOME=\(home)", "DRAIN_QUIET=1", "DRAIN_MOST=3"] + settings + [
            "/bin/sh", "-c",
            writing
              ? "(for i in 1 2 3 4 5 6; do \(writes); done; touch \(home)/done) & "
                + "/bin/sh \(folder)/drain.sh"
              : "/bin/sh \(folder)/drain.sh",
          ], in: trial.seatrial.folder
        ).wait()
      }
      let doubt = "there may still be turns under way"
      try #require(Files.makeDirectories(home) == nil)
      #expect(try wait().errors == "", "a server without conversations")
      try #require(Files.makeDirectories(session) == nil)
      try trial.seatrial.write("{}", to: "home/session-state/one/events.jsonl")
      let idle = try wait()
      #expect(idle.code == 0 && idle.errors == "", "\(idle.errors)")
      let busy = try wait("DRAIN_MOST=60", "DRAIN_QUIET=4", writing: true)
      #expect(Files.exists(home + "/done"), "it has waited for the last of it")
      #expect(busy.code == 0 && busy.errors == "", "it ends by itself: \(busy.errors)")
      try #require(Files.makeDirectories(trial.seatrial.folder + "/tools") == nil)
      try trial.program("#!/bin/sh\nexit 1\n", "tools/find")
      let path = Environment.value("PATH") ?? "/usr/bin:/bin"
      let blind = try wait("PATH=\(trial.seatrial.folder)/tools:\(path)")
      #expect(blind.errors.contains("after 3 s \(doubt)"), "\(blind.errors)")
    }
  }

  @Test("Of a process for each person only what starts one is written")
  func isolated() throws {
    try Seatrial.test { seatrial in
      let folder = try deploy(seatrial, ["plan.pattern=[isolated]"])
      guard case .names(let names) = Files.list(folder) else {
        Issue.record("nothing was written")
        return
      }
      #expect(names.sorted() == ["README.md", "copilot-cli@.service", "drain.sh"])
      #expect(text("\(folder)/README.md").contains("starts a process for each person"))
      // The backend beside it is the only one to ask it.
      #expect(!text("\(folder)/copilot-cli@.service").contains("--host"))
    }
  }
}
