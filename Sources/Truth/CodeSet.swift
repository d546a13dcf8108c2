// The marks of one look, each once: a scratch set that is emptied by its own size and not by the
// largest it ever had. Open addressing, nothing is ever removed.
internal import Basics

struct CodeSet: ~Copyable {
  private var slots = Table<UInt64>()
  private var mask = 0

  /// No turn has this code: it would be the last possible one of the last possible user.
  private static let vacant = UInt64.max

  mutating func removeAll(expecting count: Int) {
    var places = 8
    while places < count * 2 { places *= 2 }
    mask = places - 1
    for place in 0..<min(places, slots.count) { slots[place] = CodeSet.vacant }
    while slots.count < places { slots.append(CodeSet.vacant) }
  }

  /// False: it was there.
  mutating func insert(_ code: UInt64) -> Bool {
    var place = Int(truncatingIfNeeded: mix64(code)) & mask
    while slots[place] != CodeSet.vacant {
      if slots[place] == code { return false }
      place = (place + 1) & mask
    }
    slots[place] = code
    return true
  }
}
