// Puts the header before a body. The real CLI sends header and body in two writes without
// TCP_NODELAY, which costs its clients 40 ms a reply on an idle connection; a mock has to be able
// to do the same, so the encoder says where a second write begins.

public struct FrameEncoder: Hashable, Sendable {
  public enum Parts: Hashable, Sendable {
    /// Header and body in one write.
    case one
    /// The header alone, then the body: the real CLI's way.
    case two
  }

  public var parts: Parts

  public init(parts: Parts = .one) { self.parts = parts }

  /// Appends one frame to what is to be sent. Returns where in `output` a new write has to begin,
  /// nil when the frame may go out with what stands before it.
  @inlinable public func append(
    _ body: some Collection<UInt8>, to output: inout [UInt8]
  ) -> Int? {
    output.append(contentsOf: "Content-Length: ".utf8)
    output.append(contentsOf: String(body.count).utf8)
    output.append(contentsOf: "\r\n\r\n".utf8)
    let boundary = output.count
    output.append(contentsOf: body)
    return parts == .two ? boundary : nil
  }
}
