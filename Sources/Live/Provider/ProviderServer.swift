// The loop of the fake provider: wait, let timers happen, accept, read, write. What a request
// means and what becomes of it stands in ProviderServer+Requests and +Answers; what is decided, in
// FakeModel.
internal import Basics
internal import CLIModel
internal import LinuxIO

struct ProviderServer: ~Copyable {
  let face: FakeProvider
  let settings: ProviderSettings
  let observe: (@Sendable (Observed) -> Void)?
  let text: AnswerText
  var model: FakeModel
  var counts = ProviderCounts()

  var poller: Poller
  var timers = DeadlineHeap()
  let beganAt: Instant
  let beganOn: Int
  var connections: [ProviderConnection?] = []
  private var freePlaces: [Int] = []
  private var epochs: UInt32 = 0
  private var live = 0
  var underWay = 0
  /// Connections with something to write at the end of this turn of the loop.
  private var dirty: [ProviderConnection] = []
  /// Descriptors ran out: nobody is accepted until one is free again, or the loop would spin.
  private var isDeaf = false
  private var isStopped = false
  private let input = Scratch()
  let body = Scratch()

  /// Bytes on their way through one step of the loop.
  final class Scratch { var bytes = ByteBuffer(capacity: 64 << 10) }

  private static let stopToken: UInt64 = 0
  private static let signalToken: UInt64 = 1
  private static let listenerToken: UInt64 = 2
  private static let firstConnection: UInt64 = 16
  private static let listenAgain = UInt64.max
  /// How long a client gets to close its side.
  private static let patience = Interval.seconds(2)
  private static let readSize = 64 << 10

  init(
    _ face: FakeProvider, _ observe: (@Sendable (Observed) -> Void)?
  ) throws(SystemFailure) {
    self.face = face
    self.observe = observe
    settings = face.settings
    text = AnswerText(fixed: settings.answer)
    model = FakeModel(settings)
    poller = try Poller()
    beganAt = MonotonicClock.now()
    beganOn = Int(WallClock.milliseconds() / 1000)
  }

  func clock() -> Instant { Instant.zero + (MonotonicClock.now() - beganAt) }

  mutating func run() -> Observations {
    // Pieces are due at instants of their own.
    ThisProcess.sharpenTimers()
    _ = poller.add(
      face.wakeUp.descriptor.number, token: ProviderServer.stopToken, for: .reading)
    if let signals = face.signals {
      _ = poller.add(
        signals.arrived.descriptor.number, token: ProviderServer.signalToken, for: .reading)
    }
    listen()
    while !isStopped && !face.isStopWanted {
      let ready = poller.wait(until: timers.earliest, now: clock())
      runTimers()
      for place in 0..<ready where !isStopped { handle(poller[place]) }
      flush()
      face.publish(counts.calls)
    }
    for place in connections.indices {
      if let connection = connections[place] { drop(connection, as: .stopped) }
    }
    return counts.snapshot(after: clock() - .zero)
  }

  private mutating func listen() {
    isDeaf = false
    _ = poller.add(
      face.listener.descriptor.number, token: ProviderServer.listenerToken, for: .reading)
  }

  // MARK: what happens

  private mutating func runTimers() {
    let present = clock()
    while let event = timers.popDue(at: present) {
      if event.code == ProviderServer.listenAgain {
        if isDeaf { listen() }
        continue
      }
      guard let connection = connection(event.code) else { continue }
      switch connection.phase {
      case .serving where connection.reply != nil:
        advance(connection, due: event.instant)
        resume(connection)
      case .lingering: drop(connection, as: .answered)
      default: break
      }
    }
  }

  private mutating func handle(_ ready: Ready) {
    switch ready.token {
    case ProviderServer.stopToken: face.wakeUp.answer()
    case ProviderServer.signalToken:
      while face.signals?.arrived.next() != nil { isStopped = true }
    case ProviderServer.listenerToken: acceptAll()
    default:
      guard let connection = connection(ready.token) else { return }
      if ready.what.contains(.writing) { write(connection) }
      if !ready.what.isDisjoint(with: [.reading, .peerClosed, .broken]) { read(connection) }
    }
  }

  /// The connection that a token or a timer was made for, unless it is gone.
  private func connection(_ code: UInt64) -> ProviderConnection? {
    let place = Int(code & 0xFFFF_FFFF) - Int(ProviderServer.firstConnection)
    guard place >= 0, place < connections.count, let connection = connections[place],
      connection.epoch == UInt32(truncatingIfNeeded: code >> 32)
    else { return nil }
    return connection
  }

  func token(of connection: ProviderConnection) -> UInt64 {
    UInt64(connection.epoch) << 32
      | (UInt64(connection.place) + ProviderServer.firstConnection)
  }

  // MARK: coming and going

  private mutating func acceptAll() {
    while !isDeaf {
      switch face.listener.accept() {
      case .none: return
      case .exhausted:
        isDeaf = true
        poller.remove(face.listener.descriptor.number)
        // Somebody else may free one without our knowing.
        timers.push(clock() + .milliseconds(100), ProviderServer.listenAgain)
      case .connection(let descriptor): admit(descriptor)
      }
    }
  }

  private mutating func admit(_ descriptor: consuming Descriptor) {
    guard live < settings.connectionLimit else {
      counts.plain.connectionsRefused += 1
      return
    }
    // Pieces of a stream are small, and each is due now.
    TCP.sendAtOnce(descriptor)
    let place = freePlaces.popLast() ?? connections.count
    if place == connections.count { connections.append(nil) }
    epochs &+= 1
    let connection = ProviderConnection(
      place: place, epoch: epochs, descriptor: consume descriptor)
    guard
      poller.add(connection.descriptor.number, token: token(of: connection), for: .reading) == nil
    else {
      freePlaces.append(place)
      counts.plain.connectionsRefused += 1
      return
    }
    connections[place] = connection
    live += 1
    counts.plain.connections += 1
    counts.plain.connectionsAtOnce = max(counts.plain.connectionsAtOnce, live)
  }

  mutating func drop(_ connection: ProviderConnection, as ending: Observed.Ending) {
    guard connection.phase != .closed else { return }
    if connection.reply != nil { conclude(connection, ending) }
    connection.phase = .closed
    poller.remove(connection.descriptor.number)
    connections[connection.place] = nil
    freePlaces.append(connection.place)
    live -= 1
    if isDeaf { listen() }
  }

  // MARK: reading

  private mutating func read(_ connection: ProviderConnection) {
    if connection.phase == .closed { return }
    input.bytes.removeAll()
    let transfer = connection.descriptor.read(
      into: &input.bytes, limit: ProviderServer.readSize)
    switch transfer {
    case .moved(let count):
      counts.plain.bytesIn += count
      guard connection.phase == .serving else { return }
      if connection.reply != nil || !connection.pending.isEmpty {
        connection.pending.append(input.bytes)
        return watch(connection)
      }
      // A reference of its own: what the bytes lead to changes the server they belong to.
      let input = input
      let taken = input.bytes.withSpan { consume($0, connection) }
      if taken < input.bytes.count && connection.phase == .serving {
        input.bytes.removeFirst(taken)
        connection.pending.append(input.bytes)
        resume(connection)
      }
    case .wouldBlock: break
    case .closed, .failed: drop(connection, as: .abandoned)
    }
  }

  /// Reads on in what came while an answer was under way.
  private mutating func resume(_ connection: ProviderConnection) {
    while connection.phase == .serving, connection.reply == nil, !connection.pending.isEmpty {
      // Taken out first: a request may end the connection, and its bytes with it.
      let waiting = connection.pending.array
      let taken = consume(waiting.span, connection)
      connection.pending.removeFirst(min(taken, connection.pending.count))
    }
    if connection.pending.isEmpty { connection.pending.removeAll(keeping: 0) }
    watch(connection)
  }

  /// Feeds bytes to the reader until a request has to be answered; how many were taken.
  private mutating func consume(_ bytes: Span<UInt8>, _ connection: ProviderConnection) -> Int {
    var taken = 0
    while taken < bytes.count, connection.reply == nil, connection.phase == .serving {
      guard case .took(let count) = connection.reader.feed(bytes.extracting(taken...)) else {
        malformed(connection)
        return bytes.count
      }
      taken += count
      if connection.reader.isComplete {
        receive(connection)
      } else if connection.reader.hasHeaders && connection.reader.expectsContinue
        && !connection.wasEncouraged
      {
        connection.wasEncouraged = true
        connection.output.append("HTTP/1.1 100 Continue\r\n\r\n")
        mark(connection)
      }
    }
    return taken
  }

  // MARK: writing

  /// Something is to be written at the end of this turn of the loop.
  mutating func mark(_ connection: ProviderConnection) {
    if connection.isDirty { return }
    connection.isDirty = true
    dirty.append(connection)
  }

  private mutating func flush() {
    for connection in dirty {
      connection.isDirty = false
      write(connection)
    }
    dirty.removeAll(keepingCapacity: true)
  }

  mutating func write(_ connection: ProviderConnection) {
    if connection.phase == .closed { return }
    while !connection.output.isEmpty {
      switch connection.descriptor.write(from: &connection.output) {
      case .moved(let count): counts.plain.bytesOut += count
      case .wouldBlock:
        if connection.output.count > ProviderConnection.mostOutput {
          counts.plain.slowReaders += 1
          return drop(connection, as: .abandoned)
        }
        return watch(connection)
      case .closed, .failed: return drop(connection, as: .abandoned)
      }
    }
    connection.output.removeAll(keeping: 4096)
    if connection.phase == .ending {
      connection.phase = .lingering
      TCP.endWriting(connection.descriptor)
      timers.push(clock() + ProviderServer.patience, token(of: connection))
    }
    watch(connection)
  }

  private mutating func watch(_ connection: ProviderConnection) {
    guard connection.phase != .closed, connection.interest != connection.wanted else { return }
    connection.interest = connection.wanted
    _ = poller.change(
      connection.descriptor.number, token: token(of: connection), for: connection.interest)
  }
}
