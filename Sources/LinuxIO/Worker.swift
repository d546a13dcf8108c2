// One plain thread that is started now and joined later, for hosts whose own thread has other
// things to do meanwhile. `WorkerThreads` is the form for a crew that works until all are done.
internal import Glibc

/// Joined once: by `join()`, which hands over what the thread came to.
public struct Worker<Value: Sendable>: ~Copyable {
  private let thread: pthread_t
  private let job: Job<Value>

  /// `body` runs at once, on a thread of its own.
  public static func start(
    _ name: String, _ body: @escaping @Sendable () -> Value
  ) -> Result<Worker, SystemFailure> {
    let job = Job(body)
    var thread = pthread_t()
    let number = launch(&thread) { job.run() }
    guard number == 0 else {
      return .failure(SystemFailure(call: "pthread_create", subject: name, number: number))
    }
    return .success(Worker(thread: thread, job: job))
  }

  private init(thread: pthread_t, job: Job<Value>) {
    self.thread = thread
    self.job = job
  }

  public consuming func join() -> Value {
    precondition(pthread_join(thread, nil) == 0, "a worker was not joined")
    guard let value = job.value else { preconditionFailure("a worker ended without a result") }
    return value
  }
}

/// Starts a thread; the answer is pthread_create's.
func launch(_ thread: inout pthread_t, _ work: @escaping @Sendable () -> Void) -> Int32 {
  let start = unsafe Unmanaged.passRetained(Start(work))
  let number = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { preconditionFailure("a thread got no work") }
      unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().work()
      return nil
    }, start.toOpaque())
  if number != 0 { unsafe start.release() }
  return number
}

/// The one argument a thread takes: C knows no generics, so the work is closed over.
private final class Start: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

/// A worker's place for its result.
///
/// `@unchecked` is sound because `value` has one writer, the thread that runs `run()`, and its only
/// reader reads after `pthread_join` of that thread, which orders the two.
final class Job<Value: Sendable>: @unchecked Sendable {
  private let body: @Sendable () -> Value
  private(set) var value: Value?

  init(_ body: @escaping @Sendable () -> Value) { self.body = body }

  func run() { value = body() }
}
