// The live view's quantiles against sorted lists, and that what has gone by is forgotten.
import Basics
import Live
import Testing

@Suite struct RecentTimesTests {
  @Test("Quantiles are those of a sorted list, within a hundredth")
  func quantiles() {
    var draw = Seed(41).stream("recent").draw(entity: 0, count: 0)
    var times = RecentTimes()
    var list: [Int64] = []
    for _ in 0..<5000 {
      let length = Int64(draw.uniform() * draw.uniform() * 4e9)
      list.append(length)
      times.add(Interval(nanoseconds: length))
    }
    list.sort()
    for share in [0.01, 0.5, 0.95, 0.99, 1] {
      let exact = Double(list[max(0, Int(5000 * share) - 1)])
      let found = Double(times.quantile(share)?.nanoseconds ?? -1)
      #expect(abs(found / exact - 1) < 0.01, "seed 41, share \(share): \(found) for \(exact)")
    }
  }

  @Test("What was taken back is gone, and of nothing there are no quantiles")
  func forgetting() {
    var old = RecentTimes()
    old.add(.seconds(5))
    var new = RecentTimes()
    new.add(.milliseconds(10))
    var sum = RecentTimes()
    sum.add(old)
    sum.add(new)
    #expect(sum.count == 2)
    sum.subtract(old)
    let found = sum.quantile(0.99) ?? .zero
    #expect(abs(found.seconds - 0.01) < 0.0001)
    sum.subtract(new)
    #expect(sum.quantile(0.5) == nil)
  }
}
