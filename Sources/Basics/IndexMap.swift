// From a 64-bit key to a slot number, by open addressing with linear probing and backward-shift
// deletion. Eight bytes an entry: the slot and a 32-bit tag of the key's hash. Tags can collide, so
// a look-up asks its caller to confirm the candidate by reading the record it is about to use
// anyway. Nothing iterates it.

public struct IndexMap: ~Copyable {
  @usableFromInline var entries: Table<UInt64>
  @usableFromInline var mask: Int
  public var count: Int { used }
  @usableFromInline var used: Int

  /// No slot has this number, so a word of all ones is an empty place.
  @usableFromInline static var vacant: UInt64 { UInt64.max }

  @inlinable public init() {
    entries = Table(repeating: IndexMap.vacant, count: 8)
    mask = 7
    used = 0
  }

  @inlinable public var bytes: Int { entries.bytes }

  @inlinable @inline(__always) static func tag(_ key: UInt64) -> UInt64 {
    mix64(key) & 0xFFFF_FFFF_0000_0000
  }

  /// Where a word would stand if nothing were in its way: derived from its tag, so moves need no
  /// key.
  @inlinable @inline(__always) func home(of word: UInt64) -> Int {
    Int(truncatingIfNeeded: word &>> 32) & mask
  }

  @inlinable @inline(__always)
  public func find(_ key: UInt64, where confirms: (Int) -> Bool) -> Int? {
    let tag = IndexMap.tag(key)
    var place = home(of: tag)
    while true {
      let word = entries[place]
      if word == IndexMap.vacant { return nil }
      if word & 0xFFFF_FFFF_0000_0000 == tag {
        let slot = Int(truncatingIfNeeded: word & 0xFFFF_FFFF)
        if confirms(slot) { return slot }
      }
      place = (place &+ 1) & mask
    }
  }

  /// The two halves of a look-up ahead of time: fetch the line, and later guess the slot without
  /// confirming it.
  @inlinable @inline(__always) public mutating func prefetch(_ key: UInt64) {
    entries.prefetch(home(of: IndexMap.tag(key)))
  }

  @inlinable @inline(__always) public func guess(_ key: UInt64) -> Int? {
    let tag = IndexMap.tag(key)
    var place = home(of: tag)
    for _ in 0..<4 {
      let word = entries[place]
      if word == IndexMap.vacant { return nil }
      if word & 0xFFFF_FFFF_0000_0000 == tag { return Int(truncatingIfNeeded: word & 0xFFFF_FFFF) }
      place = (place &+ 1) & mask
    }
    return nil
  }

  /// The caller has looked before: a key is inserted once.
  @inlinable public mutating func insert(_ key: UInt64, slot: Int) {
    if (used &+ 1) &* 4 > (mask &+ 1) &* 3 { widen() }
    settle(IndexMap.tag(key) | UInt64(truncatingIfNeeded: slot))
    used &+= 1
  }

  @inlinable public mutating func remove(_ key: UInt64, slot: Int) {
    let wanted = IndexMap.tag(key) | UInt64(truncatingIfNeeded: slot)
    var hole = home(of: wanted)
    while entries[hole] != wanted {
      precondition(entries[hole] != IndexMap.vacant, "removing a key that is not in the map")
      hole = (hole &+ 1) & mask
    }
    close(hole)
    used &-= 1
  }

  @inlinable mutating func settle(_ word: UInt64) {
    var place = home(of: word)
    while entries[place] != IndexMap.vacant { place = (place &+ 1) & mask }
    entries[place] = word
  }

  /// Moves later entries of the same run back, so that no look-up stops early at the hole.
  @inlinable mutating func close(_ start: Int) {
    var hole = start
    var next = (hole &+ 1) & mask
    while entries[next] != IndexMap.vacant {
      let word = entries[next]
      if (next &- home(of: word)) & mask >= (next &- hole) & mask {
        entries[hole] = word
        hole = next
      }
      next = (next &+ 1) & mask
    }
    entries[hole] = IndexMap.vacant
  }

  @usableFromInline @inline(never) mutating func widen() {
    let places = (mask + 1) * 2
    var kept = Table<UInt64>(repeating: IndexMap.vacant, count: places)
    swap(&kept, &entries)
    mask = places - 1
    for place in 0..<kept.count where kept[place] != IndexMap.vacant { settle(kept[place]) }
  }
}
