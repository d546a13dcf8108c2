// The curves of a plan: how the fleet and its cost grow with the people, and what stickiness and
// isolation cost. They are arithmetic (closed forms) and say so; the simulated sizes lie on them as
// points, and what limits and routings cost comes from simulated capacities.
internal import Basics
internal import CLIModel
internal import Policies
internal import Scenarios
internal import Statistics
internal import Workload

extension Planner {
  func curveTasks(_ place: Int, _ analysis: Analysis) -> [PlanTask] {
    let candidate = analysis.changes.candidate
    let people = Planner.grid(upTo: users.max() ?? analysis.users)
    let prices = prices
    // Formulas take no events; a small number keeps them at the end of the list.
    func task(_ make: @escaping @Sendable () -> PriceCurve?) -> PlanTask {
      PlanTask(.analysis(place, .curve), events: 1) { _ in
        make().map { .curve($0) }
          ?? .curve(PriceCurve(name: "", xName: "", basis: .closedForms, lines: []))
      }
    }
    var tasks = [
      task { Planner.growth("capacity", [("recommended", candidate)], people, prices) }
    ]
    let shared = candidates.first { !$0.isIsolated }
    let isolated = candidates.first { $0.isIsolated } ?? shared.map { $0.asIsolated }
    if let shared, let isolated, candidate.template.app.pattern != .collaborative {
      let rival = candidate.isIsolated ? shared : candidate
      tasks.append(
        task {
          Planner.growth("isolation", [("shared", rival), ("isolated", isolated)], people, prices)
        })
    }
    if !candidate.isIsolated {
      let limit = candidate.template.app.sessions.limit ?? Planner.usualLimit
      let each = candidate.template.workload.sessions.perUser
      tasks.append(task { Planner.stickiness(limit: max(1, limit / each), people) })
    }
    return tasks
  }

  /// The guide's session manager holds 50.
  static let usualLimit = 50

  /// One, two and five in each decade.
  static func grid(upTo most: Int) -> [Int] {
    var list: [Int] = []
    var decade = 10
    while decade <= most {
      list += [decade, 2 * decade, 5 * decade].filter { $0 < most }
      decade *= 10
    }
    return list + [most]
  }

  private static func growth(
    _ name: String, _ fleets: [(name: String, candidate: Candidate)], _ people: [Int],
    _ prices: PriceList?
  ) -> PriceCurve {
    PriceCurve(
      name: name, xName: "users", basis: .closedForms,
      lines: fleets.map { fleet in
        PriceCurve.Line(
          name: fleet.name,
          points: people.map { count in
            point(fleet.candidate, count, prices)
          })
      })
  }

  private static func point(_ candidate: Candidate, _ users: Int, _ prices: PriceList?)
    -> CurvePoint
  {
    var point = CurvePoint(x: Double(users), label: "\(users)")
    guard candidate.refusal(users: users) == nil,
      let size = QuickSearch(candidate, users: users).run().size
    else { return point }
    point.servers = Double(size)
    if let prices {
      let resources = FleetResources(candidate, users: users, forecastOf: size)
      point.month =
        FleetCost(
          resources, cores: candidate.template.fleet.hosts.cores,
          memory: candidate.template.fleet.hosts.memory, users: users, prices: prices
        ).month
    }
    return point
  }

  /// Servers that keep everybody within a limit: perfectly spread, and hashed with chance 0.95.
  private static func stickiness(limit: Int, _ people: [Int]) -> PriceCurve {
    let even = people.map { Double(($0 + limit - 1) / limit) }
    let hashed = people.map { users -> Double? in
      var demand = FleetDemand(people: users, sessions: Double(users), sharing: .hashed) { _ in 0 }
      demand.serverLimit = limit
      let found = FleetBracket(demand).requirements.first { $0.resource == .hashedSessionLimit }
      return found?.servers.map(Double.init)
    }
    func line(_ name: String, _ values: [Double?]) -> PriceCurve.Line {
      PriceCurve.Line(
        name: name,
        points: zip(people, values).map {
          CurvePoint(x: Double($0), label: "\($0)", servers: $1)
        })
    }
    return PriceCurve(
      name: "stickiness at \(limit) people a server", xName: "users", basis: .closedForms,
      lines: [line("spread evenly", even), line("hashed, held with chance 0.95", hashed)])
  }
}

extension Analysis {
  /// What a session limit costs: servers for the same people, limit by limit. Simulated.
  public var limitCurve: PriceCurve? {
    simulatedCurve(
      "session limit", "limit on a server",
      changes.limits.enumerated().map { index, change in
        (Double(change.limit ?? 0), change.limit.map { "\($0)" } ?? "unlimited", limits[index])
      })
  }

  /// What routing costs, the price of stickiness among them. Simulated.
  public var routingCurve: PriceCurve? {
    simulatedCurve(
      "routing", "routing",
      changes.routings.enumerated().map { index, change in
        (Double(index), change.routing.rawValue, routings[index])
      })
  }

  private func simulatedCurve(
    _ name: String, _ xName: String, _ values: [(x: Double, label: String, capacity: Capacity?)]
  ) -> PriceCurve? {
    guard values.contains(where: { $0.capacity != nil }) else { return nil }
    let points = values.map { CurvePoint(x: $0.x, label: $0.label, servers: servers($0.capacity)) }
    return PriceCurve(
      name: name, xName: xName, basis: .simulated,
      lines: [PriceCurve.Line(name: "servers", points: points)])
  }
}

extension Candidate {
  /// The same app with a process for each person.
  var asIsolated: Candidate {
    var changed = with {
      $0.app.pattern = .isolated
      $0.workload.groups = nil
    }
    changed.name = "isolated"
    return changed
  }
}
