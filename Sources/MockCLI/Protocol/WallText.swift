// The present as the protocol writes it: ISO 8601 in UTC with milliseconds. The text is made once a
// millisecond, however many events carry it.
internal import Basics
internal import LinuxIO

struct WallText {
  private(set) var milliseconds: Int64 = 0
  private(set) var text: [UInt8] = []
  /// The time as it stands in an event, with what is around it.
  private(set) var member: [UInt8] = []

  init() { refresh() }

  mutating func refresh() {
    let now = WallClock.milliseconds()
    if now == milliseconds { return }
    milliseconds = now
    text = Array(WallClock.timestamp(milliseconds: now).utf8)
    member = Array("\",\"timestamp\":\"".utf8) + text + Array("\",\"parentId\":".utf8)
  }

  static func text(_ milliseconds: Int64) -> [UInt8] {
    Array(WallClock.timestamp(milliseconds: milliseconds).utf8)
  }
}
