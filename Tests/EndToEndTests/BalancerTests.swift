// An external load balancer between driver and fleet: HAProxy, which the run starts itself.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite(LiveTrial.long) struct BalancerTests {
  static let isThere = ["/usr/sbin", "/usr/bin", "/usr/local/sbin"].contains {
    Files.exists($0 + "/haproxy")
  }

  @Test(
    "behind HAProxy turns are done on every server, and a lost one takes only its own with it",
    .enabled(if: isThere, "haproxy is not installed: apt-get install haproxy"),
    arguments: ["shared", "per-user"])
  func haproxy(connections: String) throws {
    try LiveTrial.test { trial in
      let process = try trial.start(
        LiveTrial.set([
          "app.routing=external", "app.instances=4", "app.connections=\(connections)",
          "workload.phases.measure=4s", "workload.think=exponential(400ms)",
        ]))
      let servers = try trial.servers(2, of: process)
      try eventually("the balancer runs") { !trial.processes("haproxy\0-db").isEmpty }
      _ = usleep(1_500_000)
      // Both have work: 2 ticks are 20 ms, more than the 6 ms that it takes to start.
      let turns = servers.map { ticks(of: $0) }
      #expect(turns.allSatisfy { $0 > 1 }, "ticks \(turns)")
      _ = kill(servers[1], SIGKILL)
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      let result = try trial.seatrial.result(at: "o/result.json")
      let variant = result.variants[0]
      #expect(variant.count("turns.completed") > 100)
      #expect(variant.count("turns.failed") > 0 && variant.count("turns.failed") < 60)
      #expect(result.verdict == .suspect)
      try expectBalance(variant, result.reasons)
      try trial.expectNothingLeft("a balancer")
    }
  }

  @Test("a balancer has one address, and its fleet does not grow")
  func refused() throws {
    try LiveTrial.test { trial in
      let run = try trial.run(
        "--set", "app.routing=external", "--set", "fleet.targets=[\"a:1\", \"b:2\"]", "--set",
        "fleet.changes=[{at: 1s, add: 1}]")
      #expect(run.code == 104, "\(run.errors)")
      #expect(run.errors.contains("a balancer has one address"))
      #expect(run.errors.contains("servers can be lost, not added or removed"))
    }
  }

  @Test("where HAProxy is missing the run ends with 6 and says what to install")
  func missing() throws {
    // Its places are fixed, so this can only be seen where it is missing.
    if Self.isThere { return }
    try LiveTrial.test { trial in
      let run = try trial.run("--set", "app.routing=external")
      #expect(run.code == 6 && run.errors.contains("apt-get install haproxy"), "\(run.errors)")
    }
  }
}
