// The smallest fleet by closed forms alone: the instant answer, and where a simulated search
// begins. It knows only the expectations that have a formula; the others it names.
internal import Basics
internal import CLIModel
internal import Metrics
internal import Policies
internal import Scenarios

public struct QuickAnswer: Sendable, Hashable {
  /// nil: no size is enough.
  public var size: Int?
  /// What is missed by the largest fleet looked at.
  public var obstacle: String?
  public var responseP95: Double?
  public var responseMean: Double?
  /// Expectations without a formula.
  public var unanswered: [String] = []
}

struct QuickSearch {
  let candidate: Candidate
  let users: Int
  private let expectations: [Metrics.Expectation]
  private let names: [UInt32]?
  /// Of the guide's hash; nil where sizes differ by their number alone.
  var occupancy: HashOccupancy? { names.map { HashOccupancy(hashes: $0) } }

  init(_ candidate: Candidate, users: Int) {
    self.candidate = candidate
    self.users = users
    expectations = Judge(candidate.template).expectations
    let isHashed = !candidate.isIsolated && candidate.template.app.routing == .stickyModulo
    names = isHashed ? ClosedForm.hashes(candidate.template.userIDs, users: users) : nil
  }

  /// A server for each person is more than any pattern needs; an isolated one has that already.
  var most: Int { min(candidate.template.plan.mostServers, max(2, users)) }

  func run() -> QuickAnswer {
    var answer = QuickAnswer()
    var high = 1
    while let reason = obstacle(high) {
      if high >= most {
        answer.obstacle = reason
        answer.unanswered = unanswered(high)
        return answer
      }
      high = min(most, high * 2)
    }
    var low = high / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      if obstacle(middle) == nil { high = middle } else { low = middle }
    }
    let form = ClosedForm(candidate.scenario(users: users, size: high), names: names)
    answer.size = high
    answer.responseP95 = form.responseQuantile(0.95)
    answer.responseMean = form.responseMean
    answer.unanswered = unanswered(high)
    return answer
  }

  /// Why so many are not enough; nil: they are, as far as formulas can tell.
  func obstacle(_ size: Int) -> String? {
    let scenario = candidate.scenario(users: users, size: size)
    if let room = scenario.fleet.hosts.memory {
      let demand = FleetDemand(scenario)
      if demand.hostMemory(of: demand.isOwnProcess ? users : size) > room {
        return "the servers of a host need more than its \(Candidate.gibibytes(room)) GiB"
      }
    }
    let form = ClosedForm(scenario, names: names)
    for expectation in expectations {
      guard let value = form.value(expectation) else { continue }
      if Judge.slack(expectation, value) < 0 { return expectation.text }
    }
    // Without an expectation about time a server that is offered too much is still no answer.
    return form.isOverloaded ? "the busiest server is offered more than it can do" : nil
  }

  /// Larger sizes that miss by formulas although smaller ones do not, because the hash leaves them
  /// unbalanced: up to twice the size, and for names as they are.
  func unbalanced(above size: Int) -> [Int] {
    guard let occupancy else { return [] }
    let sizes = size + 1...max(size + 1, min(most, FleetSearch.horizon(size)))
    // The first that formulas let pass: what is missed below it is their doubt, not the hash's.
    guard let first = sizes.first(where: { obstacle($0) == nil }) else { return [] }
    let usual = occupancy.strain(servers: first)
    return sizes.filter { size in
      size > first && zip(occupancy.strain(servers: size), usual).contains { $0 > $1 }
        && obstacle(size) != nil
    }
  }

  private func unanswered(_ size: Int) -> [String] {
    let form = ClosedForm(candidate.scenario(users: users, size: size), names: names)
    return expectations.filter { form.value($0) == nil }.map(\.text)
  }
}

extension FleetDemand {
  var isOwnProcess: Bool { if case .ownProcess = sharing { true } else { false } }
}
