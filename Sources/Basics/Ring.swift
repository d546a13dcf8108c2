// A first-in, first-out queue over one `Table`: a power of two of slots, a head and a length.
// For lines in which things wait: it grows, never shrinks, and frees nothing while it runs.

public struct Ring<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var slots: Table<Element>
  @usableFromInline var head: Int
  public private(set) var count: Int {
    @inlinable get { length }
    set { length = newValue }
  }
  @usableFromInline var length: Int

  @inlinable public init() {
    slots = Table()
    head = 0
    length = 0
  }

  @inlinable public var isEmpty: Bool { length == 0 }

  @inlinable public var first: Element {
    precondition(length > 0, "first of an empty ring")
    return slots[head]
  }

  /// The element `place` behind the head.
  @inlinable public subscript(place: Int) -> Element {
    precondition(place < length, "ring index out of range")
    return slots[(head &+ place) & (slots.count &- 1)]
  }

  @inlinable public mutating func append(_ element: Element) {
    if length == slots.count { widen(with: element) }
    slots[(head &+ length) & (slots.count &- 1)] = element
    length &+= 1
  }

  @inlinable public mutating func prepend(_ element: Element) {
    if length == slots.count { widen(with: element) }
    head = (head &- 1) & (slots.count &- 1)
    slots[head] = element
    length &+= 1
  }

  @inlinable public mutating func removeFirst() -> Element {
    precondition(length > 0, "removeFirst from an empty ring")
    let element = slots[head]
    head = (head &+ 1) & (slots.count &- 1)
    length &-= 1
    return element
  }

  @inlinable public mutating func removeAll() {
    head = 0
    length = 0
  }

  @usableFromInline @inline(never) mutating func widen(with filler: Element) {
    var wider = Table<Element>(repeating: filler, count: slots.count == 0 ? 4 : slots.count * 2)
    for place in 0..<length { wider[place] = self[place] }
    slots = wider
    head = 0
  }
}
