// Child processes of the mock: started, never waited for, gone with their parent.
internal import CLinux
internal import Glibc

public struct ChildProcess: Sendable, Hashable {
  public let number: Int32

  /// A child that does nothing until its parent dies; nil where the kernel gives none.
  public static func idle() -> ChildProcess? {
    let number = seatrial_idle_child()
    return number > 0 ? ChildProcess(number: number) : nil
  }
}
