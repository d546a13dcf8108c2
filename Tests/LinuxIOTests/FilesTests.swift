// Files in and out, with what goes wrong as values, and that no reader ever sees half a file.
internal import Glibc
import LinuxIO
import Testing

@Suite struct FilesTests {
  @Test("What was written is read, and replaced as a whole")
  func roundTrip() throws {
    try withDirectory { directory in
      let path = "\(directory)/result.json"
      #expect(Files.writeAtomically(bytes("first and longer"), to: path) == nil)
      #expect(Files.writeAtomically(bytes("second"), to: path) == nil)
      #expect(Files.read(path) == .contents(bytes("second")))
      #expect(Files.list(directory) == .names(["result.json"]), "a temporary file was left")
    }
  }

  @Test("A file over the limit is refused, one of the limit is not")
  func limit() throws {
    try withDirectory { directory in
      let path = "\(directory)/f"
      #expect(Files.writeAtomically([UInt8](repeating: 7, count: 100_000), to: path) == nil)
      #expect(Files.read(path, limit: 99_999) == .tooLarge(limit: 99_999))
      #expect(Files.read(path, limit: 100_000) == .contents([UInt8](repeating: 7, count: 100_000)))
    }
  }

  @Test("The end of a file is read without the rest, and names are counted without their list")
  func tailAndEntries() throws {
    try withDirectory { directory in
      let path = "\(directory)/log"
      #expect(Files.tail(of: path, 4).isEmpty && Files.entries(of: path) == nil)
      #expect(Files.writeAtomically([UInt8](0..<100), to: path) == nil)
      #expect(Files.tail(of: path, 4) == [96, 97, 98, 99])
      #expect(Files.tail(of: path, 1000) == [UInt8](0..<100))
      #expect(Files.entries(of: directory) == 1)
    }
  }

  @Test("Whether a folder takes files is tried without leaving one; only empty folders are removed")
  func probe() throws {
    try withDirectory { directory in
      #expect(Files.probe(directory) == nil)
      #expect(Files.list(directory) == .names([]))
      #expect(Files.probe("\(directory)/none")?.number == ENOENT)
      #expect(Files.makeDirectories("\(directory)/a/b") == nil)
      #expect(Files.removeDirectory("\(directory)/a")?.number == ENOTEMPTY)
      #expect(Files.removeDirectory("\(directory)/a/b") == nil)
      #expect(Files.list("\(directory)/a") == .names([]))
    }
  }

  @Test("A device without end stops at the limit")
  func endless() {
    #expect(Files.read("/dev/zero", limit: 1 << 20) == .tooLarge(limit: 1 << 20))
  }

  @Test("A failure names the call, the path and the kernel's reason")
  func failures() throws {
    try withDirectory { directory in
      guard case .failed(let missing) = Files.read("\(directory)/none") else {
        return #expect(Bool(false), "a missing file was read")
      }
      #expect(missing.number == ENOENT)
      #expect("\(missing)" == "\(directory)/none: No such file or directory (open)")

      let nowhere = Files.writeAtomically([1], to: "\(directory)/none/f")
      #expect(nowhere?.call == "open" && nowhere?.number == ENOENT)

      #expect(Files.makeDirectories("\(directory)/taken") == nil)
      let onDirectory = Files.writeAtomically([1], to: "\(directory)/taken")
      #expect(onDirectory?.call == "rename" && onDirectory?.number == EISDIR)
      #expect(Files.list(directory) == .names(["taken"]), "a temporary file was left")

      guard case .failed(let unlisted) = Files.list("\(directory)/none") else {
        return #expect(Bool(false), "a missing directory was listed")
      }
      #expect(unlisted.call == "opendir" && unlisted.number == ENOENT)
      #expect(Files.remove("\(directory)/none")?.number == ENOENT)
    }
  }

  @Test("Directories are made with those above, twice without complaint, but not through a file")
  func directories() throws {
    try withDirectory { directory in
      #expect(Files.makeDirectories("\(directory)/a/b//c/") == nil)
      #expect(Files.makeDirectories("\(directory)/a/b/c") == nil)
      #expect(Files.kind(of: "\(directory)/a/b/c") == .directory)
      #expect(Files.writeAtomically([], to: "\(directory)/a/f") == nil)
      #expect(Files.kind(of: "\(directory)/a/f") == .file)
      #expect(Files.makeDirectories("\(directory)/a/f/g")?.call == "mkdir")
      #expect(!Files.exists("\(directory)/a/h"))
    }
  }

  @Test("Names are listed in the order of their bytes")
  func order() throws {
    try withDirectory { directory in
      for name in ["b", "a", "Z", "ä", "10", "9"] {
        #expect(Files.writeAtomically([], to: "\(directory)/\(name)") == nil)
      }
      #expect(Files.list(directory) == .names(["10", "9", "Z", "a", "b", "ä"]))
    }
  }

  @Test("A reader sees one writer's file or another's, never a mixture or a part")
  func atomicity() throws {
    try withDirectory { directory in
      let path = "\(directory)/f"
      // Larger than any one write is likely to copy at once.
      let size = 300_000
      #expect(Files.writeAtomically([UInt8](repeating: 0, count: size), to: path) == nil)
      let torn = try WorkerThreads.run(4) { worker -> Int in
        var torn = 0
        for _ in 0..<40 {
          if worker < 2 {
            let mine = [UInt8](repeating: UInt8(worker), count: size)
            if Files.writeAtomically(mine, to: path) != nil { torn += 1 }
          } else if case .contents(let seen) = Files.read(path) {
            if seen.count != size || seen.contains(where: { $0 != seen[0] }) { torn += 1 }
          } else {
            torn += 1
          }
        }
        return torn
      }
      #expect(torn == [0, 0, 0, 0])
      #expect(Files.list(directory) == .names(["f"]))
    }
  }
}
