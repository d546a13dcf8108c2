// How a run's app instances reach their locks in Redis: where it is, under which names, for how
// long. And the witness: the observer's book, shared by all shards, which only watches.
package import Basics
package import Policies
internal import Synchronization

/// Where a Redis is and how it is greeted. The password is sent to it and goes nowhere else.
package struct RedisPlace: Sendable {
  package var host: String
  package var port: UInt16
  package var database: Int
  var user: String?
  var password: String?

  package init(
    host: String = "127.0.0.1", port: UInt16, database: Int = 0, user: String? = nil,
    password: String? = nil
  ) {
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
  }

  /// For a process of our own; the password is not among them, as every user of the machine can
  /// read a command line.
  var arguments: [String] { [host, "\(port)", "\(database)"] + (user.map { [$0] } ?? []) }

  init?(arguments: [String], password: String?) {
    guard arguments.count == 3 || arguments.count == 4, let port = UInt16(arguments[1]),
      let database = Int(arguments[2])
    else { return nil }
    self.init(
      host: arguments[0], port: port, database: database,
      user: arguments.count > 3 ? arguments[3] : nil, password: password)
  }

  var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// What each new connection says first.
  var greeting: [[String]] {
    var words: [[String]] = []
    if let password { words.append(["AUTH"] + (user.map { [$0] } ?? []) + [password]) }
    if database != 0 { words.append(["SELECT", "\(database)"]) }
    return words
  }
}

package struct LockPlan: Sendable {
  package let place: RedisPlace
  /// Of all keys and channels of this run.
  package let prefix: String
  package let policy: LockPolicy
  /// For the answer to a command.
  package let limit: Interval
  package let witness: LockWitness

  package init(
    place: RedisPlace, prefix: String, policy: LockPolicy, limit: Interval, witness: LockWitness
  ) {
    self.place = place
    self.prefix = prefix
    self.policy = policy
    self.limit = limit
    self.witness = witness
  }

  /// After its last use a key that is no lock goes by itself: what a killed run leaves behind.
  var keep: Interval { max(policy.ttl, policy.patience) + .seconds(60) }

  /// The guide's `session-lock:…`, the queue of those who wait for it, and the counter of tokens.
  func keys(of session: SessionID) -> [String] {
    [
      "\(prefix)session-lock:\(session.place)", "\(prefix)tokens",
      "\(prefix)waiting:\(session.place)",
    ]
  }

  var channels: String { "\(prefix)granted:" }
}

package final class LockWitness: Sendable {
  private let book: Mutex<LockBook>

  package init(_ policy: LockPolicy) { book = Mutex(LockBook(policy)) }

  func with<Result>(_ body: (inout sending LockBook) -> sending Result) -> sending Result {
    book.withLock(body)
  }

  var tally: LockTally { book.withLock { $0.tally } }
}
