// Connections: which one a request goes by, how one is made, greeted, lost and made again. Where a
// connection breaks, gateways hear that the server is lost, as a client of the SDK would see it.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Policies
internal import Scenarios

extension Shard {
  /// What a connection joins: an app instance, or a person of it, and a server.
  func link(_ local: Int, _ person: Int, _ server: ServerID) -> UInt64 {
    // 24, 14 and 26 bits: more servers, instances and people than a scenario may ask for. A person
    // whose turns come by two instances has a connection in each, as two backends would.
    let user = plan.connectsPeople ? UInt64(truncatingIfNeeded: person) & Shard.nobody : 0
    return UInt64(server.index) << 40 | UInt64(truncatingIfNeeded: local) << 26 | user
  }

  /// Whose connection tries a server out before the first turn, where people have their own.
  private static let nobody: UInt64 = 0x3FF_FFFF

  /// Nil: the server is known to be gone, or the kernel refuses.
  mutating func connection(_ local: Int, _ person: Int, _ server: ServerID) -> ServerConnection? {
    if let place = links[link(local, person, server)] { return connections[place] }
    guard server.place < servers.count, servers[server.place].isAlive, plan.connectsPeople
    else { return nil }
    return connect(local, person, server)
  }

  @discardableResult
  mutating func connect(
    _ local: Int, _ person: Int, _ server: ServerID
  ) -> ServerConnection? {
    let address = servers[server.place].address
    let socket: Descriptor
    switch TCP.connect(hosts: address.digits, port: address.port) {
    case .success(let descriptor): socket = descriptor
    case .failure(let failure):
      lastFailure = "\(failure.reason) (\(failure.call))"
      tallies.connectionFailed("\(address.text) \(lastFailure)")
      return nil
    }
    TCP.sendAtOnce(socket)
    let place = freeConnections.popLast() ?? connections.count
    if place == connections.count { connections.append(nil) }
    epochs &+= 1
    let connection = ServerConnection(
      place: place, epoch: epochs, server: server, instance: local, socket: socket)
    connections[place] = connection
    links[link(local, person, server)] = place
    connection.link = link(local, person, server)
    if let failure = poller.add(
      connection.socket.number, token: token(of: connection), for: [.reading, .writing])
    {
      lastFailure = "\(failure)"
      tallies.connectionFailed("\(address.text) \(lastFailure)")
      drop(connection)
      return nil
    }
    connection.wantsWriting = true
    let id = connection.ask(.greeting)
    writer.connect(id: id, token: address.token ?? plan.token, to: &connection.output)
    timers.push(
      clock() + plan.greetingLimit,
      ShardTimer.greeting(connection: place, epoch: connection.epoch).code)
    tallies.connections += 1
    return connection
  }

  func token(of connection: ServerConnection) -> UInt64 {
    UInt64(connection.epoch) << 32 | UInt64(connection.place + Shard.firstConnection)
  }

  static let firstConnection = 16

  /// The answer to `connect`.
  mutating func greeted(_ connection: ServerConnection, _ failure: Incoming.Reason?) {
    if let failure {
      broke(
        connection,
        reason: "refused the connection: \(failure.text); the token is taken from "
          + "$\(plan.scenario.live.tokenVariable)")
      return
    }
    connection.state = .ready
    if let turn = connection.spawnedFor {
      connection.spawnedFor = nil
      toGateway(connection.instance, .spawned(turn, connection.server))
      return
    }
    if connection.link & Shard.nobody == Shard.nobody {
      drop(connection)
      if phase == .starting { connected() }
      return
    }
    if connection.isSecondLife {
      toGateway(connection.instance, .serverBack(connection.server))
    } else if phase == .starting {
      connected()
    }
  }

  /// One more of the connections that a run begins with.
  private mutating func connected() {
    waitsForLinks -= 1
    if waitsForLinks == 0 && waitsForServers == 0 { keeper.post(.ready(shard: index)) }
  }

  // MARK: the end of a connection

  func underWay(on connection: ServerConnection) -> [TurnID] {
    var found: [TurnID] = []
    let local = connection.instance
    // In the order of their names, so that equal runs do equal things.
    for code in connection.sessions.keys.sorted() {
      guard let place = connection.sessions[code] else { continue }
      var link = records[Int(place.place)].first
      while link != noLink {
        found.append(TurnID(instance: instance(local), place: Int(link)))
        link = turns[local][Int(link)].next
      }
    }
    return found
  }

  /// Closes it and forgets what lived on it; gateways are not told.
  mutating func drop(_ connection: ServerConnection) {
    guard connection.state != .closed else { return }
    for turn in underWay(on: connection) {
      turns[connection.instance][turn.place].isUnderWay = false
    }
    for place in connection.sessions.values {
      records[Int(place.place)] = LiveSessionRecord(
        name: records[Int(place.place)].name, person: 0, connection: 0, life: 0)
      records.remove(Int(place.place))
    }
    connection.sessions.removeAll()
    connection.state = .closed
    poller.remove(connection.socket.number)
    links[connection.link] = nil
    connections[connection.place] = nil
    freeConnections.append(connection.place)
  }

  /// It ended by itself, or what it says cannot be understood.
  mutating func broke(_ connection: ServerConnection, reason: String) {
    guard connection.state != .closed else { return }
    let wasReady = connection.state == .ready
    let local = connection.instance
    let server = connection.server
    let explained = connection.explain(reason)
    // One person's connection says nothing about the server, and one that never stood was never
    // reported as standing: then only those fail who waited for it.
    let isShared = !plan.connectsPeople
    let waiting = isShared && wasReady ? [] : underWay(on: connection) + connection.askers
    let spawnedFor = connection.spawnedFor
    drop(connection)
    if phase == .starting {
      keeper.post(.failed(shard: index, server, reason: explained))
      return
    }
    tallies.connectionFailed("\(servers[server.place].address.text) \(explained)")
    if wasReady { tallies.connectionsLost += 1 }
    refuse(waiting + (spawnedFor.map { [$0] } ?? []))
    if wasReady && isShared {
      toGateway(local, .serverLost(server))
      settle()
    }
    reconnectLater(local, server)
  }

  /// Turns that will get no answer on the wire.
  private mutating func refuse(_ turns: [TurnID]) {
    for turn in turns {
      toGateway(local(of: turn), .refused(turn))
      settle()
    }
  }

  /// A shared client connects again; the guide's pool drops the client of a process that is gone.
  private mutating func reconnectLater(_ local: Int, _ server: ServerID) {
    guard !plan.connectsPeople, plan.scenario.app.pattern != .isolated,
      servers[server.place].isAlive
    else { return }
    timers.push(
      now + Shard.reconnectPause, ShardTimer.reconnect(local: local, server).code)
  }

  private static let reconnectPause = Interval.seconds(1)

  mutating func reconnect(_ local: Int, _ server: ServerID) {
    guard phase == .running, servers[server.place].isAlive,
      !plan.connectsPeople, links[link(local, 0, server)] == nil
    else { return }
    if let connection = connect(local, 0, server) {
      connection.isSecondLife = true
    } else {
      reconnectLater(local, server)
    }
  }

  // MARK: servers come and go

  mutating func noteServer(_ server: ServerID, _ address: ServerAddress) {
    while servers.count <= server.place {
      servers.append(ServerState(address: ServerAddress(host: "", port: 0)))
    }
    servers[server.place].address = address
    servers[server.place].isAlive = true
  }

  mutating func serverUp(_ server: ServerID, _ address: ServerAddress) {
    noteServer(server, address)
    for local in 0..<gateways.count {
      toGateway(local, .serverAdded(server))
      if !plan.connectsPeople { connectFirst(local, 0, server) }
    }
    if plan.connectsPeople && phase == .starting && index == 0 {
      connectFirst(0, Int(Shard.nobody), server)
    }
    if waitsForServers > 0 { waitsForServers -= 1 }
    if phase == .starting && waitsForServers == 0 && waitsForLinks == 0 {
      keeper.post(.ready(shard: index))
    }
    settle()
  }

  private mutating func connectFirst(_ local: Int, _ person: Int, _ server: ServerID) {
    if phase == .starting { waitsForLinks += 1 }
    if connect(local, person, server) != nil { return }
    if phase == .starting {
      keeper.post(.failed(shard: index, server, reason: lastFailure))
    } else {
      reconnectLater(local, server)
    }
  }

  /// Connections that broke between the last word of the start and the first turn.
  mutating func mendLinks() {
    if plan.connectsPeople || plan.scenario.app.pattern == .isolated { return }
    for place in servers.indices where servers[place].isAlive {
      for local in 0..<gateways.count where links[link(local, 0, ServerID(place))] == nil {
        reconnectLater(local, ServerID(place))
      }
    }
  }

  mutating func serverBack(_ server: ServerID, _ address: ServerAddress) {
    noteServer(server, address)
    for local in 0..<gateways.count {
      if plan.connectsPeople {
        toGateway(local, .serverBack(server))
      } else {
        reconnect(local, server)
      }
    }
    settle()
  }

  /// The process is gone; its connections will say so too, but that may come later.
  mutating func serverLost(_ server: ServerID) {
    guard server.place < servers.count, servers[server.place].isAlive else { return }
    servers[server.place].isAlive = false
    var waiting: [TurnID] = []
    for connection in connections {
      guard let connection, connection.server == server else { continue }
      // A process that died between its start and its first connection.
      if let turn = connection.spawnedFor { waiting.append(turn) }
      drop(connection)
    }
    for local in 0..<gateways.count { toGateway(local, .serverLost(server)) }
    settle()
    refuse(waiting)
  }

  mutating func serverRemoved(_ server: ServerID) {
    for local in 0..<gateways.count { toGateway(local, .serverRemoved(server)) }
    settle()
    leaving.append(server)
  }

  /// Tells of removed servers that no turn here uses any more.
  mutating func noteUnused() {
    leaving.removeAll { server in
      for local in 0..<gateways.count where gateways[local].uses(server) { return false }
      keeper.post(.unused(server))
      return true
    }
  }

  /// The real CLI waits ten seconds for its clients before it ends, so they go first.
  mutating func serverRetired(_ server: ServerID) {
    servers[server.place].isAlive = false
    for connection in connections {
      if let connection, connection.server == server { drop(connection) }
    }
    if index == 0 { recorder.count(.cliStopped) }
  }

  mutating func spawned(_ turn: TurnID, _ server: ServerID, _ address: ServerAddress) {
    noteServer(server, address)
    let local = local(of: turn)
    let person = person(of: gateways[local].plan(of: turn))
    guard let connection = connect(local, person, server) else {
      toGateway(local, .refused(turn))
      settle()
      return
    }
    connection.spawnedFor = turn
  }

  mutating func checkHealth(_ local: Int, _ server: ServerID) {
    guard servers[server.place].isAlive else { return healthIs(false, local, server) }
    // People's own connections come and go with their turns: any that stands can carry the
    // question.
    let place =
      plan.connectsPeople
      ? connections.firstIndex {
        $0?.server == server && $0?.instance == local && $0?.state == .ready
      } : links[link(local, 0, server)]
    guard let place, let connection = connections[place], connection.state == .ready else {
      return healthIs(plan.connectsPeople, local, server)
    }
    let id = connection.ask(.health(instance: local))
    writer.plain("ping", id: id, to: &connection.output)
    mark(connection)
  }

  private mutating func healthIs(_ alive: Bool, _ local: Int, _ server: ServerID) {
    toGateway(local, .healthChecked(server, alive: alive))
    settle()
  }
}

extension Incoming.Reason {
  var text: String {
    switch self {
    case .sessionNotFound: "Session not found"
    case .other(let bytes): PeerText.line(bytes)
    }
  }
}
