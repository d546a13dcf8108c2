// A live run of the built program under a mark of its own: every process that comes of it, also its
// reaper and its servers' children, carries the mark in its environment, and its temporary files
// are in a folder of the test's. So a test sees what is left behind, whoever else runs seatrial
// here.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

struct LiveTrial {
  /// For suites that need a machine of their own for minutes: `make accidents` asks for them.
  static let long = ConditionTrait.enabled(if: isLong, "make accidents runs it")
  static let isLong = Environment.value("SEATRIAL_LONG") == "1"

  let seatrial: Seatrial
  private let mark: String
  private static let serial = Counter()
  private static let name = "SEATRIAL_TRIAL"

  static let peer = Seatrial.root + "/Tests/EndToEndTests/Peers/peer.py"
  static let terminal = Seatrial.root + "/Tests/EndToEndTests/Peers/terminal.py"
  static let mock = Seatrial.program.replacingLast("seatrial", by: "mock-copilot")

  static func test(_ body: (LiveTrial) throws -> Void) throws {
    try Seatrial.test { seatrial in
      let trial = LiveTrial(seatrial: seatrial, mark: "\(getpid())-\(serial.next())")
      try #require(Files.makeDirectories(trial.temporary) == nil)
      try seatrial.write(liveScenario, to: "live.yaml")
      // Whatever a failed test leaves must not disturb the next.
      defer { for process in trial.processes() { _ = kill(process, SIGKILL) } }
      try body(trial)
    }
  }

  var temporary: String { seatrial.folder + "/tmp" }

  /// As `env` takes it: the mark, the folder for temporary files, and what else is asked for.
  func command(_ program: String, _ settings: [String] = []) -> [String] {
    ["\(LiveTrial.name)=\(mark)", "TMPDIR=\(temporary)"] + settings + [program]
  }

  func start(_ arguments: [String], settings: [String] = []) throws -> Process {
    try Process(
      "/usr/bin/env",
      command(Seatrial.program, settings) + ["run", "live.yaml", "--out", "o"] + arguments,
      in: seatrial.folder)
  }

  func run(_ arguments: String..., settings: [String] = []) throws -> Finished {
    try start(arguments, settings: settings).wait()
  }

  func run(_ arguments: [String]) throws -> Finished { try start(arguments).wait() }

  /// `--set` for each.
  static func set(_ settings: [String]) -> [String] { settings.flatMap { ["--set", $0] } }

  /// Something that prints the port it listens on, as a CLI server does.
  func listener(_ program: String, _ arguments: [String]) throws -> (Process, port: Int) {
    let process = try Process(
      "/usr/bin/env", command(program) + arguments, in: seatrial.folder)
    var port: Int?
    try eventually("\(program) listens") {
      let words = process.said.split(whereSeparator: { $0 == " " || $0.isNewline })
      port = words.firstIndex(of: "port").flatMap { place in
        place + 1 < words.count ? Int(words[place + 1]) : nil
      }
      return port != nil
    }
    return (process, try #require(port))
  }

  /// A file in the trial's folder that can be run.
  func program(_ text: String, _ name: String) throws {
    try seatrial.write(text, to: name)
    try #require(makeExecutable("\(seatrial.folder)/\(name)"))
  }

  /// Of this trial and still there, by a word of their command line.
  func processes(_ word: String = "") -> [Int32] {
    guard case .names(let names) = Files.list("/proc") else { return [] }
    let wanted = Array("\(LiveTrial.name)=\(mark)".utf8)
    return names.compactMap { Int32($0) }.filter { number in
      guard case .contents(let bytes) = Files.read("/proc/\(number)/environ", limit: 1 << 20),
        bytes.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
      else { return false }
      return word.isEmpty || text("/proc/\(number)/cmdline").contains(word)
    }
  }

  /// The mocks of a run that has begun; its first turns are planned.
  func servers(_ count: Int, of run: Process, in phase: String = "measuring") throws -> [Int32] {
    try eventually("the run is \(phase)") { run.errorsSoFar.contains("base: \(phase)") }
    let found = processes("mock-copilot\0--headless")
    try #require(found.count == count)
    return found
  }

  var temporaryFiles: [String] {
    guard case .names(let names) = Files.list(temporary) else { return ["unreadable"] }
    return names
  }

  /// The reaper has a moment to do its work.
  func expectNothingLeft(_ when: String) throws {
    for _ in 0..<100 where !processes().isEmpty || !temporaryFiles.isEmpty { _ = usleep(50_000) }
    let left = processes().map { text("/proc/\($0)/cmdline") }
    #expect(left.isEmpty, "left running after \(when): \(left)")
    #expect(temporaryFiles.isEmpty, "left on disk after \(when): \(temporaryFiles)")
  }
}

extension String {
  func replacingLast(_ word: String, by other: String) -> String {
    hasSuffix(word) ? dropLast(word.count) + other : self
  }
}

extension VariantResult {
  func count(_ name: String) -> Int { Int(self[name]?.value() ?? -1) }
  func seconds(_ name: String, _ statistic: Statistic) -> Double {
    self[name]?.value(statistic) ?? .nan
  }
}

/// 20 people and two quick servers for two seconds: some hundred turns.
let liveScenario = """
  seatrial: 1
  name: live
  seed: 5
  workload:
    users: 20
    think: exponential(200ms)
    sessions: {turns: geometric(6)}
    phases: {warm-up: 0s, measure: 2s}
  model: {latency: 20ms}
  fleet:
    servers: 2
    storage: shared
    events: lean
    costs: {turn-before: 1ms, turn-after: 1ms, create: 1ms, resume: 1ms, destroy: 1ms}
  app: {routing: sticky-modulo, timeout: 20s}
  run: {drain: 3s}

  """
