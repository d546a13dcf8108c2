// The program `mock-copilot`. One call: variables at the top level would belong to the main actor,
// and what is here cannot be tested.
internal import Glibc
internal import MockCLI

exit(MockProgram.run(Array(CommandLine.arguments.dropFirst())))
