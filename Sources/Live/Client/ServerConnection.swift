// One TCP connection to a CLI server: what has been asked and not answered, what has come and not
// been understood, what could not be sent yet. It carries; the shard says what things mean.
internal import Basics
internal import LinuxIO
internal import Wire

final class ServerConnection {
  enum State {
    case connecting
    /// `connect` is sent; nothing else is worth sending before its answer.
    case greeting
    case ready
    case closed
  }

  enum Asked {
    case greeting
    case health(instance: Int)
    case list
    case open(TurnID, LiveSessionPlace)
    case send(TurnID, LiveSessionPlace)
    /// The turn may be none's.
    case destroy(TurnID, LiveSessionPlace?, sends: UInt32)
    case delete(TurnID, LiveSessionPlace?, sends: UInt32)
  }

  let place: Int
  let epoch: UInt32
  let server: ServerID
  /// The shard's own number of the app instance.
  let instance: Int
  let socket: Descriptor
  var state = State.connecting
  var decoder = FrameDecoder(limit: ServerConnection.mostInMessage)
  /// An event has its prompt twice, and a prompt may have 20 MB.
  static let mostInMessage = 64 << 20
  var output = ByteBuffer()
  var isDirty = false
  /// Something was read and nothing written since.
  var owesAcknowledgement = false
  var wantsWriting = false
  var appetite = 4096
  private var asked = Places<Asked>()
  /// Our records of the sessions that live there, by `SessionNames.Place.code`.
  var sessions: [UInt64: LiveSessionPlace] = [:]
  /// The first bytes that came, to explain a peer that is no CLI.
  private var firstBytes: [UInt8] = []
  private(set) var speaksProtocol = false
  /// Turns that wait for a connection under way: pattern 1 opens one for each process.
  var spawnedFor: TurnID?
  /// The server or the connection was lost before; its gateway hears that it is back.
  var isSecondLife = false
  /// Under what it is kept.
  var link: UInt64 = 0

  init(
    place: Int, epoch: UInt32, server: ServerID, instance: Int, socket: consuming Descriptor
  ) {
    self.place = place
    self.epoch = epoch
    self.server = server
    self.instance = instance
    self.socket = socket
  }

  /// The id that the answer will carry.
  func ask(_ question: Asked) -> Int { asked.insert(question) }

  /// Nil: nothing was asked under that id.
  func answered(_ id: Int) -> Asked? { asked.remove(id) }

  /// The beginning of what a peer says, until it has said anything that could be understood.
  func noteFirstBytes() {
    guard !speaksProtocol, firstBytes.count < 48 else { return }
    firstBytes = decoder.front(48)
  }

  func noteUnderstood() {
    speaksProtocol = true
    firstBytes = []
  }

  /// The reason, with what came from a peer that never spoke the protocol.
  func explain(_ reason: String) -> String {
    guard !speaksProtocol, !firstBytes.isEmpty else { return reason }
    return "\(reason); it began with \"\(PeerText.line(firstBytes))\""
  }

  /// Turns that wait for the answer to something else than a send.
  var askers: [TurnID] {
    asked.present.compactMap { question in
      switch question {
      case .open(let turn, _), .destroy(let turn, _, _), .delete(let turn, _, _):
        turn.isNone ? nil : turn
      case .greeting, .health, .list, .send: nil
      }
    }
  }

  /// Answers to `session.list` that are to come; they are read whole.
  var listsAwaited = 0
  var unanswered: Int { asked.count }
  /// Turns that were sent and that the server has not acknowledged.
  var unacknowledged: Int {
    asked.present.count { if case .send = $0 { true } else { false } }
  }
}

/// Place of a session's record in its shard, with the life it stands for.
struct LiveSessionPlace: Hashable, BitwiseCopyable {
  var place: UInt32
  var life: UInt32
}
