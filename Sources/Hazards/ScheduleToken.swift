// A schedule as one word that can be copied: `pool-double-spawn/guide:1.2.2.1`. The numbers are
// tasks, counted from 1 in the order of a timeline's columns; `large` stands before the colon of a
// schedule of the larger program.

public struct ScheduleToken: Sendable {
  public let hazard: Hazard
  public let variant: Hazard.Variant
  public let isLarge: Bool
  public let schedule: [Int]

  public init(_ hazard: Hazard, _ variant: Hazard.Variant, isLarge: Bool, _ schedule: [Int]) {
    self.hazard = hazard
    self.variant = variant
    self.isLarge = isLarge
    self.schedule = schedule
  }

  public var program: HazardProgram { hazard.program(variant, isLarge: isLarge) }

  public var text: String {
    let steps = schedule.map { String($0 + 1) }.joined(separator: ".")
    return "\(hazard.name)/\(variant.rawValue)\(isLarge ? "/large" : ""):\(steps)"
  }

  public struct Mistake: Error, Sendable {
    public let reason: String
  }

  public init(parsing text: String) throws(Mistake) {
    let form = "a schedule is HAZARD/VARIANT:STEPS, as pool-double-spawn/guide:1.2.2.1"
    let halves = text.split(separator: ":", omittingEmptySubsequences: false)
    guard halves.count == 2 else { throw Mistake(reason: form) }
    let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    guard let hazard = parts.first.flatMap({ Hazard.named(String($0)) }) else {
      throw Mistake(reason: "there is no hazard \(parts.first ?? ""); \(form)")
    }
    guard parts.count > 1, let variant = Hazard.Variant(rawValue: String(parts[1])),
      parts.count == 2 || (parts.count == 3 && parts[2] == "large")
    else { throw Mistake(reason: "the variant is guide or safe, and may end in /large; \(form)") }
    self.hazard = hazard
    self.variant = variant
    isLarge = parts.count == 3
    var steps: [Int] = []
    for part in halves[1].split(separator: ".", omittingEmptySubsequences: false) {
      guard let step = Int(part), step >= 1, step <= 32 else {
        throw Mistake(reason: "\"\(part)\" is no task; \(form)")
      }
      steps.append(step - 1)
    }
    schedule = steps
    if case .failure(let misfit) = Timeline.steps(of: steps, in: program) {
      throw Mistake(reason: ScheduleToken.words(misfit, of: program, length: steps.count))
    }
  }

  private static func words(
    _ misfit: Timeline.Misfit, of program: HazardProgram, length: Int
  ) -> String {
    let able = misfit.enabled.map { "\($0 + 1) (\(program.nameOfTask($0)))" }
    if able.isEmpty { return "step \(misfit.step): everybody is done by then" }
    let who = able.joined(separator: ", ")
    return misfit.step > length
      ? "it ends too early: \(who) can still go on"
      : "step \(misfit.step) cannot be taken; who can go on there: \(who)"
  }
}
