// The page of a live run: the driver beside what it measured, processes over time, and nothing that
// only a simulation can say.
import Basics
import Metrics
import Reporting
import Testing

@Suite struct LivePageTests {
  private let html = ResultPage(
    MadeUp.named(MadeUp.live(MadeUp.result(["shared", "isolated"])))
  ).html()

  @Test("It shows what the driver did and what its lenses saw")
  func driver() {
    #expect(html.contains("<h2 id=\"driver-h\">The driver</h2>"))
    #expect(html.contains("data-metric=\"driver.lag.p50\""))
    #expect(html.contains("data-metric=\"driver.cpu\""))
    #expect(html.contains("Servers up after, slowest"))
    #expect(html.contains("Warm-up until 20.0 s") || html.contains("Warm-up until 20 s"))
    for lens in ["cpu", "memory", "threads", "descriptors", "sessions"] {
      #expect(html.contains("id=\"lens-server-\(lens)\""), "\(lens)")
    }
    #expect(html.contains("These are mocks"))
  }

  @Test("Replications and intervals are not spoken of, nor what no driver sees")
  func noSimulation() {
    for words in ["replication", "\u{B1} is half", "id=\"differences\"", "lost its history"] {
      #expect(!html.contains(words), "\(words)")
    }
    #expect(!html.contains("data-metric=\"turns.lost\""))
  }

  @Test("Of mocks nothing runs out: their CPU and memory are nobody's bill")
  func mocks() {
    #expect(!html.contains("First to run out: the busiest server"))
    #expect(!html.contains("The busiest server&#39;s CPU"))
  }

  @Test("A simulation's page has no driver")
  func simulated() {
    let page = ResultPage(MadeUp.named(MadeUp.result(["shared"]))).html()
    #expect(!page.contains("id=\"driver\"") && !page.contains("id=\"lens-"))
  }
}
