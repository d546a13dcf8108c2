// What the property tests of this target share: seeds that can be named from outside.
import Basics
import LinuxIO

/// The seeds a property is tried with. `SEATRIAL_SEED=17 make test` repeats a single one.
func seeds(_ count: Int) -> [UInt64] {
  if let text = Environment.value("SEATRIAL_SEED"), let seed = UInt64(text) { return [seed] }
  return Array(1...UInt64(count))
}

func random(_ seed: UInt64, _ purpose: String) -> SeededRandom {
  SeededRandom(Seed(seed).stream(purpose))
}
