// Faults of a provider as they are written in a flag, in a request to a running one and in a
// prompt: KIND[=VALUE][@WHEN]. The table is the single list; help, parser and docs come from it.
// Pure.
internal import Basics
package import CLIModel

package enum ProviderFaultText {
  package struct Problem: Error, Hashable { package var text: String }

  package static let all: [(name: String, about: String)] = [
    ("status=NNN", "answers with that status, 400 to 599"),
    ("reset", "resets the connection instead of answering"),
    ("cut", "resets the connection in the middle of the answer"),
    ("stall", "stops in the middle of the answer and keeps the connection"),
    ("garbage", "says 200 and sends what is no answer"),
  ]

  package static let triggers = "@call=N, @share=10%, @after=30s; without one: always"

  private static var names: [String] {
    all.map { String($0.name.prefix { $0 != "=" }) }
  }

  package static func read(_ text: String) -> Result<ProviderFault, Problem> {
    let pieces = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let word = String(pieces[0])
    guard let kind = kind(word) else {
      if word.hasPrefix("status") {
        return .failure(Problem(text: "\(word): write status=503, from 400 to 599"))
      }
      let guess = nearest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
      return .failure(
        Problem(
          text: "there is no fault '\(word)'\(guess) (\(all.map(\.name).joined(separator: ", ")))"))
    }
    guard pieces.count > 1 else { return .success(ProviderFault(kind)) }
    guard let trigger = trigger(String(pieces[1])) else {
      return .failure(Problem(text: "'@\(pieces[1])' is no trigger: \(triggers)"))
    }
    return .success(ProviderFault(kind, trigger))
  }

  static func kind(_ word: String) -> ProviderFault.Kind? {
    switch word {
    case "reset": return .reset
    case "cut": return .cut
    case "stall": return .stall
    case "garbage": return .garbage
    default:
      guard word.hasPrefix("status="), let status = UInt16(word.dropFirst(7)),
        (400...599).contains(status)
      else { return nil }
      return .status(status)
    }
  }

  private static func trigger(_ text: String) -> Fault.Trigger? {
    let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2 else { return nil }
    let value = String(words[1])
    switch words[0] {
    case "call": return Int(value).flatMap { $0 > 0 ? .turn($0) : nil }
    case "share": return share(value).map { .share($0) }
    case "after": return time(value).map { .after($0) }
    default: return nil
    }
  }

  /// `10%` as scenarios write it, or `0.1`.
  private static func share(_ text: String) -> Double? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : text) else { return nil }
    let share = isPercent ? number / 100 : number
    return share > 0 && share <= 1 ? share : nil
  }

  private static func time(_ text: String) -> Interval? {
    for (unit, seconds) in [("ms", 1e-3), ("s", 1.0), ("m", 60.0)] where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number >= 0, number < 1e9 else {
        return nil
      }
      return Interval(seconds: number * seconds)
    }
    return nil
  }
}
