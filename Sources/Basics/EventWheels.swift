// The two kinds of wheel inside `EventQueue`. The near one links single events, because its slots
// hold one or two; a far one fills chunks of 16, because its slots hold hundreds and are emptied in
// one go.

/// A bit for each slot, with a first-set search from a position.
@usableFromInline struct SlotBits: ~Copyable {
  @usableFromInline var words: Table<UInt64>

  @inlinable init(slots: Int) { words = Table(repeating: 0, count: slots / 64) }

  @inlinable @inline(__always) mutating func set(_ slot: Int) {
    words[slot &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: slot & 63)
  }
  @inlinable @inline(__always) mutating func clear(_ slot: Int) {
    words[slot &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: slot & 63))
  }
  @inlinable func first(from slot: Int) -> Int? {
    var index = slot &>> 6
    var word = words[index] & (UInt64.max &<< UInt64(truncatingIfNeeded: slot & 63))
    while word == 0 {
      index &+= 1
      if index == words.count { return nil }
      word = words[index]
    }
    return index &<< 6 | word.trailingZeroBitCount
  }
}

@usableFromInline struct NearWheel: ~Copyable {
  @usableFromInline struct Node: BitwiseCopyable {
    @usableFromInline var event: Event
    @usableFromInline var next: UInt32
    @inlinable @inline(__always) init(_ event: Event, next: UInt32) {
      self.event = event
      self.next = next
    }
  }
  @usableFromInline var nodes: Table<Node>
  @usableFromInline var free: UInt32
  /// The event that came last to each slot; it leads to those before it.
  @usableFromInline var heads: Table<UInt32>
  @usableFromInline var filled: SlotBits

  @inlinable init(slots: Int) {
    nodes = Table()
    free = noLink
    heads = Table(repeating: noLink, count: slots)
    filled = SlotBits(slots: slots)
  }

  @inlinable var bytes: Int { nodes.bytes + heads.bytes }

  @inlinable @inline(__always) mutating func append(_ event: Event, slot: Int) {
    let node = free
    let before = heads.modify(slot) {
      let before = $0
      $0 = node
      return before
    }
    filled.set(slot)
    if node == noLink {
      appendNew(event, before, slot: slot)
      return
    }
    free = nodes.modify(Int(node)) {
      let next = $0.next
      $0 = Node(event, next: before)
      return next
    }
  }

  @usableFromInline @inline(never)
  mutating func appendNew(_ event: Event, _ before: UInt32, slot: Int) {
    heads[slot] = UInt32(truncatingIfNeeded: nodes.count)
    nodes.append(Node(event, next: before))
  }

  @inlinable func firstSlot(from slot: Int) -> Int? { filled.first(from: slot) }

  mutating func show(_ slot: Int, into codes: inout Table<UInt64>) {
    var node = heads[slot]
    while node != noLink {
      node = nodes.modify(Int(node)) {
        codes.append($0.event.code)
        return $0.next
      }
    }
  }

  /// Hands the slot's events over, the last that came first.
  @inlinable mutating func drain(_ slot: Int, into open: inout Table<Event>) {
    let head = heads[slot]
    heads[slot] = noLink
    filled.clear(slot)
    var node = head
    var last = head
    while node != noLink {
      last = node
      node = nodes.modify(Int(node)) {
        open.append($0.event)
        return $0.next
      }
    }
    // The chain as a whole joins the free ones.
    if last != noLink {
      nodes[Int(last)].next = free
      free = head
    }
  }
}

@usableFromInline struct ChunkPool: ~Copyable {
  /// 16 events are 256 bytes: four cache lines, filled and read in order.
  @usableFromInline static var capacity: Int { 16 }
  @usableFromInline var events: Table<Event>
  @usableFromInline var next: Table<UInt32>
  @usableFromInline var free: UInt32

  @inlinable init() {
    events = Table()
    next = Table()
    free = noLink
  }

  @inlinable var bytes: Int { events.bytes + next.bytes }

  /// The chunk that will be read next: its four lines.
  mutating func prefetch(_ chunk: UInt32) {
    events.prefetch(Int(chunk) * ChunkPool.capacity, lines: 4)
    next.prefetch(Int(chunk))
  }

  @usableFromInline mutating func take() -> UInt32 {
    if free != noLink {
      let chunk = free
      free = next[Int(chunk)]
      next[Int(chunk)] = noLink
      return chunk
    }
    for _ in 0..<ChunkPool.capacity { events.append(Event(.never, 0)) }
    next.append(noLink)
    return UInt32(truncatingIfNeeded: next.count - 1)
  }

  @inlinable mutating func release(_ chunk: UInt32) {
    next[Int(chunk)] = free
    free = chunk
  }
}

@usableFromInline struct FarWheel: ~Copyable {
  @usableFromInline struct Chain: BitwiseCopyable {
    @usableFromInline var first: UInt32
    @usableFromInline var last: UInt32
    @usableFromInline var lastFill: Int
    @inlinable init() {
      first = noLink
      last = noLink
      lastFill = 0
    }
  }
  @usableFromInline var chains: Table<Chain>
  @usableFromInline var filled: SlotBits

  static func bytes(slots: Int) -> Int { slots * MemoryLayout<Chain>.stride }

  @inlinable init(slots: Int) {
    chains = Table(repeating: Chain(), count: slots)
    filled = SlotBits(slots: slots)
  }

  @inlinable mutating func append(_ event: Event, slot: Int, in pool: inout ChunkPool) {
    var chain = chains[slot]
    if chain.last == noLink || chain.lastFill == ChunkPool.capacity {
      let chunk = pool.take()
      if chain.last == noLink {
        chain.first = chunk
        filled.set(slot)
      } else {
        pool.next[Int(chain.last)] = chunk
      }
      chain.last = chunk
      chain.lastFill = 0
    }
    pool.events[Int(chain.last) &* ChunkPool.capacity &+ chain.lastFill] = event
    chain.lastFill &+= 1
    chains[slot] = chain
  }

  @inlinable func firstSlot(from slot: Int) -> Int? { filled.first(from: slot) }

  @inlinable mutating func take(_ slot: Int) -> Chain {
    let chain = chains[slot]
    chains[slot] = Chain()
    filled.clear(slot)
    return chain
  }
}
