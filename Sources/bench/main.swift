// Benchmarks of the engine that users run. `make bench` builds and runs this; it prints a table and never fails on speed.
Bench.run(CommandLine.arguments)
