// What the program says and where: the result of a command to standard output and nothing else,
// everything said on the way to standard error. A full disk behind standard output is explained; a
// reader that went away (`| head`) is not worth a word.
internal import LinuxIO

enum Console {
  /// The result of a command, whole. Call it once: what follows a closed pipe would be lost.
  static func result(_ text: String) -> ExitCode {
    switch StandardOutput.write(text) {
    case .written, .readerGone: return .pass
    case .failed(let failure):
      complain(
        "the result could not be printed: \(failure); "
          + "free some space or send standard output elsewhere")
      return .fault
    }
  }

  /// Columns for text on standard output: 40 to 160. Below, no figure fits; above, the eye loses
  /// the line.
  static var width: Int {
    min(160, max(40, Terminal.width(of: StandardOutput.channel) ?? 80))
  }

  static func isPlain(_ invocation: Invocation) -> Bool {
    invocation.has("no-color") || !Terminal.colorAllowed(on: StandardOutput.channel)
  }

  /// One line on standard error.
  static func say(_ line: String) {
    StandardError.write(line + "\n")
  }

  /// One line that begins with the program's name, so that it can be found in a log of many.
  static func complain(_ line: String) {
    StandardError.write("seatrial: \(line)\n")
  }
}
