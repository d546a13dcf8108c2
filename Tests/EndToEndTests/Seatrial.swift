// The built program, a folder of its own for each test, and a scenario small enough to be simulated
// in well under a second.
import Basics
import Glibc
import LinuxIO
import Metrics
import Synchronization
import Testing

final class Counter: Sendable {
  private let value = Atomic<Int>(0)
  func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// One test's folder with the scenario in it.
struct Seatrial {
  let folder: String

  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// Beside the test bundle, where the package manager puts both.
  static let program: String = {
    let bundle = CommandLine.arguments[0]
    let beside = bundle.lastIndex(of: "/").map { String(bundle[..<$0]) } ?? "."
    let places = [beside, root + "/.build/release", root + "/.build/debug"]
    return places.map { $0 + "/seatrial" }.first { Files.exists($0) } ?? "seatrial"
  }()

  private static let serial = Counter()
  private static let profile = "profiles/copilot-cli-1.0.57.json"

  static func test(_ body: (Seatrial) throws -> Void) throws {
    let base = Environment.value("TMPDIR") ?? "/tmp"
    let folder = "\(base)/seatrial-end-to-end-\(getpid())-\(serial.next())"
    try #require(Files.makeDirectories(folder + "/profiles") == nil)
    defer { removeTree(folder) }
    let seatrial = Seatrial(folder: folder)
    try seatrial.write(smallScenario, to: "small.yaml")
    try seatrial.write(text("\(root)/scenarios/\(profile)"), to: profile)
    try body(seatrial)
  }

  func write(_ text: String, to name: String) throws {
    try #require(Files.writeAtomically(Array(text.utf8), to: "\(folder)/\(name)") == nil)
  }

  func start(_ arguments: String..., output: Process.Output = .kept) throws -> Process {
    try Process(Seatrial.program, arguments, in: folder, output: output)
  }

  func run(_ arguments: String..., output: Process.Output = .kept) throws -> Finished {
    try Process(Seatrial.program, arguments, in: folder, output: output).wait()
  }

  func result(at path: String) throws -> RunResult {
    try decoded(text("\(folder)/\(path)"))
  }
}

func decoded(_ text: String) throws -> RunResult {
  try RunResult(json: JSONValue(parsing: text))
}

/// 20 people and two servers for two minutes: about 600 turns a replication.
let smallScenario = """
  seatrial: 1
  name: small
  about: Does the program do what it says?
  seed: 5
  workload:
    users: 20
    think: exponential(3s)
    sessions: {turns: geometric(6)}
    phases: {warm-up: 20s, measure: 2m}
  model: {latency: "lognormal(median: 800ms, sigma: 0.4)"}
  fleet: {servers: 2, storage: shared, costs: {turn-before: 20ms, turn-after: 40ms}}
  app: {routing: sticky-modulo, sessions: {limit: 100}}
  run: {replications: 4}
  expect:
    - turn.response.p95 < 4s
    - turns.lost == 0
  variants:
    round-robin: {app.routing: round-robin}

  """
