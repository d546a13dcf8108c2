// What shards are told: by the keeper about servers and phases, by each other about turns and locks
// that belong to another one's app instances.
internal import Basics
internal import LinuxIO
internal import Policies

enum ShardLetter: Sendable {
  // From the keeper.
  case serverUp(ServerID, ServerAddress)
  case serverLost(ServerID)
  case serverBack(ServerID, ServerAddress)
  case serverRemoved(ServerID)
  /// Removed, and nobody needs it any more: it is about to end.
  case serverRetired(ServerID)
  case spawned(TurnID, ServerID, ServerAddress)
  case notSpawned(TurnID)
  /// The clock of the run begins at this reading of the monotonic clock.
  case begin(Instant)
  /// Figures count from here, for this long.
  case measure(from: Instant, length: Interval)
  /// No more turns; what is under way may end until then.
  case drain(until: Instant)

  // From another shard.
  case wake([(loop: UInt32, at: Instant)])
  case planned(TurnPlan, due: Instant, instance: Int)
  case lock(LockAnswer)
  /// Sessions that the clean-up job would delete there: each shard takes out what it has open and
  /// hands on the rest. `left` have not been asked yet.
  case old([ListedSession], ServerID, left: Int)
}

enum KeeperLetter: Sendable {
  /// All connections to the first servers stand.
  case ready(shard: Int)
  case failed(shard: Int, ServerID, reason: String)
  case spawn(TurnID, port: UInt16)
  case kill(ServerID)
  /// Nobody of this shard has a turn any more on a server that was removed.
  case unused(ServerID)
  case figures(shard: Int, ShardFigures)
  case observed([(at: Instant, response: Interval)])
  /// What has been measured until now, at the same window in every shard.
  case soFar(shard: Int, ShardReport)
  case done(shard: Int)
}

struct ServerAddress: Hashable, Sendable {
  var host: String
  var port: UInt16
  /// The addresses behind the name, as digits. Shards connect in mid-run, where nobody may wait for
  /// a resolver.
  var digits: [String]
  /// Its own, where servers that somebody else runs have one each.
  var token: String?

  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
    digits = [host]
  }

  /// Where a process for a person is to listen. Each app instance that counts ports has a host of
  /// its own, as it would have in production, or two of them would count into each other.
  static func ofProcess(of instance: Int, port: UInt16) -> ServerAddress {
    let number = instance + 1
    let host =
      port == 0
      ? "127.0.0.1" : "127.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    return ServerAddress(host: host, port: port)
  }

  /// On a thread that may wait; where nothing is found, connecting says so.
  mutating func resolve() {
    let found = TCP.numericHosts(of: host)
    if !found.isEmpty { digits = found }
    // A name may stand for addresses at which nobody listens: localhost does, where IPv6 is first.
    guard digits.count > 1,
      let place = digits.firstIndex(where: {
        TCP.isListening(host: $0, port: port, within: .seconds(1))
      })
    else { return }
    digits.swapAt(0, place)
  }
}

/// What the live view shows of a shard: since the last figures.
struct ShardFigures: Sendable {
  var completed = 0
  var failed = 0
  /// By outcome.
  var failures = [Int](repeating: 0, count: TurnOutcome.allCases.count)
  var evicted = 0
  var refused = 0
  var underWay = 0
  var residents = 0
  /// Of the turns completed since.
  var responses = RecentTimes()
}
