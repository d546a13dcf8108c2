// A request under way: who asked, for what, and what the answer will need. The machine knows it by
// its place only.
internal import Basics

final class Ask {
  var method: Method
  var connection: Int
  var epoch: UInt32
  /// As written, to be echoed.
  var id: [UInt8]
  var session: MockSession?
  /// The session's id as the client wrote it, for errors about unknown ones.
  var name = ""
  /// JSON of the parameters; empty for sends, which keep their prompt only.
  var params: [UInt8] = []
  /// JSON of the prompt; nil when it was absent.
  var prompt: [UInt8]?
  var message: EventID
  var isSteering = false
  var extras: SendExtras?
  /// A refusal that is a result and no error: `session.delete` has such.
  var failure: String?
  /// Known to fail before it had its turn at the station; said when it has.
  var refusal: Refusal?

  init(method: Method, connection: Connection, id: [UInt8], message: EventID) {
    self.method = method
    self.connection = connection.place
    epoch = connection.epoch
    self.id = id
    self.message = message
  }
}

/// What few sends carry: JSON, as it was written.
struct SendExtras {
  /// Shown instead of the prompt.
  var display: [UInt8]?
  var agentMode: [UInt8]?
  var attachments: [UInt8]?
}

/// Requests under way, by the places under which the machine knows them.
struct Asks {
  private var places = Places<Ask>()

  /// The places of a slab fit into the 24 bits that a turn's number has for them.
  static let largest = 0xFF_FFFE

  var count: Int { places.count }

  mutating func insert(_ ask: Ask) -> Int {
    precondition(count < Asks.largest, "more requests at once than a server can number")
    return places.insert(ask)
  }

  func has(_ place: Int) -> Bool { places[place] != nil }

  subscript(place: Int) -> Ask {
    guard let ask = places[place] else {
      preconditionFailure("request \(place) was answered already")
    }
    return ask
  }

  mutating func remove(_ place: Int) { _ = places.remove(place) }
}
