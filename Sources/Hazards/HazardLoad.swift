// The load under which a hazard's odds are given: a few numbers, from a scenario, from the command
// line or the defaults here. Lengths of time are seconds.
public import Basics

public struct HazardLoad: Sendable, Hashable {
  /// The defaults are the library's usual people: 300, a turn of 1.2 s every 20 s or so, on four
  /// servers and two app instances with the guide's limit of 50.
  public var users = 300.0
  /// Requests that one person keeps going at once.
  public var tabs = 2.0
  /// Turns a second of each of them.
  public var rate = 1 / 21.36
  public var turn = Distribution.lognormal(median: 1.2, sigma: 0.5)
  /// What a server takes for a turn beside the model: its CPU time.
  public var work = 0.0
  public var servers = 4.0
  public var instances = 2.0
  /// Sessions that one app instance holds.
  public var limit = 50.0
  /// People who share a session.
  public var group = 5.0
  public var ttl = 300.0
  /// Above 0: others wait in line for a lock that is held, so that one which expires passes on.
  public var waits = 0.0
  /// Servers that the turns of one shared session go to, by chance.
  public var across = 1.0
  /// Between GET and DEL: a command to the lock service and back.
  public var gap = 0.0002
  /// Start of a process to its first connection: 1.3 s and 0.11 s measured.
  public var spawn = 1.41
  /// Share of cold starts at which all tabs of a person ask at once, as a page load does.
  public var together = 0.0
  /// `session.destroy` and `createSession`, measured at 5 and 9 ms without a queue.
  public var disconnect = 0.005
  public var create = 0.009
  /// `client.stop()` of the release.
  public var stop = 0.01
  /// Turns of a conversation.
  public var turns = 8.0
  /// Between two new conversations of one person: a double click.
  public var click = 0.05
  /// From an event to the file.
  public var flush = 0.1
  /// Share of people whose id has a dash.
  public var dashes = 1.0
  /// People whose sessions the prefix check opens to one person, on average: those whose id is that
  /// person's, a dash and more.
  public var namesakes = 1.0
  /// Share of checked requests that are for a session of anybody at all.
  public var intruders = 1.0

  public init() {}

  /// What `--load` may say, in the order of the help.
  public static let names = [
    "users", "tabs", "rate", "turn", "sigma", "work", "servers", "instances", "limit", "group",
    "ttl", "waits", "across", "gap", "spawn", "together", "disconnect", "create", "stop", "turns",
    "click", "flush", "dashes", "namesakes", "intruders",
  ]

  /// False: there is no such number.
  public mutating func set(_ name: String, to value: Double) -> Bool {
    switch name {
    case "users": users = value
    case "tabs": tabs = value
    case "rate": rate = value
    case "turn": turn = turn.scaled(by: value / max(turn.mean, 1e-12))
    case "sigma":
      let mean = turn.mean
      // Above 5 the mean is 268,000 times the median, and no integral holds.
      let sigma = min(5, value)
      turn = .lognormal(median: mean / exponential(sigma * sigma / 2), sigma: sigma)
    case "work": work = value
    case "servers": servers = value
    case "instances": instances = value
    case "limit": limit = value
    case "group": group = value
    case "ttl": ttl = value
    case "waits": waits = value
    case "across": across = value
    case "gap": gap = value
    case "spawn": spawn = value
    case "together": together = min(1, value)
    case "disconnect": disconnect = value
    case "create": create = value
    case "stop": stop = value
    case "turns": turns = value
    case "click": click = value
    case "flush": flush = value
    case "dashes": dashes = value
    case "namesakes": namesakes = value
    case "intruders": intruders = value
    default: return false
    }
    return true
  }

  /// Turns a second of everybody.
  var total: Double { users * tabs * rate }
  /// Other requests of the same person.
  var others: Double { max(0, tabs - 1) * rate }
  /// Other requests for the same shared session.
  var contenders: Double { max(0, group - 1) * rate }
  /// Model and server together, on average.
  var wholeTurn: Double { turn.mean + work }
  var isWaitedFor: Bool { waits > 0 && group > 1 && rate > 0 }
}
