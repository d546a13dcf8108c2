// `seatrial compare`: results, or variants of them, held against each other. What is not comparable
// is refused with what differs, unless somebody insists.
internal import Basics
internal import LinuxIO
internal import Metrics
internal import Reporting

struct CompareCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    guard let loaded = ResultLoader.load(invocation.arguments, withVariants: true) else {
      return .fault
    }
    let chosen = loaded.map(\.variant)
    let results = Opponents.reduced(loaded.map(\.named), chosen: chosen)
    let pairs: [(candidate: Contender, against: Contender)]
    switch Opponents.pairs(of: results, chosen: chosen) {
    case .failure(let unmatched):
      Console.complain(unmatched.text)
      return .notComparable
    case .success(let found): pairs = found
    }
    let comparability = Comparability(pairs, of: results)
    if !comparability.objections.isEmpty, !invocation.has("force") {
      for objection in comparability.objections { Console.say("not comparable: \(objection)") }
      Console.complain("the results are not comparable; --force compares them all the same")
      return .notComparable
    }
    let comparison = Comparison(pairs, of: results, margin: margin)
    var code = show(comparison, results, comparability)
    if let path = invocation.value("page") {
      let page = ResultPage(
        results, comparison: comparison, objections: comparability.objections)
      code = code.or(PageFile.write(page.html(), to: path, quiet: invocation.has("quiet")))
    }
    return code.or(judge(comparison))
  }

  private var margin: Double {
    guard let text = invocation.value("margin") else { return Comparison.usualMargin }
    let isPercent = text.hasSuffix("%")
    // The parser has checked that it is a number.
    return (Double(isPercent ? String(text.dropLast()) : text) ?? 2) / (isPercent ? 100 : 1)
  }

  private func show(
    _ comparison: Comparison, _ results: [NamedResult], _ comparability: Comparability
  ) -> ExitCode {
    if invocation.has("json") {
      return Console.result(comparison.json(comparability).text())
    }
    if invocation.has("quiet") { return .pass }
    let text = ComparisonText(
      width: Console.width, plain: Console.isPlain(invocation), full: invocation.has("full"))
    return Console.result(
      text.render(comparison, of: results, comparability: comparability))
  }

  /// Variants of one result were meant to differ. A later result that is worse is a regression.
  private func judge(_ comparison: Comparison) -> ExitCode {
    let worse = comparison.pairs.filter { $0.candidate.source != $0.against.source }
      .flatMap { $0.with(.worse) }
    // A live run that leaves what was predicted for the worse, by more than chance.
    let disproved = comparison.pairs.flatMap(\.predictions).filter {
      $0.isBeyondChance && $0.isWorse
    }
    return worse.isEmpty && disproved.isEmpty ? .pass : .regression
  }
}
