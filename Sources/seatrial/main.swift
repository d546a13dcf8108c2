// The program `seatrial`: arguments in, an exit code out. One call only, because variables at the
// top level would belong to the main actor; everything else starts in Program.
internal import Glibc

exit(Program.run(CommandLine.arguments).rawValue)
