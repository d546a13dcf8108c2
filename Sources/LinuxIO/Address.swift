// Socket addresses, from text to the kernel's form. Names are resolved by the C library and block;
// ours are numeric or `localhost`, and are resolved once.
internal import Glibc

struct Address {
  let family: Int32
  private let bytes: [UInt8]

  static let streamKind = Int32(
    SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

  static func resolve(_ host: String, port: UInt16, passive: Bool) -> [Address] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = passive ? AI_PASSIVE : 0
    var list: UnsafeMutablePointer<addrinfo>? = nil
    guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [Address] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.ai_addr {
        let bytes = unsafe UnsafeRawBufferPointer(
          start: address, count: Int(entry.pointee.ai_addrlen))
        addresses.append(unsafe Address(family: entry.pointee.ai_family, bytes: Array(bytes)))
      }
      unsafe next = entry.pointee.ai_next
    }
    return addresses
  }

  /// As digits, which need no resolver any more.
  var numericHost: String? {
    var name = [UInt8](repeating: 0, count: Int(NI_MAXHOST))
    let result = unsafe bytes.withUnsafeBytes { bytes in
      unsafe name.withUnsafeMutableBytes { name in
        unsafe getnameinfo(
          bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count),
          name.baseAddress?.assumingMemoryBound(to: CChar.self), socklen_t(name.count), nil, 0,
          NI_NUMERICHOST)
      }
    }
    return result == 0 ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : nil
  }

  func with(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return unsafe body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  /// The local port of a bound socket, 0 where it has none.
  static func port(of descriptor: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { storage in
      unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      }
    }
    guard result == 0 else { return 0 }
    return unsafe withUnsafeBytes(of: &storage) { bytes in
      // In both families the port stands right behind the family, in network order.
      unsafe UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }
  }
}
