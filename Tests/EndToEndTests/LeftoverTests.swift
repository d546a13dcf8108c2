// Nothing is left behind: however a live run ends, its processes, those of its servers and its
// temporary files are gone a moment later. `make leftovers` asks fifty times.
import Basics
import Glibc
import LinuxIO
import Metrics
import Testing

@Suite(.serialized) struct LeftoverTests {
  private static let rounds = Environment.value("SEATRIAL_ROUNDS").flatMap(Int.init) ?? 5
  private static let seed = Environment.value("SEATRIAL_SEED").flatMap(UInt64.init) ?? 11

  private enum Blow: CaseIterable {
    case kill, terminate, interrupt, interruptTwice, terminateTwice, hangUp

    func strike(_ process: Process) {
      switch self {
      case .kill: process.send(SIGKILL)
      case .terminate: process.send(SIGTERM)
      case .interrupt: process.send(SIGINT)
      case .interruptTwice, .terminateTwice:
        let signal = self == .interruptTwice ? SIGINT : SIGTERM
        process.send(signal)
        // Nearer together they would count as one wish.
        _ = usleep(300_000)
        process.send(signal)
      case .hangUp: process.send(SIGHUP)
      }
    }
  }

  /// Starts a child in a session of its own, which has left the server's process group, and then
  /// becomes the server.
  private static let unruly = """
    #!/bin/sh
    setsid sleep 1000 </dev/null >/dev/null 2>&1 &
    exec '\(LiveTrial.mock)' "$@"

    """

  /// Servers alone; a process a person; locks in a Redis of the run's; HAProxy in front.
  private static let shapes =
    [["app.pattern=shared", "fleet.servers=4"], ["app.pattern=isolated"]]
    + (RedisRun.hasServer
      ? [["app.pattern=collaborative", "app.lock.backend=redis", "fleet.servers=4"]] : [])
    + (BalancerTests.isThere ? [["app.routing=external", "fleet.servers=4"]] : [])

  /// Half of the blows fall while the fleet starts or soon after, the others from the first turn
  /// on; where little is measured also in the drain, the look at the end, and while servers stop.
  @Test("runs killed at random moments leave no process and no file")
  func killed() throws {
    for round in 0..<Self.rounds {
      try LiveTrial.test { trial in
        var chance = Seed(Self.seed &+ UInt64(round)).stream("blows").draw(entity: 0, count: 0)
        let blow =
          round % 2 == 0 ? Blow.kill : Blow.allCases[round / 2 % Blow.allCases.count]
        let shape = Self.shapes[Int(chance.uniform() * Double(Self.shapes.count))]
        let isEarly = chance.uniform() < 0.5
        let isShort = chance.uniform() < 0.5
        let moment = chance.uniform() * (isEarly ? 2 : isShort ? 3 : 1)
        try trial.program(Self.unruly, "unruly")
        let process = try trial.start(
          LiveTrial.set(
            shape + [
              "fleet.binary=./unruly", "run.drain=1s", "run.audit=1s",
              "workload.phases.measure=\(isShort ? "1s" : "1m")",
            ]))
        if !isEarly {
          try eventually("it measures") { process.errorsSoFar.contains("base: measuring") }
        }
        _ = usleep(UInt32(moment * 1e6))
        blow.strike(process)
        let run = process.wait()
        let when =
          "\(blow) \(moment) s after the \(isEarly ? "start" : "first turn"), short \(isShort), "
          + "\(shape), SEATRIAL_SEED=\(Self.seed &+ UInt64(round)): \(run.errors)"
        // It was a run: nothing that it refused to drive.
        #expect(![1, 2, 6, 104].contains(run.code), "\(run.ending), \(when)")
        try trial.expectNothingLeft(when)
      }
    }
  }

  @Test("a run that is killed while it measures leaves what it had measured, marked incomplete")
  func partialResult() throws {
    try LiveTrial.test { trial in
      let run = try trial.start(LiveTrial.set(["workload.phases.measure=60s", "run.threads=2"]))
      try eventually("a part is written") { Files.exists(trial.seatrial.folder + "/o/result.json") }
      run.send(SIGKILL)
      _ = run.wait()
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(!result.complete && result.verdict == .suspect)
      #expect(result.reasons.contains { $0.contains("had not ended") }, "\(result.reasons)")
      let variant = try #require(result.variants.first)
      // Five of the sixty seconds, by windows of half a second.
      #expect(variant.measuredSeconds >= 5 && variant.measuredSeconds <= 30)
      let rate = try #require(variant["turn.throughput"]?.value())
      let turns = Double(variant.count("turns.completed"))
      #expect(turns > 100 && abs(rate * variant.measuredSeconds - turns) < 1)
      let page = try trial.seatrial.run("report", "o", "--out", "part.html")
      #expect(page.code == 0, "\(page.errors)")
      try trial.expectNothingLeft("a kill in mid-measurement")
    }
  }

  @Test("a run that ends by itself leaves nothing either, and ends children that left their group")
  func ended() throws {
    try LiveTrial.test { trial in
      try trial.program(Self.unruly, "unruly")
      let process = try trial.start(LiveTrial.set(["fleet.binary=./unruly"]))
      try eventually("the children run") { trial.processes("sleep\u{0}1000").count == 2 }
      let run = process.wait()
      #expect(run.code == 0, "\(run.errors)")
      try trial.expectNothingLeft("the end")
    }
  }

  /// The kernel ends Redis with the driver; the reaper ends what the kernel did not.
  @Test(
    "The run's Redis ends with a driver that is killed, also without the reaper, also frozen",
    .enabled(if: RedisRun.hasServer, "redis-server is not on the PATH"),
    arguments: ["running", "frozen", "without reaper"])
  func redis(state: String) throws {
    try LiveTrial.test { trial in
      let process = try trial.start(
        LiveTrial.set([
          "app.lock.backend=redis", "app.pattern=collaborative", "workload.phases.measure=1m",
        ]))
      _ = try trial.servers(2, of: process)
      let redis = try #require(RedisRun.server(of: process.id))
      let folder = try #require(
        text("/proc/\(redis)/cmdline").isEmpty ? nil : trial.temporaryFiles.first)
      if state == "frozen" { _ = kill(redis, SIGSTOP) }
      let reapers = trial.processes("reap-after")
      try #require(reapers.count == 1)
      if state == "without reaper" { _ = kill(reapers[0], SIGKILL) }
      process.send(SIGKILL)
      _ = process.wait()
      for _ in 0..<100 where isAlive(redis) { _ = usleep(20_000) }
      #expect(!isAlive(redis), "redis-server \(redis) outlived its driver (\(state))")
      if state == "without reaper" {
        // Then nobody is left to remove the folder.
        removeTree("\(trial.temporary)/\(folder)")
      }
      try trial.expectNothingLeft("a killed driver, Redis \(state)")
    }
  }

  @Test(
    "Runs that are killed leave none of their keys in somebody's Redis, and all of the others",
    .enabled(if: RedisRun.hasServer, "redis-server is not on the PATH"))
  func keys() throws {
    for round in 0..<Self.rounds {
      try LiveTrial.test { trial in
        let redis = try OwnRedis(trial)
        let others = [
          "session-lock:0", "seatrial", "seatrial:0123456789abcdef:tokens", "waiting:7",
        ]
        for name in others { try redis.ask("SET", name, "mine") }
        try redis.ask("SET", "seatrial:elsewhere", "mine", database: 0)
        var chance = Seed(Self.seed &+ UInt64(round)).stream("keys").draw(entity: 0, count: 0)
        let blow = Blow.allCases[round % Blow.allCases.count]
        // People who wait, so that there are queues beside locks and the counter of tokens.
        let process = try trial.start(
          LiveTrial.set([
            redis.url, "app.lock.backend=redis", "app.lock.acquire=fifo",
            "app.pattern=collaborative", "workload.groups.size=5", "workload.groups.share=100%",
            "workload.phases.measure=1m", "run.drain=1s", "run.audit=1s",
          ]), settings: [OwnRedis.secret])
        try eventually("keys are there") {
          let size = (try? redis.ask("DBSIZE").output.prefix { $0.isNumber }) ?? ""
          return Int(size) ?? 0 > others.count + 2
        }
        let reapers = trial.processes("reap-after")
        try #require(reapers.count == 1)
        #expect(!text("/proc/\(reapers[0])/cmdline").contains(OwnRedis.password))
        _ = usleep(UInt32(chance.uniform() * 1e6))
        blow.strike(process)
        let run = process.wait()
        let when = "\(blow), SEATRIAL_SEED=\(Self.seed &+ UInt64(round)): \(run.errors)"
        for _ in 0..<100 where !trial.processes("reap-after").isEmpty { _ = usleep(50_000) }
        let left = try redis.ask("KEYS", "*").output.split(separator: "\n").map(String.init)
        #expect(left.sorted() == others.sorted(), "after \(when)")
        for name in others { #expect(try redis.ask("GET", name).output == "mine\n", "\(name)") }
        #expect(try redis.ask("DBSIZE", database: 0).output == "1\n", "after \(when)")
        redis.stop()
        try trial.expectNothingLeft(when)
      }
    }
  }

  /// A zombie has ended.
  private func isAlive(_ process: Int32) -> Bool {
    let words = text("/proc/\(process)/stat")
    return !words.isEmpty && !words.contains(") Z ")
  }

  @Test(
    "Ctrl-C drains and reports what there is; a second one ends at once",
    arguments: [(false, SIGINT, Int32(130)), (false, SIGTERM, 143), (true, SIGINT, 130)])
  func stopped(twice: Bool, signal: Int32, code: Int32) throws {
    try LiveTrial.test { trial in
      let process = try trial.start(
        LiveTrial.set(["workload.phases.measure=5m", "model.latency=1s", "run.drain=30s"]))
      _ = try trial.servers(2, of: process)
      _ = usleep(2_500_000)
      process.send(signal)
      _ = usleep(300_000)
      if twice { process.send(signal) }
      let asked = MonotonicClock.now()
      let run = process.wait()
      #expect(run.code == code, "\(run.errors)")
      if twice {
        #expect(MonotonicClock.now() - asked < .milliseconds(500))
      } else {
        let result = try trial.seatrial.result(at: "o/result.json")
        #expect(!result.complete && result.verdict != .valid)
        let variant = try #require(result.variants.first)
        // Those under way were waited for, but count to no measured time.
        #expect(variant.measuredSeconds > 1 && variant.measuredSeconds < 6)
        #expect(variant.count("turns.completed") > 10)
        #expect(result.reasons.contains { $0.contains("stopped before its end") })
      }
      try trial.expectNothingLeft("\(signal), twice: \(twice)")
    }
  }

  @Test("a run that is stopped in its warm-up says that this is what was measured")
  func stoppedInWarmUp() throws {
    try LiveTrial.test { trial in
      let process = try trial.start(LiveTrial.set(["workload.phases.warm-up=1m"]))
      _ = try trial.servers(2, of: process, in: "warm-up")
      _ = usleep(1_500_000)
      process.send(SIGINT)
      #expect(process.wait().code == 130)
      let result = try trial.seatrial.result(at: "o/result.json")
      #expect(result.reasons.contains { $0.contains("before its warm-up ended") })
      let variant = try #require(result.variants.first)
      #expect(variant.measuredSeconds > 0.5 && variant.measuredSeconds < 5)
      #expect(variant.count("turns.completed") > 10)
    }
  }
}
