// What the tests of this target share: seeds that can be named from outside, and text files beside
// the sources. No Foundation here either, so files are read through the C library.
import Basics
import Glibc
import Metrics

/// Swift Testing has a type of this name too; in these tests ours is meant.
typealias Expectation = Metrics.Expectation

/// The seeds a property is tried with. `SEATRIAL_SEED=17 swift test` repeats a single one.
func seeds(_ count: Int) -> [UInt64] {
  if let text = unsafe getenv("SEATRIAL_SEED"), let seed = UInt64(unsafe String(cString: text)) {
    return [seed]
  }
  return Array(1...UInt64(count))
}

func random(_ seed: UInt64, _ purpose: String) -> SeededRandom {
  SeededRandom(Seed(seed).stream(purpose))
}

extension SeededRandom {
  /// A length of time whose order of magnitude is uniform: up to 2^52 ns, so some overflow.
  mutating func nanoseconds() -> Int64 {
    let bits = index(below: 53)
    return Int64(index(below: 1 << bits))
  }
}

/// A path of the package, from its root.
func packagePath(_ path: String) -> String {
  let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  return here.dropLast(3).joined(separator: "/") + "/" + path
}

func readText(_ path: String) -> String? {
  guard let file = unsafe fopen(path, "r") else { return nil }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  while true {
    let byte = unsafe getc(file)
    if byte == EOF { return String(decoding: bytes, as: UTF8.self) }
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
}

func writeText(_ text: String, to path: String) {
  guard let file = unsafe fopen(path, "w") else { return }
  unsafe fputs(text, file)
  unsafe fclose(file)
}

var isRecording: Bool { unsafe getenv("UPDATE_GOLDEN") != nil }
