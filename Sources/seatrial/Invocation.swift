// A command line that has been understood: the command, its arguments and its flags in the order
// they were given. Values have been checked against the table, so asking for one cannot fail.

struct Invocation: Sendable {
  struct Given: Sendable {
    var name: String
    /// Empty for a switch.
    var value: String
  }

  var command: Command
  var arguments: [String] = []
  var flags: [Given] = []
  /// Everything after the program's name, as it was typed.
  var typed: [String] = []

  func has(_ name: String) -> Bool { flags.contains { $0.name == name } }

  /// All values of a flag, in the order given.
  func values(_ name: String) -> [String] { flags.filter { $0.name == name }.map(\.value) }

  func value(_ name: String) -> String? { values(name).last }

  func whole(_ name: String) -> Int? { value(name).flatMap { Int($0) } }

  /// `100,1k` as numbers, in the order of their size, each once.
  func counts(_ name: String) -> [Int] {
    let found = values(name).flatMap { $0.split(separator: ",") }
      .compactMap { Invocation.people(String($0)) }
    return Array(Set(found)).sorted()
  }

  /// As scenarios write counts.
  static func people(_ text: String) -> Int? {
    let factor = text.hasSuffix("k") ? 1000 : text.hasSuffix("M") ? 1_000_000 : 1
    let digits = factor == 1 ? text : String(text.dropLast())
    guard let number = Int(digits), number > 0, number <= 10_000_000 / factor else { return nil }
    return number * factor
  }

  /// The flags that stand for keys of the scenario, as `--set` would say them, in the order given:
  /// the last one wins.
  var settings: [String] {
    flags.compactMap { flag in
      switch flag.name {
      case "set": flag.value
      case "seed": "seed=\(flag.value)"
      case "replications": "run.replications=\(flag.value)"
      case "precision": "run.precision=\(flag.value)"
      default: nil
      }
    }
  }

  /// The command line that repeats this run: as typed, with the seed if that was left to the file.
  func repeated(seed: UInt64) -> String {
    var words = typed
    if !has("seed") {
      let end = words.firstIndex(of: "--") ?? words.count
      words.insert(contentsOf: ["--seed", String(seed)], at: end)
    }
    return (["seatrial"] + words.map(Invocation.quoted)).joined(separator: " ")
  }

  /// As a POSIX shell reads it back.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./=:,+@%".utf8.contains(byte)
      }
    }
    if plain && !word.isEmpty { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
}

struct UsageMistake: Sendable {
  var text: String
}

struct UsageMistakes: Error, Sendable {
  var all: [UsageMistake]
  /// The command whose help would have told.
  var command: String?
}
