// Channels whose other end is full, gone, slow or a terminal.
internal import Glibc
import LinuxIO
import Testing

/// Both ends of a pipe, closed when the body is done with them.
private func withPipe(_ body: (_ reader: Int32, _ writer: Int32) throws -> Void) throws {
  var ends: [Int32] = [0, 0]
  try #require(unsafe pipe(&ends) == 0)
  defer { for end in ends { _ = close(end) } }
  try body(ends[0], ends[1])
}

private func readAll(_ descriptor: Int32, count wanted: Int) -> [UInt8] {
  var all: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while all.count < wanted {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    if count <= 0 { break }
    all += chunk[..<count]
  }
  return all
}

@Suite struct OutputTests {
  @Test("A full disk is a failure with the kernel's reason")
  func full() throws {
    let descriptor = unsafe open("/dev/full", O_WRONLY)
    defer { _ = close(descriptor) }
    let outcome = OutputChannel(descriptor: descriptor, name: "standard output").write("result")
    let wanted = SystemFailure(call: "write", subject: "standard output", number: ENOSPC)
    #expect(outcome == .failed(wanted))
    #expect("\(wanted)" == "standard output: No space left on device (write)")
  }

  @Test("A reader that went away is an outcome and no crash")
  func closedPipe() throws {
    Signals.ignoreBrokenPipes()
    let ends = try Pipe.make().get()
    _ = close(ends.reading)
    defer { _ = close(ends.writing) }
    let channel = OutputChannel(descriptor: ends.writing, name: "pipe")
    // A child that another test forks reads too, until it becomes its program. As much as fits.
    #expect((0..<60_000).contains { _ in channel.write("x") == .readerGone })
  }

  @Test("A slow reader of a non-blocking pipe gets every byte")
  func nonBlocking() throws {
    try withPipe { reader, writer in
      _ = fcntl(writer, F_SETFL, O_NONBLOCK)
      // Four times what a pipe holds, so that the writer has to wait.
      let size = 256 << 10
      let text = (0..<size).map { UInt8(truncatingIfNeeded: $0 % 251) }
      let results = try WorkerThreads.run(2) { worker -> Bool in
        worker == 0
          ? OutputChannel(descriptor: writer, name: "pipe").write(text) == .written
          : readAll(reader, count: size) == text
      }
      #expect(results == [true, true])
    }
  }

  @Test("A pseudo terminal is a terminal and tells its width; a pipe is none")
  func terminal() throws {
    let descriptor = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(descriptor >= 0, "no pseudo terminals here")
    defer { _ = close(descriptor) }
    var size = winsize(ws_row: 24, ws_col: 132, ws_xpixel: 0, ws_ypixel: 0)
    try #require(unsafe ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0)
    let channel = OutputChannel(descriptor: descriptor, name: "terminal")
    #expect(channel.isTerminal)
    #expect(Terminal.width(of: channel) == 132)
    try withPipe { _, writer in
      let pipe = OutputChannel(descriptor: writer, name: "pipe")
      #expect(!pipe.isTerminal && Terminal.width(of: pipe) == nil)
      #expect(!Terminal.colorAllowed(on: pipe))
    }
  }

  @Test(
    "Colour needs a terminal with a name, and NO_COLOR to be unset or empty",
    arguments: [
      (true, nil, "xterm", true), (true, "", "xterm", true), (true, "1", "xterm", false),
      (true, nil, "dumb", false), (true, nil, nil, false), (true, nil, "", false),
      (false, nil, "xterm", false),
    ] as [(Bool, String?, String?, Bool)])
  func color(isTerminal: Bool, noColor: String?, term: String?, allowed: Bool) {
    #expect(
      Terminal.colorAllowed(isTerminal: isTerminal, noColor: noColor, term: term) == allowed)
  }

  @Test("Progress that is not wanted writes nothing")
  func silentProgress() throws {
    try withPipe { reader, writer in
      let counter = ProgressCounter(total: 10)
      var progress = Progress(
        ProgressLine(label: "simulate"), of: counter, shown: false,
        on: OutputChannel(descriptor: writer, name: "pipe"))
      counter.advance(steps: 5)
      progress.tick()
      progress.finish()
      _ = fcntl(reader, F_SETFL, O_NONBLOCK)
      #expect(readAll(reader, count: 1).isEmpty)
    }
  }
}
