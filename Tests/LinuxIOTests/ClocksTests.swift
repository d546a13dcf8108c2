// The clocks: that time does not run back, and that dates are right on every day of 400 years.
import Basics
import LinuxIO
import Testing

@Suite struct ClocksTests {
  @Test("The monotonic clock never runs back")
  func monotonic() {
    var last = MonotonicClock.now()
    for _ in 0..<10_000 {
      let now = MonotonicClock.now()
      #expect(now >= last)
      last = now
    }
  }

  @Test(
    "Known instants have their known dates",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (1_795_239_068_948, "2026-11-21T05:31:08.948Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ])
  func knownDates(milliseconds: Int64, text: String) {
    #expect(WallClock.timestamp(milliseconds: milliseconds) == text)
  }

  @Test("Every day of a whole Gregorian cycle follows the one before it")
  func calendar() {
    var (year, month, day) = (1900, 1, 1)
    let before1970 = 70 * 365 + 17
    for number in 0..<146_097 {
      let text = WallClock.timestamp(milliseconds: Int64(number - before1970) * 86_400_000)
      let wanted = "\(year)-\(two(month))-\(two(day))T00:00:00.000Z"
      // One complaint is enough: the days after a wrong one are wrong too.
      guard text == wanted else {
        Issue.record("day \(number) is \(text), not \(wanted)")
        return
      }
      day += 1
      if day > length(month, year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(year == 2300)
  }

  @Test("Now is written in the same form")
  func now() {
    let text = WallClock.timestamp()
    #expect(text.utf8.count == 24 && text.hasSuffix("Z") && text > "2024", "\(text)")
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private func length(_ month: Int, _ year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}
