// One thing the doctor looked at: what it found, what that limits in numbers, and how to mend it.
package import Basics

package struct Finding: Sendable, Hashable {
  package enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
    case fine
    /// Worth knowing; nothing that was asked for suffers.
    case note
    /// What was asked for would run, and its figures would be doubtful.
    case doubtful
    /// What was asked for cannot run.
    case prevents

    package static func < (one: Level, other: Level) -> Bool { one.weight < other.weight }

    private var weight: Int {
      switch self {
      case .fine: 0
      case .note: 1
      case .doubtful: 2
      case .prevents: 3
      }
    }
  }

  /// `descriptors`, `memory`: stable, for scripts.
  package var check: String
  package var level: Level
  package var found: String
  /// What it allows, in numbers.
  package var limits: String
  /// A command, or what to change; nil where nothing is to be mended.
  package var mend: String?

  package init(
    _ check: String, _ level: Level = .fine, found: String, limits: String, mend: String? = nil
  ) {
    self.check = check
    self.level = level
    self.found = found
    self.limits = limits
    self.mend = mend
  }

  package var json: JSONValue {
    [
      "check": .string(check), "level": .string(level.rawValue), "found": .string(found),
      "limits": .string(limits), "mend": mend.map { .string($0) } ?? .null,
    ]
  }
}

extension [Finding] {
  /// The gravest level among them.
  package var worst: Finding.Level { map(\.level).max() ?? .fine }
}
