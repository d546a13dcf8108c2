// Where somebody's Redis is: redis://[user@]host[:port][/database]. A password has no place in a
// scenario, which is printed, stored and shared: it comes from the environment.
internal import Basics

public struct RedisURL: Sendable, Hashable {
  public var user: String?
  public var host: String
  public var port: UInt16
  public var database: Int

  /// Environment variable with the password.
  public static let passwordVariable = "SEATRIAL_REDIS_PASSWORD"

  public var text: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "redis://" + (user.map { $0 + "@" } ?? "") + "\(name):\(port)/\(database)"
  }
}

extension RedisURL {
  init(parsing piece: Piece) throws(Flaw) {
    let text = piece.text
    guard text.hasPrefix("redis://") else {
      throw Flaw(
        offset: 0,
        reason: text.hasPrefix("rediss://")
          ? "TLS to Redis is not spoken here; redis:// through a tunnel is"
          : "redis://host:port/database is wanted")
    }
    var rest = text.dropFirst("redis://".count)
    user = nil
    if let at = rest.lastIndex(of: "@") {
      // Never quoted: it may be a password.
      guard !rest[..<at].contains(":") else {
        throw Flaw(
          offset: 0,
          reason: "a password does not belong in a scenario: put it into the environment variable "
            + RedisURL.passwordVariable)
      }
      if at > rest.startIndex { user = String(rest[..<at]) }
      rest = rest[rest.index(after: at)...]
    }
    database = 0
    if let slash = rest.firstIndex(of: "/") {
      let digits = rest[rest.index(after: slash)...]
      guard digits.isEmpty || Int(digits).map({ (0...9999).contains($0) }) == true else {
        throw Flaw(offset: 0, reason: "the database is a number: redis://host:port/0")
      }
      database = Int(digits) ?? 0
      rest = rest[..<slash]
    }
    let end = rest.hasPrefix("[") ? rest.firstIndex(of: "]").map { rest.index(after: $0) } : nil
    port = 6379
    if let colon = rest[(end ?? rest.startIndex)...].firstIndex(of: ":") {
      guard let number = UInt16(rest[rest.index(after: colon)...]), number > 0 else {
        throw Flaw(offset: 0, reason: "the port is a number from 1 to 65535")
      }
      port = number
      rest = rest[..<colon]
    }
    host = end == nil ? String(rest) : String(rest.dropFirst().dropLast())
    guard !host.isEmpty, !host.contains(":") || end != nil, !host.contains(" ") else {
      throw Flaw(offset: 0, reason: "no host: redis://host:port/database is wanted")
    }
  }
}

extension Syntax where Value == RedisURL {
  static var redisURL: Syntax<RedisURL> {
    Syntax<RedisURL>(.text, show: { $0.text }) { (piece) throws(Flaw) in
      try RedisURL(parsing: piece)
    }
  }
}
