// Servers that are none, and servers that stop being any: each is explained in a line and counted;
// none makes a run hang, crash or look well.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite struct BadTargetTests {
  /// Somebody else's server, what is said of it, and whether it has to be waited for.
  private static let peers: [(kind: String, words: String)] = [
    ("http", "sent what is not the protocol; it began with \"HTTP/1.1 400 Bad Request"),
    ("garbage", "sent what is not the protocol; it began with"),
    ("half", "did not answer within 10.0 s; it began with \"Content-Length: 500"),
    ("huge", "announced a message of more than 64 MiB"),
    ("no-json", "sent what is no message of the protocol"),
    ("closes", "closed the connection"),
    // Closed or reset: whichever the kernel notices first.
    ("resets", ""),
    ("silent", "did not answer within 10.0 s"),
    ("deaf", "did not answer within 10.0 s"),
  ]

  @Test("a target that is no CLI server is explained in one line, exit 6", arguments: peers)
  func target(kind: String, words: String) throws {
    try LiveTrial.test { trial in
      let (peer, port) = try trial.listener("python3", [LiveTrial.peer, kind])
      let run = try trial.run(
        "--set", "fleet.cli=external", "--set", "fleet.targets=[\"127.0.0.1:\(port)\"]")
      Self.expectOneLine(run, "cli-1 (127.0.0.1:\(port)): \(words)")
      peer.send(SIGKILL)
      _ = peer.wait()
      try trial.expectNothingLeft(kind)
    }
  }

  @Test("a closed port, a name that is none and a port that is none are explained, exit 6")
  func nobody() throws {
    try LiveTrial.test { trial in
      for (target, words) in [
        ("127.0.0.1:1", "Connection refused"), ("no.such.host.invalid:4000", "no.such.host"),
        ("127.0.0.1:99999", "no host:port"), ("localhost", "no host:port"),
      ] {
        let run = try trial.run(
          "--set", "fleet.cli=external", "--set", "fleet.targets=[\"\(target)\"]")
        Self.expectOneLine(run, words)
      }
    }
  }

  @Test("a wrong token, none, and one too many are explained, exit 6")
  func tokens() throws {
    try LiveTrial.test { trial in
      for (server, client, words) in [
        ("right", "wrong", "AUTHENTICATION_FAILED"), ("right", "", "AUTHENTICATION_FAILED"),
        ("", "surplus", "AUTHENTICATION_NOT_CONFIGURED"),
      ] {
        let (mock, port) = try trial.listener(
          "/usr/bin/env",
          ["COPILOT_CONNECTION_TOKEN=\(server)", LiveTrial.mock, "--headless", "--port", "0"])
        let run = try trial.run(
          "--set", "fleet.cli=external", "--set", "fleet.targets=[\"127.0.0.1:\(port)\"]", "--set",
          "fleet.token-variable=FLEET_TOKEN", settings: ["FLEET_TOKEN=\(client)"])
        Self.expectOneLine(run, words)
        #expect(run.errors.contains("$FLEET_TOKEN"))
        mock.send(SIGKILL)
        _ = mock.wait()
      }
    }
  }

  /// Programs in a server's place.
  private static let programs: [(script: String, words: String)] = [
    ("exit 3", "ended with exit code 3"),
    ("echo 'no licence' >&2; exit 1", "ended with exit code 1: no licence"),
    ("kill -SEGV $$", "was ended by signal 11"),
    ("echo hello; exec sleep 60", "said nothing of a port within 10.0 s: hello"),
    ("exec sleep 60 >&-", "said nothing of a port within 10.0 s"),
    ("printf '\\033[2J\\007\\377boo\\n'; exit 1", "exit code 1: .[2J."),
    ("head -c 300000 /dev/urandom; exit 1", "ended with exit code 1"),
    ("echo 'CLI server listening on port 1'; exec sleep 60", "Connection refused"),
    ("echo 'CLI server listening on port 99999'; exec sleep 60", "said nothing of a port"),
    ("exec yes", "said nothing of a port within 10.0 s: y"),
  ]

  @Test("a program that is no CLI server is explained in one line, exit 6", arguments: programs)
  func program(script: String, words: String) throws {
    try LiveTrial.test { trial in
      try trial.program("#!/bin/sh\n\(script)\n", "cli")
      let run = try trial.run("--set", "fleet.binary=./cli", "--set", "fleet.servers=1")
      Self.expectOneLine(run, words)
      #expect(!run.errors.contains("\u{1B}") && !run.errors.contains("\u{7}"))
      try trial.expectNothingLeft(script)
    }
  }

  @Test("processes for people of which none comes up end the run with the reason, exit 6")
  func isolated() throws {
    try LiveTrial.test { trial in
      try trial.program("#!/bin/sh\necho 'no licence' >&2; exit 1\n", "cli")
      let run = try trial.run(
        "--set", "fleet.binary=./cli", "--set", "app.pattern=isolated", "--set",
        "workload.phases.measure=60s", "--no-progress")
      #expect(run.code == 6, "\(run.errors)")
      #expect(run.errors.contains("ended with exit code 1: no licence"), "\(run.errors)")
      #expect(!Files.exists(trial.seatrial.folder + "/o"))
      try trial.expectNothingLeft("processes that do not start")
    }
  }

  @Test("a folder that takes no result is found before the run, not after it")
  func folder() throws {
    try LiveTrial.test { trial in
      // Where the folder should be.
      try trial.seatrial.write("a file", to: "o")
      let run = try trial.run("--set", "workload.phases.measure=60s")
      #expect(run.code == 1, "\(run.errors)")
      #expect(run.errors.contains("o/result.json") && run.errors.contains("--out DIR"))
      #expect(!run.errors.contains("servers up"))
      try trial.expectNothingLeft("a folder that takes nothing")
    }
  }

  @Test("a binary that is missing, a folder, a text or not executable is explained, exit 6")
  func binaries() throws {
    try LiveTrial.test { trial in
      try trial.seatrial.write("hello", to: "text")
      try trial.program("hello", "runnable")
      for (binary, words) in [
        ("./missing", "there is no ./missing"), ("./profiles", "Permission denied"),
        ("./text", "Permission denied"), ("./runnable", "Exec format error"),
      ] {
        Self.expectOneLine(try trial.run("--set", "fleet.binary=\(binary)"), words, all: 2)
      }
    }
  }

  /// - all: a fleet may complain once a server.
  private static func expectOneLine(_ run: Finished, _ words: String, all: Int = 1) {
    #expect(run.code == 6, "\(run)")
    let lines = run.errors.split(separator: "\n").filter { $0.contains("variant base: ") }
    #expect((1...all).contains(lines.count), "\(run.errors)")
    #expect(lines.allSatisfy { $0.contains(words) }, "wanted \(words): \(run.errors)")
    #expect(lines.allSatisfy { $0.utf8.count < 500 })
  }
}
