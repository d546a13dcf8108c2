// Events of a session that are not on disk yet, a line each. The system prompt is in every turn and
// is 94 % of its bytes, so it is not copied here: its places are remembered, and the write that
// brings the lines to disk takes it from where it is. At 20,000 turns a second that spares half a
// gigabyte.
internal import Basics
internal import LinuxIO

struct PendingLines: ~Copyable {
  private var bytes = ByteBuffer()
  /// Where the prompt belongs, counted in `bytes`, in order.
  private var prompts: [Int] = []

  var isEmpty: Bool { bytes.isEmpty }

  mutating func append(_ line: borrowing ByteBuffer) {
    bytes.append(line)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// A line with the system prompt in it, from `start` on.
  mutating func append(_ line: borrowing ByteBuffer, promptAt start: Int, count: Int) {
    line.withSpan { text in
      bytes.append(text.extracting(0..<start))
      prompts.append(bytes.count)
      bytes.append(text.extracting(start + count..<text.count))
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// All of it as it will stand on disk.
  func whole(prompt: [UInt8]) -> [UInt8] {
    var lines: [UInt8] = []
    var start = 0
    for place in prompts {
      lines += bytes.array(start..<place)
      lines += prompt
      start = place
    }
    return lines + bytes.array(start..<bytes.count)
  }

  func size(prompt: [UInt8]) -> Int { bytes.count + prompts.count * prompt.count }

  /// One append.
  func append(to path: String, prompt: [UInt8]) -> Result<Int, SystemFailure> {
    Files.append(path, bytes, inserting: prompt, at: prompts)
  }

  /// Bytes held from the allocator.
  var room: Int { bytes.capacity }

  mutating func removeAll(keeping kept: Int) {
    bytes.removeAll(keeping: kept)
    prompts.removeAll(keepingCapacity: true)
  }
}
