// Records with stable places: a freed place is reused, last freed first, so live records stay dense
// and warm. An id is an index; whoever keeps one across time keeps a generation beside it.

public struct Slab<Record: BitwiseCopyable>: ~Copyable {
  @usableFromInline var records: Table<Record>
  @usableFromInline var free: Table<UInt32>

  @inlinable public init() {
    records = Table()
    free = Table()
  }

  /// Places ever used: an upper bound for a scan.
  @inlinable public var places: Int { records.count }
  @inlinable public var live: Int { records.count &- free.count }
  @inlinable public var bytes: Int { records.bytes &+ free.bytes }

  @inlinable public subscript(place: Int) -> Record {
    @inline(__always) _read { yield records[place] }
    @inline(__always) _modify { yield &records[place] }
  }

  /// The freed place that the next insert takes; its old content is still readable.
  public var nextFree: Int? { free.isEmpty ? nil : Int(free[free.count - 1]) }

  @inlinable @inline(__always)
  public mutating func modify<Result>(_ place: Int, _ body: (inout Record) -> Result) -> Result {
    records.modify(place, body)
  }

  @inlinable @inline(__always) public mutating func prefetch(_ place: Int) {
    records.prefetch(place)
  }

  @inlinable public mutating func insert(_ record: Record) -> Int {
    if !free.isEmpty {
      let place = Int(free.removeLast())
      records[place] = record
      return place
    }
    records.append(record)
    return records.count &- 1
  }

  /// The record's content stays until the place is reused; the caller marks it dead where that
  /// matters.
  @inlinable public mutating func remove(_ place: Int) {
    free.append(UInt32(truncatingIfNeeded: place))
  }
}
