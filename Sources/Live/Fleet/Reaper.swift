// The last one to leave: a process of its own that waits for the driver's end. However the driver
// ends, it then stops every process that carries the run's mark and removes the run's folder, and
// its keys from a Redis that somebody else runs, if the driver did not come to that. The kernel has
// killed the servers by then; the reaper is for their children, and for what was written.
internal import Basics
internal import LinuxIO
internal import Policies
internal import Scenarios

public enum Reaper {
  /// What the program is called with to become a reaper: the mark and the folder follow, and then,
  /// where the run takes its locks in somebody's Redis, where that is.
  public static let word = "reap-after"

  /// Nil: it could not be started. The descriptor is closed by the end of this process, and by
  /// nothing else.
  static func start(
    _ folder: RunFolder, _ settings: LiveSettings, _ lock: LockPolicy
  ) -> Descriptor? {
    guard let program = ThisProcess.path, case .success(let ends) = Pipe.make() else { return nil }
    let reading = Descriptor(owning: ends.reading)
    let writing = Descriptor(owning: ends.writing)
    _ = Descriptor.setNonBlocking(reading.number, false)
    let environment = ThisProcess.wholeEnvironment.filter { $0.name != RunFolder.markName }
    let redis = lock.backend == .redis ? settings.redis.map(RedisService.somebodys) : nil
    let words = [word, folder.mark, folder.path] + (redis?.arguments ?? [])
    let started = ChildProcess.start(
      .init(path: program, arguments: words, environment: environment),
      input: reading.number, output: 2, errors: 2, outlives: true)
    guard case .success = started else { return nil }
    return writing
  }

  /// The driver has removed its keys from Redis itself: nobody need look for them a second time,
  /// in a Redis that may hold millions of others.
  static func keysAreGone(_ reaper: borrowing Descriptor?) {
    var word = ByteBuffer()
    word.append("k")
    switch reaper {
    case .some(let driver): _ = driver.write(from: &word)
    case .none: break
    }
  }

  /// Run by the program when it is called with `word`.
  /// - Parameter words: what followed it.
  public static func serve(_ words: [String]) {
    guard words.count >= 2 else { return }
    let (mark, folder) = (words[0], words[1])
    Signals.ignoreStops()
    let driver = Descriptor(owning: 0)
    var said = ByteBuffer()
    // It is at its end when the driver is.
    reading: while true {
      switch driver.read(into: &said, limit: 64) {
      case .moved: break
      case .wouldBlock: ThisProcess.sleep(.milliseconds(100))
      case .closed, .failed: break reading
      }
    }
    // Until two looks in a row find nothing: a child that was being started at the first may carry
    // the mark only at the second. A program that starts children faster than they can be ended
    // must not keep this one for ever.
    var quiet = 0
    for _ in 0..<mostLooks where quiet < 2 {
      let left = Processes.having(RunFolder.markName, mark)
      for process in left { process.send(.kill) }
      quiet = left.isEmpty ? quiet + 1 : 0
      ThisProcess.sleep(.milliseconds(25))
    }
    if folder.contains("/seatrial-\(mark)") { Files.removeTree(folder) }
    guard said.isEmpty,
      let place = RedisPlace(arguments: Array(words.dropFirst(2)), password: RedisService.password),
      case .success(let redis) = RedisService.find(place, RedisService.prefix(of: mark))
    else { return }
    // Nobody is left to be told of what could not be removed; it expires by itself.
    _ = redis.end()
  }

  private static let mostLooks = 200
}
