// From the arguments to the command that answers them. Each command is one file that ends with an
// exit code; nothing else in the program calls `exit`.
internal import LinuxIO
internal import Live

enum Program {
  static let version = "0.1.0"

  /// `arguments` with the name of the program first, as the kernel gives them.
  static func run(_ arguments: [String]) -> ExitCode {
    // A reader that went away is then an outcome of a write, not the end of the process.
    Signals.ignoreBrokenPipes()
    // Not for people: what a live run starts to clean up behind itself.
    if arguments.count >= 4 && arguments[1] == Reaper.word {
      Reaper.serve(Array(arguments.dropFirst(2)))
      return .pass
    }
    switch CommandLineParser(CommandTable.all).parse(Array(arguments.dropFirst())) {
    case .failure(let mistakes): return complain(mistakes)
    case .success(.overview): return Console.result(HelpText.overview(CommandTable.all))
    case .success(.help(let command)): return Console.result(HelpText.page(of: command))
    case .success(.version): return Console.result("seatrial \(version)\n")
    case .success(.command(let invocation)): return run(invocation)
    }
  }

  private static func run(_ invocation: Invocation) -> ExitCode {
    switch invocation.command.kind {
    case .validate: ValidateCommand(invocation).run()
    case .inspect: InspectCommand(invocation).run()
    case .schema: SchemaCommand(invocation).run()
    case .simulate: SimulateCommand(invocation).run()
    case .run: RunCommand(invocation).run()
    case .replay: ReplayCommand(invocation).run()
    case .report: ReportCommand(invocation).run()
    case .compare: CompareCommand(invocation).run()
    case .plan: PlanCommand(invocation).run()
    case .provider: ProviderCommand(invocation).run()
    case .doctor: DoctorCommand(invocation).run()
    case .hazards: HazardsCommand(invocation).run()
    }
  }

  private static func complain(_ mistakes: UsageMistakes) -> ExitCode {
    for mistake in mistakes.all { Console.complain(mistake.text) }
    let page = mistakes.command.map { "seatrial help \($0)" } ?? "seatrial --help"
    Console.say("see \(page)")
    return .usage
  }
}
