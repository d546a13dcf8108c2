// The commands of the program, as data. A new command is an entry here, a case of `Command.Kind`
// and a file of its own.

enum CommandTable {
  static let all = [simulate, plan, validate, inspect, schema]

  // MARK: flags that several commands share

  private static let json = Flag(name: "json", help: "one JSON document on stdout, nothing else")
  private static let set = Flag(
    name: "set", value: .setting, placeholder: "KEY=VALUE", repeatable: true,
    help: "override a key; repeatable")
  private static let variant = Flag(
    name: "variant", value: .text, placeholder: "NAME", repeatable: true,
    help: "only this variant; `base` is the file; repeatable")
  private static let quiet = Flag(name: "quiet", help: "only the result, warnings and mistakes")
  private static let noColor = Flag(
    name: "no-color", help: "plain ASCII text, as when stdout is no terminal")
  /// The range of a scenario's own key.
  private static let seed = Flag(
    name: "seed", value: .whole(0...Int.max), placeholder: "N",
    help: "seed of all chance, instead of the scenario's")

  // MARK: commands

  static let simulate = Command(
    kind: .simulate, name: "simulate", summary: "run a scenario in the simulator",
    about: """
      Runs every variant of the scenario in virtual time, compares them, and holds
      the figures against what the scenario expects. The table goes to stdout;
      result.json goes to a folder and is written again while the run goes on, so
      that a killed run leaves what it had. The first Ctrl-C stops and still
      reports, the second ends at once.
      """,
    examples: [
      ("seatrial simulate scenarios/three-patterns.yaml", "compare the isolation patterns"),
      ("seatrial simulate three.yaml --set workload.users=600 --seed 8", "the same, other load"),
      ("seatrial simulate three.yaml --variant base --precision 1%", "one variant, narrower"),
      ("seatrial simulate three.yaml --json --out results/today | jq .verdict", "in a script"),
    ],
    arguments: .one("FILE"),
    flags: [
      seed, set, variant,
      Flag(
        name: "replications", value: .whole(1...10_000), placeholder: "N",
        help: "independent runs of each variant"),
      Flag(
        name: "precision", value: .share, placeholder: "2%",
        help: "more runs until the mean response is known this well"),
      Flag(
        name: "jobs", value: .whole(1...1024), placeholder: "N",
        help: "threads, by default one a core; figures do not depend on it"),
      Flag(
        name: "out", value: .text, placeholder: "DIR",
        help: "folder of result.json, by default results/NAME-TIME-PROCESS"),
      Flag(name: "full", help: "every metric, difference and curve, not only what decides"),
      json, quiet,
      Flag(name: "no-progress", help: "no progress on stderr"),
      noColor,
    ])

  static let plan = Command(
    kind: .plan, name: "plan", summary: "the smallest fleet for so many people, and its price",
    about: """
      For each number of people and each candidate (pattern, routing, storage, session
      limit, eviction, host size: the scenario's plan section, its variants, or a usual
      set) the smallest fleet that meets the scenario's expectations: an interval at
      95 %, found by simulation, with one server less and one more beside it. Then what
      it takes to stand lost servers and a deploy, what it needs and costs, what binds,
      what moves the answer and how sure it is. --quick answers by closed forms alone.
      The table goes to stdout; plan.json goes to a folder. docs/planning.md says how
      each figure is made.
      """,
    examples: [
      ("seatrial plan scenarios/how-many-servers.yaml --users 100,1k,10k", "three sizes"),
      ("seatrial plan how-many-servers.yaml --users 1k --quick", "by closed forms, at once"),
      ("seatrial plan plan.yaml --users 5k --prices my.yaml --deploy out", "with files to deploy"),
    ],
    arguments: .one("FILE"),
    flags: [
      Flag(
        name: "users", value: .counts, placeholder: "LIST", repeatable: true,
        help: "numbers of people, as 100,1k; else those of the scenario"),
      Flag(name: "quick", help: "closed forms alone, nothing is simulated"),
      Flag(
        name: "prices", value: .text, placeholder: "FILE",
        help: "a price file, instead of the scenario's"),
      Flag(
        name: "deploy", value: .text, placeholder: "DIR",
        help: "write files to deploy the recommended fleet"),
      seed, set,
      Flag(
        name: "jobs", value: .whole(1...1024), placeholder: "N",
        help: "threads, by default one a core; figures do not depend on it"),
      Flag(
        name: "out", value: .text, placeholder: "DIR",
        help: "folder of plan.json, by default results/NAME-TIME-PROCESS"),
      json, quiet,
      Flag(name: "no-progress", help: "no progress on stderr"),
    ])

  static let validate = Command(
    kind: .validate, name: "validate", summary: "check scenarios without running them",
    about: """
      Reports every mistake of every file on stderr as FILE:LINE:COLUMN: KEY: REASON.
      Warnings do not make a scenario wrong.
      """,
    examples: [
      ("seatrial validate scenarios/*.yaml", "check a folder"),
      ("seatrial validate three.yaml --json", "complaints for an editor or a script"),
    ],
    arguments: .many("FILE"), flags: [set, json, quiet])

  static let inspect = Command(
    kind: .inspect, name: "inspect", summary: "show what a scenario resolves to, and a forecast",
    about: """
      Prints every key with its value and where that came from, then what each
      variant changes, then what to expect of a run: turns, load of the servers,
      memory, time. The forecast is arithmetic, not a simulation; it warns where a
      server gets more than it can do.
      """,
    examples: [
      ("seatrial inspect scenarios/three-patterns.yaml", "values, origins, forecast"),
      ("seatrial inspect three.yaml --set workload.users=2000", "would the fleet bear 2000?"),
    ],
    arguments: .one("FILE"), flags: [seed, set, variant, json, quiet])

  static let schema = Command(
    kind: .schema, name: "schema", summary: "print the JSON Schema of scenarios or results",
    about: """
      Editors complete and check scenarios with the first; scripts check the
      results they read with the second.
      """,
    examples: [
      ("seatrial schema > scenario.schema.json", "for yaml-language-server"),
      ("seatrial schema result > result.schema.json", "for readers of result.json"),
    ],
    arguments: .word(["scenario", "result"]), flags: [])
}
