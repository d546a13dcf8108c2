// What the scenario expected. A line where all variants met it; names and figures where one missed
// or nobody can tell. The full page names everybody.
internal import Metrics

extension TerminalTable {
  /// One expectation, with what it came to in every variant that has it.
  private struct Answers {
    var text: String
    var all: [(name: String, result: ExpectationResult)]

    func with(_ outcome: ExpectationResult.Outcome) -> [(name: String, result: ExpectationResult)] {
      all.filter { $0.result.outcome == outcome }
    }
  }

  private func answers(_ result: RunResult) -> [Answers] {
    var answers: [Answers] = []
    for variant in result.variants {
      for found in variant.expectations {
        let entry = (name: variant.name, result: found)
        if let place = answers.firstIndex(where: { $0.text == found.text }) {
          answers[place].all.append(entry)
        } else {
          answers.append(Answers(text: found.text, all: [entry]))
        }
      }
    }
    return answers
  }

  func expectations(_ result: RunResult) -> [String] {
    let answers = answers(result)
    guard !answers.isEmpty else { return [] }
    let room = answers.map(\.text.count).max() ?? 0
    let answered = answers.map { (text: $0.text, sentences: sentences($0)) }
    let words = answered.flatMap(\.sentences).flatMap { $0.split(separator: " ") }
    let longest = words.map(\.count).max() ?? 0
    // Half of the line at most: the answer needs the other, and its names are never torn.
    let isBeside = room <= width / 2 && room + 6 + longest <= width
    return ["expectations"]
      + answered.flatMap { text, sentences in
        isBeside
          ? beside(text, sentences, room: room)
          : wrap(text, width: width, lead: "  ")
            + sentences.flatMap { wrap($0, width: width, lead: "    ", hanging: 6) }
      }
  }

  private func beside(_ text: String, _ sentences: [String], room: Int) -> [String] {
    sentences.enumerated().flatMap { place, sentence in
      wrap(
        sentence, width: width, lead: "  " + pad(place == 0 ? text : "", to: room) + "  ",
        hanging: room + 6)
    }
  }

  /// The bad news first.
  private func sentences(_ answer: Answers) -> [String] {
    let met = answer.with(.met)
    let missed = answer.with(.missed).map { said($0) }
    let open = answer.with(.cannotTell).map { said($0) }
    var sentences: [String] = []
    if !missed.isEmpty { sentences.append("MISSED by " + missed.joined(separator: ", ")) }
    if !open.isEmpty { sentences.append("cannot tell for " + open.joined(separator: ", ")) }
    guard !met.isEmpty else { return sentences }
    let whom =
      met.count < answer.all.count ? "\(met.count)" : met.count == 1 ? "" : "all \(met.count)"
    sentences.append((whom.isEmpty ? "met" : "met by \(whom)") + worst(met))
    return sentences
  }

  private func worst(_ met: [(name: String, result: ExpectationResult)]) -> String {
    guard let first = met.first?.result, let parsed = try? Expectation(parsing: first.text),
      parsed.comparison != .equal, parsed.comparison != .unequal
    else { return "" }
    let wantsLow = parsed.comparison == .below || parsed.comparison == .atMost
    let figures = met.compactMap { entry in entry.result.observed.map { (entry.name, $0) } }
    guard let worst = figures.max(by: { wantsLow ? $0.1 < $1.1 : $0.1 > $1.1 }) else { return "" }
    let figure = units.text(worst.1, unit: first.unit)
    let areEqual = figures.allSatisfy { $0.1 == worst.1 }
    return areEqual ? ": \(figure)" : ", worst \(worst.0) \(figure)"
  }

  private func said(_ entry: (name: String, result: ExpectationResult)) -> String {
    let figure = entry.result.observed.map { units.text($0, unit: entry.result.unit) }
    let reason = entry.result.reason.map { "(\($0))" }
    return [entry.name, figure, reason].compactMap { $0 }.joined(separator: " ")
  }

  // MARK: the full page

  func everyExpectation(_ result: RunResult) -> [String] {
    let answers = answers(result)
    guard !answers.isEmpty else { return [] }
    var lines = ["expectations"]
    for answer in answers {
      lines.append("  \(answer.text)")
      for outcome in [ExpectationResult.Outcome.missed, .cannotTell, .met] {
        let who = answer.with(outcome).map { said($0) }
        guard !who.isEmpty else { continue }
        let word = pad(outcome.rawValue.withoutDashes, to: 11)
        lines += wrap(who.joined(separator: ", "), width: width, lead: "    \(word)  ")
      }
    }
    return lines
  }
}
