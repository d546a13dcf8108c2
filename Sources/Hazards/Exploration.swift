// What a search found: how many schedules there are, how many break which promise, and the shortest
// one that does. A schedule is the list of who goes on at each step, so it can be run again.

public struct Exploration: Sendable {
  public let program: HazardProgram
  public private(set) var schedules = 0
  /// Schedules that break at least one of the program's promises.
  public private(set) var broken = 0
  /// False: the limit was reached, and all counts are lower bounds.
  public internal(set) var isComplete = true
  private var perPromise = Array(repeating: 0, count: Promise.allCases.count)
  private var worst: [Damage: Int] = [:]
  private var shortest: [[Int]?] = Array(repeating: nil, count: Promise.allCases.count)

  init(_ program: HazardProgram) { self.program = program }

  /// Schedules that break this promise.
  public func broken(_ promise: Promise) -> Int { perPromise[Damage.place(of: promise)] }

  /// Schedules that break it exactly this often.
  public func schedules(breaking promise: Promise, times: Int) -> Int {
    // A sum: the order of a dictionary's entries does not matter to it.
    worst.reduce(0) { $0 + ($1.key[promise] == times ? $1.value : 0) }
  }

  /// Fewest steps, then fewest changes of who goes on, then the first found; nil: never broken.
  public func shortestSchedule(breaking promise: Promise) -> [Int]? {
    shortest[Damage.place(of: promise)]
  }

  /// The same, one line a step.
  public func timeline(breaking promise: Promise) -> String? {
    shortestSchedule(breaking: promise).map { Timeline.text(of: $0, in: program) }
  }

  mutating func add(_ damage: Damage, _ schedule: [Int]) {
    schedules += 1
    worst[damage, default: 0] += 1
    if program.promises.contains(where: { damage[$0] > 0 }) { broken += 1 }
    for promise in Promise.allCases where damage[promise] > 0 {
      let place = Damage.place(of: promise)
      perPromise[place] += 1
      if let best = shortest[place], !Exploration.isShorter(schedule, than: best) { continue }
      shortest[place] = schedule
    }
  }

  private static func isShorter(_ a: [Int], than b: [Int]) -> Bool {
    a.count != b.count ? a.count < b.count : switches(a) < switches(b)
  }

  private static func switches(_ schedule: [Int]) -> Int {
    zip(schedule, schedule.dropFirst()).count { $0 != $1 }
  }
}
