// What a scenario says about a live run alone: which program stands behind the sockets, how the app
// connects, how long the end may take. A simulation records it and is not changed by it.
public import Basics

public struct LiveSettings: Sendable, Hashable {
  public enum Events: String, Sendable, Hashable, CaseIterable {
    /// All messages of a turn, as the real CLI sends them.
    case faithful
    /// The few that clients need: for load beyond what a machine could otherwise carry.
    case lean
  }
  public enum Connections: String, Sendable, Hashable, CaseIterable {
    /// An app instance keeps one to each CLI server, as the guide's shared client does.
    case shared
    /// One for each person: every server then tells every person of everybody's events.
    case perUser = "per-user"
  }

  /// Path of the CLI; nil: the mock beside this program, or the real one that `make real-setup`
  /// fetched.
  public var binary: String?
  /// With `cli: external`: host:port of each server.
  public var targets: [String] = []
  /// Environment variable that holds the connection token.
  public var tokenVariable = "COPILOT_CONNECTION_TOKEN"
  public var events = Events.faithful
  /// What goes wrong in each mock, as its `--fault` takes it.
  public var faults: [String] = []
  public var connections = Connections.shared
  /// Who a live run's mocks tell of a session: everybody connected, as the real CLI does, or those
  /// who opened it.
  public enum Audience: String, Sendable, Hashable, CaseIterable { case everybody, owners }
  public var broadcast = Audience.everybody
  /// Whether its mocks keep session files, as the real CLI does.
  public enum Disk: String, Sendable, Hashable, CaseIterable { case files, none }
  public var disk = Disk.files
  /// After the measured time, for turns that are under way.
  public var drain = Interval.seconds(30)
  /// Then, for looking at what became of every session; zero: nobody looks.
  public var audit = Interval.seconds(10)
  /// What stands behind a mock: the model it has itself, or the fake provider, which sees every
  /// conversation.
  public enum Provider: String, Sendable, Hashable, CaseIterable {
    case builtIn = "built-in"
    case fake
  }
  public var provider = Provider.builtIn
  /// A doubtful measurement ends with exit code 4 instead of a warning.
  public var strict = false
  /// Threads that hold users; nil: as many as the machine and the app instances allow.
  public var threads: Int?

  /// Somebody's Redis for the locks; nil: the run starts one.
  public var redis: RedisURL?
  /// After which a lock command to Redis that has no answer is given up.
  public var lockTimeout = Interval.seconds(5)

  public init() {}
}
