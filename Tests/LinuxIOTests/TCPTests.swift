// Whether somebody listens, which a connection under way does not say yet.
import Basics
import LinuxIO
import Testing

@Suite struct TCPTests {
  @Test("A port with a listener takes connections, one that was closed does not")
  func listening() throws {
    var listener: Listener? = try Listener.open(host: "127.0.0.1", port: 0).get()
    let port = listener?.port ?? 0
    #expect(TCP.isListening(host: "127.0.0.1", port: port, within: .seconds(1)))
    listener = nil
    // A child that another test forks has the socket too, until it becomes its program.
    let end = MonotonicClock.now() + .seconds(10)
    var isThere = true
    while isThere && MonotonicClock.now() < end {
      isThere = TCP.isListening(host: "127.0.0.1", port: port, within: .seconds(1))
    }
    #expect(!isThere)
  }
}
