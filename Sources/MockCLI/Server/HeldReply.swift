// Replies that are written and wait for storage, each at a place that its timer knows.

struct HeldReply {
  var connection: Int
  var epoch: UInt32
  var line: [UInt8]
}

struct HeldReplies {
  private var records: [HeldReply?] = []
  private var free: [Int] = []

  mutating func insert(_ reply: HeldReply) -> Int {
    if let place = free.popLast() {
      records[place] = reply
      return place
    }
    records.append(reply)
    return records.count - 1
  }

  mutating func remove(_ place: Int) -> HeldReply {
    guard let reply = records[place] else { preconditionFailure("reply \(place) was sent already") }
    records[place] = nil
    free.append(place)
    return reply
  }
}
