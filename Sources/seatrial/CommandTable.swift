// The commands of the program, as data. A new command is an entry here, a case of `Command.Kind`
// and a file of its own.
internal import Hazards
internal import Live
internal import Reporting

enum CommandTable {
  static let all = [
    simulate, run, replay, plan, report, compare, hazards, doctor, provider, validate, inspect,
    schema,
  ]

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
      result.json and a page of it, report.html, go to a folder. result.json is
      written again while the run goes on, so that a killed run leaves what it had.
      The first Ctrl-C stops and still reports, the second ends at once.
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
        help: "folder of result and page; by default one in results/"),
      Flag(name: "full", help: "every metric, difference and curve, not only what decides"),
      json, quiet,
      Flag(name: "no-progress", help: "no progress on stderr"),
      noColor,
    ])

  static let run = Command(
    kind: .run, name: "run", summary: "drive a scenario on a real fleet",
    about: """
      Starts the scenario's CLI servers (mock-copilot processes, the real Copilot CLI,
      or servers that already run), drives its users over real sockets with the same
      machines and the same seed as a simulation, and reports in the same form. Each
      variant takes its warm-up and its measured time for real; a fleet is stopped
      before the next one starts. The table goes to stdout; result.json and a page,
      report.html, go to a folder. The first Ctrl-C drains and still reports, the
      second ends at once; either way no process is left.
      --record writes down what every machine was told and what it decided, some 100
      bytes a turn; seatrial replay holds today's program against it.
      """,
    examples: [
      ("seatrial run scenarios/first-run.yaml", "five variants on mock processes"),
      ("seatrial run three.yaml --variant base --set workload.phases.measure=30s", "one, shorter"),
      ("seatrial run three.yaml --set fleet.cli=external --set fleet.targets=[host:4321]", "yours"),
      ("seatrial run three.yaml --record three.recording", "every input and decision, for replay"),
    ],
    arguments: .one("FILE"),
    flags: [
      seed, set, variant,
      Flag(
        name: "out", value: .text, placeholder: "DIR",
        help: "folder of result and page; by default one in results/"),
      Flag(
        name: "record", value: .text, placeholder: "FILE",
        help: "write what every machine was told and decided"),
      Flag(name: "full", help: "every metric, difference and curve, not only what decides"),
      json, quiet,
      Flag(name: "no-progress", help: "no progress on stderr"),
      noColor,
    ])

  static let replay = Command(
    kind: .replay, name: "replay", summary: "feed a recording of a run to fresh machines",
    about: """
      Builds the machines of a recorded run anew (people, balancer, locks, app
      instances; from the scenario and the seed in the recording) and tells them what
      they were told then. Every decision has to be the same. The first that is not is
      printed: machine, instant, input, what was decided then and what now. Needs no
      fleet and no other file. Exit code 3: a decision differs. 104: the file is no
      recording, is damaged, or was cut by a kill; what stands before that place is
      replayed all the same.
      """,
    examples: [
      ("seatrial replay three.recording", "does this version decide as that one did?"),
      ("seatrial replay three.recording --json | jq .difference", "in a script"),
    ],
    arguments: .one("RECORDING"),
    flags: [json, quiet])

  static let report = Command(
    kind: .report, name: "report", summary: "make a page, or another form, of results",
    about: """
      A RESULT is a result.json or its folder; those of older versions will do. A folder
      with a plan.json gives the page of the plan. The
      page is one HTML file that needs no network, written beside the result as
      report.html; every other form goes to stdout. --out FILE puts it elsewhere,
      and - means stdout. Forms:
      \(formats)
      """,
    examples: [
      ("seatrial report results/today", "write results/today/report.html"),
      ("seatrial report results/today --format markdown", "for a pull request"),
      ("seatrial report results/today --format junit --out junit.xml", "for a build server"),
      ("seatrial report results/today --format csv-series > series.csv", "for a spreadsheet"),
    ],
    arguments: .many("RESULT"),
    flags: [
      Flag(
        name: "format", value: .word(ReportFormat.allCases.map(\.rawValue)), placeholder: "FORM",
        help: "html unless said otherwise"),
      Flag(name: "out", value: .text, placeholder: "FILE", help: "where to write; - is stdout"),
      quiet, noColor,
    ])

  private static let formats = ReportFormat.allCases.map { format in
    let gap = String(repeating: " ", count: 12 - format.rawValue.count)
    return "  \(format.rawValue)\(gap)\(format.meaning)"
  }.joined(separator: "\n")

  static let compare = Command(
    kind: .compare, name: "compare", summary: "hold results, or their variants, against each other",
    about: """
      One RESULT: its variants against the first. Several: each against the first,
      variant by variant of the same name; RESULT:VARIANT chooses one. Where both
      met the same people (one seed, one workload) replications are compared in
      pairs. A difference is better or worse when its whole 95 % interval lies beyond
      the margin, and no difference when it lies within; else nobody can tell.
      A simulation and a live run: the live figure is as predicted where it lies where
      one more replication would, 95 times in 100; else it is outside.
      Results that are not comparable are refused with what differs (exit code 5).
      Exit code 3: a later result is worse than the first in some figure, or a live
      run is worse than predicted by more than chance makes of so many figures.
      """,
    examples: [
      ("seatrial compare results/today", "the variants of one result"),
      ("seatrial compare results/yesterday results/today", "did it get worse?"),
      ("seatrial compare results/simulated results/live", "was the live run as predicted?"),
      ("seatrial compare a:base b:rendezvous --force", "two variants, whatever differs"),
      ("seatrial compare a b --page compare.html --json", "a page, and a document for scripts"),
    ],
    arguments: .many("RESULT"),
    flags: [
      Flag(
        name: "margin", value: .share, placeholder: "2%",
        help: "differences below it are none, by default 2 %"),
      Flag(name: "force", help: "compare even what is not comparable"),
      Flag(name: "page", value: .text, placeholder: "FILE", help: "write a page of it, too"),
      Flag(name: "full", help: "every figure, also where nothing differs"),
      json, quiet, noColor,
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
      --confirm drives the smallest recommended fleet, and one server less, live on
      mock processes. The table goes to stdout; plan.json and a page to a folder.
      docs/planning.md says how each figure is made.
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
      Flag(name: "confirm", help: "drive the smallest planned fleet live on mock processes"),
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

  static let doctor = Command(
    kind: .doctor, name: "doctor", summary: "what this machine allows, and how to mend it",
    about: """
      Looks at limits of descriptors and processes, ports, cores, memory, disk,
      swap, the clock and the programs that live runs use. For each: what was
      found, what it allows in numbers, and the command that mends it. It changes
      nothing. With a FILE it says whether this machine can drive that scenario:
      code 6 where something that it needs is missing or too small, 4 where it
      would run and its figures would be doubtful. Without a FILE the code is 0.
      """,
    examples: [
      ("seatrial doctor", "what this machine allows"),
      ("seatrial doctor scenarios/three-patterns.yaml", "is that enough for this one?"),
      ("seatrial doctor --json | jq '.findings[] | select(.mend)'", "what could be mended"),
    ],
    arguments: .optional("FILE"),
    flags: [
      set,
      Flag(
        name: "variant", value: .text, placeholder: "NAME", repeatable: true,
        help: "the needs of this variant only; repeatable"),
      Flag(
        name: "out", value: .text, placeholder: "DIR",
        help: "where a run would keep its result, else results/"),
      json, quiet,
    ])

  static let provider = Command(
    kind: .provider, name: "provider", summary: "serve a fake model, OpenAI-compatible",
    about: """
      Answers POST /v1/chat/completions and /v1/responses, streaming or not, and
      GET /v1/models, also without /v1. Latency, first token, tokens, failures and
      the rate limit are those of the scenario's model section; the same prompt
      marks meet the same draws as in the simulator. Without a FILE it answers at
      once; --set works there too. Ctrl-C or SIGTERM ends it; then stdout says what
      was seen, and the code is 0. Where it listens is said on stderr.

      Faults are KIND[@WHEN]; each may be given here, posted as text to
      /seatrial/fault (/seatrial/clear ends them), or stand in a prompt as
      ~provider:KIND~ or ~provider:KIND:times=N~:
      \(providerFaults)
      \(ProviderFaultText.triggers)
      """,
    examples: [
      ("seatrial provider --port 8901", "a model that answers at once"),
      ("seatrial provider scenarios/three-patterns.yaml --json", "with that scenario's model"),
      ("seatrial provider --set 'model.latency=exponential(1s)'", "with a latency"),
      ("seatrial provider --fault stall@share=5% --fault status=503@call=3", "that fails"),
    ],
    arguments: .optional("FILE"),
    flags: [
      Flag(
        name: "host", value: .text, placeholder: "HOST", help: "where to listen, else 127.0.0.1"),
      Flag(
        name: "port", value: .whole(0...65535), placeholder: "N",
        help: "0, the default, is one that is free"),
      Flag(
        name: "fault", value: .text, placeholder: "FAULT", repeatable: true,
        help: "what goes wrong on purpose; repeatable"),
      Flag(
        name: "answer", value: .text, placeholder: "TEXT",
        help: "every answer, instead of the prompt's mark and words"),
      Flag(
        name: "model", value: .text, placeholder: "NAME", repeatable: true,
        help: "what /models lists; repeatable"),
      Flag(name: "no-retry-after", help: "429 does not say when to come back"),
      seed, set,
      Flag(
        name: "variant", value: .text, placeholder: "NAME", help: "the model of this variant"),
      json, quiet,
    ])

  private static var providerFaults: String {
    ProviderFaultText.all.map { name, about in
      "  \(name)\(String(repeating: " ", count: 12 - name.count))\(about)"
    }.joined(separator: "\n")
  }

  static let hazards = Command(
    kind: .hazards, name: "hazards", summary: "every order of answers in the guide's races",
    about: """
      Runs the machines of the simulator under every possible order of completions,
      for each race of the guide's code and for its cure: how many schedules there
      are, how many break the promise, the shortest of them, and how likely that is
      under a load. Without a NAME a table of all; with names, or --full, each with
      its timeline. A FILE is a scenario: its base gives the load. --load changes it;
      the numbers are
      \(loads).
      Lengths are seconds, rate is turns a second of one person. A RESULT of the
      hazard's scenario under scenarios/hazards, simulated or live, gives the rate
      that was seen, and its load where nothing else states one.
      Exit code 99: a cure breaks its promise, or a race can no longer be shown.
      Hazards:
      \(hazardNames)
      """,
    examples: [
      ("seatrial hazards", "all of them, the guide's code beside the cure"),
      ("seatrial hazards pool-double-spawn", "one, with the shortest way to break it"),
      ("seatrial hazards --replay evict-mid-turn/guide:1.2.2.2.2.1", "that schedule again"),
      ("seatrial hazards lock-expired --load ttl=30 --load turn=20", "under another load"),
      ("seatrial hazards --result results/evict", "the odds of a run beside what it saw"),
      ("seatrial hazards --random 100000 --seed 7", "more callers, schedules by chance"),
    ],
    arguments: .any("FILE|NAME"),
    flags: [
      Flag(
        name: "replay", value: .text, placeholder: "SCHEDULE", repeatable: true,
        help: "run this schedule again and print its timeline"),
      Flag(
        name: "random", value: .whole(1...100_000_000), placeholder: "N",
        help: "N random schedules of the larger programs"),
      Flag(
        name: "limit", value: .whole(1...1_000_000_000), placeholder: "N",
        help: "schedules run at most for each program, else 1048576"),
      Flag(name: "seed", value: .whole(0...Int.max), placeholder: "N", help: "seed of --random"),
      Flag(
        name: "load", value: .setting, placeholder: "NAME=NUMBER", repeatable: true,
        help: "a number of the load; repeatable"),
      Flag(
        name: "result", value: .text, placeholder: "RESULT", repeatable: true,
        help: "a result of a hazard's scenario; repeatable"),
      set,
      Flag(name: "full", help: "cause, cure, odds and timeline of each"),
      json, quiet, noColor,
    ])

  private static let hazardNames = Hazard.all.map { "  \($0.name)" }.joined(separator: "\n")

  /// Ten to a line, which is below 80 columns.
  private static let loads =
    stride(from: 0, to: HazardLoad.names.count, by: 10).map { first in
      HazardLoad.names.dropFirst(first).prefix(10).joined(separator: ", ")
    }.joined(separator: ",\n")

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
    kind: .schema, name: "schema", summary: "print the JSON Schema of scenarios, results or plans",
    about: """
      Editors complete and check scenarios with the first; scripts check the
      results and plans they read with the others.
      """,
    examples: [
      ("seatrial schema > scenario.schema.json", "for yaml-language-server"),
      ("seatrial schema result > result.schema.json", "for readers of result.json"),
      ("seatrial schema plan > plan.schema.json", "for readers of plan.json"),
    ],
    arguments: .word(["scenario", "result", "plan"]), flags: [])
}
