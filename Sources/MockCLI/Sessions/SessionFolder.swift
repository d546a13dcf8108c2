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
    // session-state comes with the first session.
    for folder in [home, home + "/logs"] {
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

  /// With everything that belongs to a workspace; a session without one has its log and its lock.
  func create(
    _ session: MockSession, hasWorkspace: Bool, workingDirectory: String
  ) -> SystemFailure? {
    let folder = path(session.name)
    if let failure = Files.makeDirectories(home + "/session-state") { return failure }
    if let failure = Files.makeDirectory(folder) { return failure }
    if hasWorkspace {
      for directory in [folder + "/checkpoints", folder + "/files", folder + "/research"] {
        if let failure = Files.makeDirectory(directory) { return failure }
      }
      if !Files.exists(folder + "/checkpoints/index.md"),
        let failure = Files.overwrite(folder + "/checkpoints/index.md", SessionFolder.index)
      {
        return failure
      }
      if let failure = describe(session, workingDirectory: workingDirectory) { return failure }
    }
    return takeLock(session.name)
  }

  /// workspace.yaml: at create and at resume, when the first turn gives the session a name, and
  /// with each summary.
  func describe(_ session: MockSession, workingDirectory: String) -> SystemFailure? {
    var file = WorkspaceFile()
    file.id = session.name
    file.workingDirectory = workingDirectory
    file.name = session.title.flatMap { JSONText.string(quoted($0)) }
    file.summaries = session.summaries
    file.createdAt = String(decoding: session.createdTime, as: UTF8.self)
    file.updatedAt = String(decoding: session.updatedTime, as: UTF8.self)
    return Files.overwrite(path(session.name) + "/workspace.yaml", Array(file.text.utf8))
  }

  private func quoted(_ content: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")]
  }

  func workspace(_ name: String) -> WorkspaceFile? {
    guard case .contents(let bytes) = Files.read(path(name) + "/workspace.yaml", limit: 1 << 20)
    else { return nil }
    return WorkspaceFile(reading: String(decoding: bytes, as: UTF8.self))
  }

  /// A summary's own file, and its row in the list of them. Returns the file's path.
  func addCheckpoint(_ session: MockSession, _ number: Int, _ summary: [UInt8]) -> String {
    let digits = String(number)
    let title = "Session \(session.name)"
    let file =
      String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
      + "-session-\(session.name.lowercased()).md"
    let folder = path(session.name) + "/checkpoints/"
    _ = Files.overwrite(folder + file, summary)
    _ = Files.append(folder + "index.md", Array("| \(number) | \(title) | \(file) |\n".utf8))
    return folder + file
  }

  /// One append. A folder that somebody has removed meanwhile is made again, with nothing in it
  /// but the log.
  func append(_ session: MockSession, prompt: [UInt8]) -> Result<Int, SystemFailure> {
    let result = session.unflushed.append(to: events(session.name), prompt: prompt)
    guard case .failure(let failure) = result, failure.code == "ENOENT" else { return result }
    if let failure = Files.makeDirectories(path(session.name)) { return .failure(failure) }
    return session.unflushed.append(to: events(session.name), prompt: prompt)
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
