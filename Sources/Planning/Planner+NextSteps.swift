// What the next improvement would cost: one more nine of availability, 100 ms less. The first is
// arithmetic over servers that are up or down; the second is a capacity with a tighter bound.
internal import Basics
internal import Scenarios
internal import Statistics

extension Planner {
  public func nextSteps(for people: Int) -> [NextStep] {
    guard let best = recommended(for: people), let size = best.size else { return [] }
    let each = best.cost?.month.map { $0 / Double(size) }
    var steps = nines(best, size, each)
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
        step.extraMonth = step.extraServers.flatMap { extra in each.map { $0 * extra } }
      } else if analysis.tighter != nil {
        step.note = "not within eight times the servers"
      }
      if analysis.tighter != nil { steps.append(step) }
    }
    return steps
  }

  /// Servers installed so that enough are up: with 99.9 %, 99.99 % and 99.999 % of the time.
  private func nines(_ best: CandidateAnswer, _ size: Int, _ each: Double?) -> [NextStep] {
    let up = best.candidate.template.plan.availability
    return [0.99, 0.999, 0.9999].map { wanted in
      var installed = size
      while installed < size * 2 + 20,
        Staffing.enoughUp(needed: size, installed: installed, availability: up) < wanted
      { installed += 1 }
      let extra = Double(installed - size)
      return NextStep(
        name: "\(Words.nine(wanted)) of the time enough servers",
        servers: Double(installed), extraServers: extra, extraMonth: each.map { $0 * extra },
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
