// What the driver and its machine did while they measured, and what of it makes figures doubtful.
internal import Basics
package import LinuxIO

package struct DriverLoad: Sendable {
  /// The p99 of how late it was, and the median of what it measured, in seconds; nil: no turn.
  package var lag: Double?
  package var response: Double?
  package var planned = 0
  /// Turns to which it came more than `lateBound` seconds after their instant.
  package var late = 0
  package var lateBound = 0.0
  /// Of each thread, the share of the time for which it was busy.
  package var threads: [Double] = []
  /// A thread drives whole app instances, so only so many are of use.
  package var instances = 1

  package init() {}

  package var doubts: [LiveFigures.Doubt] {
    var doubts: [LiveFigures.Doubt] = []
    if let lag, let response {
      // A twentieth of the median response is more than the figures are read to.
      if lag > max(0.001, response * 0.2) {
        doubts.append(
          LiveFigures.Doubt(
            "the driver was late: lag p99 \(milliseconds(lag)) against a median response "
              + "of \(milliseconds(response))", invalid: lag > response))
      } else if lag > max(0.001, response * 0.05) {
        doubts.append(
          LiveFigures.Doubt("the driver was late: lag p99 \(milliseconds(lag))"))
      }
    }
    if late * 100 > planned {
      doubts.append(
        LiveFigures.Doubt(
          "\(late) of \(planned) turns were planned more than \(lateBound) s before the "
            + "driver came to them"))
    }
    let mend =
      threads.count < instances ? "more run.threads" : "more app.instances (and run.threads)"
    for (place, share) in threads.enumerated() where share > 0.9 {
      doubts.append(
        LiveFigures.Doubt(
          "driver thread \(place + 1) was busy for \(Int(share * 100)) % of the time: "
            + "use \(mend), or fewer people"))
    }
    return doubts
  }
}

extension MachineLoad {
  /// Above so much of its processors' time a machine is what the servers wait for.
  private static let mostBusy = 0.95
  /// Below so much stolen time nothing is seen of it.
  private static let mostStolen = 0.05
  /// A hundredth of the time without a processor is more than a quota that is seldom met.
  private static let mostThrottled = 0.01

  /// - measured: the seconds in which all this happened.
  package func doubts(in measured: Double) -> [LiveFigures.Doubt] {
    func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    var doubts: [LiveFigures.Doubt] = []
    if busyShare > MachineLoad.mostBusy {
      doubts.append(
        LiveFigures.Doubt(
          "the machine's processors were busy for \(percent(busyShare)) of the time: it "
            + "may have been the limit, not the servers"))
    }
    if stolenShare > MachineLoad.mostStolen {
      doubts.append(
        LiveFigures.Doubt(
          "other machines of this host took \(percent(stolenShare)) of the processors' "
            + "time"))
    }
    if throttled > MachineLoad.mostThrottled * measured {
      let seconds = Double(Int(measured * 1000)) / 1000
      doubts.append(
        LiveFigures.Doubt(
          "the CPU quota of this container held processes back for "
            + "\(milliseconds(throttled)) in \(seconds) s: it may have been the limit, not the "
            + "servers"))
    }
    if pagesSwapped > 0 {
      doubts.append(
        LiveFigures.Doubt("the machine moved \(pagesSwapped) pages to and from swap"))
    }
    return doubts
  }
}

func milliseconds(_ seconds: Double) -> String {
  "\(Double(Int(seconds * 100_000)) / 100) ms"
}
