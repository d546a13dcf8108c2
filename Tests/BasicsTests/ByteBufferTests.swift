// The buffer against an array that does the same, and its promises about room.
import Basics
import Testing

@Suite struct ByteBufferTests {
  @Test("Any run of appends and removals leaves what an array would hold")
  func reference() {
    for seed in seeds(100) {
      var random = random(seed, "buffer")
      var buffer = ByteBuffer()
      var wanted: [UInt8] = []
      for step in 0..<300 {
        let size = random.index(below: 40)
        switch random.index(below: 7) {
        case 0:
          let more = (0..<size).map { _ in UInt8(random.index(below: 256)) }
          buffer.append(more)
          wanted += more
        case 1:
          buffer.append("word")
          wanted += Array("word".utf8)
        case 2:
          let number = (random.index(below: Int.max) - Int.max / 2) >> random.index(below: 63)
          buffer.append(decimal: number)
          wanted += Array("\(number)".utf8)
        case 3:
          buffer.append(repeating: 7, count: size)
          wanted += Array(repeating: 7, count: size)
        case 4:
          let gone = min(size, wanted.count)
          buffer.removeFirst(gone)
          wanted.removeFirst(gone)
        case 5:
          let kept = max(0, wanted.count - size)
          buffer.truncate(to: kept)
          wanted.removeLast(wanted.count - kept)
        default:
          if random.index(below: 10) == 0 {
            buffer.removeAll(keeping: 64)
            wanted = []
          }
        }
        let count = buffer.count
        #expect(count == wanted.count, "seed \(seed), step \(step)")
        if buffer.array != wanted {
          Issue.record("seed \(seed), step \(step): the content differs")
          return
        }
      }
    }
  }

  @Test("Every power of ten and its neighbours is written as Swift writes it")
  func decimals() {
    var power = 1
    while true {
      for number in [power - 1, power, power + 1, -power] {
        var buffer = ByteBuffer()
        buffer.append(decimal: number)
        let text = buffer.array
        #expect(text == Array("\(number)".utf8))
      }
      let (next, overflow) = power.multipliedReportingOverflow(by: 10)
      if overflow { break }
      power = next
    }
    for number in [Int.min, Int.max] {
      var buffer = ByteBuffer()
      buffer.append(decimal: number)
      let text = buffer.array
      #expect(text == Array("\(number)".utf8))
    }
  }

  @Test("A buffer that is filled and drained in turn does not grow")
  func steady() {
    var buffer = ByteBuffer(capacity: 256)
    for _ in 0..<10_000 {
      buffer.append(repeating: 1, count: 100)
      buffer.removeFirst(100)
    }
    let capacity = buffer.capacity
    #expect(capacity <= 512)
  }

  @Test("What was large once is given back when asked for")
  func given() {
    var buffer = ByteBuffer()
    buffer.append(repeating: 1, count: 1 << 20)
    buffer.removeAll(keeping: 1 << 10)
    let left = (buffer.capacity, buffer.count)
    #expect(left == (0, 0))
    buffer.append("again")
    let text = buffer.array
    #expect(text == Array("again".utf8))
  }
}
