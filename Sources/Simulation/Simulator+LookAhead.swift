// At 10^5 people and more nearly every record a turn touches is out of the cache, and one cache
// miss takes as long as a hundred instructions. The queue opens several events at a time; before
// the first is handled, the records of all are asked for, in rounds: what one round brought in
// tells the next where to look. It decides nothing: results are the same without.
internal import Basics
internal import CLIModel
internal import Policies
internal import Workload

/// What the rounds have found out about one coming event.
struct Glance: BitwiseCopyable {
  var kind: EventKind
  var number: Int
  var server = 0
  var session = SessionID(0)
  var place = noLink
  var instance = 0
  /// The place is that of an entry which will be taken out.
  var goes = false
}

extension Simulator {
  /// From this many people on, records do not stay in the second-level cache.
  static let lookAheadFrom = 20_000
  /// Events wanted in a slot of the queue, and looked at in one go.
  static let lookAheadBatch = 12
  /// Events wanted in a slot where nobody looks ahead: a wider slot is opened less often, a narrower
  /// one sorted sooner.
  static let batch = 4
  static let lookAheadMost = 48
  /// So many servers no longer stay in the cache themselves.
  static let coldServers = 256
  /// Cache lines of a server that a turn touches.
  static let serverLines = 6

  @inline(never) mutating func lookAhead() {
    queue.justOpened = false
    let count = min(queue.comingCount, Simulator.lookAheadMost)
    if count < 2 { return }
    glances.removeAll()
    if servers.count > Simulator.coldServers {
      for index in 0..<count { glanceAtServer(queue.coming(index)) }
    }
    for index in 0..<count { firstGlance(queue.coming(index)) }
    for index in 0..<glances.count { secondGlance(index) }
    for index in 0..<glances.count { thirdGlance(index) }
    for index in 0..<glances.count { fourthGlance(index) }
  }

  @inline(__always) private mutating func glanceAtServer(_ code: UInt64) {
    switch EventCode.kind(code) {
    case .answered: servers.prefetch(EventCode.server(code), lines: Simulator.serverLines)
    case .workDone:
      servers.prefetch(EventCode.high(code), lines: Simulator.serverLines)
      states.prefetch(EventCode.high(code))
    default: break
    }
  }

  @inline(__always) private mutating func firstGlance(_ code: UInt64) {
    let kind = EventCode.kind(code)
    switch kind {
    case .ready:
      let loop = EventCode.low(code)
      population.prefetch(loop)
      glances.append(Glance(kind: kind, number: Int(loop)))
    case .answered:
      let server = EventCode.server(code)
      let place = EventCode.providerCall(code).place
      servers[server].prefetch(place: place)
      glances.append(Glance(kind: kind, number: 0, server: server, place: place))
    case .workDone:
      let server = EventCode.high(code)
      let work = servers[server].glanceAtWork()
      store.prefetch(work.session)
      if let next = servers[server].glanceAtNext() { store.prefetch(next) }
      if !work.turn.isNone {
        gateways[work.turn.instance].prefetch(work.turn)
        glances.append(Glance(kind: kind, number: Int(work.turn.index)))
      }
    default: break
    }
  }

  @inline(__always) private mutating func secondGlance(_ index: Int) {
    let glance = glances[index]
    if glance.kind == .workDone {
      let turn = TurnID(raw: UInt32(truncatingIfNeeded: glance.number))
      let held = gateways[turn.instance].glanceAtEntry(of: turn)
      glances[index].instance = turn.instance
      glances[index].place = held.entry
      glances[index].goes = held.goes
      if held.goes { store.prefetch(held.session) }
    } else if glance.kind == .ready {
      let next = population.glance(UInt32(truncatingIfNeeded: glance.number))
      if next.isShared { locks.prefetch(next.session) }
      glanceAtSession(index, next.key, next.session)
    } else if let found = servers[glance.server].glance(place: glance.place) {
      store.prefetch(found.session)
      if !found.turn.isNone { gateways[found.turn.instance].prefetch(found.turn) }
    }
  }

  @inline(__always)
  private mutating func glanceAtSession(_ index: Int, _ key: UInt32, _ session: SessionID) {
    let instance = gateways.count == 1 ? 0 : balancer.glance(key: key)
    guard let instance, let server = gateways[instance].glance(key: key, session: session) else {
      return
    }
    glances[index].instance = instance
    glances[index].server = server.place
    glances[index].session = session
    glances[index].place = 0
  }

  @inline(__always) private mutating func thirdGlance(_ index: Int) {
    let glance = glances[index]
    if glance.goes {
      _ = gateways[glance.instance].glanceNeighbours(Int(glance.place))
    }
    guard glance.kind == .ready, glance.place != noLink else { return }
    let server = ServerID(glance.server)
    if let entry = gateways[glance.instance].glanceEntry(glance.session, server) {
      glances[index].place = UInt32(truncatingIfNeeded: entry)
      return
    }
    store.prefetch(glance.session)
    let victim = gateways[glance.instance].glanceVictim(server)
    glances[index].place = victim.map { UInt32(truncatingIfNeeded: $0) } ?? noLink
    glances[index].goes = true
  }

  @inline(__always) private mutating func fourthGlance(_ index: Int) {
    let glance = glances[index]
    guard glance.kind == .ready, glance.place != noLink else { return }
    if glance.goes {
      guard let victim = gateways[glance.instance].glanceNeighbours(Int(glance.place)) else {
        return
      }
      store.prefetch(victim.session)
      servers[glance.server].prefetch(place: victim.handle)
      return
    }
    let handle = gateways[glance.instance].glanceHandle(Int(glance.place))
    if handle != noLink { servers[glance.server].prefetch(place: handle) }
  }
}
