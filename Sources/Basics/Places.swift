// Values of any kind at stable places: a freed place is used again, last freed first. `Slab` is for
// plain records by the million, this for the few that hold references.

public struct Places<Element> {
  @usableFromInline var elements: [Element?] = []
  @usableFromInline var free: [Int] = []

  @inlinable public init() {}

  /// How many are there.
  @inlinable public var count: Int { elements.count &- free.count }

  /// What is there, in the order of places.
  @inlinable public var present: some Sequence<Element> { elements.lazy.compactMap { $0 } }

  /// Nil: nothing is there, or there is no such place.
  @inlinable public subscript(place: Int) -> Element? {
    place >= 0 && place < elements.count ? elements[place] : nil
  }

  @inlinable public mutating func insert(_ element: Element) -> Int {
    if let place = free.popLast() {
      elements[place] = element
      return place
    }
    elements.append(element)
    return elements.count &- 1
  }

  /// Nil: nothing was there.
  @inlinable public mutating func remove(_ place: Int) -> Element? {
    guard let element = self[place] else { return nil }
    elements[place] = nil
    free.append(place)
    return element
  }
}
