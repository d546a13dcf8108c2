// The session lock on a real Redis: the guide's three commands, and the scripts that make release
// and renewal safe. It sends what it is told and reports what came back; when to lock, retry or
// renew is the Gateway's decision, and the same commands are answered by LockStore in a simulation.
public import Basics

/// Whether a command did what it was asked to.
public enum LockReply: Hashable, Sendable {
  case done
  /// The key was held, gone, or another's, whichever the command cares about.
  case declined
  /// No answer. Redis may or may not have carried it out: a lock may be held until it expires.
  case failed(RedisFailure)
}

public enum LockOwner: Hashable, Sendable {
  case nobody
  case id(String)
  case failed(RedisFailure)
}

public struct RedisLocks: ~Copyable {
  private var connection: RedisConnection

  /// - Parameter timeout: of connecting and of each command; not zero.
  public init(host: String = "127.0.0.1", port: Int = 6379, timeout: Interval = .seconds(5)) {
    connection = RedisConnection(host: host, port: port, timeout: timeout)
  }

  /// As the guide names it.
  public static func key(session: String) -> String { "session-lock:\(session)" }

  /// `SET key id NX PX ttl`; declined: somebody holds it, perhaps the same id.
  public mutating func acquire(_ key: String, id: String, ttl: Interval) -> LockReply {
    let reply = connection.command(["SET", key, id, "NX", "PX", RedisLocks.text(ttl)])
    switch reply {
    case .text("OK"): return .done
    case .nothing: return .declined
    default: return RedisLocks.failure(reply)
    }
  }

  /// `GET key`
  public mutating func read(_ key: String) -> LockOwner {
    let reply = connection.command(["GET", key])
    switch reply {
    case .nothing: return .nobody
    case .text(let id): return .id(id)
    default:
      if case .failed(let failure) = RedisLocks.failure(reply) { return .failed(failure) }
      return .nobody
    }
  }

  /// `DEL key`, whoever holds it; declined: nobody did.
  public mutating func delete(_ key: String) -> LockReply {
    RedisLocks.count(connection.command(["DEL", key]))
  }

  /// Deletes the key if it still holds this id, in one step; declined: it does not.
  public mutating func compareAndDelete(_ key: String, id: String) -> LockReply {
    RedisLocks.count(connection.command(["EVAL", RedisLocks.deleteIfMine, "1", key, id]))
  }

  /// Starts the key's time to live afresh if it still holds this id; declined: it does not.
  public mutating func renew(_ key: String, id: String, ttl: Interval) -> LockReply {
    let words = ["EVAL", RedisLocks.renewIfMine, "1", key, id, RedisLocks.text(ttl)]
    return RedisLocks.count(connection.command(words))
  }

  /// Redis runs a script with nothing in between, which GET and then DEL cannot promise.
  private static let deleteIfMine =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
  private static let renewIfMine = """
    if redis.call('GET', KEYS[1]) == ARGV[1] then
      return redis.call('PEXPIRE', KEYS[1], ARGV[2])
    end
    return 0
    """

  /// Whole milliseconds, and at least one: Redis refuses zero.
  private static func text(_ ttl: Interval) -> String {
    "\(max(1, ttl.nanoseconds / 1_000_000))"
  }

  private static func count(_ reply: RedisReply) -> LockReply {
    switch reply {
    case .integer(1): .done
    case .integer(0): .declined
    default: failure(reply)
    }
  }

  private static func failure(_ reply: RedisReply) -> LockReply {
    if case .failed(let failure) = reply { return .failed(failure) }
    return .failed(RedisFailure(kind: .rejected, text: "an answer that no lock command gives"))
  }
}
