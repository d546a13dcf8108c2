// Replays of made-up runs: what is whole agrees, what was altered is found where it was altered,
// and no file, however damaged, is believed or stops the program.
import Basics
import LinuxIO
import Live
import Policies
import Testing

@Suite struct ReplayTests {
  private static let worlds: [[String]] = [
    [],
    ["app.lock.acquire=retry", "app.lock.renew=true", "app.lock.ttl=2s"],
    ["app.lock.acquire=fifo", "app.lock.release=compare-and-delete", "app.lock.patience=1s"],
    ["app.pattern=shared", "app.routing=round-robin", "app.balance=round-robin"],
    ["app.pattern=shared", "app.routing=two-choices", "app.balance=random"],
    ["app.pattern=shared", "app.routing=bounded-load", "app.sessions.evict=lru-pinned"],
    ["app.pattern=shared", "app.routing=rendezvous", "app.sessions.overflow=reserve"],
    ["app.pattern=shared", "app.routing=least-active", "workload.sessions.kind=ephemeral"],
    ["app.pattern=isolated", "app.pool.release=idle", "app.pool.idle=1s"],
    ["app.pattern=isolated", "app.pool.spawn=single-flight", "app.pool.release=session-end"],
    ["workload.arrivals=poisson(40/s)"], ["workload.tabs=3"],
  ]

  private func replay(
    _ settings: [String], _ check: (String, Replay) throws -> Void
  ) throws {
    try Recorded.withFile { path in
      try MadeUpRun.record(Recorded.source(settings), to: path, for: .seconds(20))
      try check(path, Replay.run(path))
    }
  }

  @Test("Fresh machines decide as the recorded ones did", arguments: worlds)
  func agreement(settings: [String]) throws {
    try replay(settings) { _, replay in
      #expect(replay.stop == .whole && replay.warnings.isEmpty)
      #expect(replay.difference == nil, "\(String(describing: replay.difference))")
      #expect(replay.inputs > 1000, "\(replay.inputs)")
      #expect(replay.machines == 5 && replay.variants == ["base"])
    }
  }

  /// The file with one chunk replaced.
  private func rewrite(
    _ path: String, _ chunk: RecordingReader.Chunk, _ bytes: [UInt8]
  ) throws {
    var changed = chunk
    changed.bytes = bytes
    let file = try Recorded.bytes(of: path)
    let end = chunk.place + ChunkHead.size + chunk.bytes.count
    let whole = file[..<chunk.place] + Recorded.sealed(changed) + file[end...]
    #expect(Files.writeAtomically(Array(whole), to: path) == nil)
  }

  /// Finds a record, and where in its chunk the kind of its input stands.
  private func find(
    in path: String, _ wanted: (MachineID, MachineInput) -> Bool
  ) throws -> (chunk: RecordingReader.Chunk, kindAt: Int, record: RecordedInput, number: Int) {
    for chunk in try Recorded.chunks(of: path).chunks where chunk.kind == .records {
      var counts: [MachineID: Int] = [:]
      var records = RecordedInputs(chunk)
      while true {
        let start = records.place
        guard let (record, _) = records.next() else { break }
        counts[record.machine, default: 0] += 1
        if wanted(record.machine, record.input) {
          var place = start + 1
          while chunk.bytes[place] >= 0x80 { place += 1 }
          return (chunk, place + 1, record, counts[record.machine] ?? 0)
        }
      }
    }
    throw Recorded.Missing(path: "such an input")
  }

  @Test("One altered input is found at its machine, its instant and its number")
  func alteredInput() throws {
    try replay([]) { path, _ in
      var answers = 0
      let found = try find(in: path) { machine, input in
        guard machine == .gateway(1), case .gateway(.finished) = input else { return false }
        answers += 1
        return answers == 20
      }
      // `finished` is turned into `failed`.
      var bytes = found.chunk.bytes
      #expect(bytes[found.kindAt] == GatewayInputKind.finished.rawValue)
      bytes[found.kindAt] = GatewayInputKind.failed.rawValue
      try rewrite(path, found.chunk, bytes)
      let replay = Replay.run(path)
      let difference = try #require(replay.difference)
      #expect(replay.stop == .whole)
      #expect(difference.machine == "app instance 1 (Gateway)" && difference.variant == "base")
      #expect(difference.instant == found.record.at)
      #expect(difference.input.hasSuffix(" failed"))
      #expect(difference.recorded.contains { $0.hasSuffix(": completed") }, "\(difference)")
      #expect(difference.replayed.contains { $0.hasSuffix(": failed") }, "\(difference)")
      #expect(replay.machinesThatDiffer == 1)
    }
  }

  @Test("Another policy is found at the first turn that it sends elsewhere")
  func alteredPolicy() throws {
    try replay(["app.pattern=shared", "app.routing=rendezvous"]) { path, whole in
      let first = try #require(try Recorded.chunks(of: path).chunks.first)
      #expect(first.kind == .source && whole.difference == nil)
      // The same length, so that nothing else moves.
      let text = String(decoding: first.bytes, as: UTF8.self)
      #expect(text.contains("routing=rendezvous"))
      var bytes = first.bytes
      let old = Array("rendezvous".utf8)
      let new = Array("\"random\"  ".utf8)
      let start = try #require(bytes.indices.first { bytes[$0...].starts(with: old) })
      bytes.replaceSubrange(start..<start + old.count, with: new)
      try rewrite(path, first, bytes)
      let replay = Replay.run(path)
      let difference = try #require(replay.difference)
      #expect(replay.warnings.count == 1 && replay.warnings[0].contains("other values"))
      #expect(difference.machine.contains("Gateway"))
      #expect(difference.input.hasPrefix("planned: "))
      #expect(difference.recorded.count == difference.replayed.count)
      #expect(difference.recorded[0].contains(" on cli-"), "\(difference)")
      #expect(replay.machinesThatDiffer == 2)
    }
  }

  @Test("An input that no machine can have had is damage, not the end of the program")
  func impossible() throws {
    try replay([]) { path, _ in
      let found = try find(in: path) { machine, input in
        if case .gateway(.finished) = input { return machine == .gateway(0) }
        return false
      }
      // The turn stands behind the kind, instance and place in one varint.
      var bytes = found.chunk.bytes
      while bytes[found.kindAt + 1] < 0x80 { bytes[found.kindAt + 1] |= 0x80 }
      bytes.replaceSubrange(found.kindAt + 2..<found.kindAt + 2, with: [0xFF, 0x7F])
      try rewrite(path, found.chunk, bytes)
      let replay = Replay.run(path)
      guard case .damaged(let place, let reason) = replay.stop else {
        Issue.record("\(replay.stop)")
        return
      }
      #expect(place == found.chunk.place && reason.contains("never planned"), "\(reason)")
    }
  }

  @Test("Wherever a recording is cut, what stands before is replayed, and the cut is named")
  func cuts() throws {
    try replay([]) { path, whole in
      let file = try Recorded.bytes(of: path)
      let (chunks, _) = try Recorded.chunks(of: path)
      let edges = chunks.flatMap { [$0.place - 1, $0.place, $0.place + 1, $0.place + 20] }
      var last = 0
      for length in (edges + [0, 1, file.count - 1]).sorted() where length < file.count {
        #expect(Files.writeAtomically(Array(file[..<length]), to: path) == nil)
        let replay = Replay.run(path)
        if length < chunks[0].place {
          #expect(replay.stop == .noRecording)
          continue
        }
        guard case .cut(let place, _) = replay.stop else {
          Issue.record("cut at \(length): \(replay.stop)")
          continue
        }
        #expect(place <= length && length - place < 1 << 17)
        #expect(replay.difference == nil && replay.inputs >= last)
        last = replay.inputs
      }
      #expect(last == whole.inputs)
    }
  }

  @Test("A changed byte is never believed")
  func flips() throws {
    try replay([]) { path, whole in
      let file = try Recorded.bytes(of: path)
      var random = SeededRandom(Seed(3).stream("flips"))
      for round in 0..<200 {
        var damaged = file
        // The heads of the file and of chunks are small: half of the rounds aim at the first.
        let place = random.index(below: round % 2 == 0 ? 64 : file.count)
        damaged[place] ^= UInt8(1 + random.index(below: 255))
        #expect(Files.writeAtomically(damaged, to: path) == nil)
        let replay = Replay.run(path)
        #expect(replay.stop != .whole, "byte \(place) of \(file.count), round \(round)")
        #expect(replay.difference == nil && replay.inputs <= whole.inputs)
      }
    }
  }

  @Test("Files that are no recordings are told apart from those of another version")
  func otherFiles() throws {
    try Recorded.withFile { path in
      func stop(_ text: String) -> RecordingStop {
        #expect(Files.writeAtomically(Array(text.utf8), to: path) == nil)
        return Replay.run(path).stop
      }
      #expect(stop("") == .noRecording)
      #expect(stop("seatrial: 1\nname: made-up\nworkload: {users: 3}\n") == .noRecording)
      #expect(stop("seatrial recording 2\n") == .otherFormat)
      #expect(stop("seatrial recording 4\n") == .cut(at: 21, "has no end mark"))
      #expect(Replay.run(path + "-nowhere").stop.text.contains("No such file"))
      #expect(Replay.run("/tmp").stop.text.contains("Is a directory"))
    }
  }
}
