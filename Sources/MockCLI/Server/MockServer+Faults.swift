// Carries out what the fault plan decides. Nothing here has a will of its own.
internal import Basics
internal import CLIModel
internal import LinuxIO

extension MockServer {
  /// A turn's fault has come to the step at which it strikes.
  mutating func begin(_ fault: Fault.Kind, _ step: Fault.Kind) {
    switch fault {
    case .crashBefore, .crashDuring, .crashAfter:
      guard fault == step else { return }
      flushOutputs()
      ThisProcess.crash()
    case .tornLine:
      if step == .tornLine { flushOutputs() }
    case .hang where step == .crashDuring: isHanging = true
    case .halfOpen where step == .crashDuring: isDeaf = true
    default: return
    }
  }

  /// After a turn's end has been written for the client: dies, with half of the last line on disk
  /// where that is the fault.
  mutating func endFault(_ session: MockSession) {
    guard let fault = session.fault else { return }
    session.fault = nil
    if fault == .tornLine {
      flushOutputs()
      let bytes = session.unflushed.whole(prompt: systemPrompt)
      _ = Files.append(folder.events(session.name), Array(bytes.dropLast(min(40, bytes.count / 2))))
      ThisProcess.crash()
    }
    begin(fault, .crashAfter)
  }

  /// What an append meets: a slow disk first, then a full one.
  mutating func diskFault() -> SystemFailure? {
    if faults.isEmpty { return nil }
    let pause: Interval? = faults.active(at: now - .zero) { kind in
      if case .slowDisk(let pause) = kind { pause } else { nil }
    }
    if let pause { ThisProcess.sleep(pause) }
    let isFull: Bool? = faults.active(at: now - .zero) { $0 == .fullDisk ? true : nil }
    return isFull == true ? .diskFull : nil
  }

  /// Accepts and reads, and answers nothing.
  var isSilent: Bool {
    isHanging || faults.active(at: now - .zero) { $0 == .hang ? true : nil } == true
  }

  /// Neither reads nor writes.
  var isHalfOpen: Bool {
    isDeaf || faults.active(at: now - .zero) { $0 == .halfOpen ? true : nil } == true
  }

  var refusesConnections: Bool {
    faults.active(at: now - .zero) { $0 == .refuse ? true : nil } == true
  }

  /// How long the start takes longer.
  var startDelay: Interval {
    let delay: Interval? = faults.active(at: .zero) { kind in
      if case .slowStart(let delay) = kind { delay } else { nil }
    }
    return delay ?? .zero
  }
}
