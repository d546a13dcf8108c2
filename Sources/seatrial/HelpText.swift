// Help, made from the table of commands. Examples come first: most readers want a line to copy.
// Strings out; the program prints them.

enum HelpText {
  static func overview(_ commands: [Command]) -> String {
    let examples = commands.compactMap(\.examples.first)
    var lines = [
      "seatrial tests and sizes fleets of headless Copilot CLI servers.", "", "examples",
    ]
    lines += pairs(examples.map { ($0.line, $0.does) })
    lines += ["", "commands"]
    lines += pairs(commands.map { ($0.name, $0.summary) })
    lines += ["", "exit codes"]
    lines += pairs(ExitCode.all.map { (String($0.rawValue), $0.meaning) })
    lines += ["", "`seatrial help COMMAND` says more; `seatrial --version` says which this is."]
    return lines.joined(separator: "\n") + "\n"
  }

  static func page(of command: Command) -> String {
    var lines = ["examples"] + pairs(command.examples.map { ($0.line, $0.does) })
    lines += ["", "usage: \(command.usage)", "", command.about]
    if !command.flags.isEmpty {
      lines += ["", "flags"] + pairs(command.flags.map { ($0.shown, $0.help) })
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Two columns; where the left one is long, the right one stands below it.
  private static func pairs(_ pairs: [(left: String, right: String)]) -> [String] {
    // 24 columns: the longest flag with its value.
    let width = min(24, pairs.map(\.left.count).max() ?? 0)
    return pairs.flatMap { left, right in
      if left.count > width { return ["  \(left)", "      \(right)"] }
      return ["  \(left)\(String(repeating: " ", count: width - left.count))  \(right)"]
    }
  }
}
