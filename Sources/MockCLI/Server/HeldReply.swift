// A reply that is written and waits for storage, at a place that its timer knows.

struct HeldReply {
  var connection: Int
  var epoch: UInt32
  var line: [UInt8]
}
