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

  /// What the user is shown to have said, escaped as JSON.
  static func content(of ask: Ask) -> [UInt8] {
    guard let text = ask.extras?.display ?? ask.prompt else { return [] }
    return text.first == UInt8(ascii: "\"") ? Array(text.dropFirst().dropLast()) : text
  }

  /// What stands around a prompt, escaped as JSON.
  struct Frame {
    let time: [UInt8]
    let isFirst: Bool
    let hasWorkspace: Bool

    func append(_ ask: Ask, to output: inout ByteBuffer) {
      output.append("<current_datetime>")
      output.append(time.span.extracting(0..<time.count - 1))
      output.append("+00:00</current_datetime>")
      if let prompt = ask.prompt, let end = end(of: prompt) {
        output.append("\\n\\n")
        output.append(prompt.span.extracting(1..<end))
      }
      if hasWorkspace { output.append(reminder) }
    }

    /// Where the text of a prompt ends; nil for an empty one, and for what is no text. Without a
    /// reminder behind it blanks at its end go.
    private func end(of prompt: [UInt8]) -> Int? {
      guard prompt.first == UInt8(ascii: "\"") else { return nil }
      var end = prompt.count - 1
      while !hasWorkspace, end > 1, prompt[end - 1] == 32 { end -= 1 }
      return end > 1 ? end : nil
    }

    private var reminder: StaticString {
      isFirst
        ? """
        \\n\\n<system_reminder>\\n<sql_tables>No tables currently exist. Default tables (todos, \
        todo_deps) will be created automatically when using the SQL tool for the first \
        time.</sql_tables>\\n</system_reminder>
        """
        : """
        \\n\\n<system_reminder>\\n<sql_tables>Available tables: todos, todo_deps, \
        inbox_entries</sql_tables>\\n</system_reminder>
        """
    }

    /// Bytes that it will have.
    func size(of ask: Ask) -> Int {
      // 66 for the time and what is around it.
      66 + (ask.prompt?.count ?? 0) + (hasWorkspace ? reminder.utf8CodeUnitCount : 0)
    }
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
