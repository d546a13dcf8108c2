// A small history in the real CLI's form, and seeds for the properties of this target.
import Basics
import LinuxIO

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func random(_ seed: UInt64, _ purpose: String) -> SeededRandom {
  SeededRandom(Seed(seed).stream(purpose))
}

enum History {
  static let time = "2026-01-01T00:00:00.000Z"

  /// `11111111-1111-4111-8111-111111111111` for 1.
  static func id(_ digit: Int) -> String {
    func times(_ count: Int) -> String { String(repeating: "\(digit)", count: count) }
    return "\(times(8))-\(times(4))-4\(times(3))-8\(times(3))-\(times(12))"
  }

  static func line(_ number: Int, _ type: String, _ data: String) -> String {
    let parent = number == 1 ? "null" : "\"\(id(number - 1))\""
    return
      "{\"type\":\"\(type)\",\"data\":\(data),\"id\":\"\(id(number))\",\"timestamp\":\"\(time)\","
      + "\"parentId\":\(parent)}"
  }

  static let lines = [
    line(
      1, "session.start",
      "{\"sessionId\":\"s\",\"version\":1,\"producer\":\"copilot-agent\",\"copilotVersion\":"
        + "\"1.0.57\",\"startTime\":\"\(time)\",\"selectedModel\":\"gpt-4.1\"}"),
    line(2, "system.message", "{\"role\":\"system\",\"content\":\"Be brief.\"}"),
    line(3, "user.message", "{\"content\":\"h\\\"iü\\\\\",\"transformedContent\":\"hi\"}"),
    line(4, "assistant.turn_start", "{\"turnId\":\"0\"}"),
    line(5, "assistant.message", "{\"messageId\":\"m\",\"content\":\"there\"}"),
    line(6, "assistant.turn_end", "{\"turnId\":\"0\"}"),
  ]

  static let whole = bytes(lines.map { $0 + "\n" }.joined())
}
