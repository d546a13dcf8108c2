// Where the real CLI cannot be had: exit code 6 with the reason, and nothing that looks like a CLI.
// No network is asked.
import LinuxIO
import Testing

@Suite struct RealCLITests {
  private func fetch(
    _ version: String, to folder: String, _ settings: [String], in seatrial: Seatrial
  ) throws -> Finished {
    try Process(
      "/usr/bin/env",
      settings + ["bash", Seatrial.root + "/Tests/Setup/real-cli.sh", version, folder],
      in: seatrial.folder
    ).wait()
  }

  @Test("An unknown version, and an index that does not answer, end with 6 and the reason")
  func refused() throws {
    try Seatrial.test { seatrial in
      let folder = "\(seatrial.folder)/cli"
      let unknown = try fetch("9.9.9", to: folder, [], in: seatrial)
      #expect(unknown.code == 6, "\(unknown)")
      #expect(unknown.errors.contains("no wheel is known with version 9.9.9, but with 1.0.57"))
      // Nobody listens on port 1.
      let index = [
        "PIP_CONFIG_FILE=/dev/null", "PIP_INDEX_URL=http://127.0.0.1:1/simple",
        "PIP_EXTRA_INDEX_URL=", "PIP_FIND_LINKS=", "PIP_RETRIES=0", "PIP_NO_CACHE_DIR=1",
      ]
      let unanswered = try fetch("1.0.57", to: folder, index, in: seatrial)
      #expect(unanswered.code == 6, "\(unanswered)")
      #expect(unanswered.errors.contains("the real CLI cannot be had: "), "\(unanswered.errors)")
      #expect(unanswered.errors.contains("github-copilot-sdk"), "\(unanswered.errors)")
      #expect(!Files.exists(folder))
    }
  }
}
