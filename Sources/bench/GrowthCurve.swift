// Does the engine grow in proportion to its work? The reference model from 10^2 to 10^7 users:
// events a second of CPU and bytes a user, as a table, as two plots of text and as a CSV file. The
// number of turns measured is the same at every size, so that the whole stays below five minutes.
internal import Basics
internal import LinuxIO
internal import Simulation

enum GrowthCurve {
  struct Point {
    var users: Int
    var turns: Int
    var events: Int
    var seconds: Double
    /// Allocated with everybody in a first think time, and after the run.
    var idleBytesPerUser: Double
    var bytesPerUser: Double
    var eventsPerSecond: Double { Double(events) / seconds }
  }

  /// Enough for a second of work at the speeds seen (20 M events/s, 4 to 5 events a turn).
  static let turnsPerSize = 2_000_000

  static func run(savedAt path: String) {
    let sizes = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000]
    var points: [Point] = []
    BenchCommand.say("     users   M events/s   ns/event     events   idle B/user   B/user")
    for users in sizes {
      let point = measure(users)
      points.append(point)
      BenchCommand.say(row(point))
    }
    draw("M events/s", points) { $0.eventsPerSecond / 1e6 }
    // Below 10^4 users the tables of fixed size are all one would see.
    draw("bytes per user", points.filter { $0.users >= 10_000 }) { $0.bytesPerUser }
    save(points, at: path)
  }

  /// The warm-up has a quarter of the turns, and at least one a user: then most sessions have
  /// been opened.
  static func measure(_ users: Int) -> Point {
    let before = Allocator.allocated() ?? 0
    let plan = Bench.plan(users: users)
    var simulator = Simulator(plan)
    let idle = (Allocator.allocated() ?? 0) - before
    let warm = length(of: max(turnsPerSize / 4, users), plan)
    simulator.run(through: .zero + warm)
    let done = (events: simulator.events, turns: simulator.completedTurns)
    let start = ProcessUsage.current().processorTime.seconds
    simulator.run(through: .zero + warm + length(of: turnsPerSize, plan))
    let seconds = ProcessUsage.current().processorTime.seconds - start
    let bytes = (Allocator.allocated() ?? 0) - before
    return Point(
      users: users, turns: simulator.completedTurns - done.turns,
      events: simulator.events - done.events, seconds: seconds,
      idleBytesPerUser: Double(idle) / Double(users), bytesPerUser: Double(bytes) / Double(users))
  }

  /// Simulated time in which the workload asks for so many turns.
  private static func length(of turns: Int, _ plan: RunPlan) -> Interval {
    Interval(seconds: Double(turns) / plan.offeredRate)
  }

  // MARK: what is printed and kept

  private static func row(_ point: Point) -> String {
    Column.right(String(point.users), 10)
      + Column.right(Column.fixed(point.eventsPerSecond / 1e6, 2), 13)
      + Column.right(Column.fixed(1e9 / point.eventsPerSecond, 1), 11)
      + Column.right(String(point.events), 11)
      + Column.right(Column.fixed(point.idleBytesPerUser, 0), 14)
      + Column.right(Column.fixed(point.bytesPerUser, 0), 9)
  }

  private static func draw(_ title: String, _ points: [Point], _ value: (Point) -> Double) {
    let most = points.reduce(0) { max($0, value($1)) }
    BenchCommand.say("\n\(title)")
    for point in points {
      BenchCommand.say(
        Column.right(String(point.users), 10) + " |"
          + Column.bar(value(point), of: most, width: 50) + " "
          + Column.fixed(value(point), value(point) < 100 ? 1 : 0))
    }
  }

  private static func save(_ points: [Point], at path: String) {
    var text =
      "users,turns,events,cpu_seconds,events_per_second,idle_bytes_per_user,bytes_per_user\n"
    for point in points {
      text += "\(point.users),\(point.turns),\(point.events),\(point.seconds),"
      text += "\(point.eventsPerSecond),\(point.idleBytesPerUser),\(point.bytesPerUser)\n"
    }
    if let failure = Files.writeAtomically(Array(text.utf8), to: path) {
      StandardError.write("bench: the curve was not saved: \(failure)\n")
    } else {
      BenchCommand.say("\nsaved as \(path)")
    }
  }
}
