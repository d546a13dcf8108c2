// Command lines as the SDK writes them, the real CLI's complaints, and the mock's own.
import MockCLI
import Testing

private func parsed(_ line: String) -> ServerArguments.Outcome {
  ServerArguments.parse(line.split(separator: " ").map(String.init))
}

private func mistakes(_ line: String) -> [String] {
  guard case .mistakes(let list) = parsed(line) else { return [] }
  return list.map(\.description)
}

@Suite struct ArgumentsTests {
  @Test("The SDK's own command line is understood")
  func sdkLine() {
    var wanted = ServerArguments()
    wanted.isHeadless = true
    wanted.mayUpdateItself = false
    wanted.logLevel = .debug
    wanted.login = .environment(variable: "COPILOT_SDK_AUTH_TOKEN")
    wanted.sessionIdleTimeoutSeconds = 30
    wanted.isRemote = true
    wanted.port = 4321
    let line =
      "--headless --no-auto-update --log-level debug --auth-token-env"
      + " COPILOT_SDK_AUTH_TOKEN --session-idle-timeout 30 --remote --port 4321"
    #expect(parsed(line) == .arguments(wanted))
    #expect(wanted.transport == .port(4321))
  }

  @Test("Nonsense that the real CLI takes is taken")
  func lenient() {
    var wanted = ServerArguments()
    wanted.isHeadless = true
    #expect(parsed("--server --port abc --session-idle-timeout abc") == .arguments(wanted))
    #expect(parsed("--headless --port=0 --session-idle-timeout -5") == .arguments(wanted))
    wanted.port = -1
    #expect(parsed("--headless --port -1") == .arguments(wanted))
    wanted.port = 70000
    #expect(parsed("--headless --port 70000") == .arguments(wanted))
    wanted.usesStreams = true
    #expect(parsed("--headless --stdio --port 70000") == .arguments(wanted))
    #expect(wanted.transport == .standardStreams)
  }

  @Test(
    "Mistakes that the real CLI knows are in its words",
    arguments: [
      (
        "--no-such-flag",
        "error: unknown option '--no-such-flag'\n\nTry 'copilot --help' for more information."
      ),
      ("--headless --port", "error: option '--port <port>' argument missing"),
      ("--headless extra", "error: too many arguments. Expected 0 arguments but got 1."),
      (
        "--log-level nonsense",
        "error: option '--log-level <level>' argument 'nonsense' is invalid. Allowed choices are "
          + "none, error, warning, info, debug, all, default."
      ),
    ])
  func shared(line: String, wanted: String) {
    #expect(mistakes(line) == [wanted])
    guard case .mistakes(let list) = parsed(line) else { return }
    #expect(list.allSatisfy { $0.isShared })
  }

  @Test("The mock's own flags say what they want, all of them")
  func own() {
    #expect(
      mistakes("--cpu fast --seed x --model-seed y --hardened=yes --fault frob") == [
        "--cpu wants timed or burn, not 'fast'", "--seed wants a whole number, not 'x'",
        "--model-seed wants a whole number, not 'y'",
        "--hardened takes no value, but was given 'yes'",
        "--fault wants a fault: there is no fault 'frob', not 'frob'",
      ])
  }

  @Test("A misspelt flag is met with the nearest")
  func guess() {
    #expect(mistakes("--evnts lean").first?.contains("(Did you mean --events?)") == true)
  }
}
