// Changes of the fleet that the scenario plans: servers that come, leave or are lost.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios

extension LiveRun {
  mutating func fleetChanges(at now: Instant) {
    // With a process for each person there is no fleet to change, and validation said so.
    if scenario.app.pattern == .isolated { return }
    while nextChange < scenario.fleet.changes.count,
      .zero + scenario.fleet.changes[nextChange].at <= now, !isDraining
    {
      apply(scenario.fleet.changes[nextChange].kind, at: now)
      nextChange += 1
    }
    for (at, server) in returning where at <= now { fleet.restart(server) }
    returning.removeAll { $0.at <= now }
  }

  private mutating func apply(_ change: FleetChange.Kind, at now: Instant) {
    if scenario.cli == .external {
      return note("servers that somebody else runs cannot be added, drained or lost")
    }
    switch change {
    case .add(let count): for _ in 0..<count { fleet.add() }
    case .remove(let count):
      for server in fleet.lastUp(count) {
        fleet.markLeaving(server)
        for box in shards { box.post(.serverRemoved(server)) }
      }
    case .lose(let count, let backAfter):
      for server in fleet.lastUp(count) {
        crashes += 1
        fleet.kill(server)
        for box in shards { box.post(.serverLost(server)) }
        if let backAfter { returning.append((now + backAfter, server)) }
      }
    }
  }

  /// A server that was removed stops when nobody has a turn there any more.
  mutating func retire() {
    for place in unused.keys.sorted() where unused[place] == shards.count {
      unused[place] = nil
      let server = ServerID(place)
      for box in shards { box.post(.serverRetired(server)) }
      fleet.terminate(server, at: clock)
    }
  }
}
