// Heads and chunks of HTTP/1.1 answers, and the errors that a provider words as OpenAI does. Pure:
// bytes into a buffer.
internal import Basics
internal import Wire

enum HTTPAnswer {
  /// An answer whose length is known. `headers`: whole lines with their ends.
  static func whole(
    _ status: Int, _ body: borrowing ByteBuffer, number: Int, keepsAlive: Bool,
    headers: String = "", into output: inout ByteBuffer
  ) {
    head(status, "application/json", number: number, keepsAlive: keepsAlive, into: &output)
    output.append(headers)
    output.append("content-length: ")
    output.append(decimal: body.count)
    output.append("\r\n\r\n")
    output.append(body)
  }

  /// The head of a stream: chunked, or, where the connection ends with the answer anyway, plain, as
  /// clients of HTTP/1.0 need it.
  static func beginStream(number: Int, keepsAlive: Bool, into output: inout ByteBuffer) {
    head(
      200, "text/event-stream; charset=utf-8", number: number, keepsAlive: keepsAlive, into: &output
    )
    output.append("cache-control: no-cache\r\n")
    if keepsAlive { output.append("transfer-encoding: chunked\r\n") }
    output.append("\r\n")
  }

  static func chunk(
    _ body: borrowing ByteBuffer, keepsAlive: Bool, into output: inout ByteBuffer
  ) {
    guard !body.isEmpty else { return }
    if !keepsAlive { return output.append(body) }
    // Eight digits hold any chunk that there is memory for.
    output.append(hexadecimal: UInt64(body.count), digits: 8)
    output.append("\r\n")
    output.append(body)
    output.append("\r\n")
  }

  static func endStream(keepsAlive: Bool, into output: inout ByteBuffer) {
    if keepsAlive { output.append("0\r\n\r\n") }
  }

  static func error(_ status: Int, _ message: String, into body: inout ByteBuffer) {
    body.append("{\"error\":{\"message\":")
    body.append(json: message)
    body.append(",\"type\":\"")
    switch status {
    case 401, 403: body.append("authentication_error")
    case 429: body.append("rate_limit_exceeded")
    case 500...: body.append("server_error")
    default: body.append("invalid_request_error")
    }
    body.append("\",\"param\":null,\"code\":null}}")
  }

  private static func head(
    _ status: Int, _ kind: StaticString, number: Int, keepsAlive: Bool,
    into output: inout ByteBuffer
  ) {
    output.append("HTTP/1.1 ")
    output.append(decimal: status)
    output.append(" ")
    output.append(reason(status))
    output.append("\r\nserver: seatrial\r\nx-request-id: req-")
    output.append(decimal: number)
    output.append("\r\ncontent-type: ")
    output.append(kind)
    output.append(keepsAlive ? "\r\n" : "\r\nconnection: close\r\n")
  }

  private static func reason(_ status: Int) -> StaticString {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 413: "Content Too Large"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "Refused"
    }
  }
}
