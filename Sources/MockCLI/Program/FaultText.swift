// Faults as they are written on a command line or in `mock.fault`: KIND[=VALUE][@WHEN]. The table
// is the single list; help, parser and docs/mock.md come from it.
internal import Basics
package import CLIModel
internal import Scenarios

package struct FaultText: Sendable {
  package struct Problem: Error { package var text: String }

  package let name: String
  /// What stands behind `=`; nil where nothing does.
  package let value: String?
  let about: String

  package static let all = [
    FaultText(
      name: "crash-before", value: nil, about: "kill -9 itself before a turn's prompt is taken"),
    FaultText(name: "crash-during", value: nil, about: "kill -9 itself while the model works"),
    FaultText(name: "crash-after", value: nil, about: "kill -9 itself right after session.idle"),
    FaultText(
      name: "torn-line", value: nil, about: "dies with half of the turn's last line on disk"),
    FaultText(name: "hang", value: nil, about: "accepts and reads, and never answers again"),
    FaultText(
      name: "half-open", value: nil, about: "keeps connections and neither reads nor writes"),
    FaultText(name: "refuse", value: nil, about: "resets new connections"),
    FaultText(name: "slow-start", value: "TIME", about: "listens only that long after the start"),
    FaultText(name: "slow-disk", value: "TIME", about: "each append takes that long"),
    FaultText(name: "full-disk", value: nil, about: "appends fail with ENOSPC"),
    FaultText(name: "memory", value: "BYTES", about: "each session takes that much and keeps it"),
    FaultText(
      name: "children", value: nil, about: "a child process for each session, never released"),
    FaultText(
      name: "climb", value: "TIME", about: "turns take longer by that for each session served"),
    FaultText(name: "provider", value: "STATUS", about: "the model answers with that status"),
  ]

  package static let triggers = "@turn=N, @share=P, @after=TIME; without one: always"

  package static func read(_ text: String) -> Result<Fault, Problem> {
    let pieces = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let words = pieces[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(words[0])
    guard let entry = all.first(where: { $0.name == name }) else {
      let guess = nearest(to: name, among: all.map(\.name)).map { "; did you mean \($0)?" } ?? ""
      return .failure(Problem(text: "there is no fault '\(name)'\(guess)"))
    }
    let value = words.count > 1 ? String(words[1]) : nil
    if let wanted = entry.value, value == nil {
      return .failure(Problem(text: "\(name) needs a value: \(name)=\(wanted)"))
    }
    if entry.value == nil, let value {
      return .failure(Problem(text: "\(name) takes no value, but was given '\(value)'"))
    }
    guard let kind = kind(name, value ?? "") else {
      return .failure(
        Problem(text: "'\(value ?? "")' is no value for \(name): \(entry.value ?? "")"))
    }
    guard pieces.count > 1 else { return .success(Fault(kind)) }
    guard let trigger = trigger(String(pieces[1])) else {
      return .failure(Problem(text: "'@\(pieces[1])' is no trigger: \(triggers)"))
    }
    return .success(Fault(kind, trigger))
  }

  private static func kind(_ name: String, _ value: String) -> Fault.Kind? {
    switch name {
    case "crash-before": .crashBefore
    case "crash-during": .crashDuring
    case "crash-after": .crashAfter
    case "torn-line": .tornLine
    case "hang": .hang
    case "half-open": .halfOpen
    case "refuse": .refuse
    case "slow-start": QuantityText.interval(value).map { .slowStart($0) }
    case "slow-disk": QuantityText.interval(value).map { .slowDisk($0) }
    case "full-disk": .fullDisk
    case "memory": QuantityText.bytes(value).map { .memory($0) }
    case "children": .children
    case "climb": QuantityText.interval(value).map { .climb($0) }
    case "provider":
      UInt16(value).flatMap { $0 >= 400 && $0 < 600 ? .provider($0) : nil }
    default: nil
    }
  }

  private static func trigger(_ text: String) -> Fault.Trigger? {
    let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2 else { return nil }
    let value = String(words[1])
    switch words[0] {
    case "turn": return Int(value).flatMap { $0 > 0 ? .turn($0) : nil }
    case "share": return Double(value).flatMap { $0 > 0 && $0 <= 1 ? .share($0) : nil }
    case "after": return QuantityText.interval(value).map { .after($0) }
    default: return nil
    }
  }
}
