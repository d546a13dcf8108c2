// The start: every server stands and every shard has reached those it knows, or the reason why not.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios
internal import Workload

extension LiveRun {
  mutating func openFleet() {
    if scenario.cli == .external {
      for (place, target) in scenario.live.targets.enumerated() {
        guard var address = ServerAddress(target) else {
          problems.append("\(target): no host:port")
          continue
        }
        address.resolve()
        address.token = order.tokens[place]
        let id = fleet.add(external: address)
        for box in shards { box.post(.serverUp(id, address)) }
      }
      return
    }
    if isBehindBalancer && Balancer.program == nil { return problems.append(Balancer.advice) }
    for _ in 0..<scenario.fleet.servers { fleet.add() }
  }

  /// Servers of our own that shards do not see: they know the balancer in front.
  var isBehindBalancer: Bool {
    scenario.app.routing == .external && scenario.cli != .external
      && scenario.app.pattern != .isolated
  }

  mutating func isUp(_ server: ServerID) {
    guard isBehindBalancer else {
      for box in shards { box.post(.serverUp(server, address(server))) }
      return
    }
    guard fleet.servers.count(where: { $0.state == .up }) == scenario.fleet.servers,
      let program = Balancer.program
    else { return }
    switch fleet.addBalancer(program, people: scenario.workload.users) {
    case .failure(let failure): problems.append("the balancer: \(failure)")
    case .success(let id): for box in shards { box.post(.serverUp(id, address(id))) }
    }
  }

  /// True: everything stands.
  mutating func start(isolated: Bool) -> Bool {
    progress.serversWanted = isolated ? 0 : firstServers
    var nextWord = MonotonicClock.now()
    // A shard that is over before the start could not be made; its reason comes with its end.
    while problems.isEmpty && !stop.isRequested && done == 0 {
      if isolated || ready == shards.count { return true }
      turn(atMost: .milliseconds(20))
      fleet.checkStarts(at: clock)
      if MonotonicClock.now() >= nextWord {
        tell(.starting)
        nextWord = MonotonicClock.now() + .milliseconds(250)
      }
    }
    if stop.isRequested && problems.isEmpty { problems.append("stopped before the servers stood") }
    return false
  }

  var clock: Instant {
    let now = MonotonicClock.now()
    return epoch == .never ? Instant.zero + (now - .zero) : Instant.zero + (now - epoch)
  }
}
