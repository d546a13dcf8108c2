// Two races that no machine of a run has: a map from which two releases delete, and a storage that
// is written as a whole. The guide's map and a network file system would behave so; the CLI appends
// to its file, and the app's pool releases once. A sketch is steps over a few numbers.

struct Sketch: Sendable {
  enum Kind: Sendable {
    /// Two calls of `releaseUser` beside one of `getClientForUser`.
    case twoReleases
    /// Servers that read a history, think, and write it back; or write it only if it is still what
    /// they read, and else read again.
    case wholeFile(writers: Int, compares: Bool)
  }

  let kind: Kind

  var taskCount: Int {
    switch kind {
    case .twoReleases: 3
    case .wholeFile(let writers, _): writers
    }
  }

  func nameOfTask(_ task: Int) -> String {
    switch kind {
    case .twoReleases: task < 2 ? "release \(task + 1)" : "caller"
    case .wholeFile: "server \(task + 1)"
    }
  }
}

extension HazardProgram {
  /// The second deletion drops the process that the caller has just put into the map.
  public static func twoReleases() -> HazardProgram {
    var program = HazardProgram(
      "two releases of one person beside a request", [.oneProcessPerPerson], [])
    program.sketch = Sketch(kind: .twoReleases)
    return program
  }

  /// Lost update on a storage that holds a session as one file.
  public static func wholeFile(writers: Int, compares: Bool = false) -> HazardProgram {
    var program = HazardProgram(
      "whole-file storage, \(writers) servers\(compares ? ", compare and write" : "")",
      [.noLostTurn], [])
    program.sketch = Sketch(kind: .wholeFile(writers: writers, compares: compares))
    return program
  }
}

struct SketchRace: Schedulable {
  private let kind: Sketch.Kind
  private let tells: Bool
  /// Steps taken by each task; -1: it is over.
  private var taken: [Int]
  private(set) var words: [String] = []
  // Two releases: the process in the map, those being stopped, processes dropped unseen.
  private var mapped: Int? = 0
  private var held: [Int?] = [nil, nil]
  private var dropped = 0
  // A whole file: which turns it holds, its version, and what each writer has read.
  private var file: UInt32 = 0
  private var version = 0
  private var read: [(file: UInt32, version: Int)]

  init(_ program: HazardProgram, tells: Bool) {
    guard let sketch = program.sketch else { preconditionFailure("\(program.name) is no sketch") }
    kind = sketch.kind
    self.tells = tells
    taken = Array(repeating: 0, count: sketch.taskCount)
    read = Array(repeating: (0, 0), count: sketch.taskCount)
  }

  mutating func enabled() -> UInt32 {
    var mask: UInt32 = 0
    for task in taken.indices where taken[task] >= 0 { mask |= 1 << UInt32(task) }
    return mask
  }

  mutating func step(_ task: Int) {
    words = []
    let isFirst = taken[task] == 0
    taken[task] += 1
    switch kind {
    case .twoReleases: stepRelease(task, isFirst)
    case .wholeFile(_, let compares): stepFile(task, isFirst, compares)
    }
  }

  private mutating func stepRelease(_ task: Int, _ isFirst: Bool) {
    if task == 2 {
      if isFirst && mapped != nil {
        tell("takes the process of the map")
        taken[task] = -1
      } else if isFirst {
        tell("spawns a process")
      } else {
        tell("puts its process into the map")
        mapped = 1
        taken[task] = -1
      }
      return
    }
    if isFirst {
      held[task] = mapped
      guard mapped != nil else {
        tell("finds nothing to release")
        taken[task] = -1
        return
      }
      tell("stops the process")
    } else {
      if let there = mapped, there != held[task] {
        dropped += 1
        tell("deletes the new process from the map")
      } else {
        tell("deletes from the map")
      }
      mapped = nil
      taken[task] = -1
    }
  }

  private mutating func stepFile(_ task: Int, _ isFirst: Bool, _ compares: Bool) {
    if isFirst {
      read[task] = (file, version)
      tell("reads the history")
    } else if compares && version != read[task].version {
      read[task] = (file, version)
      tell("finds it changed, reads again")
    } else {
      file = read[task].file | 1 << UInt32(task)
      version += 1
      tell("writes it back with its turn")
      taken[task] = -1
    }
  }

  var damage: Damage {
    var damage = Damage()
    switch kind {
    case .twoReleases: damage[.oneProcessPerPerson] = dropped
    case .wholeFile:
      // Turns that were written and are not there.
      let written = taken.indices.count { taken[$0] < 0 }
      damage[.noLostTurn] = max(0, written - file.nonzeroBitCount)
    }
    return damage
  }

  var seconds: Double { 0 }

  private mutating func tell(_ text: @autoclosure () -> String) {
    if tells { words.append(text()) }
  }
}
