// What a fleet of n servers is asked for, as plain means: work, sessions, memory. From a scenario,
// or by hand in tests. Nothing here knows a target; FleetBracket holds the demand against one.
internal import Basics

public struct FleetDemand: Sendable {
  public enum Sharing: Sendable, Hashable {
    /// Each conversation lives on one server: the fleet shares them, and in the best case evenly.
    case even
    /// As `even`, but each person's conversations go where the hash of the person's id says.
    case hashed
    /// Every server ends up with every conversation (round robin and its like).
    case everywhere
    /// A process for each person: the number of servers is not a choice.
    case ownProcess
  }

  public var people: Int
  /// Conversations live at the same time, all people together, if nothing evicted them.
  public var sessions: Double
  public var sharing: Sharing
  /// Work offered in a second to n servers, in seconds of one server's time. It falls with n where
  /// a turn costs more the more sessions its server holds.
  public var work: @Sendable (_ servers: Int) -> Double
  /// Sessions that one server is let hold; nil: no limit. Under a limit for each app instance it is
  /// `fleetLimit` that counts, and more servers do not help.
  public var serverLimit: Int?
  public var fleetLimit: Int?
  /// Bytes of a server without sessions, and of one session.
  public var baseMemory = 0.0
  public var sessionMemory = 0.0
  public var hosts: Hosts

  public struct Hosts: Sendable, Hashable {
    /// nil: a host for each server.
    public var count: Int?
    public var cores: Double
    /// Bytes of one host; nil: not limited.
    public var memory: Double?
    /// Seconds of CPU asked for in a second, on all threads of all servers.
    public var processorWork: Double

    public init(
      count: Int? = nil, cores: Double = 2, memory: Double? = nil, processorWork: Double = 0
    ) {
      self.count = count
      self.cores = cores
      self.memory = memory
      self.processorWork = processorWork
    }
  }

  public init(
    people: Int, sessions: Double, sharing: Sharing = .even, hosts: Hosts = Hosts(),
    work: @escaping @Sendable (_ servers: Int) -> Double
  ) {
    self.people = people
    self.sessions = sessions
    self.sharing = sharing
    self.hosts = hosts
    self.work = work
  }

  /// Sessions on one of n servers, evenly spread, and no more than its limit lets in.
  public func sessionsOnServer(of servers: Int) -> Double {
    var wanted = sharing == .everywhere ? sessions : sessions / Double(servers)
    if let serverLimit { wanted = min(wanted, Double(serverLimit)) }
    if let fleetLimit { wanted = min(wanted, Double(fleetLimit) / Double(servers)) }
    return wanted
  }

  public func serverMemory(of servers: Int) -> Double {
    baseMemory + sessionMemory * sessionsOnServer(of: servers)
  }

  /// Bytes on the fullest host.
  func hostMemory(of servers: Int) -> Double {
    let together = hosts.count.map { ceilingOf(Double(servers) / Double($0)) } ?? 1
    return together * serverMemory(of: servers)
  }
}
