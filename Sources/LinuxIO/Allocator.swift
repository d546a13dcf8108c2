// What the allocator says about memory. jemalloc replaces malloc in every program that links this
// module, so the figures cover Swift's objects too. Benchmarks use them to hold "no allocation on
// the path of a turn".
internal import CJemalloc

public enum Allocator {
  /// Bytes in live allocations of the whole process; nil when jemalloc was built without
  /// statistics. jemalloc answers from a snapshot, so its epoch is advanced first.
  public static func allocated() -> Int? {
    var epoch: UInt64 = 1
    // Old value to nowhere: passing `epoch` for both ends is an exclusivity error in Swift.
    guard unsafe mallctl("epoch", nil, nil, &epoch, MemoryLayout<UInt64>.size) == 0 else {
      return nil
    }
    var bytes = 0
    var size = MemoryLayout<Int>.size
    guard unsafe mallctl("stats.allocated", &bytes, &size, nil, 0) == 0 else { return nil }
    return bytes
  }

  /// Bytes the calling thread ever asked for; it only grows, and needs no epoch.
  public static func threadAllocated() -> UInt64? {
    var bytes: UInt64 = 0
    var size = MemoryLayout<UInt64>.size
    guard unsafe mallctl("thread.allocated", &bytes, &size, nil, 0) == 0 else { return nil }
    return bytes
  }
}
