// The keys at the head of a scenario, of its people and of their conversations.
// A table and nothing else: what keys say together is judged in Checks.
internal import Basics
internal import Workload

extension ScenarioKeys {
  static let head: [ScenarioKey] = [
    ScenarioKey(
      "seatrial", .count(1...1), \.version, part: .report,
      "Version of the scenario's form; must be there."),
    ScenarioKey(
      "name", .text(most: 100), \.name, part: .report, "Name in reports; else that of the file."),
    ScenarioKey(
      "about", .text(), \.about, part: .report, "The question that the scenario answers."),
    // Up to 2^53 every whole number survives the reader's arithmetic, and every other reader of
    // JSON.
    ScenarioKey(
      "seed", .count(0...1 << 53), \.seed, part: .report,
      "Seed of all chance; two variants of one seed meet the same people."),
  ]

  static let workload: [ScenarioKey] = [
    ScenarioKey(
      "workload.users", .count(1...10_000_000), \.workload.users,
      "People; with open arrivals, those whom arrivals are drawn from."),
    ScenarioKey(
      "workload.user-ids", Syntax<UserIDs>.userIDs, \.userIDs,
      "Ids, which hashing routers see: a text with {n}, uuid, names or file(path)."),
    ScenarioKey(
      "workload.tabs", .count(1...1000), \.workload.tabs,
      "Requests that one person keeps going at once."),
    ScenarioKey(
      "workload.think", .distribution(.seconds), \.workload.think,
      "Pause between an answer and the next question."),
    ScenarioKey(
      "workload.start", Syntax<StartRule>.start, \.workload.start,
      "How a closed workload begins: in the middle, all at once, or over a while."),
    ScenarioKey(
      "workload.arrivals", Syntax<ArrivalForm>.arrivals, \.arrivals, example: "poisson(4/s)",
      "Closed: people wait for answers. Open: a rate, whatever the system does. "
        + "Without a rate: stages or diurnal hold it."),
    ScenarioKey(
      "workload.stages", .list(.stage, most: 1000), \.stages,
      "Rates one after another; the last one holds on. Makes arrivals poisson."),
    ScenarioKey(
      "workload.spikes", .list(.spike, most: 1000), \.spikes, "Rates added for a while."),
    ScenarioKey(
      "workload.diurnal.mean", Syntax<Double>.rate.or("off"), \.diurnal.mean, short: true,
      example: "4/s", "Mean of a daily curve of arrivals; makes them poisson."),
    ScenarioKey(
      "workload.diurnal.swing", .share(), \.diurnal.swing,
      "How far the curve goes above and below its mean."),
    ScenarioKey(
      "workload.diurnal.period", .duration(.seconds(1)), \.diurnal.period, "Length of a day."),
    ScenarioKey(
      "workload.diurnal.peak-at", .duration(), \.diurnal.peakAt,
      "When the curve is highest, from the start of the run."),
    ScenarioKey(
      "workload.popularity", Syntax<Popularity>.popularity, \.workload.popularity,
      "Which person an open arrival belongs to."),
    ScenarioKey(
      "workload.arrival-brings", .word(ArrivalKind.self), \.workload.arrivalBrings,
      "An open arrival is one turn, or a person who stays for a session."),
    ScenarioKey(
      "workload.groups.size", Syntax<Int>.count(1...100_000).or("off"), \.groupSize, short: true,
      example: "5", "People who share a session; 5 where the pattern is collaborative."),
    ScenarioKey(
      "workload.groups.share", .share(), \.groupShare,
      "Share of turns that go to the shared session."),
    ScenarioKey(
      "workload.prompt", .distribution(.bytes), \.workload.prompt,
      "Size of a prompt, 20 MB at most: fills the context and the session's file."),
    ScenarioKey(
      "workload.intruders", .share(), \.workload.intruders,
      "Share of turns that present somebody else's session id."),
  ]

  static let sessions: [ScenarioKey] = [
    ScenarioKey(
      "workload.sessions.kind", .word(SessionPlan.Kind.self), \.workload.sessions.kind, short: true,
      "Persistent sessions are named and resumed; ephemeral ones serve a single turn."),
    ScenarioKey(
      "workload.sessions.per-user", .count(1...100_000), \.workload.sessions.perUser,
      "Conversations that one person holds open."),
    ScenarioKey(
      "workload.sessions.turns", Syntax<Distribution>.distribution(.count).or("unlimited"),
      \.workload.sessions.turns, example: "geometric(8)", "Turns until a conversation ends."),
    ScenarioKey(
      "workload.sessions.popularity", Syntax<Popularity>.popularity, \.workload.sessions.popularity,
      "Which of a person's conversations the next turn goes to."),
    ScenarioKey(
      "workload.sessions.at-end", .word(SessionPlan.Ending.self), \.workload.sessions.atEnd,
      "Whether an ended conversation is deleted."),
  ]
}
