// What is said of a run's troubles: each once, with how often, and never without end.
import Live
import Testing

@Suite struct RunNotesTests {
  @Test("The same thing is said once with its count, and what is too much is counted")
  func notes() {
    var notes = RunNotes()
    #expect(notes.sentences.isEmpty)
    notes.add("a crash")
    for _ in 0..<300 { notes.add("no process: no licence") }
    #expect(notes.sentences == ["a crash", "300 x no process: no licence"])
    for number in 0..<30 { notes.add("trouble \(number)") }
    notes.add("a crash")
    #expect(notes.sentences.count == 21)
    #expect(notes.sentences[0] == "2 x a crash" && notes.sentences[20] == "12 more like these")
  }
}
