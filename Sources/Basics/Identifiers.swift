// Distinct types for distinct ids. All are dense indices: names are interned before a machine sees them, so a
// machine never hashes a string and an id is also the place of its record.

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
  public static let none = ServerID(Int(UInt32.max))
}

/// One connection to a CLI server: the app instance that holds it.
public struct ConnectionID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt16
  @inlinable public init(_ index: Int) { self.index = UInt16(truncatingIfNeeded: index) }
  @inlinable public var place: Int { Int(index) }
}

/// A turn that is under way in one app instance: its slot in that gateway's slab.
public struct TurnID: Hashable, Sendable, BitwiseCopyable {
  public var index: UInt32
  @inlinable public init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
  @inlinable public var place: Int { Int(index) }
}

/// The empty link of every list that lives in indices.
public let noLink = UInt32.max
