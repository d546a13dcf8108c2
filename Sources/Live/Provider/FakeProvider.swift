// A model provider of ours, OpenAI-compatible, behind the CLI servers of a run: one thread, one
// loop, hundreds of streams. Made where mistakes can be reported, run on whatever thread the caller
// likes, stopped from any other.
package import LinuxIO
internal import Synchronization

package final class FakeProvider: Sendable {
  package let settings: ProviderSettings
  package let port: UInt16
  let listener: Listener
  let signals: SignalsHeard?
  let wakeUp: WakeUp
  private let wanted = Atomic<Bool>(false)
  private let hasRun = Atomic<Bool>(false)
  private let asked = Atomic<Int>(0)
  private let rateLimited = Atomic<Int>(0)
  private let failed = Atomic<Int>(0)

  /// Listens from here on. `endsOnSignals`: SIGINT, SIGTERM and SIGHUP end `run()`; then this is
  /// made before any thread starts.
  package init(
    _ settings: ProviderSettings, endsOnSignals: Bool = false
  ) throws(SystemFailure) {
    // A client that went away is an outcome of a write.
    Signals.ignoreBrokenPipes()
    signals = endsOnSignals ? SignalsHeard(arrived: try SignalDescriptor()) : nil
    wakeUp = try WakeUp()
    let listener = try Listener.open(host: settings.host, port: settings.port).get()
    port = listener.port
    self.listener = consume listener
    self.settings = settings
  }

  /// Where it listens, as `COPILOT_PROVIDER_BASE_URL` wants it.
  package var url: String {
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    return "http://\(host):\(port)/v1"
  }

  /// How often the model was asked so far, and what became of it: for differences between two
  /// moments of a run. From any thread; at most a turn of the provider's loop old.
  package var calls: ModelCalls {
    ModelCalls(
      asked: asked.load(ordering: .relaxed), rateLimited: rateLimited.load(ordering: .relaxed),
      failed: failed.load(ordering: .relaxed))
  }

  func publish(_ calls: ModelCalls) {
    asked.store(calls.asked, ordering: .relaxed)
    rateLimited.store(calls.rateLimited, ordering: .relaxed)
    failed.store(calls.failed, ordering: .relaxed)
  }

  var isStopWanted: Bool { wanted.load(ordering: .acquiring) }

  /// From any thread, any number of times, before or while it runs. Answers under way are cut.
  package func stop() {
    wanted.store(true, ordering: .releasing)
    wakeUp.ring()
  }

  /// Serves until it is stopped. `observe` is told of every question to the model when it is over,
  /// on this thread: what it takes, everybody waits for.
  package func run(
    observing observe: (@Sendable (Observed) -> Void)? = nil
  ) throws(SystemFailure) -> Observations {
    let isSecond = hasRun.exchange(true, ordering: .relaxed)
    precondition(!isSecond, "a provider runs once; make another for another run")
    var server = try ProviderServer(self, observe)
    return server.run()
  }
}

/// What can be there or not and must not be copied needs a reference.
final class SignalsHeard: Sendable {
  let arrived: SignalDescriptor
  init(arrived: consuming SignalDescriptor) { self.arrived = arrived }
}
