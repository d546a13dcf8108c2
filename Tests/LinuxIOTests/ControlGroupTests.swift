// Control groups of both versions, from trees made up for it: the tightest bound on the way to the
// root counts, and a path that a container cannot see falls back to its mount.
import LinuxIO
import Testing

private func group(_ membership: String, _ files: [String: String]) -> ControlGroup {
  ControlGroup.read(membership: membership, root: "/cg") { files[$0] }
}

@Suite struct ControlGroupTests {
  @Test("Version 2: quota over period, and the tightest on the way up")
  func second() {
    let found = group(
      "0::/work/job\n",
      [
        "/cg/work/job/cpu.max": "300000 100000\n", "/cg/work/cpu.max": "150000 100000\n",
        "/cg/cpu.max": "max 100000\n", "/cg/work/job/memory.max": "max\n",
        "/cg/work/memory.max": "1073741824\n", "/cg/work/memory.current": "4096\n",
        "/cg/work/job/pids.max": "512\n", "/cg/work/job/pids.current": "7\n",
      ])
    #expect(found.cores == 1.5 && found.memoryBytes == 1 << 30 && found.memoryUsed == 4096)
    #expect(found.processes == 512 && found.processesUsed == 7)
  }

  @Test("Version 1: a folder a controller, -1 and the largest number are no bounds")
  func first() {
    let found = group(
      "4:memory:/box\n2:cpu,cpuacct:/box\n8:pids:/\n",
      [
        "/cg/memory/box/memory.limit_in_bytes": "9223372036854771712\n",
        "/cg/cpu/box/cpu.cfs_quota_us": "-1\n", "/cg/cpu/box/cpu.cfs_period_us": "100000\n",
        "/cg/cpu/cpu.cfs_quota_us": "50000\n", "/cg/cpu/cpu.cfs_period_us": "100000\n",
        "/cg/pids/pids.max": "max\n",
      ])
    #expect(found.cores == 0.5 && found.memoryBytes == nil && found.processes == nil)
  }

  @Test("A path that is not there is the mount's root")
  func container() {
    let found = group("0::/../../elsewhere\n", ["/cg/memory.max": "2097152\n"])
    #expect(found.memoryBytes == 2 << 20)
    #expect(group("", [:]) == ControlGroup() && group("nonsense\n::\n", [:]) == ControlGroup())
  }

  @Test("Time that a quota took away, of both versions, of the group that lost most")
  func throttled() {
    func time(_ membership: String, _ files: [String: String]) -> Int {
      ControlGroup.throttled(membership: membership, root: "/cg") { files[$0] }
    }
    let second = [
      "/cg/work/job/cpu.stat": "usage_usec 9000000\nnr_throttled 3\nthrottled_usec 120000\n",
      "/cg/work/cpu.stat": "throttled_usec 500000\n", "/cg/cpu.stat": "usage_usec 1\n",
    ]
    #expect(time("0::/work/job\n", second) == 500_000)
    let first = ["/cg/cpu/box/cpu.stat": "nr_periods 10\nthrottled_time 7000000\n"]
    #expect(time("2:cpu,cpuacct:/box\n", first) == 7000)
    #expect(time("4:memory:/box\n", first) == 0 && time("", [:]) == 0)
  }
}
