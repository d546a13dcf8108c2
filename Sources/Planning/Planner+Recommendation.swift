// The plan in plain words: what to build, why, and what would change the answer. Every sentence is
// made from figures of the plan; where a figure is missing the sentence is too.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Scenarios
internal import Workload

extension Planner {
  public func recommendation(for people: Int) -> Recommendation {
    var words = Recommendation(
      users: people, candidate: nil, sentences: [], reasons: [], changes: [])
    guard let best = recommended(for: people), let size = best.size else {
      return nothing(for: people, words)
    }
    let analysis = analyses.first { $0.users == people }
    words.candidate = best.candidate.name
    words.sentences = [headline(best, size)] + doubts(best, analysis)
    words.reasons = reasons(best, people)
    words.changes = changes(best, size, analysis)
    return words
  }

  private func nothing(for people: Int, _ words: Recommendation) -> Recommendation {
    var words = words
    let all = answers(for: people)
    if stopped && all.allSatisfy({ $0.ending == .stopped || $0.ending == .found }) {
      words.sentences = ["The plan was stopped before a fleet for \(people) people was found."]
      return words
    }
    words.sentences = ["No fleet that was tried meets the expectations for \(people) people."]
    var told: Set<String> = []
    for answer in all {
      guard let obstacle = answer.obstacle else { continue }
      let sentence = self.sentence(obstacle, answer)
      if told.insert(sentence).inserted { words.reasons.append(sentence) }
    }
    return words
  }

  /// What an obstacle means: often the model alone takes longer than is allowed.
  private func sentence(_ obstacle: String, _ answer: CandidateAnswer) -> String {
    let name = answer.candidate.name
    guard
      let expectation = Judge(answer.candidate.template).expectations
        .first(where: { $0.text == obstacle }), expectation.metric.name == "turn.response",
      let share = expectation.statistic?.share
    else { return "\(name): \(obstacle) cannot be met." }
    let floor = answer.candidate.template.model.latency.quantile(share)
    guard floor > expectation.bound else { return "\(name): \(obstacle) cannot be met." }
    return "\(obstacle) cannot be met by any fleet: the model alone takes "
      + "\(Words.time(floor)) at \(expectation.statistic?.rawValue ?? "that share")."
  }

  // MARK: what

  private func headline(_ best: CandidateAnswer, _ size: Int) -> String {
    let people = best.users
    var text = "For \(people) people take \(Words.count(size, best.candidate.unit))"
    if !best.candidate.name.isEmpty { text += " (\(best.candidate.name))" }
    if let hosts = best.resources?.hosts, hosts != size {
      text += " on \(Words.count(hosts, "host"))"
    }
    if let cost = best.cost, let month = cost.month {
      text += ": \(Words.money(month)) \(cost.currency) a month"
      if let each = cost.perUser { text += ", \(Words.money(each)) a person" }
    }
    let loss = best.survivals.first { $0.event == .lost(1) }?.size
    if let loss, loss > size {
      text += ". To stand the loss of a server take \(loss)"
    }
    return text + "."
  }

  private func doubts(_ best: CandidateAnswer, _ analysis: Analysis?) -> [String] {
    var list: [String] = []
    if best.basis == .closedForms {
      list.append("This is arithmetic (closed forms), nothing was simulated.")
    } else if let low = best.lowest, let high = best.size, low < high {
      list.append(
        "Of \(low) to \(high - 1) nobody can tell at 95 %; fewer than \(low) surely miss.")
    }
    if let spread = analysis?.uncertainty, let median = spread.quantile(0.5),
      let high = spread.quantile(0.9), let exact = analysis?.servers
    {
      // Relative to the same solve without any doubt, applied to the size found.
      let size = Double(best.size ?? 0)
      list.append(
        "With the doubt about the CLI's costs: median "
          + "\(Int(ceilingOf(size * median / exact - 1e-9))), nine times in ten at most "
          + "\(Int(ceilingOf(size * high / exact - 1e-9))).")
    }
    let profile = best.candidate.template.profile
    if let wanted = best.candidate.template.plan.cliVersion, wanted != profile.cliVersion {
      list.append(
        "The costs were measured on CLI \(profile.cliVersion), and \(wanted) is to be deployed: "
          + "nothing here was measured on it.")
    }
    if best.resources.map({ $0.failedShare > 0.001 }) ?? false,
      let share = best.resources?.failedShare
    {
      list.append("\(Words.percent(share)) of the turns fail; no expectation speaks of them.")
    }
    return list
  }

  // MARK: why

  private func reasons(_ best: CandidateAnswer, _ people: Int) -> [String] {
    var list: [String] = []
    if let probe = best.chosen {
      for figure in probe.figures where figure.text != Judge.memoryHolds {
        guard let value = figure.value else { continue }
        var text = "\(figure.text): \(Words.figure(value, figure.unit)) is found"
        if let chance = figure.chanceAtMost {
          text +=
            " in \(probe.runs.count) replications, so at most "
            + "\(Words.percent(chance)) of such runs break it (at 95 %)"
        }
        list.append(text + ".")
      }
      if let below = best.probes.last(where: { $0.size < probe.size && $0.verdict == .missed }),
        let missed = below.figures.first(where: { $0.verdict == .missed }), let value = missed.value
      {
        list.append(
          "\(Words.count(below.size, best.candidate.unit)) would miss \(missed.text): "
            + "\(Words.figure(value, missed.unit)).")
      }
    }
    let others = ranking(for: people).dropFirst().prefix(2).map { answers[$0] }
    for other in others {
      guard let size = other.size else { continue }
      var text =
        "\(other.candidate.name) needs \(Words.count(size, other.candidate.unit))"
      if let mine = best.cost?.month, let theirs = other.cost?.month, mine > 0 {
        text += ", \(Words.more(theirs / mine, "money"))"
      } else if let mine = best.resources?.cores, let theirs = other.resources?.cores, mine > 0 {
        text += ", \(Words.more(theirs / mine, "cores"))"
      }
      list.append(text + ".")
    }
    if !best.candidate.isIsolated,
      let isolated = answers(for: people).first(where: { $0.candidate.isIsolated && $0.isFound })
    {
      var text = "A process for each person would take \(Words.count(isolated.size ?? 0, "host"))"
      if let mine = best.cost?.month, let theirs = isolated.cost?.month, mine > 0 {
        text += " and \(Words.times(theirs / mine)) the money"
      }
      list.append(text + "; that is the price of isolation.")
    }
    return list
  }

  // MARK: when it would change

  private func changes(
    _ best: CandidateAnswer, _ size: Int, _ analysis: Analysis?
  ) -> [String] {
    var list: [String] = []
    if let room = best.headroom, !room.isOutside, room.factor > 1 {
      let most = Int(Double(best.users) * room.factor)
      list.append("It is enough for about \(most) people; beyond that add servers.")
    }
    if let binding = analysis?.binding, let first = binding.relaxations.first, first.gain > 0.005 {
      var text =
        "What binds is the \(first.name): a tenth easier saves \(Words.percent(first.gain))"
      if let next = binding.next.first, next.gain > 0.005 { text += "; then the \(next.name)" }
      list.append(text + ".")
    }
    if let widest = analysis?.tornado.first, let exact = analysis?.servers,
      let low = widest.serversAtLow, let high = widest.serversAtHigh
    {
      list.append(
        "Most depends on the \(widest.factor): \(widest.low) needs "
          + "\(Words.sized(low / exact, size)), \(widest.high) \(Words.sized(high / exact, size)).")
    }
    if !best.exceptions.isEmpty {
      let sizes = best.exceptions.map(String.init).joined(separator: ", ")
      list.append("Do not take \(sizes): the hash leaves those sizes unbalanced and they miss.")
    }
    if best.candidate.template.app.routing == .stickyModulo, !best.candidate.isIsolated, size > 1 {
      list.append(
        "Each change of the number of servers moves nearly everybody (hash modulo); rendezvous "
          + "moves one in \(size + 1).")
    }
    return list
  }
}

/// Figures as they stand in sentences.
enum Words {
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  static func percent(_ share: Double) -> String {
    let tenths = floorOf(share * 1000 + 0.5) / 10
    return tenths >= 10 || tenths == floorOf(tenths) ? "\(Int(tenths + 0.5)) %" : "\(tenths) %"
  }

  /// `12 % more money`, `the same money`.
  static func more(_ factor: Double, _ noun: String) -> String {
    // Half of what a percentage shows.
    (factor - 1).magnitude < 0.0005 ? "the same \(noun)" : "\(percent(factor - 1)) more \(noun)"
  }

  static func times(_ factor: Double) -> String {
    "\(floorOf(factor * 10 + 0.5) / 10) times"
  }

  static func time(_ seconds: Double) -> String {
    if seconds < 1 { return "\(Int(seconds * 1000 + 0.5)) ms" }
    return "\(floorOf(seconds * 100 + 0.5) / 100) s"
  }

  static func money(_ amount: Double) -> String {
    if amount >= 100 { return "\(Int(amount + 0.5))" }
    return "\(floorOf(amount * 100 + 0.5) / 100)"
  }

  static func figure(_ value: Double, _ unit: String) -> String {
    switch unit {
    case "s": time(value)
    case "ratio": percent(value)
    case "bytes": "\(floorOf(value / 0x1p30 * 100 + 0.5) / 100) GiB"
    default: "\(floorOf(value * 100 + 0.5) / 100)"
    }
  }

  static func sized(_ factor: Double, _ size: Int) -> String {
    "\(Int(ceilingOf(factor * Double(size) - 0.05)))"
  }
}
