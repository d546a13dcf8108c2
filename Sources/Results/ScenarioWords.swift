// What a result says of its scenario: the keys as they were resolved, and what is planned to happen
// during a run.
internal import Basics
internal import CLIModel
public import Metrics
public import Scenarios

extension Scenario {
  public func settings(unlike base: Scenario? = nil) -> [SettingResult] {
    resolved.indices.compactMap { place in
      let own = resolved[place]
      if let base, base.resolved[place].value == own.value { return nil }
      return SettingResult(key: own.key, value: own.value, origin: own.origin.word)
    }
  }

  /// Changes of the fleet while it runs.
  public var marks: [MarkResult] {
    fleet.changes.map {
      MarkResult(atSeconds: Double($0.at.nanoseconds) / 1e9, label: $0.kind.words)
    }
  }
}

extension Origin {
  /// Without the path of a file, which may tell who ran it where.
  fileprivate var word: String {
    switch self {
    case .file: "file"
    case .fallback, .setting, .variant, .profile: text
    }
  }
}

extension FleetChange.Kind {
  fileprivate var words: String {
    func servers(_ count: Int) -> String { count == 1 ? "1 server" : "\(count) servers" }
    return switch self {
    case .add(let count): "\(servers(count)) added"
    case .remove(let count): "\(servers(count)) drained"
    case .lose(let count, let back):
      // Tenths of a second, where it is no whole number.
      back.map { back in
        let tenths = back.nanoseconds / 100_000_000
        let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
        return "\(servers(count)) lost for \(tenths / 10)\(fraction) s"
      } ?? "\(servers(count)) lost"
    }
  }
}
