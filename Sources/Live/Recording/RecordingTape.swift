// What one thread writes down: each input of its machines, when it came and what was decided, as
// bytes that go to the file a chunk at a time. Off, it costs its owner one branch an input. It
// looks at machines and never changes them.
//
//   record   machine, time since the record before, input, count of decisions * 2 + 1 if the
//            machine's next deadline is another than before, decisions, that deadline
package import Basics
package import Policies
package import Workload

package struct RecordingTape: ~Copyable {
  package let isOn: Bool
  private let recording: Recording?
  private let stream: Int
  private var chunk: ByteBuffer
  private var last = Instant.zero
  private var inputs = 0
  /// What each app instance wished for when it was last heard of.
  private var deadlines = Table<Instant>()

  /// 64 KiB a write: some six hundred turns, and no longer in the cache if it were more.
  private static let chunkSize = 1 << 16

  /// - stream: tells the threads' chunks apart; 0 is the desk.
  package init(_ recording: Recording?, stream: Int) {
    isOn = recording != nil
    self.recording = recording
    self.stream = stream
    chunk = ByteBuffer(capacity: recording == nil ? 0 : RecordingTape.chunkSize + 4096)
    if isOn { chunk.beginChunk() }
  }

  // MARK: inputs

  @inline(never) package mutating func gateway(
    _ index: Int, _ input: GatewayInput, at now: Instant,
    _ actions: borrowing Table<GatewayAction>, from mark: Int, deadline: Instant
  ) {
    begin(.gateway(index), at: now)
    chunk.put(input)
    while deadlines.count <= index { deadlines.append(.never) }
    let isNew = deadlines[index] != deadline
    if isNew { deadlines[index] = deadline }
    chunk.put(actions, from: mark, at: now, deadline: isNew ? deadline : nil)
    end()
  }

  @inline(never) package mutating func population(
    _ call: PopulationCall, at now: Instant, _ actions: borrowing Table<PopulationAction>
  ) {
    begin(.population, at: now)
    chunk.put(call)
    chunk.put(actions, at: now)
    end()
  }

  /// As above, for the one outcome that most calls have.
  @inline(never) package mutating func population(
    _ call: PopulationCall, at now: Instant, _ action: PopulationAction?
  ) {
    begin(.population, at: now)
    chunk.put(call)
    chunk.put(count: action == nil ? 0 : 1)
    if let action { chunk.put(action, at: now) }
    end()
  }

  package mutating func balancer(key: UInt32, at now: Instant, _ instance: Int) {
    begin(.balancer, at: now)
    chunk.put(key)
    chunk.put(count: instance)
    end()
  }

  @inline(never) package mutating func locks(
    _ call: LockCall, at now: Instant, _ answers: borrowing Table<LockAnswer>
  ) {
    begin(.locks, at: now)
    chunk.put(call)
    chunk.put(answers, at: now)
    end()
  }

  private mutating func begin(_ machine: MachineID, at now: Instant) {
    chunk.put(count: machine.code)
    chunk.put(now, from: last)
    last = now
  }

  private mutating func end() {
    inputs += 1
    if chunk.count >= RecordingTape.chunkSize { flush() }
  }

  // MARK: to the file

  /// What a killed run has written is what was handed over here.
  package mutating func flush() {
    guard let recording, inputs > 0 else { return }
    chunk.endChunk(.records, stream: stream)
    recording.append(&chunk, inputs: inputs)
    chunk.beginChunk()
    // Each chunk can be read without those before.
    last = .zero
    inputs = 0
  }
}

// MARK: decisions

extension ByteBuffer {
  mutating func put(
    _ actions: borrowing Table<GatewayAction>, from mark: Int, at now: Instant, deadline: Instant?
  ) {
    put(count: (actions.count - mark) * 2 + (deadline == nil ? 0 : 1))
    for place in mark..<actions.count { put(actions[place], at: now) }
    if let deadline { put(deadline, from: now) }
  }

  mutating func put(_ actions: borrowing Table<PopulationAction>, at now: Instant) {
    put(count: actions.count)
    for place in 0..<actions.count { put(actions[place], at: now) }
  }

  mutating func put(_ answers: borrowing Table<LockAnswer>, at now: Instant) {
    put(count: answers.count)
    for place in 0..<answers.count { put(answers[place], at: now) }
  }
}
