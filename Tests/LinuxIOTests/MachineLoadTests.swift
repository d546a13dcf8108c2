// The machine's own time and swap, as the kernel writes them.
import LinuxIO
import Testing

@Suite struct MachineLoadTests {
  private static let first = """
    cpu  1000 10 200 5000 50 5 15 100 300 0
    cpu0 500 5 100 2500 25 2 8 50 150 0
    intr 12345

    """
  private static let second = """
    cpu  1900 10 260 5030 60 5 25 200 900 0
    cpu0 950 5 130 2515 30 2 13 100 450 0

    """

  @Test("Shares of the time between two readings: busy of what the machine had, stolen of all")
  func shares() throws {
    let earlier = try #require(MachineLoad(stat: Self.first))
    let later = try #require(MachineLoad(stat: Self.second))
    let between = later.since(earlier)
    // 900 user, 60 system, 10 soft interrupts; 30 idle and 10 waiting; 100 stolen.
    #expect(abs(between.busyShare - 970.0 / 1010) < 1e-12)
    #expect(abs(between.stolenShare - 100.0 / 1110) < 1e-12)
    #expect(between.pagesSwapped == 0)
  }

  @Test("Pages count both ways, and other lines do not")
  func swap() throws {
    var load = try #require(MachineLoad(stat: Self.first))
    load.noteSwap(vmstat: "pgpgin 900\npswpin 7\npswpout 5\npswpin_zero 11\n")
    #expect(load.pagesSwapped == 12)
  }

  @Test("Too little time tells nothing, and what is no table is none")
  func nothing() throws {
    let load = try #require(MachineLoad(stat: Self.first))
    #expect(load.since(load).busyShare == 0 && load.since(load).stolenShare == 0)
    for text in ["", "cpu 1 2 3", "intr 5 6 7 8 9 10 11 12"] {
      #expect(MachineLoad(stat: text) == nil, "\(text)")
    }
  }

  @Test("This machine can be read")
  func here() throws {
    let load = try #require(MachineLoad.current())
    #expect(load.busy > 0 && load.idle > 0)
  }
}
