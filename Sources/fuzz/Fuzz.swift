// libFuzzer around the target that FUZZ_TARGET names. It is built only where SEATRIAL_FUZZ is set,
// with --sanitize=fuzzer, which brings the main function along (Tests/Setup/fuzz.sh).
internal import Fuzzing
internal import LinuxIO

/// The name cannot come as an argument: those are libFuzzer's own.
private let target = ThisProcess.environment("FUZZ_TARGET").flatMap(FuzzTarget.init)

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let target else {
    let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    preconditionFailure("FUZZ_TARGET must be one of \(known)")
  }
  target.check(unsafe Array(UnsafeBufferPointer(start: bytes, count: size)))
  return 0
}
