// FNV-1a in 64 bits: for places in tables and names of streams, where a hash has to be the same in
// every run. It is no protection against somebody who wants collisions.

public struct FNV1a {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  public mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
  }

  public static func hash(_ bytes: [UInt8]) -> UInt64 { hash(bytes.span) }

  public static func hash(_ bytes: Span<UInt8>) -> UInt64 {
    var hash = FNV1a()
    for place in bytes.indices { hash.add(bytes[place]) }
    return hash.value
  }
}
