// Which server a turn goes to: the guide's round robin and its hash-modulo sticky routing, and the
// ones people replace them with. It sees what its own app instance sees: the servers in its list
// and its own turns under way.
public import Basics

public struct Router: ~Copyable {
  @usableFromInline let routing: Routing
  private let bound: Double
  @usableFromInline var servers: Table<UInt32>
  private var turn: Int
  private var random: SeededRandom
  /// Turns of this instance under way, by server number.
  @usableFromInline var active: Table<UInt32>
  private let instance: Int

  /// - instance: the copy of the backend; a balancer that knows only connections tells copies apart
  ///   and nothing else.
  public init(_ policy: GatewayPolicy, stream: Stream, instance: Int = 0) {
    routing = policy.routing
    self.instance = instance
    bound = policy.loadBound
    servers = Table()
    turn = 0
    random = SeededRandom(stream)
    active = Table()
  }

  public var count: Int { servers.count }

  /// In the order of their numbers, so that a server that comes back is found where it was: `hash %
  /// n` depends on it.
  public mutating func add(_ server: ServerID) {
    for place in 0..<servers.count where servers[place] == server.index { return }
    servers.append(server.index)
    var place = servers.count - 1
    while place > 0 && servers[place - 1] > server.index {
      servers.swapAt(place - 1, place)
      place -= 1
    }
    cover(server)
  }

  public mutating func remove(_ server: ServerID) {
    var kept = Table<UInt32>(capacity: servers.count)
    for place in 0..<servers.count where servers[place] != server.index {
      kept.append(servers[place])
    }
    servers = kept
    if turn >= servers.count { turn = 0 }
  }

  public mutating func cover(_ server: ServerID) {
    while active.count <= server.place { active.append(0) }
  }

  @inlinable @inline(__always)
  public mutating func began(_ server: ServerID) {
    active[server.place] &+= 1
  }

  @inlinable @inline(__always)
  public mutating func ended(_ server: ServerID) {
    if active[server.place] > 0 { active[server.place] &-= 1 }
  }

  /// nil: no server is left in the list.
  @inlinable @inline(__always)
  public mutating func pick(key: UInt32) -> ServerID? {
    if routing == .stickyModulo && servers.count > 0 {
      return ServerID(Int(servers[Int(key % UInt32(truncatingIfNeeded: servers.count))]))
    }
    return pickOther(key: key)
  }

  @usableFromInline mutating func pickOther(key: UInt32) -> ServerID? {
    guard servers.count > 0 else { return nil }
    switch routing {
    case .stickyModulo: return ServerID(Int(servers[Int(key) % servers.count]))
    case .roundRobin:
      let place = turn
      turn = (turn + 1) % servers.count
      return ServerID(Int(servers[place]))
    case .random: return ServerID(Int(servers[random.index(below: servers.count)]))
    // One connection after another, and a copy keeps its own.
    case .external: return ServerID(Int(servers[instance % servers.count]))
    case .rendezvous: return highest(key: key, below: UInt32.max)
    case .boundedLoad:
      var total = 1
      for place in 0..<servers.count { total += Int(active[Int(servers[place])]) }
      let ceiling = ceilingOf(bound * Double(total) / Double(servers.count))
      return highest(key: key, below: UInt32(ceiling))
    case .leastActive:
      var best = servers[0]
      for place in 1..<max(1, servers.count) where active[Int(servers[place])] < active[Int(best)] {
        best = servers[place]
      }
      return ServerID(Int(best))
    case .twoChoices:
      let one = servers[random.index(below: servers.count)]
      let other = servers[random.index(below: servers.count)]
      return ServerID(Int(active[Int(other)] < active[Int(one)] ? other : one))
    }
  }

  /// Rendezvous hashing: the server whose mix with the key is largest, among those with fewer turns
  /// than the ceiling.
  private func highest(key: UInt32, below ceiling: UInt32) -> ServerID? {
    var best: UInt32?
    var bestScore: UInt64 = 0
    for place in 0..<servers.count {
      let server = servers[place]
      if active[Int(server)] >= ceiling { continue }
      let score = mix64(mix64(UInt64(key)) ^ mix64(UInt64(server) << 32 | 0x5EED))
      if best == nil || score > bestScore {
        best = server
        bestScore = score
      }
    }
    return best.map { ServerID(Int($0)) }
  }
}

/// Which app instance a request reaches: the load balancer in front of the backend.
public struct InstanceBalancer: ~Copyable {
  @usableFromInline let balance: InstanceBalance
  @usableFromInline let instances: Int
  private var turn = 0
  private var random: SeededRandom

  public init(_ policy: GatewayPolicy, stream: Stream) {
    balance = policy.balance
    instances = policy.instances
    random = SeededRandom(stream)
  }

  /// By user it mixes the key first: `hash % instances` and `hash % servers` would otherwise pair
  /// up.
  @inlinable @inline(__always)
  public mutating func pick(key: UInt32) -> Int {
    if instances == 1 { return 0 }
    if balance == .byUser { return Int(mix64(UInt64(key)) % UInt64(instances)) }
    return pickOther()
  }

  /// The answer, where it needs no state.
  @inlinable public func glance(key: UInt32) -> Int? {
    balance == .byUser ? Int(mix64(UInt64(key)) % UInt64(instances)) : nil
  }

  @usableFromInline mutating func pickOther() -> Int {
    if balance == .random { return random.index(below: instances) }
    let place = turn
    turn = (turn + 1) % instances
    return place
  }
}
