// Programs that a run starts or talks to: where they are, and how to get what is missing.
internal import LinuxIO

extension Doctor {
  var mock: Finding {
    program(
      "mock-copilot", facts.mock, isNeeded: needs?.servers == .mock && needs?.processes ?? 0 > 0,
      with: "fleets of mocks can be started", without: "no fleet of mocks (fleet.cli: mock)",
      mend: "make build")
  }

  var realCLI: Finding {
    program(
      "real-cli", facts.realCLI, isNeeded: needs?.servers == .real,
      with: "fleets of the real CLI can be started", without: "no real CLIs (fleet.cli: real)",
      mend: "make real-setup")
  }

  var redis: Finding {
    program(
      "redis-server", facts.redis, isNeeded: needs?.usesRedis ?? false,
      with: "locks can be kept in Redis", without: "locks in memory only (app.lock.backend)",
      mend: "sudo apt-get install redis-server")
  }

  var haproxy: Finding {
    program(
      "haproxy", facts.haproxy, isNeeded: needs?.usesBalancer ?? false,
      with: "an external load balancer can be tried", without: "no external load balancer",
      mend: "sudo apt-get install haproxy")
  }

  private func program(
    _ name: String, _ place: String?, isNeeded: Bool, with: String, without: String, mend: String
  ) -> Finding {
    guard let place else {
      return Finding(
        name, isNeeded ? .prevents : .note, found: "not found", limits: without, mend: mend)
    }
    return Finding(name, found: place, limits: with)
  }
}
