// The files of a session under COPILOT_HOME/session-state, written when and how the real CLI writes
// them: a folder at create, the event log only with the first turn, one append for a batch of
// events and never a sync. Ids have been checked before they get here.
internal import Basics
internal import LinuxIO

struct SessionFolder {
  let home: String

  private static let index = Array(
    """
    # Checkpoint History

    Checkpoints are listed in chronological order. Checkpoint 1 is the oldest, higher numbers are \
    more recent.

    | # | Title | File |
    |---|-------|------|

    """.utf8)

  /// The real CLI's session database is an empty SQLite file of seven pages; the mock takes the
  /// same room and one descriptor, and keeps nothing in it.
  static let databaseSize = 28_672

  func path(_ name: String) -> String { "\(home)/session-state/\(name)" }
  func events(_ name: String) -> String { path(name) + "/events.jsonl" }
  private func lock(_ name: String) -> String {
    path(name) + "/inuse.\(ThisProcess.number).lock"
  }

  /// COPILOT_HOME itself, its log and its configuration.
  func prepare(now: Int64) -> SystemFailure? {
    for folder in [home, home + "/session-state", home + "/logs"] {
      if let failure = Files.makeDirectories(folder) { return failure }
    }
    let configuration = home + "/config.json"
    if !Files.exists(configuration) {
      let text = "{\n  \"firstLaunchAt\": \"\(WallClock.timestamp(milliseconds: now))\"\n}\n"
      if let failure = Files.overwrite(configuration, Array(text.utf8)) { return failure }
    }
    let log = "\(home)/logs/process-\(now)-\(ThisProcess.number).log"
    return Files.overwrite(log, [])
  }

  // MARK: create, resume, close

  func create(_ session: MockSession, workingDirectory: String) -> SystemFailure? {
    let folder = path(session.name)
    for directory in [folder, folder + "/checkpoints", folder + "/files", folder + "/research"] {
      if let failure = Files.makeDirectory(directory) { return failure }
    }
    if !Files.exists(folder + "/checkpoints/index.md"),
      let failure = Files.overwrite(folder + "/checkpoints/index.md", SessionFolder.index)
    {
      return failure
    }
    if let failure = describe(session, workingDirectory: workingDirectory, updated: nil) {
      return failure
    }
    return takeLock(session.name)
  }

  /// workspace.yaml: at create, and again when the first turn gives the session a name.
  func describe(
    _ session: MockSession, workingDirectory: String, updated: [UInt8]?
  ) -> SystemFailure? {
    var text = ByteBuffer(capacity: 256)
    text.append("id: ")
    // YAML would read a number where the id has digits only.
    let isNumber = session.nameBytes.allSatisfy { $0 >= 48 && $0 <= 57 }
    if isNumber { text.append(UInt8(ascii: "\"")) }
    text.append(session.nameBytes)
    if isNumber { text.append(UInt8(ascii: "\"")) }
    text.append("\ncwd: ")
    text.append(workingDirectory)
    if let title = session.title {
      text.append("\nname: ")
      appendTitle(title, to: &text)
    }
    text.append("\nclient_name: sdk\nuser_named: false\nsummary_count: 0\ncreated_at: ")
    text.append(session.createdTime)
    text.append("\nupdated_at: ")
    text.append(updated ?? session.createdTime)
    text.append("\n")
    return Files.overwrite(path(session.name) + "/workspace.yaml", text.array)
  }

  /// A plain scalar where YAML allows it, else the JSON string, which is YAML too.
  private func appendTitle(_ title: [UInt8], to text: inout ByteBuffer) {
    let plain = title.allSatisfy { byte in
      byte == 32 || byte >= 48 && byte <= 57 || (byte | 32) >= 97 && (byte | 32) <= 122
    }
    let hasLetters = title.contains { $0 >= 65 }
    if plain && hasLetters && title.first != 32 && title.last != 32 {
      text.append(title)
    } else {
      text.append(UInt8(ascii: "\""))
      text.append(title)
      text.append(UInt8(ascii: "\""))
    }
  }

  /// A file with this process's number: a hint to others, not a lock.
  func takeLock(_ name: String) -> SystemFailure? {
    Files.overwrite(lock(name), Array("\(ThisProcess.number)\n".utf8))
  }

  func releaseLock(_ name: String) { _ = Files.remove(lock(name)) }

  /// Removes locks whose process is gone; true where another process lives that claims the session.
  func otherHolders(_ name: String, clean: Bool) -> Bool {
    guard case .names(let names) = Files.list(path(name)) else { return false }
    var held = false
    for file in names where file.hasPrefix("inuse.") && file.hasSuffix(".lock") {
      let digits = file.dropFirst(6).dropLast(5)
      guard let process = Int32(digits), process != ThisProcess.number else { continue }
      if ThisProcess.isAlive(process) {
        held = true
      } else if clean {
        _ = Files.remove(path(name) + "/" + file)
      }
    }
    return held
  }

  /// True when there was something to remove.
  func delete(_ name: String) -> Bool {
    guard Files.exists(path(name)) else { return false }
    Files.removeTree(path(name))
    return true
  }

  // MARK: what is there

  /// Ids with an event log.
  func sessionsWithEvents() -> [String] {
    guard case .names(let names) = Files.list(home + "/session-state") else { return [] }
    return names.filter { Files.exists(events($0)) }
  }

  /// The value of a key of workspace.yaml, as far as these files go.
  func description(_ name: String, key: String) -> String? {
    guard case .contents(let bytes) = Files.read(path(name) + "/workspace.yaml", limit: 1 << 20)
    else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard line.hasPrefix(key + ": ") else { continue }
      let value = line.dropFirst(key.count + 2)
      if value.hasPrefix("\"") { return JSONText.string(Array(value.utf8)) }
      return String(value)
    }
    return nil
  }

  /// Bytes of all files of a session.
  func size(_ name: String) -> Int { Self.size(path(name)) }

  private static func size(_ path: String) -> Int {
    switch Files.kind(of: path) {
    case .file: return Files.times(of: path)?.size ?? 0
    case .directory:
      guard case .names(let names) = Files.list(path) else { return 0 }
      return names.reduce(0) { $0 + size(path + "/" + $1) }
    default: return 0
    }
  }
}
