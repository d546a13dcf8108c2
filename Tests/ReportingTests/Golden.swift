// Pages compared with files beside this test. `UPDATE_GOLDEN=1` records them anew and fails, so
// that a recording run can never pass for a test run. No Foundation here either: files are read
// through the C library.
import Glibc
import Testing

func expectGolden(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
  let path = folder.joined(separator: "/") + "/Goldens/" + name
  if unsafe getenv("UPDATE_GOLDEN") != nil {
    writeText(text, to: path)
    Issue.record("\(name) was recorded: look at it", sourceLocation: sourceLocation)
    return
  }
  guard let golden = readText(path) else {
    Issue.record(
      "\(name) is missing: record it with UPDATE_GOLDEN=1", sourceLocation: sourceLocation)
    return
  }
  #expect(text == golden, "\(name) differs", sourceLocation: sourceLocation)
}

private func readText(_ path: String) -> String? {
  guard let file = unsafe fopen(path, "r") else { return nil }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  while true {
    let byte = unsafe getc(file)
    if byte == EOF { return String(decoding: bytes, as: UTF8.self) }
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
}

private func writeText(_ text: String, to path: String) {
  guard let file = unsafe fopen(path, "w") else { return }
  unsafe fputs(text, file)
  unsafe fclose(file)
}
