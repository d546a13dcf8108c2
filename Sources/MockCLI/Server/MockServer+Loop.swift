// The loop: wait, let timers happen, read, answer, write. Timers happen at their own instants, so a
// loop that wakes up late does not make the work of a busy server longer.
internal import Basics
internal import CLIModel
internal import LinuxIO
internal import Wire

extension MockServer {
  /// Tokens of the poller: connections are numbered from here on, with their epoch above.
  private static let signalToken: UInt64 = 0
  private static let listenerToken: UInt64 = 1
  static let firstConnection: UInt64 = 16

  /// Serves until it is told to stop; the exit code.
  mutating func run() -> Int32 {
    _ = poller.add(
      signals.descriptor.number, token: MockServer.signalToken, for: .reading)
    if settings.idleTimeout != nil {
      timers.push(now + settings.profile.idleSweep, Timer.sweep.code)
    }
    while exitCode == nil {
      let ready = poller.wait(until: nextDeadline, now: clock())
      wall.refresh()
      runTimers()
      now = max(now, clock())
      for place in 0..<ready where exitCode == nil { handle(poller[place]) }
      // All of them in a row: to write to each client as soon as it is answered was slower where
      // session files are written (decision 0016).
      flushOutputs()
    }
    return exitCode ?? 0
  }

  func clock() -> Instant { Instant.zero + (MonotonicClock.now() - began) }

  private var nextDeadline: Instant? { timers.earliest }

  private mutating func runTimers() {
    let present = clock()
    while let event = timers.popDue(at: present) {
      now = max(now, event.instant)
      handle(Timer(code: event.code))
      if exitCode != nil { return }
    }
  }

  private mutating func handle(_ timer: Timer) {
    switch timer {
    case .workDone: feed(.workDone)
    case .modelAnswered(let call):
      provider.answered()
      if let session = session(of: call) { modelAnswered(session) }
    case .modelFailed(let call, let status):
      provider.answered()
      if let session = session(of: call) {
        noteFailure(session, status: Int(status), text: "\(status) from the mock")
      }
      feed(.providerFailed(call, status: status))
    case .retry(let call): feed(.retryDue(call))
    case .delta(let call): streamNext(call)
    case .flush(let session): flushDue(session)
    case .sweep:
      feed(.sweepDue)
      closeForgotten()
      timers.push(now + settings.profile.idleSweep, Timer.sweep.code)
    case .exit: exitCode = 0
    case .listen: listenNow()
    case .wake: readUnpolled()
    case .accept: watchListener()
    case .stored(let place): stored(place)
    }
  }

  private mutating func handle(_ ready: Ready) {
    switch ready.token {
    case MockServer.signalToken:
      while let signal = signals.next() { stopped(by: signal) }
    case MockServer.listenerToken: acceptAll()
    default:
      if ready.token & MockServer.providerBit != 0 { return providerReady(ready) }
      let place = Int(ready.token & 0xFFFF_FFFF) - Int(MockServer.firstConnection)
      guard place >= 0, place < connections.count, let connection = connections[place],
        connection.epoch == UInt32(truncatingIfNeeded: ready.token >> 32)
      else { return }
      if !faults.isEmpty && isHalfOpen { return pause(connection) }
      if ready.what.contains(.writing) { write(connection) }
      if !ready.what.isDisjoint(with: [.reading, .peerClosed, .broken]) { read(connection) }
    }
  }

  // MARK: connections

  mutating func startListening(_ listener: consuming Listener) {
    self.listener = consume listener
    // The line "listening" comes before the end of the start: who connects meanwhile waits for it.
    let rest = restOfStart()
    if rest > .zero {
      timers.push(now + rest, Timer.accept.code)
    } else {
      watchListener()
    }
  }

  private mutating func watchListener() {
    guard let number = listener?.number() else { return }
    _ = poller.add(number, token: MockServer.listenerToken, for: .reading)
  }

  private mutating func unwatchListener() {
    guard let number = listener?.number() else { return }
    poller.remove(number)
  }

  mutating func stopListening() { listener = nil }

  private mutating func acceptAll() {
    while listener != nil {
      switch listener!.accept() {
      case .none: return
      case .exhausted:
        // Out of descriptors: those in the kernel's queue wait. The listener would report them
        // over and over meanwhile, so it is looked at again a little later.
        unwatchListener()
        timers.push(now + .milliseconds(100), Timer.accept.code)
        return
      case .connection(let descriptor):
        if !faults.isEmpty && refusesConnections {
          TCP.resetOnClose(descriptor)
          continue
        }
        if connections.count - freeConnections.count >= settings.connectionLimit { continue }
        if settings.writes == .joined { TCP.sendAtOnce(descriptor) }
        admit(descriptor, writer: nil)
      }
    }
  }

  mutating func admit(_ reader: consuming Descriptor, writer: consuming Descriptor?) {
    let place: Int
    if let free = freeConnections.popLast() {
      place = free
    } else {
      place = connections.count
      connections.append(nil)
    }
    epochs &+= 1
    let connection = Connection(
      place: place, epoch: epochs, reader: reader, writer: writer,
      trust: token == nil ? .trusted : .needsToken, limit: settings.bodyLimit)
    connections[place] = connection
    let failure = poller.add(
      connection.readerNumber, token: token(of: connection), for: .reading)
    if failure != nil && isServingStreams { timers.push(now, Timer.wake.code) }
  }

  /// A file or /dev/null as standard input cannot be waited for: it is read until it ends.
  private mutating func readUnpolled() {
    guard isServingStreams, let connection = connections.first ?? nil else { return }
    read(connection)
    if !connection.isClosed { timers.push(now + .milliseconds(1), Timer.wake.code) }
  }

  private func token(of connection: Connection) -> UInt64 {
    UInt64(connection.epoch) << 32 | (UInt64(connection.place) + MockServer.firstConnection)
  }

  private mutating func read(_ connection: Connection) {
    if connection.isClosed { return }
    let appetite = connection.appetite
    let transfer = connection.decoder.receive { buffer in
      connection.reader.read(into: &buffer, limit: appetite)
    }
    switch transfer {
    case .moved(let count):
      connection.appetite =
        count == appetite ? min(appetite * 4, 256 << 10) : max(2048, min(appetite, count * 2))
      while !connection.isClosed, connection.decoder.next({ receive($0, from: connection) }) != nil
      {}
      // A body over the limit is passed over, as the real CLI never answers a length that it cannot
      // mean. Nobody honest sends one.
      if settings.isHardened && connection.decoder.refused > 0 { drop(connection) }
    case .wouldBlock: break
    case .closed, .failed: drop(connection)
    }
  }

  /// The client is gone: sessions that only it had opened go with it.
  mutating func drop(_ connection: Connection) {
    guard !connection.isClosed else { return }
    connection.isClosed = true
    poller.remove(connection.readerNumber)
    connections[connection.place] = nil
    freeConnections.append(connection.place)
    hookAnswered(nil, by: connection.place)
    if connection.isKnown {
      for session in sessions {
        if let session {
          session.owners.removeAll { $0 == connection.place }
          session.hookOwners.removeAll { $0 == connection.place }
        }
      }
      feed(.connectionClosed(ConnectionID(connection.place)))
      closeForgotten()
    }
    if isServingStreams { stopped(by: .terminate) }
    if stop == .ending && connections.allSatisfy({ $0 == nil }) {
      timers.push(now + shortStop, Timer.exit.code)
    }
  }

  /// A half-open peer: the kernel's buffers fill up, and nobody looks.
  private mutating func pause(_ connection: Connection) {
    _ = poller.change(connection.readerNumber, token: token(of: connection), for: [])
  }

  // MARK: writing

  mutating func flushOutputs() {
    if dirty.isEmpty { return }
    for connection in dirty {
      connection.isDirty = false
      write(connection)
    }
    dirty.removeAll(keepingCapacity: true)
  }

  private mutating func write(_ connection: Connection) {
    if connection.isClosed || !faults.isEmpty && isHalfOpen { return }
    while !connection.output.isEmpty {
      switch connection.write() {
      case .moved: continue
      case .wouldBlock:
        if connection.output.count > settings.outputLimit { return drop(connection) }
        want(writing: true, connection)
        return
      case .closed, .failed: return drop(connection)
      }
    }
    connection.cuts.removeAll(keepingCapacity: true)
    connection.output.removeAll(keeping: 64 << 10)
    want(writing: false, connection)
  }

  private mutating func want(writing: Bool, _ connection: Connection) {
    if connection.wantsWriting == writing { return }
    connection.wantsWriting = writing
    if let number = connection.writerNumber {
      // Standard output is a descriptor of its own, watched only while it is full.
      if writing {
        _ = poller.add(number, token: token(of: connection), for: .writing)
      } else {
        poller.remove(number)
      }
      return
    }
    _ = poller.change(
      connection.readerNumber, token: token(of: connection),
      for: writing ? [.reading, .writing] : .reading)
  }

  /// The pipes of a parent are trusted: a token in the environment is not for them.
  var token: String? { isServingStreams ? nil : settings.token }

  /// SIGTERM without clients ends after this: 0.04 to 0.18 s on the real CLI.
  var shortStop: Interval { .milliseconds(40) }
}
