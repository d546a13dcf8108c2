// Small races as values: who asks for what, under which policy, which answers take their time, and
// what happens around them. The guide's code and its cures are the same program with one policy
// changed. A program decides nothing itself; the machines that it is run on are those of every
// other run.
public import Policies

/// Where a caller has to wait, so that others may come between. What is not listed is answered at
/// once. The counts of schedules depend on this choice, so each program states it.
public struct Awaits: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `await spawnCLI(port)`
  public static let spawn = Awaits(rawValue: 1)
  /// `await session.destroy()` of the victim.
  public static let disconnect = Awaits(rawValue: 2)
  /// `await client.createSession(…)`
  public static let open = Awaits(rawValue: 4)
  /// `await fn()`, `await session.sendAndWait(…)`: the turn itself.
  public static let turn = Awaits(rawValue: 8)
  /// The first command of a release is on its way to the lock service.
  public static let release = Awaits(rawValue: 16)
  /// The answer of the release's GET is on its way back.
  public static let ownerRead = Awaits(rawValue: 32)
}

/// One request: a turn of a person on a session. Sessions 16 times p and up belong to person p.
public struct Caller: Sendable, Hashable {
  static let sessionsPerPerson = 16

  public var person = 0
  public var session = 0
  /// The first turn of its conversation.
  public var begins = false

  public init(person: Int = 0, session: Int, begins: Bool = false) {
    self.person = person
    self.session = session
    self.begins = begins
  }
}

/// What happens besides: time passes, servers come and go. Each is a task of its own.
public enum WorldEvent: Sendable, Hashable {
  /// Time may once run past the end of the lock that is held then. Two steps: armed, expired.
  case lockExpires
  /// The next millisecond.
  case millisecondPasses
  /// The pool's idle time is over: the app releases the person's process. Two steps: stop, and the
  /// deletion from the map.
  case poolReleases
  case serverJoins
  /// `kill -9` of a server.
  case crash(Int)
  /// It leaves the router, and ends when its turns are over and its files are written. Two steps.
  case drain(Int)
  /// So much time that what was written before is on disk.
  case diskSettles
}

public struct HazardProgram: Sendable {
  public internal(set) var name: String
  /// Those that a schedule of this program may break.
  public internal(set) var promises: [Promise]
  public internal(set) var policy = GatewayPolicy()
  public internal(set) var awaits: Awaits = []
  /// Turns that are over before the race: what is resident then.
  var before: [Caller] = []
  /// One each; a caller is a column of a timeline.
  public internal(set) var callers: [Caller]
  public internal(set) var events: [WorldEvent] = []
  /// CLI servers; none: every opening succeeds and every turn is a good one.
  var servers = 0
  var sharedStorage = false
  /// Conversations that are on disk before the race, in memory nowhere.
  var stored: [Int] = []
  /// Names by person, where they matter.
  var names: [String] = []
  /// What is no race of machines but of a storage or a map, told by itself.
  var sketch: Sketch?

  init(_ name: String, _ promises: [Promise], _ callers: [Caller]) {
    self.name = name
    self.promises = promises
    self.callers = callers
  }

  /// Tasks: the callers, then the events.
  public var taskCount: Int { sketch?.taskCount ?? callers.count + events.count }

  public func nameOfTask(_ task: Int) -> String {
    if let sketch { return sketch.nameOfTask(task) }
    if task < callers.count { return "caller \(task + 1)" }
    switch events[task - callers.count] {
    case .lockExpires, .millisecondPasses, .diskSettles: return "clock"
    case .poolReleases: return "release"
    case .serverJoins, .crash, .drain: return "fleet"
    }
  }

  /// Callers that differ in their names alone are interchangeable: the class of each task, its own
  /// where nobody is like it. New sessions that one caller each asks for differ in nothing else,
  /// as long as no server is chosen by them.
  var likeness: [Int] {
    let wanted = callers.map { caller -> Caller in
      var caller = caller
      let isShared = callers.count { $0.session == caller.session } > 1
      if !isShared && servers == 0 && !before.contains(where: { $0.session == caller.session }) {
        caller.session = -1
      }
      return caller
    }
    return (0..<taskCount).map { task in
      guard sketch == nil, task < callers.count else { return task }
      return wanted.firstIndex(of: wanted[task]) ?? task
    }
  }
}
