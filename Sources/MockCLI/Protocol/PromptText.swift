// What becomes of a prompt: the text that the model gets, with the time before it and a reminder
// behind, and the prompts that no turn can be made of.
internal import Basics
internal import LinuxIO

enum PromptText {
  /// The real CLI's words where a turn fails for what was sent; nil where it runs.
  static func problem(with ask: Ask) -> String? {
    if let prompt = ask.prompt, let first = prompt.first {
      let isText = first == UInt8(ascii: "\"") || first == UInt8(ascii: "[")
      if !isText && JavaScriptText.truthy(prompt) != nil { return "t.asString is not a function" }
    }
    if let list = ask.extras?.attachments, list.first != UInt8(ascii: "[") {
      return "r?.some is not a function"
    }
    return nil
  }

  /// Escaped as JSON.
  static func transformed(
    _ ask: Ask, at time: [UInt8], isFirst: Bool, hasWorkspace: Bool
  ) -> [UInt8] {
    var text = Array("<current_datetime>".utf8)
    text += time.dropLast()
    text += Array("+00:00</current_datetime>".utf8)
    if let content = ask.prompt.flatMap(JSONText.content), !content.isEmpty {
      text += Array("\\n\\n".utf8) + content
    }
    guard hasWorkspace else { return trimmingBlanks(text) }
    text += Array("\\n\\n<system_reminder>\\n<sql_tables>".utf8)
    text += Array(
      (isFirst
        ? "No tables currently exist. Default tables (todos, todo_deps) will be created "
          + "automatically when using the SQL tool for the first time."
        : "Available tables: todos, todo_deps, inbox_entries").utf8)
    text += Array("</sql_tables>\\n</system_reminder>".utf8)
    return text
  }

  private static func trimmingBlanks(_ text: [UInt8]) -> [UInt8] {
    var text = text
    while text.last == 32 { text.removeLast() }
    return text
  }

  /// What the model gets to see of attached files, escaped as JSON; empty without any.
  static func attached(_ ask: Ask) -> [UInt8] {
    guard case .array(let list)? = ask.extras?.attachments.flatMap(JSONText.parse) else {
      return []
    }
    let lines = list.compactMap { file -> String? in
      guard let path = file["path"]?.plain else { return nil }
      return Files.exists(path)
        ? "* \(path)"
        : "* \(path) (error: Error: ENOENT: no such file or directory, stat '\(path)')"
    }
    if lines.isEmpty { return [] }
    var buffer = ByteBuffer()
    buffer.append(
      escaped: "\n\n<tagged_files>\n" + lines.joined(separator: "\n") + "\n</tagged_files>")
    return buffer.array
  }
}
