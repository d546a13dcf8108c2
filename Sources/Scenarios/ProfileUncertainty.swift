// How far the numbers of a profile may be off, and profiles drawn from that: the outer loop of a
// plan's uncertainty. A list of measured values is drawn anew from itself. A single number has no
// spread in the file, so one is assumed here, and the plan prints that it was.
public import Basics
public import CLIModel

public enum ProfileUncertainty {
  /// Two machines, or two days: turns of one CLI took 110 to 141 ms of CPU from one series to the
  /// next, a standard deviation of about this share.
  public static let betweenSeries = 0.05
  /// Spread of single operations, where the file gives their number but not their values.
  public static let withinSeries = 0.2
  /// For numbers that were assumed, or measured who knows how often.
  public static let unknown = 0.2

  public static var assumption: String {
    "each number of the profile is off by a lognormal factor: 5 % between series, 20 % over the "
      + "root of its samples within one, 20 % where it was assumed; stated costs are exact"
  }

  /// Standard deviation of the number, as a share of it.
  public static func deviation(_ evidence: ParameterEvidence) -> Double {
    guard !evidence.isAssumed, let samples = evidence.samples, samples > 0 else { return unknown }
    let within = withinSeries * withinSeries / Double(samples)
    return (betweenSeries * betweenSeries + within).squareRoot()
  }

  /// Profile number `index` of those that the evidence allows.
  public static func draw(_ profile: CostProfile, index: Int, from stream: Stream) -> CostProfile {
    var drawn = profile
    for (place, evidence) in profile.evidence.enumerated() {
      guard let key = ProfileKeys.all.first(where: { $0.path == evidence.path }) else { continue }
      var chance = stream.draw(entity: index, count: place)
      let values = key.values(profile)
      if values.isEmpty { continue }
      if values.count > 1, case .law = key.kind {
        let again = values.map { _ in values[chance.index(below: values.count)] }
        key.write(&drawn, again.sorted())
        continue
      }
      let factor = exponential(deviation(evidence) * inverseNormal(chance.uniform()))
      let bound = key.kind.isShare ? 1 : Double.infinity
      key.write(&drawn, values.map { min(bound, $0 * factor) })
    }
    return drawn
  }
}
