// What the tests of this folder share: files of the repository, a reader with the shipped profile
// behind it, a small generator of chance with a seed that failure messages name.
import Basics
import Glibc
import Scenarios

enum Repository {
  static let root: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  static func bytes(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(root + "/" + path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  static func text(_ path: String) -> String {
    String(decoding: bytes(path) ?? [], as: UTF8.self)
  }

  static func write(_ text: String, to path: String) {
    guard let file = unsafe fopen(root + "/" + path, "wb") else { return }
    defer { unsafe fclose(file) }
    let bytes = Array(text.utf8)
    unsafe fwrite(bytes, 1, bytes.count, file)
  }

  static var isRecording: Bool { unsafe getenv("UPDATE_GOLDEN") != nil }

  static let scenarios = [
    "three-patterns", "sticky-vs-shared", "session-limit", "lock-contention", "million-users",
    "morning-peak", "resize", "lose-a-server", "how-many-servers", "clean", "ratchet", "locks-open",
    "locks-by-people",
  ]

  /// Under `scenarios/hazards`; each has the guide's code as its base and the cure as `safe`.
  static let hazards = [
    "pool-double-spawn", "release-leak", "prefix-access", "same-millisecond-ids",
    "session-limit-overshoot", "double-create", "evict-mid-turn", "lock-expiry",
    "lock-wrong-delete", "resize-remap",
    "round-robin-not-found", "lost-update", "crash-flush",
  ]
}

/// The shipped profile, and whatever else a test puts beside it.
func files(_ extra: [String: String] = [:]) -> (String) -> Result<[UInt8], FileProblem> {
  { path in
    if let text = extra[path] { return .success(Array(text.utf8)) }
    if path.hasPrefix("profiles/"), let bytes = Repository.bytes("scenarios/" + path) {
      return .success(bytes)
    }
    return .failure(FileProblem(reason: "there is no such file"))
  }
}

func read(
  _ text: String, set: [String] = [], extra: [String: String] = [:],
  check: @escaping (String) -> (column: Int, reason: String)? = { _ in nil }
) -> Result<ScenarioFile, Complaints> {
  ScenarioFile.read(
    bytes: Array(text.utf8), name: "test.yaml", settings: set, files: files(extra),
    expectationCheck: check)
}

/// The complaints in one text, errors or warnings; empty for a sound file.
func complaints(
  _ text: String, set: [String] = [], extra: [String: String] = [:],
  check: @escaping (String) -> (column: Int, reason: String)? = { _ in nil }
) -> String {
  switch read(text, set: set, extra: extra, check: check) {
  case .success(let file): Complaints(file.warnings).text
  case .failure(let complaints): complaints.text
  }
}

func sound(_ text: String, set: [String] = [], extra: [String: String] = [:]) throws -> ScenarioFile
{
  try read(text, set: set, extra: extra).get()
}
