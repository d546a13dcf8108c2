// `seatrial report`: from result files to a page, or to any of the formats that machines read.
// Results of older versions are read too; what they do not carry is missing from what is made.
internal import Basics
internal import LinuxIO
internal import Reporting

struct ReportCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    if let plan = PlanLoader.load(invocation.arguments) { return page(of: plan) }
    guard let loaded = ResultLoader.load(invocation.arguments) else { return .fault }
    let results = loaded.map(\.named)
    let format = ReportFormat(rawValue: invocation.value("format") ?? "") ?? .html
    let text = format.text(of: results, width: Console.width, plain: Console.isPlain(invocation))
    guard let path = invocation.value("out") ?? beside(loaded, format), path != "-" else {
      return Console.result(text)
    }
    return PageFile.write(text, to: path, quiet: invocation.has("quiet"))
  }

  private func page(of plan: PlanLoader.Loaded) -> ExitCode {
    let format = invocation.value("format") ?? ReportFormat.html.rawValue
    switch ReportFormat(rawValue: format) {
    case .html:
      let html = PlanPage(plan.document).html()
      let folder = plan.file.lastIndex(of: "/").map { String(plan.file[...$0]) } ?? ""
      let path = invocation.value("out") ?? folder + "report.html"
      return path == "-"
        ? Console.result(html)
        : PageFile.write(html, to: path, quiet: invocation.has("quiet"))
    case .json: return Console.result(plan.document.text)
    default:
      Console.complain("\(plan.file) is a plan: its forms are html and json, not \(format)")
      return .usage
    }
  }

  /// A page goes beside its result; everything else to standard output.
  private func beside(_ loaded: [ResultLoader.Loaded], _ format: ReportFormat) -> String? {
    guard format == .html, let file = loaded.first?.file else { return nil }
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    return folder + (loaded.count > 1 ? "reports.html" : "report.html")
  }
}

/// A page, or another report, in a file.
enum PageFile {
  static func write(_ text: String, to path: String, quiet: Bool) -> ExitCode {
    if let failure = Files.writeAtomically(Array(text.utf8), to: path) {
      Console.complain(
        "the report cannot be written to \(path): \(failure); "
          + "name a place that can be written with --out FILE")
      return .fault
    }
    if !quiet { Console.say("report: \(path)") }
    return .pass
  }
}
