// What a fleet has to stand: servers lost at once, or replaced one batch after another. A trial
// with an event measures from before the event until well after it, so the transient is in its
// figures.
internal import Basics
internal import CLIModel
internal import Policies
internal import Simulation

public enum FleetEvent: Sendable, Hashable {
  case lost(Int)
  /// Each batch drains, is away for a stop and a start, and comes back; then the next.
  case deploy

  public var name: String {
    switch self {
    case .lost(let count): count == 1 ? "one server lost" : "\(count) servers lost"
    case .deploy: "rolling deploy"
    }
  }

  /// Servers away at the same time.
  public func away(of fleet: Int) -> Int {
    switch self {
    case .lost(let count): count
    case .deploy: FleetEvent.batch(of: fleet)
    }
  }

  /// A twentieth of the fleet at once: a deploy then takes twenty steps, however large it is.
  static func batch(of fleet: Int) -> Int { max(1, fleet / 20) }

  /// Where the backend never looks, a lost server stays in its lists and nothing can be planned:
  /// this often then.
  static let healthCheck = Interval.seconds(10)

  func apply(to trial: inout Trial, fleet: Int) {
    trial.plan.app.healthCheck = trial.plan.app.healthCheck ?? FleetEvent.healthCheck
    switch self {
    case .lost(let count):
      // A tenth into the measurement, for good.
      let at = trial.warmUp + trial.measure * 0.1
      trial.plan.fleet.changes = [FleetChange(at: at, kind: .lose(count, backAfter: nil))]
    case .deploy:
      let batch = FleetEvent.batch(of: fleet)
      let steps = (fleet + batch - 1) / batch
      let profile = trial.plan.profile
      let away =
        profile.stopConnected
        + Interval(seconds: profile.start.mean + profile.firstConnect.mean)
      // The deploy fills the measured time, and is never faster than a batch after the other.
      trial.measure = max(trial.measure, away * Double(steps) * 1.2)
      let pace = trial.measure * (1 / Double(steps + 1))
      trial.plan.fleet.changes = (0..<steps).flatMap { step -> [FleetChange] in
        let at = trial.warmUp + pace * Double(step) + pace * 0.1
        return [
          FleetChange(at: at, kind: .remove(batch)),
          FleetChange(at: at + away, kind: .add(batch)),
        ]
      }
    }
  }
}
