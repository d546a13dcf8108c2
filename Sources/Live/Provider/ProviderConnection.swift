// One client of the provider: its socket, the request that is being read or answered, and what it
// has not yet taken. One request at a time, as HTTP/1.1 has it; what comes early waits.
internal import Basics
internal import LinuxIO

final class ProviderConnection {
  enum Phase {
    case serving
    /// What is written goes out, then the connection ends.
    case ending
    /// Our side is closed; the client's bytes are thrown away until it closes too, or the answer
    /// would be lost to a reset.
    case lingering
    case closed
  }

  let place: Int
  /// Tells this connection from others that had or will have the same place.
  let epoch: UInt32
  let descriptor: Descriptor
  var reader = HTTPReader(.requests)
  /// Came while an answer was under way.
  var pending = ByteBuffer()
  var output = ByteBuffer()
  var reply: Reply?
  var phase = Phase.serving
  var interest = Interest.reading
  var isDirty = false
  /// `100 Continue` was said for the request being read.
  var wasEncouraged = false

  init(place: Int, epoch: UInt32, descriptor: consuming Descriptor) {
    self.place = place
    self.epoch = epoch
    self.descriptor = descriptor
  }

  /// What a client may send ahead of its answers.
  static let mostPending = 1 << 20
  /// What it may leave unread.
  static let mostOutput = 16 << 20

  var wanted: Interest {
    var wanted: Interest = pending.count < ProviderConnection.mostPending ? .reading : []
    if !output.isEmpty { wanted.insert(.writing) }
    return wanted
  }

  /// A new request begins. The reader goes with the body it held: 50 KB a connection is too much
  /// for what waits idle.
  func forgetRequest() {
    reader = HTTPReader(.requests)
    wasEncouraged = false
  }
}
