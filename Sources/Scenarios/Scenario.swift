// A checked scenario: the plans that the machines run on, and for every key its value and where
// that came from. Nothing in it can contradict the rest; whoever holds one needs no further checks.
public import Basics
public import CLIModel
public import Policies
public import Workload

public struct Scenario: Sendable {
  /// `base`, or the name of the variant.
  public var variant: String
  public var name: String
  public var about: String
  public var seed: Seed
  /// Over everything that changes what is simulated, so not over name, about, seed, run and expect.
  public var digest: String

  public var workload: WorkloadPlan
  public var userIDs: UserIDs
  public var phases: Phases
  public var model: ModelPlan
  public var cli: CLIKind
  public var fleet: FleetPlan
  /// With the scenario's own costs already in it.
  public var profile: CostProfile
  public var app: GatewayPolicy
  public var live: LiveSettings
  public var run: RunSettings
  public var plan: PlanSettings
  public var expectations: [Expectation]

  /// Every key, in the order of the table.
  public var resolved: [ResolvedKey]
}

public struct ResolvedKey: Sendable, Hashable {
  public var key: String
  public var value: String
  public var origin: Origin
}

public enum Origin: Sendable, Hashable {
  case fallback
  case file(Position)
  /// A `--set` flag.
  case setting
  case variant(String)
  case profile(String)

  public var text: String {
    switch self {
    case .fallback: "default"
    case .file(let position): position.text
    case .setting: "--set"
    case .variant(let name): "variant \(name)"
    case .profile(let name): "profile \(name)"
    }
  }
}

/// What runs behind the sockets of a live run; a simulation only records it.
public enum CLIKind: String, Sendable, Hashable, CaseIterable {
  case mock, real
  /// Servers that somebody else started.
  case external
}

public struct Phases: Sendable, Hashable {
  public enum WarmUp: Sendable, Hashable {
    /// Found in the measurements (MSER-5).
    case auto
    case fixed(Interval)
  }
  public var warmUp: WarmUp
  public var measure: Interval
}

public struct RunSettings: Sendable, Hashable {
  public var replications = 10
  /// Go on until the confidence interval is this share of the value; nil: the given replications
  /// only.
  public var precision: Double?
  public var maxReplications = 100
  public init() {}
}

public struct Expectation: Sendable, Hashable {
  public var text: String
  public var position: Position
}

/// The ids of people. They matter to hashing routers and to the guide's prefix check, so they are
/// part of a scenario.
public enum UserIDs: Sendable, Hashable {
  /// The number of the person, from 0, between two texts.
  case pattern(before: String, after: String)
  case uuid
  /// First names, a third of them with a hyphen, which the guide's prefix check stumbles over.
  case names
  case list([String])

  private static let first = [
    "alice", "bob", "mary", "carol", "jean", "dave", "anna", "erin", "frank", "li", "sam", "user",
  ]
  private static let second = ["jane", "luc", "maria", "ann", "paul"]

  public func name(of index: Int) -> String {
    switch self {
    case .pattern(let before, let after): return "\(before)\(index)\(after)"
    case .uuid: return UserIDs.uuid(index)
    case .names:
      // Every third person has a double name; the number tells namesakes apart.
      let names = UserIDs.first.count
      let cycle = index / (names * 3)
      let person = UserIDs.first[index % names] + (cycle == 0 ? "" : "\(cycle)")
      let part = index / names % 3
      if part == 0 { return person }
      return person + "-" + UserIDs.second[(index + part) % UserIDs.second.count]
        + (part == 1 ? "" : "2")
    case .list(let ids): return index < ids.count ? ids[index] : "user-\(index)"
    }
  }

  /// Version 4 in form; a function of the index alone, so that every run meets the same ids.
  private static func uuid(_ index: Int) -> String {
    let high = mix64(UInt64(truncatingIfNeeded: index) &+ 0x9E37_79B9_7F4A_7C15)
    let low = mix64(high)
    let digits = Array(Text.hexadecimal(high) + Text.hexadecimal(low))
    let variant = ["8", "9", "a", "b"][Int(low & 3)]
    let groups = [
      String(digits[0..<8]), String(digits[8..<12]), "4" + String(digits[13..<16]),
      variant + String(digits[17..<20]), String(digits[20..<32]),
    ]
    return groups.joined(separator: "-")
  }
}
