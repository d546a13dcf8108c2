// The last one to leave: a process of its own that waits for the driver's end. However the driver
// ends, it then stops every process that carries the run's mark and removes the run's folder. The
// kernel has killed the servers by then; the reaper is for their children, and for the files.
internal import Basics
internal import LinuxIO

public enum Reaper {
  /// What the program is called with to become a reaper: the mark and the folder follow.
  public static let word = "reap-after"

  /// Nil: it could not be started. The descriptor is closed by the end of this process, and by
  /// nothing else.
  static func start(_ folder: RunFolder) -> Descriptor? {
    guard let program = ThisProcess.path, case .success(let ends) = Pipe.make() else { return nil }
    let reading = Descriptor(owning: ends.reading)
    let writing = Descriptor(owning: ends.writing)
    _ = Descriptor.setNonBlocking(reading.number, false)
    let settings = ThisProcess.wholeEnvironment.filter { $0.name != RunFolder.markName }
    let started = ChildProcess.start(
      .init(path: program, arguments: [word, folder.mark, folder.path], environment: settings),
      input: reading.number, output: 2, errors: 2, outlives: true)
    guard case .success = started else { return nil }
    return writing
  }

  /// Run by the program when it is called with `word`.
  public static func serve(mark: String, folder: String) {
    Signals.ignoreStops()
    // Nothing is ever written there: it ends when the driver does.
    let driver = Descriptor(owning: 0)
    var silence = ByteBuffer()
    reading: while true {
      switch driver.read(into: &silence, limit: 64) {
      case .moved: silence.removeAll()
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
  }

  private static let mostLooks = 200
}
