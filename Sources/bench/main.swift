// Benchmarks of the engine that users run. `make bench` builds and runs this; it prints tables and
// never fails on speed.
BenchCommand.run(CommandLine.arguments)
