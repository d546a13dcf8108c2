// What a search found: how many schedules there are, how many break which promise, and the shortest
// one that does. A schedule is the list of who goes on at each step, so it can be run again.

public struct Exploration: Sendable {
  public let program: HazardProgram
  public private(set) var schedules = 0
  /// Schedules that break at least one of the program's promises.
  public private(set) var broken = 0
  /// Schedules that were run: fewer where callers are interchangeable, and one stands for many.
  public private(set) var runs = 0
  /// False: the limit was reached, or chance chose; all counts are of what was run.
  public internal(set) var isComplete = true
  private var perPromise = SIMD16<Int>()
  /// Few kinds of damage occur in a program; a list is searched faster than a dictionary.
  private var kinds: [(damage: Damage, schedules: Int)] = []
  private var shortest: [[Int]?] = Array(repeating: nil, count: Promise.allCases.count)

  init(_ program: HazardProgram) { self.program = program }

  /// Schedules that break this promise.
  public func broken(_ promise: Promise) -> Int { perPromise[promise.place] }

  /// Schedules that break it exactly this often.
  public func schedules(breaking promise: Promise, times: Int) -> Int {
    kinds.reduce(0) { $0 + ($1.damage[promise] == times ? $1.schedules : 0) }
  }

  /// Fewest steps, then fewest changes of who goes on, then the first found; nil: never broken.
  public func shortestSchedule(breaking promise: Promise) -> [Int]? { shortest[promise.place] }

  /// The shortest that breaks any of the program's promises, and which.
  public var shortestBreak: (promise: Promise, schedule: [Int])? {
    var best: (promise: Promise, schedule: [Int])?
    for promise in program.promises {
      guard let schedule = shortestSchedule(breaking: promise) else { continue }
      if best.map({ Exploration.isShorter(schedule, than: $0.schedule) }) ?? true {
        best = (promise, schedule)
      }
    }
    return best
  }

  /// The same, one line a step.
  public func timeline(breaking promise: Promise) -> String? {
    shortestSchedule(breaking: promise).map { Timeline.text(of: $0, in: program) }
  }

  /// - Parameter weight: schedules that this one stands for.
  mutating func add(_ damage: Damage, weight: Int, length: Int, schedule: () -> [Int]) {
    runs &+= 1
    schedules &+= weight
    if let place = kinds.firstIndex(where: { $0.damage == damage }) {
      kinds[place].schedules &+= weight
    } else {
      kinds.append((damage, weight))
    }
    if damage.isNone { return }
    if program.promises.contains(where: { damage[$0] > 0 }) { broken &+= weight }
    for promise in Promise.allCases where damage[promise] > 0 {
      perPromise[promise.place] &+= weight
      if let best = shortest[promise.place] {
        if length > best.count { continue }
        let found = schedule()
        if Exploration.isShorter(found, than: best) { shortest[promise.place] = found }
      } else {
        shortest[promise.place] = schedule()
      }
    }
  }

  private static func isShorter(_ a: [Int], than b: [Int]) -> Bool {
    a.count != b.count ? a.count < b.count : switches(a) < switches(b)
  }

  private static func switches(_ schedule: [Int]) -> Int {
    var count = 0
    for place in 1..<max(1, schedule.count) where schedule[place] != schedule[place - 1] {
      count += 1
    }
    return count
  }
}
