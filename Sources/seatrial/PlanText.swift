// A plan as text of at most 80 columns or the terminal's: the answer first, then the candidates,
// then what the recommended fleet needs, costs and depends on. Strings only.
internal import Basics
internal import Planning
internal import Reporting
internal import Scenarios

struct PlanText {
  private let planner: Planner
  private let width: Int
  private let units = HumanUnits(plain: true)

  init(_ planner: Planner, width: Int) {
    self.planner = planner
    self.width = width
  }

  var text: String {
    var lines: [String] = []
    for people in planner.users {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(for: people)
    }
    var notes = planner.notes
    if planner.isQuick { notes.append("closed forms only: nothing was simulated") }
    if planner.stopped { notes.append("stopped: what stands here was known by then") }
    if !notes.isEmpty {
      lines += [""] + notes.flatMap { wrap($0, width: width, lead: "note: ", hanging: 6) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: one number of people

  private func lines(for people: Int) -> [String] {
    let words = planner.recommendation(for: people)
    var lines = words.sentences.flatMap { wrap($0, width: width) }
    lines += table(people)
    lines += paragraphs("because", words.reasons)
    lines += details(people)
    lines += paragraphs("when this changes", words.changes)
    return lines
  }

  private func paragraphs(_ title: String, _ sentences: [String]) -> [String] {
    if sentences.isEmpty { return [] }
    return ["", title] + sentences.flatMap { wrap($0, width: width, lead: "  ", hanging: 4) }
  }

  // MARK: candidates

  private func table(_ people: Int) -> [String] {
    let answers = planner.answers(for: people)
    let best = planner.recommended(for: people)?.candidate.name
    let hasMoney = answers.contains { $0.cost != nil }
    let hasEvents = answers.contains { !$0.survivals.isEmpty }
    var head = ["candidate", "needs", "p95", "n-1", "n+1"]
    if hasEvents { head.append("stands") }
    head.append(hasMoney ? "\(planner.prices?.currency ?? "")/month" : "cores")
    var grid = TextGrid(head: head)
    for answer in answers {
      var row = [
        (answer.candidate.name == best ? "* " : "  ") + answer.candidate.name, size(answer),
        units.text(answer.p95, unit: "s"), beside(answer, -1), beside(answer, 1),
      ]
      if hasEvents { row.append(stands(answer)) }
      if hasMoney {
        row.append(answer.cost?.month.map { units.text(floorOf($0 + 0.5), unit: "count") } ?? "-")
      } else {
        row.append(answer.resources.map { units.text($0.cores, unit: "count") } ?? "-")
      }
      grid.rows.append(row)
    }
    let lines = grid.lines(width: width) ?? grid.lines(width: 160) ?? []
    var missing: [String] = []
    for answer in answers where answer.size == nil {
      let reason = answer.obstacle.map { ": \($0)" } ?? ""
      missing += wrap(
        "\(answer.candidate.name): \(answer.ending.rawValue)\(reason)", width: width, lead: "  ",
        hanging: 4)
    }
    let more =
      hasEvents ? " stands: the size for one server lost, two lost, a rolling deploy." : ""
    let legend =
      "* recommended; n-1, n+1: p95 with one less and one more, ! misses, ? undecided;"
      + " ~ formulas only.\(more)"
    return ["", "candidates for \(people) people"] + lines + missing
      + wrap(legend, width: width, lead: "  ", hanging: 2)
  }

  /// `6`, `5-6`, `40 hosts`, with a mark where formulas alone say so.
  private func size(_ answer: CandidateAnswer) -> String {
    guard let size = answer.size else { return "none" }
    var text = "\(size)"
    if let low = answer.lowest, low < size { text = "\(low)-\(size)" }
    if answer.candidate.isIsolated { text += " hosts" }
    return answer.basis == .closedForms ? "~" + text : text
  }

  private func stands(_ answer: CandidateAnswer) -> String {
    if answer.survivals.isEmpty { return "-" }
    return [.lost(1), .lost(2), .deploy].map { (event: FleetEvent) in
      let found = answer.survivals.first { $0.event == event }
      return found.map { $0.size.map(String.init) ?? ($0.isJudged ? "no" : "-") } ?? "-"
    }.joined(separator: "/")
  }

  private func beside(_ answer: CandidateAnswer, _ step: Int) -> String {
    guard let size = answer.size, let probe = answer.probes.first(where: { $0.size == size + step })
    else { return "-" }
    let mark =
      switch probe.verdict {
      case .met: ""
      case .missed: "!"
      case .undecided: "?"
      }
    return units.text(probe.p95, unit: "s") + mark
  }

  // MARK: what it needs

  private func details(_ people: Int) -> [String] {
    guard let best = planner.recommended(for: people), let found = best.resources else { return [] }
    func text(_ value: Double, _ unit: String) -> String { units.text(value, unit: unit) }
    var rows: [(String, String)] = [
      (
        "servers",
        "\(found.servers) on \(found.hosts) hosts, \(text(found.cores, "count")) cores, "
          + "\(text(found.busyCores, "count")) busy at \(text(found.turnsPerSecond, "/s"))"
      ),
      (
        "memory",
        "\(text(found.serverMemoryBytes, "bytes")) a server at most, "
          + "\(text(found.fleetMemoryBytes, "bytes")) in all"
      ),
      (
        "disk",
        "\(text(found.diskBytesPerDay, "bytes")) a day, "
          + "\(text(found.diskBytesKept, "bytes")) kept, "
          + (found.isSharedDisk ? "shared" : "local")
      ),
      ("descriptors", "\(text(ceilingOf(found.descriptors), "count")) a server"),
      (
        "network",
        "\(text(found.eventBytesPerSecond, "bytes"))/s to \(found.backendInstances) backends, "
          + "\(text(found.modelBytesPerSecond, "bytes"))/s to the model"
      ),
    ]
    if found.redisCommandsPerSecond > 0 {
      rows.append(
        (
          "locks",
          "\(text(found.redisCommandsPerSecond, "/s")) commands"
            + (found.usesRedis ? " to Redis" : ", in memory")
        ))
    }
    if let room = best.headroom {
      rows.append(
        (
          "head-room",
          room.isOutside
            ? "the load is not what limits it" : "\(text(room.factor - 1, "ratio")) more people"
        ))
    }
    rows += day(people)
    rows += money(best)
    for step in planner.nextSteps(for: people) {
      guard let extra = step.extraServers else { continue }
      let cost = step.extraMonth.map { ", \(text($0, "count")) more a month" } ?? ""
      rows.append(("next step", "\(step.name): \(text(extra, "count")) more\(cost)"))
    }
    rows += spread(people)
    return ["", "the recommended fleet"]
      + rows.flatMap { wrap($0.1, width: width, lead: "  " + padded($0.0, to: 13)) }
  }

  private func day(_ people: Int) -> [(String, String)] {
    guard let day = planner.analyses.first(where: { $0.users == people })?.day else { return [] }
    let lag = units.text(day.lag, unit: "s")
    return [
      (
        "day",
        "peak \(units.text(day.peakRate, unit: "/s")) of a mean "
          + "\(units.text(day.meanRate, unit: "/s")); conversations open then "
          + "\(units.text(day.openAtPeak, unit: "count")), most \(lag) later: "
          + "\(units.text(day.openMost, unit: "count"))"
      )
    ]
  }

  private func money(_ best: CandidateAnswer) -> [(String, String)] {
    guard let cost = best.cost else {
      return [("money", "no prices: name a file with --prices or plan.prices")]
    }
    var rows = cost.parts.filter { $0.amount != nil }.map { part in
      (
        "money",
        "\(part.name) \(units.text(part.amount, unit: "count")) \(cost.currency) a month: "
          + part.note
      )
    }
    rows += cost.holes.map { ("no price", $0) }
    return rows
  }

  private func spread(_ people: Int) -> [(String, String)] {
    guard let analysis = planner.analyses.first(where: { $0.users == people }),
      let exact = analysis.servers, let size = planner.recommended(for: people)?.size
    else { return [] }
    func sized(_ servers: Double?) -> String {
      servers.map { units.text($0 / exact * Double(size), unit: "count") } ?? "no limit"
    }
    return analysis.tornado.filter { $0.note == nil }.prefix(4).map { bar in
      (
        "sensitivity",
        "\(bar.factor): \(bar.low) \(sized(bar.serversAtLow)), "
          + "\(bar.high) \(sized(bar.serversAtHigh))"
      )
    }
  }
}
