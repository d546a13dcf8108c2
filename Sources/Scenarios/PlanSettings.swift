// What a scenario says to whoever plans its fleet: for how many people, among which candidates,
// with what prices and what else is known. None of it changes a simulation of the scenario itself,
// so none of it is in the digest.
public import Basics
public import CLIModel
public import Policies

public struct PlanSettings: Sendable, Hashable {
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// The lists below if any is stated, else the variants if there are any, else a usual set.
    case auto
    case lists, variants
  }

  public struct HostSize: Sendable, Hashable {
    public var cores: Double
    /// Bytes; nil: not limited.
    public var memory: Double?
    /// CLI servers on each; nil: as in the scenario.
    public var servers: Int?

    public init(cores: Double, memory: Double? = nil, servers: Int? = nil) {
      self.cores = cores
      self.memory = memory
      self.servers = servers
    }
  }

  /// Where `--users` says nothing.
  public var users: [Int] = []
  public var candidates = Source.auto
  public var pattern: [Pattern] = []
  public var routing: [Routing] = []
  public var storage: [StoragePlan.Kind] = []
  /// On each server; nil: unlimited.
  public var limit: [Int?] = []
  public var evict: [SessionPolicy.Evict] = []
  public var hosts: [HostSize] = []
  /// Of shared storage, for candidates that have it where the scenario has not.
  public var sharedLatency = Distribution.fixed(0.005)
  /// The backend grows with the people; nil: see `Candidate`.
  public var usersPerInstance: Int?
  public var mostServers = 20_000
  /// Chance that one server is up.
  public var availability = 0.995
  public var prices: String?
  /// The CLI that will be deployed; nil: the profile's.
  public var cliVersion: String?
  public var profileNames: [String] = []
  /// The profiles of those names, with nothing of the scenario in them.
  public var profiles: [CostProfile] = []

  public init() {}

  /// Whether a list of candidates is stated.
  public var listsCandidates: Bool {
    !(pattern.isEmpty && routing.isEmpty && storage.isEmpty && limit.isEmpty && evict.isEmpty
      && hosts.isEmpty)
  }
}
