// Workflow commands: lines that a GitHub job shows as annotations. Errors for missed expectations,
// warnings for what nobody can tell and for measurements that may mislead, one notice with the
// answer. Written to standard output of a step, they need nothing installed.
internal import Metrics

struct GitHubAnnotations {
  let results: [NamedResult]
  private let units = HumanUnits(plain: false)

  /// GitHub shows ten of a kind a step; the rest would be dropped without a word.
  private static let most = 10

  init(_ results: [NamedResult]) { self.results = results }

  func text() -> String {
    var errors: [String] = []
    var warnings: [String] = []
    for named in results {
      let result = named.result
      let title = result.scenario.name
      let reasons = result.reasons.joined(separator: "; ")
      if result.verdict == .invalid {
        errors.append(line("error", "\(title): invalid", "The measurement is invalid: \(reasons)"))
      } else if result.verdict == .suspect {
        warnings.append(
          line("warning", "\(title): suspect", "The measurement is suspect: \(reasons)"))
      }
      for variant in result.variants {
        for found in variant.expectations {
          let value = units.text(found.observed, unit: found.unit)
          let place = "\(title), \(variant.name)"
          switch found.outcome {
          case .met: break
          case .missed:
            errors.append(line("error", "\(place): missed", "\(found.text), found \(value)"))
          case .cannotTell:
            let why = found.reason.map { ": \($0)" } ?? ""
            warnings.append(
              line("warning", "\(place): cannot tell", "\(found.text), found \(value)\(why)"))
          }
        }
      }
    }
    let answer = Answer(results, comparison: Comparison(of: results)).sentences.map(\.plain)
    let notice = line("notice", "seatrial", answer.joined(separator: " "))
    return (limited(errors, "error") + limited(warnings, "warning") + [notice]).joined()
  }

  private func limited(_ lines: [String], _ kind: String) -> [String] {
    guard lines.count > GitHubAnnotations.most else { return lines }
    let rest = lines.count - GitHubAnnotations.most + 1
    return lines.prefix(GitHubAnnotations.most - 1)
      + [line(kind, "seatrial", "and \(rest) more; see the report")]
  }

  private func line(_ kind: String, _ title: String, _ message: String) -> String {
    "::\(kind) title=\(property(title))::\(escaped(message))\n"
  }

  private func escaped(_ text: String) -> String {
    text.map { character -> String in
      switch character {
      case "%": "%25"
      case "\r", "\n", "\r\n": "%0A"
      default: String(character)
      }
    }.joined()
  }

  private func property(_ text: String) -> String {
    escaped(text).map { character -> String in
      switch character {
      case ":": "%3A"
      case ",": "%2C"
      default: String(character)
      }
    }.joined()
  }
}
