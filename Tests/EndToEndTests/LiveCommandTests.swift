// `seatrial provider` and `seatrial doctor` as they are typed: where it listens, how it ends, which
// code says what. And how long a process takes to start.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite struct LiveCommandTests {
  @Test("The provider says where it listens, ends on a signal with code 0, and says what it saw")
  func provider() throws {
    try Seatrial.test { seatrial in
      for signal in [SIGINT, SIGTERM] {
        let process = try seatrial.start(
          "provider", "small.yaml", "--set", "model.tokens=3", "--json", "--fault",
          "stall@share=5%")
        try eventually("it listens") { process.errorsSoFar.contains("\n") }
        #expect(process.errorsSoFar.contains("listening on http://127.0.0.1:"))
        process.send(signal)
        let run = process.wait()
        let document = try JSONValue(parsing: Array(run.output.utf8))
        #expect(run.code == 0 && document["schema"] == "seatrial.provider/1")
        #expect(document["asked"] == 0)
      }
    }
  }

  @Test("What the provider cannot do is said before it listens")
  func providerMistakes() throws {
    try Seatrial.test { seatrial in
      let fault = try seatrial.run("provider", "--fault", "stal", "--fault", "cut@share=2")
      #expect(fault.code == 2 && fault.errors.contains("did you mean stall?"))
      #expect(fault.errors.contains("'@share=2' is no trigger"))
      let key = try seatrial.run("provider", "small.yaml", "--set", "model.latancy=3s")
      #expect(key.code == 104 && key.errors.contains("model.latency"))
      let host = try seatrial.run("provider", "--host", "256.1.1.1")
      #expect(host.code == 1 && host.errors.contains("--host"))
    }
  }

  @Test("The doctor looks at this machine; what a scenario lacks here decides the code")
  func doctor() throws {
    try Seatrial.test { seatrial in
      let plain = try seatrial.run("doctor")
      #expect(plain.code == 0 && plain.output.contains("descriptors"))
      let document = try JSONValue(parsing: Array(seatrial.run("doctor", "--json").output.utf8))
      #expect(document["schema"] == "seatrial.doctor/1")
      // The real CLI is looked for below the working folder, and there is none in this one.
      let real = try seatrial.run("doctor", "small.yaml", "--set", "fleet.cli=real")
      #expect(real.code == 6, "\(real.errors)")
      #expect(real.errors.contains("cannot run: real-cli"))
      let bad = try seatrial.run("doctor", "missing.yaml")
      #expect(bad.code == 104)
      #expect(try seatrial.run("doctor", "a", "b").code == 2)
    }
  }

  @Test("A process for a person is up when it has answered its first connect, as in the simulation")
  func spawn() throws {
    try LiveTrial.test { trial in
      let settings = [
        "app.pattern=isolated", "workload.users=12", "run.audit=0s", "workload.phases.measure=4s",
      ]
      let run = try trial.run(["--no-progress"] + LiveTrial.set(settings))
      let result = try trial.seatrial.result(at: "o/result.json")
      // 1.30 s on average to the line, 0.11 s to the answer; twelve differ by 10 ms from that.
      let spawn = result.variants[0].seconds("cli.spawn", .mean)
      #expect(spawn >= 1.37 && spawn < 3, "\(spawn) s, exit \(run.code ?? -1): \(run.errors)")
    }
  }

  @Test("Each server is looked into over time: CPU, memory, threads, files, queue, disk")
  func lenses() throws {
    try LiveTrial.test { trial in
      // Each has a child, and work for longer than its people think.
      try trial.program("#!/bin/sh\nsleep 1000 &\nexec '\(LiveTrial.mock)' \"$@\"\n", "parent")
      let run = try trial.run(
        ["--no-progress"]
          + LiveTrial.set([
            "workload.phases.measure=6s", "fleet.storage=local", "fleet.binary=./parent",
            "fleet.costs.turn-before=40ms",
          ]))
      let result = try trial.seatrial.result(at: "o/result.json").variants[0]
      #expect(result.servers.count == 2, "exit \(run.code ?? -1): \(run.errors)")
      for server in result.servers {
        func highest(_ name: String) -> Double {
          server.series.first { $0.name == name }?.values.compactMap { $0 }.max() ?? -1
        }
        #expect(highest("server.cpu") > 0)
        let (resident, proportional) = (
          highest("server.memory"), highest("server.memory.proportional")
        )
        #expect(proportional > 500_000 && proportional <= resident, "\(proportional), \(resident)")
        #expect(highest("server.threads") >= 1)
        #expect(highest("server.descriptors") >= 4)
        #expect(highest("server.children") == 1)
        #expect(highest("server.queue") >= 1 && highest("server.queue") <= 20)
        #expect(highest("server.disk") > 10_000)
      }
      #expect(result.count("fleet.servers") == 2)
    }
  }

  @Test("Counted ports go up on a host for each app instance; a taken one is a failed start")
  func countedPorts() throws {
    try LiveTrial.test { trial in
      // App instance 2 is on 127.0.0.2, and its first port is ours.
      let taken = try freeListener("127.0.0.2")
      let settings = [
        "app.pattern=isolated", "app.instances=2", "app.pool.ports=counted",
        "app.pool.first-port=\(taken.port)", "app.pool.spawn=single-flight", "workload.users=8",
        "run.audit=0s", "workload.phases.measure=8s",
      ]
      let run = try trial.run(["--no-progress"] + LiveTrial.set(settings))
      let result = try trial.seatrial.result(at: "o/result.json").variants[0]
      #expect(result.count("cli.spawned") == 8, "exit \(run.code ?? -1): \(run.errors)")
      #expect(result.count("cli.ports_used") == 9)
      #expect(run.errors.contains("127.0.0.2"), "\(run.errors)")
    }
  }

  @Test("A fleet that falls behind open arrivals is said to, whatever it still answers")
  func overloaded() throws {
    try LiveTrial.test { trial in
      // Two servers with 100 ms of work a turn carry 20 turns a second.
      let settings = [
        "workload.arrivals=poisson(60/s)", "workload.think=0s", "fleet.costs.turn-before=100ms",
        "workload.phases.measure=6s", "run.drain=30s",
      ]
      _ = try trial.run(["--no-progress"] + LiveTrial.set(settings))
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.verdict == .suspect)
      #expect(result.reasons.contains { $0.contains("piling up") }, "\(result.reasons)")
    }
  }

  @Test("People who begin anew before the last answer lose nothing, and nothing is misplaced")
  func overlap() throws {
    try LiveTrial.test { trial in
      let settings = [
        "workload.arrivals=poisson(100/s)", "workload.think=0s", "workload.users=10",
        "workload.sessions.turns=geometric(2)", "model.latency=100ms", "fleet.provider=fake",
        "workload.phases.measure=6s",
      ]
      let run = try trial.run(["--no-progress"] + LiveTrial.set(settings))
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = result.variants[0]
      #expect(variant.count("turns.completed") > 200, "\(run.errors)")
      #expect(variant.findings.isEmpty, "\(variant.findings.map(\.text))")
      for name in ["turns.lost", "turns.foreign", "turns.stale_context", "turns.reordered"] {
        #expect(variant.count(name) == 0, "\(name): \(variant.count(name))")
      }
    }
  }

  @Test(
    "Servers of somebody else may each have a token, and keep nothing of a run",
    arguments: ["persistent", "ephemeral"])
  func external(kind: String) throws {
    try LiveTrial.test { trial in
      let servers = try ["one", "two"].map { token in
        try trial.listener(
          "/usr/bin/env",
          [
            "COPILOT_CONNECTION_TOKEN=\(token)", "COPILOT_HOME=\(trial.seatrial.folder)/\(token)",
            LiveTrial.mock, "--headless", "--port", "0",
          ])
      }
      let targets = servers.map { "\"127.0.0.1:\($0.port)\"" }.joined(separator: ", ")
      let run = try trial.start(
        LiveTrial.set([
          "fleet.cli=external", "fleet.targets=[\(targets)]", "fleet.storage=local",
          "fleet.token-variable=FLEET_TOKEN", "workload.sessions.turns=unlimited",
          "workload.sessions.kind=\(kind)",
        ]), settings: ["FLEET_TOKEN=wrong", "FLEET_TOKEN_1=one", "FLEET_TOKEN_2=two"]
      ).wait()
      let variant = try trial.seatrial.result(at: "o/result.json").variants[0]
      #expect(variant.count("turns.completed") > 10, "\(run.errors)")
      // Of ephemeral sessions there is none to be lost.
      #expect(variant.count("turns.lost") == (kind == "persistent" ? 0 : -1))
      for token in ["one", "two"] {
        let state = "\(trial.seatrial.folder)/\(token)/session-state"
        #expect(Files.list(state) == .names([]), "\(token)")
      }
      for (server, _) in servers {
        server.send(SIGTERM)
        _ = server.wait()
      }
    }
  }

  @Test("Storage latency is in every opening of a session, and in no turn of an open one")
  func slowStorage() throws {
    try LiveTrial.test { trial in
      let settings = [
        "fleet.storage.kind=shared", "fleet.storage.latency=300ms", "workload.phases.measure=4s",
      ]
      let run = try trial.run(["--no-progress"] + LiveTrial.set(settings))
      let result = try trial.seatrial.result(at: "o/result.json").variants[0]
      let open = result.seconds("session.open", .p50)
      #expect(open >= 0.3 && open < 1, "\(open) s, exit \(run.code ?? -1): \(run.errors)")
      #expect(result.seconds("turn.service", .p50) < 0.3)
    }
  }
}
