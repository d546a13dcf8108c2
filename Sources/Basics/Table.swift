// `Table` is the one owned, growable array of the machines: uniquely owned, bounds-checked, without
// the reference count and the uniqueness check that `[T]` pays on each write. Measured on the hot
// path it is worth 14 to 20 M events/s against `[T]` (docs/decisions/0002-owned-tables.md). It is
// the only unsafe storage of the pure modules.
public import CPrefetch

@safe public struct Table<Element: ~Copyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var _count: Int
  @usableFromInline var capacity: Int

  /// Takes no memory before the first element: most machines have tables that stay empty.
  @inlinable public init() {
    unsafe base = Table.nowhere
    _count = 0
    capacity = 0
  }

  @inlinable public init(capacity: Int) {
    precondition(capacity >= 0, "a table cannot hold fewer than no elements")
    self.capacity = capacity
    unsafe base = capacity == 0 ? Table.nowhere : .allocate(capacity: capacity)
    _count = 0
  }

  deinit {
    unsafe base.deinitialize(count: _count)
    if capacity > 0 { unsafe base.deallocate() }
  }

  /// Where an empty table points: aligned, never read and never freed.
  @usableFromInline static var nowhere: UnsafeMutablePointer<Element> {
    guard
      let place = unsafe UnsafeMutablePointer<Element>(bitPattern: MemoryLayout<Element>.alignment)
    else { preconditionFailure("no alignment is nothing") }
    return unsafe place
  }

  @inlinable public var count: Int { _count }
  @inlinable public var isEmpty: Bool { _count == 0 }
  /// Bytes held, used or not: what a forecast and a memory figure count.
  @inlinable public var bytes: Int { capacity * MemoryLayout<Element>.stride }

  @inlinable public subscript(index: Int) -> Element {
    @inline(__always) _read {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: _count), "table index out of range")
      yield unsafe base[index]
    }
    @inline(__always) _modify {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: _count), "table index out of range")
      yield unsafe &base[index]
    }
  }

  /// Several fields of one element at one go: its address is worked out once, where a subscript a
  /// field would work it out again after every store.
  @inlinable @inline(__always)
  public mutating func modify<Result>(_ index: Int, _ body: (inout Element) -> Result) -> Result {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: _count), "table index out of range")
    return unsafe body(&base[index])
  }

  /// Asks for the cache line of an element that will be needed soon; out of range, it does nothing.
  @inlinable @inline(__always) public mutating func prefetch(_ index: Int) {
    if UInt(bitPattern: index) < UInt(bitPattern: _count) { unsafe seatrial_prefetch(base + index) }
  }

  /// As above for a large element: so many lines from its start.
  @inlinable @inline(__always) public mutating func prefetch(_ index: Int, lines: Int) {
    guard UInt(bitPattern: index) < UInt(bitPattern: _count) else { return }
    for line in 0..<lines {
      unsafe seatrial_prefetch(UnsafeRawPointer(base + index) + line &* 64)
    }
  }

  @inlinable public mutating func append(_ element: consuming Element) {
    if _count == capacity { grow(to: max(4, capacity &* 2)) }
    unsafe (base + _count).initialize(to: element)
    _count &+= 1
  }

  @inlinable public mutating func removeLast() -> Element {
    precondition(_count > 0, "removeLast from an empty table")
    _count &-= 1
    return unsafe (base + _count).move()
  }

  @inlinable public mutating func removeAll() {
    unsafe base.deinitialize(count: _count)
    _count = 0
  }

  @inlinable public mutating func reserve(_ wanted: Int) {
    if wanted > capacity { grow(to: wanted) }
  }

  @usableFromInline @inline(never) mutating func grow(to wanted: Int) {
    let next = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
    unsafe next.moveInitialize(from: base, count: _count)
    if capacity > 0 { unsafe base.deallocate() }
    unsafe base = next
    capacity = wanted
  }
}

extension Table where Element: BitwiseCopyable {
  @inlinable public init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    unsafe base.initialize(repeating: element, count: count)
    _count = count
  }

  @inlinable public mutating func swapAt(_ i: Int, _ j: Int) {
    let kept = self[i]
    self[i] = self[j]
    self[j] = kept
  }
}
