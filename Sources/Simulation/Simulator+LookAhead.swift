// At 10^5 people and more nearly every record a turn touches is out of the cache, and one cache
// miss takes as long as a hundred instructions. So events are looked at a few slots of the queue
// before they are due, in four rounds: what one round asks for tells the next where to look, and
// by then it has arrived. It decides nothing: results are the same without.
internal import Basics
internal import CLIModel
internal import Policies
internal import Workload

/// What the rounds have found out about one coming event.
struct Glance: BitwiseCopyable {
  var code: UInt64
  var kind: EventKind
  /// The place is that of an entry which will be taken out.
  var goes = false
  var instance: UInt16 = 0
  var server: UInt32 = 0
  var session = SessionID(0)
  var place = noLink
}

/// Glances in the order of their events, and how far each round has come.
struct Glances: ~Copyable {
  var all = Table<Glance>(capacity: 4096)
  var second = 0
  var third = 0
  var fourth = 0

  /// Those that all rounds have seen are dropped now and then.
  mutating func tidy() {
    guard fourth >= 2048 else { return }
    let kept = all.count - fourth
    for index in 0..<kept { all[index] = all[fourth + index] }
    while all.count > kept { _ = all.removeLast() }
    second -= fourth
    third -= fourth
    fourth = 0
  }
}

extension Simulator {
  /// From this many people on, records do not stay in the second-level cache.
  static let lookAheadFrom = 20_000
  /// Events wanted in a slot of the queue, and looked at in one go.
  static let lookAheadBatch = 12
  /// Events wanted in a slot where nobody looks ahead.
  static let batch = 4
  /// Slots from the first look to the event: one for each round, and one to spare.
  static let lookAheadSlots: UInt64 = 5
  /// So many servers no longer stay in the cache themselves.
  static let coldServers = 256
  /// Cache lines of a server that a turn touches.
  static let serverLines = 6

  /// Called when a slot of the queue has been opened.
  @inline(never) mutating func lookAhead() {
    queue.justOpened = false
    let end = glances.all.count
    for index in glances.fourth..<glances.third { fourthGlance(index) }
    glances.fourth = glances.third
    for index in glances.third..<glances.second { thirdGlance(index) }
    glances.third = glances.second
    for index in glances.second..<end { secondGlance(index) }
    glances.second = end
    glances.tidy()
    coming.removeAll()
    queue.peek(ahead: Simulator.lookAheadSlots, into: &coming)
    let coldServers = servers.count > Simulator.coldServers
    for index in 0..<coming.count { firstGlance(coming[index], coldServers) }
  }

  @inline(__always) private mutating func firstGlance(_ code: UInt64, _ coldServers: Bool) {
    let kind = EventCode.kind(code)
    switch kind {
    case .ready: population.prefetch(EventCode.low(code))
    case .answered:
      if coldServers { prefetchServer(EventCode.server(code)) }
    case .workDone:
      if coldServers { prefetchServer(EventCode.high(code)) }
    default: return
    }
    glances.all.append(Glance(code: code, kind: kind))
  }

  private mutating func prefetchServer(_ server: Int) {
    servers.prefetch(server, lines: Simulator.serverLines)
    states.prefetch(server)
  }

  @inline(__always) private mutating func secondGlance(_ index: Int) {
    let glance = glances.all[index]
    switch glance.kind {
    case .ready:
      let next = population.glance(EventCode.low(glance.code))
      if next.isShared { locks.prefetch(next.session) }
      let instance = gateways.count == 1 ? 0 : balancer.glance(key: next.key)
      guard let instance,
        let server = gateways[instance].glance(key: next.key, session: next.session)
      else { return }
      glances.all.modify(index) {
        $0.instance = UInt16(truncatingIfNeeded: instance)
        $0.server = server.index
        $0.session = next.session
        $0.place = 0
      }
    case .answered:
      servers[EventCode.server(glance.code)].prefetch(
        place: EventCode.providerCall(glance.code).place)
    default:
      let server = EventCode.high(glance.code)
      let work = servers[server].glanceAtWork()
      store.prefetch(work.session)
      if let next = servers[server].glanceAtNext() { store.prefetch(next) }
      if work.turn.isNone { return }
      gateways[work.turn.instance].prefetch(work.turn)
      glances.all[index].place = work.turn.index
    }
  }

  @inline(__always) private mutating func thirdGlance(_ index: Int) {
    let glance = glances.all[index]
    switch glance.kind {
    case .ready:
      if glance.place == noLink { return }
      let instance = Int(glance.instance)
      let server = ServerID(Int(glance.server))
      if let entry = gateways[instance].glanceEntry(glance.session, server) {
        glances.all[index].place = UInt32(truncatingIfNeeded: entry)
        return
      }
      store.prefetch(glance.session)
      let victim = gateways[instance].glanceVictim(server)
      glances.all[index].place = victim.map { UInt32(truncatingIfNeeded: $0) } ?? noLink
      glances.all[index].goes = true
    case .answered:
      let place = EventCode.providerCall(glance.code).place
      guard let found = servers[EventCode.server(glance.code)].glance(place: place) else { return }
      store.prefetch(found.session)
      if !found.turn.isNone { gateways[found.turn.instance].prefetch(found.turn) }
    default:
      if glance.place == noLink { return }
      let turn = TurnID(raw: glance.place)
      let held = gateways[turn.instance].glanceAtEntry(of: turn)
      glances.all.modify(index) {
        $0.instance = UInt16(truncatingIfNeeded: turn.instance)
        $0.place = held.entry
        $0.goes = held.goes
      }
      if held.goes { store.prefetch(held.session) }
    }
  }

  @inline(__always) private mutating func fourthGlance(_ index: Int) {
    let glance = glances.all[index]
    if glance.place == noLink { return }
    let instance = Int(glance.instance)
    if glance.goes {
      let going = gateways[instance].glanceNeighbours(Int(glance.place))
      guard glance.kind == .ready, let going else { return }
      store.prefetch(going.session)
      servers[Int(glance.server)].prefetch(place: going.handle)
    } else if glance.kind == .ready {
      let handle = gateways[instance].glanceHandle(Int(glance.place))
      if handle != noLink { servers[Int(glance.server)].prefetch(place: handle) }
    }
  }
}
