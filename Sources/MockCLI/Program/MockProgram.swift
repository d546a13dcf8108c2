// The whole program behind `mock-copilot`: words in, exit code out. It stands in a library so that
// `main.swift` is one call.
internal import Basics
internal import CLIModel
internal import LinuxIO

public enum MockProgram {
  /// The real CLI's version whose behaviour is modelled, and which clients are told.
  public static let modelledVersion = "1.0.57"

  /// 0 served and told to stop, 1 could not serve or a mistake that the real CLI knows too, 2 a
  /// mistake in the mock's own flags.
  public static func run(_ words: [String]) -> Int32 {
    Signals.ignoreBrokenPipes()
    ThisProcess.allowDescriptors()
    switch ServerArguments.parse(words) {
    case .mistakes(let mistakes):
      if let first = mistakes.first, mistakes.allSatisfy(\.isShared) {
        // The real CLI names one and goes.
        StandardError.write("\(first)\n")
        return 1
      }
      for mistake in mistakes { complain("\(mistake)") }
      return 2
    case .arguments(let arguments):
      if arguments.wantsHelp { return say(help) }
      if arguments.wantsVersion { return say(version) }
      guard arguments.isHeadless else {
        return fail(
          "No prompt provided. Run in an interactive terminal or provide a prompt with -p or via "
            + "standard in.")
      }
      if let problem = problemWithProvider() { return fail(problem) }
      return serve(arguments)
    }
  }

  /// In the real CLI's words, which scripts may look for.
  private static let version =
    "GitHub Copilot CLI \(modelledVersion).\nRun 'copilot update' to check for updates.\n"

  /// What the real CLI wants of its environment before it starts. Without COPILOT_OFFLINE it would
  /// ask GitHub's models; the mock has one of its own.
  private static func problemWithProvider() -> String? {
    guard let base = ThisProcess.environment("COPILOT_PROVIDER_BASE_URL"), !base.isEmpty else {
      return ["true", "1"].contains(ThisProcess.environment("COPILOT_OFFLINE") ?? "")
        ? "Offline mode requires a local model provider. Set COPILOT_PROVIDER_BASE_URL to "
          + "configure one." : nil
    }
    let model = ThisProcess.environment("COPILOT_MODEL") ?? ""
    return model.isEmpty
      ? "BYOK providers require an explicit model. Run `copilot help providers` for configuration "
        + "details." : nil
  }

  private static func fail(_ text: String) -> Int32 {
    StandardError.write(text + "\n")
    return 1
  }

  private static func serve(_ arguments: ServerArguments) -> Int32 {
    let settings: MockSettings
    do throws(SettingsAssembly.Problem) {
      settings = try SettingsAssembly(arguments: arguments).settings()
    } catch {
      for line in error.lines { complain(line) }
      return 2
    }
    do throws(SystemFailure) {
      var server = try MockServer.open(settings)
      if let code = server.start() { return code }
      return server.run()
    } catch {
      complain("\(error)")
      return 1
    }
  }

  static func complain(_ text: String) { StandardError.write("mock-copilot: \(text)\n") }

  public static var help: String {
    var text = "usage: mock-copilot --headless [options]\n\n"
    text +=
      "Stands in for a headless Copilot CLI server \(modelledVersion): the real one's options,\n"
    text += "environment (COPILOT_HOME, COPILOT_CONNECTION_TOKEN, COPILOT_PROVIDER_BASE_URL,\n"
    text += "COPILOT_MODEL), protocol, files and habits. docs/mock.md lists them.\n\n"
    text += table(
      Flag.all.map { flag in
        (flag.value.map { "\(flag.name) \($0)" } ?? flag.name, flag.about)
      })
    text += "\nfaults, KIND[=VALUE][@WHEN]; WHEN is \(FaultText.triggers)\n\n"
    text += table(
      FaultText.all.map { fault in
        (fault.value.map { "\(fault.name)=\($0)" } ?? fault.name, fault.about)
      })
    return text
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let column = (rows.map(\.0.utf8.count).max() ?? 0) + 3
    return rows.map { name, about in
      "  \(name)\(String(repeating: " ", count: column - name.utf8.count))\(about)\n"
    }.joined()
  }

  private static func say(_ text: String) -> Int32 {
    switch StandardOutput.write(text) {
    case .written, .readerGone: return 0
    case .failed(let failure):
      complain("\(failure)")
      return 1
    }
  }
}

extension MockServer {
  /// Opens the door; an exit code where it cannot be opened.
  mutating func start() -> Int32? {
    if settings.disk == .files, let failure = folder.prepare(now: wall.milliseconds) {
      MockProgram.complain("\(failure)")
      return 1
    }
    switch settings.transport {
    case .standardStreams:
      isServingStreams = true
      for number: Int32 in [0, 1] { _ = Descriptor.setNonBlocking(number, true) }
      admit(Descriptor(owning: 0), writer: Descriptor(owning: 1))
      return nil
    case .port:
      let pause = startPause()
      if pause.nanoseconds > 0 {
        timers.push(now + pause, Timer.listen.code)
      } else {
        listenNow()
      }
      return exitCode
    }
  }

  /// The profile's start-up time, and what a fault adds to it.
  private mutating func startPause() -> Interval {
    var draw = settings.seed.stream("start")
      .draw(entity: Int(ThisProcess.number), count: 0)
    _ = draw.bits()
    let start = settings.cpu == .timed ? Sampler(settings.profile.start).interval(draw) : .zero
    return start + startDelay
  }

  /// From listening to the answer to the first `connect`.
  func restOfStart() -> Interval {
    guard settings.cpu == .timed else { return .zero }
    let draw = settings.seed.stream("first connect")
      .draw(entity: Int(ThisProcess.number), count: 0)
    return Sampler(settings.profile.firstConnect).interval(draw)
  }

  mutating func listenNow() {
    guard case .port(let number) = settings.transport else { return }
    guard let port = UInt16(exactly: number) else {
      return cannotStart(
        "RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. "
          + "Received type number (\(number)).")
    }
    switch Listener.open(host: settings.host, port: port) {
    case .failure(let failure): cannotStart(problem(failure, port))
    case .success(let listener):
      let number = listener.port
      startListening(consume listener)
      _ = StandardOutput.write("CLI server listening on port \(number)\n")
      if settings.token == nil {
        _ = StandardOutput.write(
          "Warning: No COPILOT_CONNECTION_TOKEN was set, so connections will be accepted from "
            + "any client\n")
      }
    }
  }
  private mutating func cannotStart(_ text: String) {
    StandardError.write("Failed to start server: \(text)\n")
    exitCode = 1
  }

  /// Node's words for why nobody can listen there.
  private func problem(_ failure: SystemFailure, _ port: UInt16) -> String {
    if failure.call == "getaddrinfo" {
      return "Error: getaddrinfo EAI_AGAIN \(settings.host)"
    }
    let reason = failure.reason.lowercased()
    let place = "\(settings.host):\(port)"
    return "Error: listen \(failure.code): \(reason) \(place)"
  }
}
