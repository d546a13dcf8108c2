// A recording fed to fresh machines: the same inputs at the same instants have to lead to the same
// decisions. It reads, compares and reports; it needs no fleet, no clock and no file but the one.
public import Basics
internal import LinuxIO
internal import Policies
internal import Scenarios

public struct Replay: Sendable {
  /// What the recorded run was of.
  public private(set) var version = ""
  public private(set) var scenario = ""
  public private(set) var variants: [String] = []
  public private(set) var machines = 0
  public private(set) var inputs = 0
  public private(set) var stop = RecordingStop.whole
  /// The earliest of the variant in which machines decided differently.
  public private(set) var difference: Difference?
  public private(set) var machinesThatDiffer = 0
  /// What a reader should know before believing the rest.
  public private(set) var warnings: [String] = []

  public struct Difference: Sendable {
    public var variant: String
    public var machine: String
    public var instant: Instant
    /// Counted for this machine, from 1.
    public var number: Int
    public var input: String
    public var recorded: [String]
    public var replayed: [String]
  }

  private var source: ScenarioFile?
  private var inputsOfVariant = 0
  private var isInVariant = false

  public static func run(_ path: String) -> Replay {
    var replay = Replay()
    switch RecordingReader.open(path) {
    case .failure(let stop): replay.stop = stop
    case .success(var reader): replay.run(&reader)
    }
    return replay
  }

  private mutating func run(_ reader: inout RecordingReader) {
    var machines: MachineSet?
    while true {
      let chunk: RecordingReader.Chunk
      switch reader.next() {
      case .stopped(let stop):
        self.stop = stop
        return
      case .chunk(let next): chunk = next
      }
      let problem: String?
      switch chunk.kind {
      case .source: problem = takeSource(chunk.bytes)
      case .variant: problem = beginVariant(chunk.bytes, &machines)
      case .records: problem = feed(chunk.bytes, &machines)
      case .variantEnd:
        problem = endVariant(chunk.bytes)
        isInVariant = false
        machines = nil
        if difference != nil { return }
      case .end: problem = endFile(chunk.bytes)
      }
      if let problem {
        stop = .damaged(at: chunk.place, problem)
        return
      }
    }
  }

  // MARK: chunks

  private mutating func takeSource(_ bytes: [UInt8]) -> String? {
    guard source == nil, let read = ScenarioSource(bytes, version: &version) else {
      return "the scenario in it cannot be read"
    }
    scenario = read.name
    switch read.read() {
    case .success(let file):
      source = file
      return nil
    case .failure(let complaints):
      let first = complaints.all.first?.text ?? "no reason is given"
      return "this version of seatrial refuses its scenario: \(first)"
    }
  }

  private mutating func beginVariant(_ bytes: [UInt8], _ machines: inout MachineSet?) -> String? {
    guard let source, machines == nil, let head = VariantHead(bytes) else {
      return "a variant begins where none can"
    }
    guard let scenario = source.variant(named: head.name) else {
      return "its scenario has no variant \(head.name)"
    }
    let factory = MachineFactory(scenario)
    guard factory.seed.value == head.seed, scenario.app.instances == head.instances else {
      return "variant \(head.name) and its scenario disagree about seed or app instances"
    }
    if scenario.digest != head.digest {
      warnings.append(
        "variant \(head.name) resolves to other values than when it was recorded by seatrial "
          + "\(version): its keys, or their defaults, mean something else now")
    }
    variants.append(head.name)
    inputsOfVariant = 0
    isInVariant = true
    machines = MachineSet(factory)
    // The people, the balancer and the locks.
    self.machines += head.instances + 3
    return nil
  }

  private mutating func feed(_ bytes: [UInt8], _ machines: inout MachineSet?) -> String? {
    guard machines != nil else { return "inputs stand outside of any variant" }
    var cursor = RecordCursor(bytes)
    var last = Instant.zero
    var number = 0
    while !cursor.isAtEnd {
      number += 1
      let input = cursor.input(after: last)
      last = input.at
      if cursor.hasFailed { return "input \(number) of the piece cannot be read" }
      switch machines!.feed(input, &cursor) {
      case .same: inputs += 1
      case .skipped: break
      case .unreadable: return "the decisions at input \(number) of the piece cannot be read"
      case .impossible(let why): return "input \(number) of the piece \(why)"
      case .different(let how):
        inputs += 1
        machinesThatDiffer += 1
        if difference.map({ how.instant < $0.instant }) ?? true {
          difference = how
          difference?.variant = variants.last ?? ""
        }
      }
      inputsOfVariant += 1
    }
    return nil
  }

  private mutating func endVariant(_ bytes: [UInt8]) -> String? {
    var cursor = RecordCursor(bytes)
    let count = cursor.number()
    return isInVariant && count == UInt64(inputsOfVariant)
      ? nil : "\(inputsOfVariant) inputs of the variant are there, of \(count) recorded"
  }

  private func endFile(_ bytes: [UInt8]) -> String? {
    isInVariant ? "it ends before its variant does" : nil
  }
}
