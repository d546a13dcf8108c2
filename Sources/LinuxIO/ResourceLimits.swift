// What the kernel lets this process have, and the one limit that a driver may lift by itself.
internal import CLinux
internal import Glibc

public struct ResourceLimit: Hashable, Sendable {
  public var soft: Int
  /// How far the process may raise the soft one.
  public var hard: Int

  public init(soft: Int, hard: Int) {
    self.soft = soft
    self.hard = hard
  }
}

public enum ResourceLimits {
  /// Open files, sockets among them.
  public static func descriptors() -> ResourceLimit { limit(RLIMIT_NOFILE.rawValue) }
  /// Processes and threads of this user; the kernel does not hold root to it.
  public static func processes() -> ResourceLimit { limit(__RLIMIT_NPROC.rawValue) }

  /// Raises the soft limit of descriptors to the hard one; what holds afterwards.
  public static func raiseDescriptors() -> ResourceLimit {
    // A refusal leaves what was: the caller sees it in the answer.
    ThisProcess.allowDescriptors()
    return descriptors()
  }

  private static func limit(_ kind: UInt32) -> ResourceLimit {
    var value = rlimit()
    let result = unsafe getrlimit(__rlimit_resource_t(kind), &value)
    precondition(result == 0, "getrlimit refused limit \(kind)")
    return ResourceLimit(soft: Int(clamping: value.rlim_cur), hard: Int(clamping: value.rlim_max))
  }
}
