// One turn of the keeper's loop: what processes and shards have to say.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Policies
internal import Scenarios
internal import Statistics

extension LiveRun {
  mutating func turn(atMost pause: Interval) {
    fleet.startQueued(&poller, at: clock)
    let now = MonotonicClock.now()
    let count = poller.wait(until: now + pause, now: now)
    for place in 0..<count {
      let event = poller[place]
      if event.token == 0 { continue }
      fleet.hear(event.token, &poller, at: clock)
    }
    fleet.collect(at: clock)
    for (process, ending) in fleet.strangers where process == redis?.process && !redisIsOver {
      note("the run's redis-server \(ending.text)")
    }
    fleet.strangers = []
    for letter in mailbox.take() { hear(letter) }
    let news = fleet.news
    fleet.news = []
    for item in news { hear(item) }
    fleet.startQueued(&poller, at: clock)
  }

  private mutating func hear(_ letter: KeeperLetter) {
    switch letter {
    case .ready: ready += 1
    case .failed(_, let server, let reason):
      if epoch == .never {
        complain("\(name(server)): \(reason)")
      } else {
        note("\(name(server)): \(reason)")
      }
    case .spawn(let turn, let port):
      if isDraining {
        shards[turn.instance % shards.count].post(.notSpawned(turn))
      } else if fleet.servers.count >= FleetPlan.mostServers {
        note("a process for a person was not started: a run holds \(FleetPlan.mostServers)")
        shards[turn.instance % shards.count].post(.notSpawned(turn))
      } else {
        fleet.add(for: turn, at: .ofProcess(of: turn.instance, port: port))
      }
    case .kill(let server): fleet.kill(server)
    case .unused(let server): unused[server.place, default: 0] += 1
    case .figures(let shard, let figures):
      recent.add(figures, of: shard, at: MonotonicClock.now())
      progress.completed += figures.completed
      progress.failed += figures.failed
      for place in figures.failures.indices { failures[place] += figures.failures[place] }
    case .observed(let list):
      for (at, response) in list { observed.append(response.seconds, at: at) }
    case .soFar(let shard, let report): soFar[shard] = report
    case .done: done += 1
    }
  }

  private mutating func hear(_ news: Fleet.News) {
    switch news {
    case .up(let server): isUp(server)
    case .back(let server):
      // The balancer finds it by itself.
      if isBehindBalancer { return }
      for box in shards { box.post(.serverBack(server, address(server))) }
    case .spawned(let turn, let server):
      shards[turn.instance % shards.count].post(.spawned(turn, server, address(server)))
    case .notSpawned(let turn, let reason):
      notSpawned += 1
      note("a process for a person could not be started: \(reason)")
      shards[turn.instance % shards.count].post(.notSpawned(turn))
      if fleet.upAfter == nil && notSpawned == LiveRun.triesToSpawn {
        complain("none of \(notSpawned) processes for people could be started: \(reason)")
        if !isDraining { drain(at: clock) }
      }
    case .crashed(let server, let reason):
      if epoch == .never { return complain("\(name(server)): \(reason)") }
      crashes += 1
      note("\(name(server)) \(reason)")
      for box in shards { box.post(.serverLost(server)) }
    case .notStarted(let server, let reason):
      if epoch == .never { return complain("\(name(server)): \(reason)") }
      note("\(name(server)) was not started: \(reason)")
    }
  }

  /// Before the start. Each app instance meets the same trouble; it is told once.
  mutating func complain(_ text: String) {
    if !problems.contains(text) { problems.append(text) }
  }

  mutating func note(_ text: String) {
    notes.add(text)
  }

  func address(_ server: ServerID) -> ServerAddress { fleet.servers[server.place].address }

  func name(_ server: ServerID) -> String {
    let address = address(server)
    if fleet.servers[server.place].isBalancer { return "the balancer (\(address.text))" }
    return address.port == 0
      ? "cli-\(server.place + 1)" : "cli-\(server.place + 1) (\(address.text))"
  }
}
