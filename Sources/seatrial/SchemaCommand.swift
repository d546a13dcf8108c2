// `seatrial schema`: the JSON Schemas of what people write and of what they read, made from the
// same tables as the reader and the writer.
internal import Basics
internal import Metrics
internal import Planning
internal import Scenarios

struct SchemaCommand {
  let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func run() -> ExitCode {
    switch invocation.arguments.first {
    case "plan": Console.result(PlanSchema.document().text())
    case "result": Console.result(RunResultSchema.document().text())
    default: Console.result(ScenarioSchema.document())
    }
  }
}
