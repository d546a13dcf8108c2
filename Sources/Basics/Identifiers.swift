// Distinct types for distinct ids. All are dense indices: names are interned before a machine sees
// them, so a machine never hashes a string and an id is also the place of its record.

public struct UserID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt32
  @inlinable public init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
  @inlinable public var place: Int { Int(index) }
}

/// A conversation. Sessions of one person and sessions of a group share one number space.
public struct SessionID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt32
  @inlinable public init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
  @inlinable public var place: Int { Int(index) }
}

/// One CLI process of the fleet.
public struct ServerID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt32
  @inlinable public init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
  @inlinable public var place: Int { Int(index) }
  @inlinable public static var none: ServerID { ServerID(Int(UInt32.max)) }
}

/// One connection to a CLI server: the app instance that holds it.
public struct ConnectionID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt16
  @inlinable public init(_ index: Int) { self.index = UInt16(truncatingIfNeeded: index) }
  @inlinable public var place: Int { Int(index) }
}

/// A turn under way: the app instance in the upper ten bits, its slot in that instance's slab in
/// the lower 22.
public struct TurnID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt32
  /// App instances that can be told apart, and slots of one of them; the last slot is nobody's.
  public static let mostInstances = 1 << 10
  @inlinable public static var mostPlaces: Int { 1 << 22 - 1 }

  @inlinable public init(instance: Int, place: Int) {
    index = UInt32(truncatingIfNeeded: instance &<< 22 | place)
  }
  @inlinable public init(raw: UInt32) { index = raw }
  @inlinable public var place: Int { Int(index & 0x3F_FFFF) }
  @inlinable public var instance: Int { Int(index &>> 22) }
  /// Stands where no turn of the instance waits for the answer.
  @inlinable public static func none(of instance: Int) -> TurnID {
    TurnID(instance: instance, place: mostPlaces)
  }
  @inlinable public var isNone: Bool { place == TurnID.mostPlaces }
}

/// The empty link of every list that lives in indices.
@inlinable public var noLink: UInt32 { UInt32.max }
