// Chance comes in as an argument. A run has one seed; each consumer has a stream with a name; each
// draw is addressed by (stream, entity, count) and is a pure function of that address. So a policy
// that asks in another order, or not at all, changes nobody else's draws: two variants meet the
// same people (common random numbers).

/// Finalizer of SplitMix64 (Stafford's variant 13): every input bit reaches every output bit.
@inlinable @inline(__always) public func mix64(_ x: UInt64) -> UInt64 {
  var z = x
  z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z &>> 31)
}

public struct Seed: Hashable, Sendable {
  public var value: UInt64

  public init(_ value: UInt64) { self.value = value }

  /// A stream for one purpose. The name is hashed, so the order of declarations does not matter.
  public func stream(_ name: String) -> Stream {
    var hash = FNV1a()
    hash.add(name)
    return Stream(key: mix64(mix64(value &+ 0x9E37_79B9_7F4A_7C15) ^ hash.value))
  }

  /// The seed of replication `index`; replication 0 is the seed itself, so a single run repeats it.
  public func replication(_ index: Int) -> Seed {
    index == 0 ? self : Seed(mix64(value ^ mix64(UInt64(truncatingIfNeeded: index) &+ 0xA5A5_5A5A)))
  }
}

/// A counter-based generator: no state, so an entity costs no memory.
public struct Stream: Sendable, BitwiseCopyable {
  @usableFromInline let key: UInt64

  @usableFromInline init(key: UInt64) { self.key = key }

  @inlinable @inline(__always) public func draw(entity: Int, count: Int) -> Draw {
    // The two odd constants come from L'Ecuyer's table of 64-bit multipliers; any pair that is
    // not a small multiple of one another serves.
    Draw(
      state: key
        &+ UInt64(truncatingIfNeeded: entity) &* 0xD120_2EF8_D3A5_9B4D
        &+ UInt64(truncatingIfNeeded: count) &* 0xAEF1_7502_108E_F2D9)
  }
}

/// One addressed draw. Most laws need a single `uniform`; those that reject take more of the same
/// sequence.
public struct Draw: Sendable, BitwiseCopyable {
  @usableFromInline var state: UInt64

  @inlinable init(state: UInt64) { self.state = state }

  @inlinable @inline(__always) public mutating func bits() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    return mix64(state)
  }

  /// In the open interval (0, 1): 52 random bits, half a step away from both ends.
  @inlinable @inline(__always) public mutating func uniform() -> Double {
    (Double(bits() &>> 12) + 0.5) * 0x1p-52
  }

  /// Below `bound`, by multiplication: the bias is below bound / 2^64.
  @inlinable @inline(__always) public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "an index needs a positive bound")
    return Int(truncatingIfNeeded: bits().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

/// A sequence with state, for consumers whose draws have no address of their own (a router's
/// choices).
public struct SeededRandom: Sendable, BitwiseCopyable {
  @usableFromInline var draws: Draw

  public init(_ stream: Stream) { draws = stream.draw(entity: 0, count: 0) }

  @inlinable public mutating func uniform() -> Double { draws.uniform() }
  @inlinable public mutating func index(below bound: Int) -> Int { draws.index(below: bound) }
}
