// What may be shown on a terminal: its width, and whether colour is welcome. The rule of colour is
// a pure function of the environment, so that it can be tested without one.
internal import Glibc

public enum Terminal {
  /// Columns of the terminal behind a channel; nil when it is none or does not know (a serial line
  /// says 0).
  public static func width(of channel: OutputChannel) -> Int? {
    var size = winsize()
    guard unsafe ioctl(channel.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Whether the channel takes colour under this process's environment.
  public static func colorAllowed(on channel: OutputChannel) -> Bool {
    colorAllowed(
      isTerminal: channel.isTerminal, noColor: Environment.value("NO_COLOR"),
      term: Environment.value("TERM"))
  }

  /// no-color.org: any value but the empty one counts. A terminal without a name is treated as a
  /// dumb one.
  public static func colorAllowed(isTerminal: Bool, noColor: String?, term: String?) -> Bool {
    isTerminal && (noColor ?? "").isEmpty && !["", "dumb"].contains(term ?? "")
  }
}

public enum Environment {
  /// Read at the start, by the main thread: the C library's environment is not safe against changes
  /// meanwhile.
  public static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}
