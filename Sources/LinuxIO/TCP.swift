// TCP over IPv4 and IPv6 as the programs need it: listen, accept, connect, and the few options that
// decide what is measured. All sockets are non-blocking and closed on exec.
public import Basics
internal import CLinux
internal import Glibc

public struct Listener: ~Copyable, Sendable {
  public let descriptor: Descriptor
  /// The one the kernel gave where 0 was asked for.
  public let port: UInt16

  public enum Accepted: ~Copyable {
    case connection(Descriptor)
    case none
    /// Out of descriptors or memory: the connection stays in the kernel's queue.
    case exhausted(Int32)
  }

  /// Listens on a numeric address or a name; 0 asks the kernel for a free port.
  public static func open(
    host: String, port: UInt16, backlog: Int32 = 4096
  ) -> Result<Listener, SystemFailure> {
    var last = SystemFailure(call: "getaddrinfo", subject: host, number: EADDRNOTAVAIL)
    for address in Address.resolve(host, port: port, passive: true) {
      switch open(address, subject: "\(host):\(port)", backlog: backlog) {
      case .success(let listener): return .success(listener)
      case .failure(let failure): last = failure
      }
    }
    return .failure(last)
  }

  private static func open(
    _ address: Address, subject: String, backlog: Int32
  ) -> Result<Listener, SystemFailure> {
    let number = socket(address.family, Address.streamKind, 0)
    guard number >= 0 else {
      return .failure(SystemFailure(call: "socket", subject: subject, number: errno))
    }
    let descriptor = Descriptor(owning: number)
    _ = setOption(number, SOL_SOCKET, SO_REUSEADDR, 1)
    guard unsafe address.with({ unsafe bind(number, $0, $1) }) == 0 else {
      return .failure(SystemFailure(call: "bind", subject: subject, number: errno))
    }
    guard listen(number, backlog) == 0 else {
      return .failure(SystemFailure(call: "listen", subject: subject, number: errno))
    }
    return .success(Listener(descriptor: descriptor, port: Address.port(of: number)))
  }

  private init(descriptor: consuming Descriptor, port: UInt16) {
    self.descriptor = descriptor
    self.port = port
  }

  /// For a poller. A function, since an optional listener lends no parts of itself.
  public func number() -> Int32 { descriptor.number }

  public func accept() -> Accepted {
    let number = uninterrupted { Int(seatrial_accept(descriptor.number)) }
    switch number {
    case 0...: return .connection(Descriptor(owning: Int32(number)))
    case -Int(EMFILE), -Int(ENFILE), -Int(ENOBUFS), -Int(ENOMEM): return .exhausted(Int32(-number))
    // The rest are this one peer's troubles (reset before it was accepted, and the like).
    default: return .none
    }
  }
}

public enum TCP {
  /// The addresses behind a name, as digits, in the resolver's order. It may take the resolver's
  /// time: for threads that may wait. Empty: there are none.
  public static func numericHosts(of host: String) -> [String] {
    Address.resolve(host, port: 0, passive: false).compactMap(\.numericHost)
  }

  /// Begins a connection; the poller reports it writable when it stands or has failed. A name is
  /// resolved first, which may take the resolver's time; digits are not.
  public static func connect(host: String, port: UInt16) -> Result<Descriptor, SystemFailure> {
    connect(hosts: [host], port: port)
  }

  /// To the first of them that is not refused at once.
  public static func connect(hosts: [String], port: UInt16) -> Result<Descriptor, SystemFailure> {
    let host = hosts.first ?? ""
    var last = SystemFailure(call: "getaddrinfo", subject: host, number: EADDRNOTAVAIL)
    for address in hosts.flatMap({ Address.resolve($0, port: port, passive: false) }) {
      let number = socket(address.family, Address.streamKind, 0)
      guard number >= 0 else {
        last = SystemFailure(call: "socket", subject: "\(host):\(port)", number: errno)
        continue
      }
      let descriptor = Descriptor(owning: number)
      let result = uninterrupted {
        unsafe Int(address.with { unsafe Glibc.connect(number, $0, $1) })
      }
      if result == 0 || result == -Int(EINPROGRESS) { return .success(descriptor) }
      last = SystemFailure(call: "connect", subject: "\(host):\(port)", number: Int32(-result))
    }
    return .failure(last)
  }

  /// Whether somebody takes connections there. It waits: for threads that may.
  public static func isListening(host: String, port: UInt16, within limit: Interval) -> Bool {
    guard case .success(let descriptor) = connect(host: host, port: port) else { return false }
    var watched = pollfd(fd: descriptor.number, events: Int16(POLLOUT), revents: 0)
    let milliseconds = Int32(clamping: limit.nanoseconds / 1_000_000)
    let ready = uninterrupted { Int(unsafe poll(&watched, 1, milliseconds)) }
    return ready > 0 && pendingError(of: descriptor) == 0
  }

  /// What became of a connection under way; 0 is success.
  public static func pendingError(of descriptor: borrowing Descriptor) -> Int32 {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &value, &size) == 0 else {
      return errno
    }
    return value
  }

  /// Small writes leave at once instead of waiting for the acknowledgement of the one before.
  public static func sendAtOnce(_ descriptor: borrowing Descriptor) {
    _ = setOption(descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  /// Acknowledges at once. The kernel forgets it, so it is said again when more was read.
  public static func acknowledgeAtOnce(_ descriptor: borrowing Descriptor) {
    _ = setOption(descriptor.number, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
  }

  /// A close resets the connection instead of ending it in order.
  public static func resetOnClose(_ descriptor: borrowing Descriptor) {
    var value = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(
      descriptor.number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
  }

  /// We shall send no more; the peer reads what is on its way and then an end.
  public static func endWriting(_ descriptor: borrowing Descriptor) {
    _ = shutdown(descriptor.number, Int32(SHUT_WR))
  }

  /// The local port of a socket.
  public static func port(of descriptor: borrowing Descriptor) -> UInt16 {
    Address.port(of: descriptor.number)
  }
}

@discardableResult func setOption(
  _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32
) -> Bool {
  var value = value
  return unsafe setsockopt(
    descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
}
