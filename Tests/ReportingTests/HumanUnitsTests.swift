// Figures as people read them, and the small parts of a page.
import Reporting
import Testing

@Suite struct HumanUnitsTests {
  @Test(
    "Figures have three digits and a unit that fits",
    arguments: [
      (1.234, "s", "1.23 s"), (0.045, "s", "45.0 ms"), (0.9996, "s", "1.00 s"), (0, "s", "0 s"),
      (0.000_012, "s", "12.0 \u{B5}s"), (3e-9, "s", "3.00 ns"), (119.7, "s", "120 s"),
      (150, "s", "2.50 min"), (9000, "s", "2.50 h"), (-1.5, "s", "\u{2212}1.50 s"),
      (0.0009994, "s", "999 \u{B5}s"), (0.0009996, "s", "1.00 ms"),
      (0.123, "ratio", "12.3 %"), (1, "ratio", "100 %"), (0.001, "ratio", "0.10 %"),
      (0.0005, "ratio", "0.050 %"), (1e-9, "ratio", "<0.001 %"), (0, "ratio", "0 %"),
      (4_400_000_000, "bytes", "4.1 GiB"), (1023, "bytes", "1023 B"), (1024, "bytes", "1.0 KiB"),
      (1_048_575, "bytes", "1.0 MiB"), (536_870_912, "bytes", "512 MiB"),
      (12.5, "/s", "12.5/s"), (7, "count", "7"), (1_234_567, "count", "1234567"),
      (12_345_678, "count", "12.3M"), (2.5, "count", "2.50"), (5e9, "count", "5.00G"),
      (.nan, "s", "-"),
    ])
  func figures(value: Double, unit: String, text: String) {
    #expect(HumanUnits(plain: false).text(value, unit: unit) == text)
  }

  @Test("Missing figures are a dash, and plain text has plain signs")
  func plain() {
    let plain = HumanUnits(plain: true)
    #expect(plain.text(nil, unit: "s") == "-")
    #expect(plain.text(0.000_012, unit: "s") == "12.0 us")
    #expect(plain.plusMinus == "+-" && plain.text(-1.5, unit: "s") == "-1.50 s")
  }

  @Test(
    "Figures of a row share unit and decimals while each keeps two digits",
    arguments: [
      ([1.5, 2.25, 0], "s", ["1.50 s", "2.25 s", "0 s"]),
      ([4.63, 11.22], "s", ["4.6 s", "11.2 s"]),
      ([0.0057, 0.5811], "ratio", ["0.57 %", "58.11 %"]),
      ([0.045, 2], "s", ["0.045 s", "2.000 s"]),
      ([0.0002, 8.62], "s", ["200 \u{B5}s", "8.62 s"]),
      ([1.5e9, 77e9, nil], "bytes", ["1.4 GiB", "71.7 GiB", "-"]),
      ([0, 1029, 3], "count", ["0", "1029", "3"]),
      ([1.02, 1.5], "factor", ["1.02", "1.50"]),
      ([12_345_678, 20_000_000], "count", ["12.3M", "20.0M"]),
      ([nil, .nan], "s", ["-", "-"]), ([], "s", []),
    ] as [([Double?], String, [String])])
  func rows(values: [Double?], unit: String, texts: [String]) {
    #expect(HumanUnits(plain: false).row(values, unit: unit) == texts)
  }

  @Test("A sparkline spans its own range, with blanks for gaps")
  func spark() {
    #expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], width: 8) == "▁▂▃▄▅▆▇█")
    #expect(sparkline([0, nil, 7], width: 8) == "▁ █")
    #expect(sparkline([5, 5], width: 8) == "▁▁")
    #expect(sparkline([0, 0, 10, 10], width: 2) == "▁█")
    #expect(sparkline([nil, .nan], width: 8) == "")
  }
}
