// The clocks of the project; no other file may ask for the time. `MonotonicClock` measures,
// `WallClock` only dates a result. A host subtracts its own start, so what the machines see counts
// from the start of the run.
public import Basics
internal import Glibc

public enum MonotonicClock {
  /// Nanoseconds since boot. Never steps; slewed by NTP by at most 0.05 %.
  public static func now() -> Instant {
    Instant(nanoseconds: nanoseconds(CLOCK_MONOTONIC))
  }
}

/// Reads one of the kernel's clocks. All ids used in this module exist on every Linux we run on, so
/// a refusal is our bug.
func nanoseconds(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  let result = unsafe clock_gettime(clock, &time)
  precondition(result == 0, "clock_gettime refused clock \(clock)")
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

public enum WallClock {
  /// ISO 8601 in UTC with milliseconds, as the real CLI writes it: `2026-11-21T05:31:08.948Z`.
  public static func timestamp() -> String {
    timestamp(milliseconds: milliseconds())
  }

  /// Milliseconds since 1970.
  public static func milliseconds() -> Int64 { nanoseconds(CLOCK_REALTIME) / 1_000_000 }

  /// The same text for a given count of milliseconds since 1970. By arithmetic: `strftime` wants a
  /// locale.
  public static func timestamp(milliseconds: Int64) -> String {
    let (day, rest) = milliseconds.flooredDivision(by: 86_400_000)
    let date = civilDate(daysSince1970: day)
    let time =
      padded(rest / 3_600_000, 2) + ":" + padded(rest / 60_000 % 60, 2) + ":"
      + padded(rest / 1000 % 60, 2) + "." + padded(rest % 1000, 3)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(time)Z"
  }

  /// Hinnant's `civil_from_days`: years that start in March put the leap day last, and 400 of them
  /// are 146 097 days.
  private static func civilDate(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (daysSince1970 + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

extension Int64 {
  /// Quotient towards minus infinity with a remainder that is never negative: dates before 1970
  /// need it.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
