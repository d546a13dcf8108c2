// The command line: help, versions, and what is said to whoever mistypes.
import Testing

@Suite struct UsageTests {
  @Test("help leads with examples and lists every command and exit code")
  func overview() throws {
    try Seatrial.test { seatrial in
      for arguments in [[], ["--help"], ["help"], ["-h"]] {
        let run = try Process(Seatrial.program, arguments, in: seatrial.folder).wait()
        #expect(run.code == 0)
        let examples = try #require(run.output.firstRange(of: "examples"))
        let commands = try #require(run.output.firstRange(of: "commands"))
        #expect(examples.lowerBound < commands.lowerBound)
        for word in ["simulate", "validate", "inspect", "schema", "104", "130"] {
          #expect(run.output.contains(word))
        }
        #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      }
    }
  }

  @Test(
    "each command explains itself, with all its flags",
    arguments: [
      "simulate", "validate", "inspect", "schema", "provider", "doctor",
    ])
  func pages(command: String) throws {
    try Seatrial.test { seatrial in
      let asked = try seatrial.run("help", command)
      let flagged = try seatrial.run(command, "--help")
      #expect(asked.code == 0 && asked.output == flagged.output)
      #expect(asked.output.hasPrefix("examples\n"))
      #expect(asked.output.contains("usage: seatrial \(command)"))
      #expect(asked.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }

  @Test("the version is one line")
  func version() throws {
    try Seatrial.test { seatrial in
      let run = try seatrial.run("--version")
      #expect(run.code == 0)
      #expect(run.output.hasPrefix("seatrial ") && run.output.hasSuffix("\n"))
    }
  }

  struct Mistake: Sendable {
    var line: [String]
    var said: [String]
  }

  @Test(
    "a mistyped line ends with code 2 and a guess",
    arguments: [
      Mistake(line: ["simlate"], said: ["no command simlate; did you mean simulate?"]),
      Mistake(line: ["help", "validat"], said: ["did you mean validate?"]),
      Mistake(line: ["--seed", "3"], said: ["--seed stands before the command"]),
      Mistake(
        line: ["simulate", "small.yaml", "--sed", "3", "--quite"],
        said: ["no flag --sed; did you mean --seed?", "no flag --quite; did you mean --quiet?"]),
      Mistake(line: ["simulate"], said: ["simulate needs a FILE"]),
      Mistake(line: ["simulate", "a.yaml", "b.yaml"], said: ["what is b.yaml?"]),
      Mistake(
        line: ["simulate", "small.yaml", "--seed"], said: ["--seed needs a value: --seed N"]),
      Mistake(line: ["simulate", "small.yaml", "--out", "--json"], said: ["--out needs a value"]),
      Mistake(line: ["simulate", "small.yaml", "--seed=-1"], said: ["-1 is below 0"]),
      Mistake(
        line: ["simulate", "small.yaml", "--jobs", "0"], said: ["0 is outside of 1 to 1024"]),
      Mistake(line: ["simulate", "small.yaml", "--json=yes"], said: ["--json takes no value"]),
      Mistake(line: ["simulate", "small.yaml", "--set", "users"], said: ["not of the form"]),
      Mistake(line: ["simulate", "small.yaml", "--precision", "two"], said: ["is no share"]),
      Mistake(line: ["simulate", "small.yaml", "-q"], said: ["with two dashes"]),
      Mistake(line: ["simulate", "small.yaml", "--seed", "1", "--seed", "2"], said: ["twice"]),
      Mistake(
        line: ["simulate", "small.yaml", "--variant", "round-robbin"],
        said: ["did you mean round-robin?"]),
      Mistake(line: ["schema", "reslt"], said: ["did you mean result?"]),
    ])
  func mistakes(mistake: Mistake) throws {
    try Seatrial.test { seatrial in
      let run = try Process(Seatrial.program, mistake.line, in: seatrial.folder).wait()
      #expect(run.code == 2, "\(mistake.line)")
      #expect(run.output.isEmpty)
      for words in mistake.said { #expect(run.errors.contains(words), "\(run.errors)") }
    }
  }

  @Test("after -- everything is a file")
  func endOfFlags() throws {
    try Seatrial.test { seatrial in
      try seatrial.write(smallScenario, to: "--odd.yaml")
      let run = try seatrial.run("validate", "--json", "--", "--odd.yaml")
      #expect(run.code == 0, "\(run.errors)")
    }
  }
}
