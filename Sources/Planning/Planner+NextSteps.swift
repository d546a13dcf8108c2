// What the next improvement would cost: one more nine of availability, 100 ms less, and the fleet
// that --deploy writes. The first is arithmetic over servers that are up or down; the second is a
// capacity with a tighter bound. Money is the difference between two fleets, each with its own sum.
internal import Basics
internal import Scenarios
internal import Statistics

extension Planner {
  public func nextSteps(for people: Int) -> [NextStep] {
    guard let best = recommended(for: people), let size = best.size else { return [] }
    var steps = nines(best, size)
    if let deployed = best.deployedSize, deployed > size {
      let spare = best.survivals.contains { $0.event == .lost(1) && $0.size == deployed }
      steps.insert(
        NextStep(
          name: "as --deploy writes it", servers: Double(deployed),
          extraServers: Double(deployed - size), extraMonth: more(best, size, deployed),
          note: spare ? "stands the loss of one" : "one more than is needed"), at: 0)
    }
    if let analysis = analyses.first(where: { $0.users == people }),
      let change = analysis.changes.tighter
    {
      let needed = analysis.servers(analysis.tighter)
      let exact = analysis.servers
      var step = NextStep(
        name: change.name, servers: nil, extraServers: nil, extraMonth: nil,
        note: "simulated: the same fleet with the tighter bound")
      if let needed, let exact {
        step.servers = Double(size) * needed / exact
        step.extraServers = Double(size) * (needed / exact - 1)
        step.extraMonth = step.extraServers.flatMap { marginal(best, size, $0) }
      } else if analysis.tighter != nil {
        step.note = "not within eight times the servers"
      }
      if analysis.tighter != nil { steps.append(step) }
    }
    return steps
  }

  /// The money for a part of a server: by the whole hosts that so many more take, in proportion.
  private func marginal(_ best: CandidateAnswer, _ size: Int, _ extra: Double) -> Double? {
    let step = max(1, best.candidate.serversPerHost ?? 1, Int(ceilingOf(abs(extra))))
    return more(best, size, size + step).map { $0 * extra / Double(step) }
  }

  private func more(_ best: CandidateAnswer, _ size: Int, _ larger: Int) -> Double? {
    guard let now = cost(best, at: size)?.month, let then = cost(best, at: larger)?.month else {
      return nil
    }
    return then - now
  }

  /// Servers installed so that enough are up: with 99 %, 99.9 % and 99.99 % of the time.
  private func nines(_ best: CandidateAnswer, _ size: Int) -> [NextStep] {
    let up = best.candidate.template.plan.availability
    return [0.99, 0.999, 0.9999].map { wanted in
      var installed = size
      while installed < size * 2 + 20,
        Staffing.enoughUp(needed: size, installed: installed, availability: up) < wanted
      { installed += 1 }
      return NextStep(
        name: "\(Words.nine(wanted)) of the time enough servers",
        servers: Double(installed), extraServers: Double(installed - size),
        extraMonth: more(best, size, installed),
        note: "each server up with chance \(Words.nine(up)), independently of the others")
    }
  }
}

extension Words {
  /// 0.999 as 99.9 %.
  static func nine(_ share: Double) -> String {
    let scaled = floorOf(share * 1_000_000 + 0.5) / 10_000
    return scaled == floorOf(scaled) ? "\(Int(scaled)) %" : "\(scaled) %"
  }
}
