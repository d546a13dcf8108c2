// The file of a live run's inputs. The threads of a run hand over whole chunks, one after another
// under one lock, so that the order of each thread's own chunks is kept. What could not be written
// is remembered and said at the end; the run goes on.
internal import Basics
public import LinuxIO
internal import Policies
public import Scenarios
internal import Synchronization

public final class Recording: Sendable {
  /// The first line: whoever opens the file with a pager sees what it is.
  static let magic = "seatrial recording 4\n"

  private struct State: ~Copyable {
    let file: Descriptor
    var inputs = 0
    var inputsOfVariant = 0
    var failure: SystemFailure?
  }

  public let path: String
  private let state: Mutex<State>

  /// Replaces what stands there.
  /// - version: of the program, for whoever reads the file later.
  public static func create(
    _ path: String, of source: ScenarioSource, version: String
  ) -> Result<Recording, SystemFailure> {
    switch Files.create(path) {
    case .failure(let failure): return .failure(failure)
    case .success(let file):
      let recording = Recording(path, file)
      var head = ByteBuffer()
      head.append(magic)
      var chunk = ByteBuffer()
      chunk.beginChunk()
      chunk.put(source, version: version)
      chunk.endChunk(.source, stream: 0)
      head.append(chunk)
      recording.append(&head, inputs: 0)
      return recording.failure.map { .failure($0) } ?? .success(recording)
    }
  }

  private init(_ path: String, _ file: consuming Descriptor) {
    self.path = path
    state = Mutex(State(file: file))
  }

  // MARK: the run

  package func beginVariant(_ factory: MachineFactory) {
    state.withLock { $0.inputsOfVariant = 0 }
    var chunk = ByteBuffer()
    chunk.beginChunk()
    chunk.put(VariantHead(factory))
    chunk.endChunk(.variant, stream: 0)
    append(&chunk, inputs: 0)
  }

  package func endVariant() {
    mark(.variantEnd, count: state.withLock { $0.inputsOfVariant })
  }

  /// Nothing more will come; nil: everything stands in the file.
  public func finish() -> SystemFailure? {
    mark(.end, count: state.withLock { $0.inputs })
    return failure
  }

  private func mark(_ kind: ChunkKind, count: Int) {
    var chunk = ByteBuffer()
    chunk.beginChunk()
    chunk.put(count: count)
    chunk.endChunk(kind, stream: 0)
    append(&chunk, inputs: 0)
  }

  public var failure: SystemFailure? { state.withLock { $0.failure } }

  func append(_ chunk: inout ByteBuffer, inputs: Int) {
    state.withLock { state in
      // Half a chunk may stand there already: nothing behind it could be read.
      guard state.failure == nil else { return }
      while !chunk.isEmpty && state.failure == nil {
        switch state.file.write(from: &chunk) {
        case .moved: break
        case .wouldBlock, .closed: state.failure = failed(0)
        case .failed(let number): state.failure = failed(number)
        }
      }
      state.inputs += inputs
      state.inputsOfVariant += inputs
    }
  }

  private func failed(_ number: Int32) -> SystemFailure {
    SystemFailure(call: "write", subject: path, number: number)
  }
}

// MARK: heads

/// A variant as its chunk names it.
package struct VariantHead: Sendable {
  package var name: String
  package var seed: UInt64
  package var instances: Int
  /// Of the scenario: what it resolved to when it was recorded.
  package var digest: String

  init(_ factory: MachineFactory) {
    name = factory.scenario.variant
    seed = factory.seed.value
    instances = factory.scenario.app.instances
    digest = factory.scenario.digest
  }

  init?(_ bytes: [UInt8]) {
    var cursor = RecordCursor(bytes)
    name = cursor.text()
    seed = cursor.number()
    instances = Int(cursor.short())
    digest = cursor.text()
    if cursor.hasFailed || !cursor.isAtEnd { return nil }
  }
}

extension ByteBuffer {
  fileprivate mutating func put(_ head: VariantHead) {
    put(text: head.name)
    put(head.seed)
    put(count: head.instances)
    put(text: head.digest)
  }

  fileprivate mutating func put(_ source: ScenarioSource, version: String) {
    put(text: version)
    put(text: source.name)
    put(bytes: source.bytes)
    put(count: source.settings.count)
    for setting in source.settings { put(text: setting) }
    put(count: source.files.count)
    for file in source.files {
      put(text: file.name)
      put(bytes: file.bytes)
    }
  }
}

extension ScenarioSource {
  /// From the first chunk; nil: it is no such thing.
  init?(_ bytes: [UInt8], version: inout String) {
    var cursor = RecordCursor(bytes)
    version = cursor.text()
    self.init(name: cursor.text(), bytes: cursor.data(), settings: [])
    for _ in 0..<cursor.count() { settings.append(cursor.text()) }
    for _ in 0..<cursor.count() {
      files.append(File(name: cursor.text(), bytes: cursor.data()))
    }
    if cursor.hasFailed || !cursor.isAtEnd { return nil }
  }
}
