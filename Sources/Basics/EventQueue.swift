// The pending events of a run, earliest first, equal instants in the order they were pushed:
// (instant, sequence) is a total order although no sequence number is stored. It is a hierarchy of
// wheels over aligned powers of two: level 0 has slots of 2^shift ns, each higher level slots 2048
// times as wide (512 where very many wait). An event waits in the level of the highest bit in
// which it differs from the present and moves down when its window opens. Far events sit in
// chunks, so moving them reads memory in order; that, not comparison, is what counts at 10^6 users.
//
// It must never be asked for the past: pushing before the instant last popped is a bug of the
// caller.

public struct Event: Sendable, BitwiseCopyable {
  public var instant: Instant
  /// What to do then, packed by the host; the queue does not look inside.
  public var code: UInt64

  @inlinable public init(_ instant: Instant, _ code: UInt64) {
    self.instant = instant
    self.code = code
  }
}

public struct EventQueue: ~Copyable {
  /// Slots of a wheel, as a power of two.
  @usableFromInline let slotBits: UInt64
  @usableFromInline let mask: UInt64
  /// A short wheel keeps its events within the second-level cache; a long one spares most events
  /// the way through a coarser wheel, which pays while everything fits anyway.
  static var shortWheel: UInt64 { 9 }
  static var longWheel: UInt64 { 11 }

  /// Sorted events of the open slot; those before `opened` are gone.
  @usableFromInline var open: Table<Event>
  @usableFromInline var opened: Int
  /// Number of the open slot of level 0, counted from instant zero.
  @usableFromInline var present: UInt64
  @usableFromInline var shift: UInt64
  @usableFromInline var near: NearWheel
  @usableFromInline var far: Table<FarWheel>
  @usableFromInline var chunks: ChunkPool
  public var count: Int { pending }
  @usableFromInline var pending: Int
  @usableFromInline var scratch: Table<Event>
  // What the width is judged by, since the last look.
  @usableFromInline var popped: Int
  @usableFromInline var slotsOpened: Int
  @usableFromInline var windowsOpened: Int
  public private(set) var rebuilds: Int
  /// The last slot that a host has looked into.
  var shown: UInt64 = 0
  /// Events shifted to let others into the open slot, since it was last spread out.
  @usableFromInline var moved: Int
  /// In a slot of the right width an event moves a few others: this many mean a crowd in one slot.
  @usableFromInline static var mostMoved: Int { 1 << 22 }
  /// Events wanted in a slot: more than one lets a host look at several before it handles the
  /// first.
  let batch: Int
  /// A slot has been opened since the host last looked.
  public var justOpened: Bool

  /// `spacing` is the expected time between events: from a forecast, corrected while running.
  /// `isLarge`: more events will be pending than the cache holds.
  public init(spacing: Interval, batch: Int = 1, isLarge: Bool = false) {
    self.batch = batch
    slotBits = isLarge ? EventQueue.shortWheel : EventQueue.longWheel
    mask = (1 << slotBits) - 1
    justOpened = false
    moved = 0
    open = Table()
    opened = 0
    present = 0
    shift = EventQueue.shift(for: Interval(nanoseconds: spacing.nanoseconds * Int64(batch)))
    near = NearWheel(slots: 1 << slotBits)
    far = Table()
    chunks = ChunkPool()
    pending = 0
    scratch = Table()
    popped = 0
    slotsOpened = 0
    windowsOpened = 0
    rebuilds = 0
    buildWheels()
  }

  /// One to two events a slot: the power of two above the spacing.
  private static func shift(for spacing: Interval) -> UInt64 {
    let width = UInt64(max(1, spacing.nanoseconds))
    return UInt64(min(40, 64 - width.leadingZeroBitCount))
  }

  private mutating func buildWheels() {
    var above = shift + slotBits
    far.removeAll()
    while above < 64 {
      far.append(FarWheel(slots: 1 << slotBits))
      above += slotBits
    }
  }

  public var bytes: Int {
    open.bytes + scratch.bytes + near.bytes + chunks.bytes + far.count
      * FarWheel.bytes(slots: 1 << slotBits)
  }

  @inlinable public mutating func push(_ event: Event) {
    pending &+= 1
    file(event)
    if moved > EventQueue.mostMoved { spread() }
  }

  /// The earliest event, unless it lies after `end`.
  @inlinable public mutating func pop(through end: Instant) -> Event? {
    while true {
      if opened < open.count {
        let event = open[opened]
        if event.instant > end { return nil }
        opened &+= 1
        pending &-= 1
        popped &+= 1
        return event
      }
      if pending == 0 { return nil }
      advance()
    }
  }

  /// Shows a host what comes in the next slots, each slot once, as far as it is filled by then and
  /// the window reaches.
  public mutating func peek(ahead: UInt64, into codes: inout Table<UInt64>) {
    let last = min(present + ahead, present | mask)
    var slot = max(shown, present) + 1
    while slot <= last {
      near.show(Int(slot & mask), into: &codes)
      slot += 1
    }
    shown = max(shown, last)
  }

  /// The instant of the earliest event, or `never`.
  public mutating func nextInstant() -> Instant {
    while opened == open.count {
      if pending == 0 { return .never }
      advance()
    }
    return open[opened].instant
  }

  @inlinable @inline(__always) mutating func file(_ event: Event) {
    let slot = UInt64(bitPattern: event.instant.nanoseconds) &>> shift
    if slot <= present {
      insertIntoOpen(event)
      return
    }
    let apart = slot ^ present
    if apart <= mask {
      near.append(event, slot: Int(truncatingIfNeeded: slot & mask))
      return
    }
    fileFar(event, slot: slot, apart: apart)
  }

  @inlinable mutating func fileFar(_ event: Event, slot: UInt64, apart: UInt64) {
    var level = 0
    var below = slotBits
    while apart &>> below > mask {
      level &+= 1
      below &+= slotBits
    }
    far[level].append(
      event, slot: Int(truncatingIfNeeded: slot &>> below & mask), in: &chunks)
  }

  @inlinable mutating func insertIntoOpen(_ event: Event) {
    open.append(event)
    let last = open.count &- 1
    var place = last
    while place > opened {
      let before = open[place &- 1]
      if before.instant <= event.instant { break }
      open[place] = before
      place &-= 1
    }
    if place == last { return }
    open[place] = event
    moved &+= last &- place
  }

  /// Opens the next slot that holds an event; windows of higher levels open on the way.
  @usableFromInline @inline(never) mutating func advance() {
    open.removeAll()
    opened = 0
    justOpened = true
    if popped >= 1 << 16 { reconsiderWidth() }
    while true {
      if let slot = near.firstSlot(from: Int(present & mask)) {
        present = present & ~mask | UInt64(slot)
        near.drain(slot, into: &open)
        slotsOpened &+= 1
        if open.count > 1 { sortDrained() }
        return
      }
      openWindow()
      if open.count > 0 { return }
    }
  }

  private mutating func openWindow() {
    for level in 0..<far.count {
      let bits = UInt64(level + 1) * slotBits
      guard let slot = far[level].firstSlot(from: Int(present >> bits & mask)) else { continue }
      let above = bits + slotBits
      let prefix = above >= 64 ? 0 : (present >> above) << above
      present = prefix | (UInt64(slot) << bits)
      windowsOpened += 1
      var chunk = far[level].take(slot)
      while chunk.first != noLink {
        let next = chunks.next[Int(chunk.first)]
        let filled = next == noLink ? chunk.lastFill : ChunkPool.capacity
        chunks.prefetch(next)
        for place in 0..<filled {
          let event = chunks.events[Int(chunk.first) * ChunkPool.capacity + place]
          file(event)
        }
        chunks.release(chunk.first)
        chunk.first = next
      }
      return
    }
    preconditionFailure("\(pending) events are pending and no wheel holds one")
  }

  /// What the near wheel handed over, the last pushed first. Stable: of equal instants the one
  /// pushed first goes first.
  private mutating func sortDrained() {
    let count = open.count
    if count > 64 {
      for index in 0..<count / 2 { open.swapAt(index, count - 1 - index) }
      mergeSort()
      return
    }
    for index in 1..<count {
      let event = open[index]
      var place = index
      while place > 0 {
        let before = open[place &- 1]
        if before.instant < event.instant { break }
        open[place] = before
        place &-= 1
      }
      open[place] = event
    }
  }

  /// Events in the order of their pushes, but for those that were sorted before.
  private mutating func sortOpen() {
    if open.count > 64 {
      mergeSort()
      return
    }
    for index in stride(from: 1, to: open.count, by: 1) {
      let event = open[index]
      var place = index
      while place > 0 && open[place - 1].instant > event.instant {
        open[place] = open[place - 1]
        place -= 1
      }
      open[place] = event
    }
  }

  private mutating func mergeSort() {
    let count = open.count
    scratch.removeAll()
    for index in 0..<count { scratch.append(open[index]) }
    var width = 1
    while width < count {
      for start in stride(from: 0, to: count, by: 2 * width) {
        let middle = min(start + width, count)
        let end = min(start + 2 * width, count)
        var left = start
        var right = middle
        for place in start..<end {
          let takeLeft =
            left < middle && (right >= end || scratch[left].instant <= scratch[right].instant)
          open[place] = takeLeft ? scratch[left] : scratch[right]
          if takeLeft { left += 1 } else { right += 1 }
        }
      }
      swap(&open, &scratch)
      width *= 2
    }
    swap(&open, &scratch)
  }

  // MARK: the width of a slot

  /// Wide slots make sorting long, narrow ones make windows frequent. Judged by counts alone, so it
  /// is the same in every run of one seed.
  private mutating func reconsiderWidth() {
    let perSlot = popped / max(1, slotsOpened)
    var wanted = shift
    if perSlot >= 8 * batch {
      let halvings = UInt64(Int.bitWidth - 2 - (perSlot / batch).leadingZeroBitCount)
      wanted = shift - min(shift, halvings)
    } else if windowsOpened * 64 > popped && shift < 38 {
      wanted = shift + 4
    } else if batch > 1 && perSlot * 2 < batch && shift < 38 {
      wanted = shift + 1
    }
    popped = 0
    slotsOpened = 0
    windowsOpened = 0
    if wanted != shift { rebuild(shift: wanted) }
  }

  /// Too many events share the open slot: its width is far too large, and until the slot ends every
  /// push would move thousands.
  @usableFromInline @inline(never) mutating func spread() {
    moved = 0
    if open.count - opened > 256 && shift > 0 { rebuild(shift: shift - min(shift, 6)) }
  }

  private mutating func rebuild(shift wanted: UInt64) {
    rebuilds += 1
    var kept = Table<Event>(capacity: pending)
    for place in opened..<open.count { kept.append(open[place]) }
    while let slot = near.firstSlot(from: Int(present & mask)) {
      let first = kept.count
      near.drain(slot, into: &kept)
      // In the order of their pushes again.
      for place in 0..<(kept.count - first) / 2 {
        kept.swapAt(first + place, kept.count - 1 - place)
      }
    }
    for level in 0..<far.count {
      while let slot = far[level].firstSlot(from: 0) {
        var chunk = far[level].take(slot)
        while chunk.first != noLink {
          let next = chunks.next[Int(chunk.first)]
          let filled = next == noLink ? chunk.lastFill : ChunkPool.capacity
          for place in 0..<filled {
            kept.append(chunks.events[Int(chunk.first) * ChunkPool.capacity + place])
          }
          chunks.release(chunk.first)
          chunk.first = next
        }
      }
    }
    precondition(kept.count == pending, "a rebuild lost events")
    // The present keeps its instant: that of the first event in the open slot, else the slot's own.
    let instant =
      opened < open.count
      ? UInt64(bitPattern: open[opened].instant.nanoseconds) : present << shift
    open.removeAll()
    opened = 0
    shift = wanted
    present = instant >> wanted
    shown = present
    buildWheels()
    for index in 0..<kept.count { file(kept[index]) }
    if open.count > 1 { sortOpen() }
  }
}
