// The tree that a scenario or a profile is read from: scalars, sequences and mappings, each with
// its place in the text. It keeps what a complaint needs and no more; it knows nothing of keys and
// units.

package struct YAMLNode: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    case scalar(String)
    case sequence([YAMLNode])
    case mapping([YAMLPair])
  }

  package enum Style: Sendable, Hashable {
    case plain, quoted
    /// Literal or folded text: what stands in the file is not what stands in the value.
    case block
  }

  package var content: Content
  package var style: Style
  /// Both from 1; columns count characters.
  package var line: Int
  package var column: Int

  package init(content: Content, style: Style = .plain, line: Int, column: Int) {
    self.content = content
    self.style = style
    self.line = line
    self.column = column
  }

  package var scalar: String? {
    if case .scalar(let text) = content { text } else { nil }
  }
  package var sequence: [YAMLNode]? {
    if case .sequence(let nodes) = content { nodes } else { nil }
  }
  package var mapping: [YAMLPair]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  /// `key:` with nothing after it, `~` or `null`.
  package var isEmpty: Bool {
    guard style == .plain, let text = scalar else { return false }
    return text.isEmpty || text == "~" || text == "null"
  }

  /// The column of the character `offset` inside a scalar, as far as the style lets one know.
  package func column(at offset: Int) -> Int {
    switch style {
    case .plain: column + offset
    case .quoted: column + 1 + offset
    case .block: column
    }
  }

  /// What a complaint calls this node.
  package var kindName: String {
    switch content {
    case .scalar: "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

package struct YAMLPair: Sendable, Hashable {
  package var key: YAMLNode
  package var value: YAMLNode

  package init(key: YAMLNode, value: YAMLNode) {
    self.key = key
    self.value = value
  }

  /// The reader refuses keys that are not scalars, so this is always the key's text.
  package var name: String { key.scalar ?? "" }
}

package struct YAMLProblem: Error, Sendable, Hashable {
  package var line: Int
  package var column: Int
  package var reason: String

  package init(line: Int, column: Int, reason: String) {
    self.line = line
    self.column = column
    self.reason = reason
  }
}

package struct YAMLDocument: Sendable {
  /// nil: nothing but space and comments.
  package var root: YAMLNode?
  /// Keys given twice: the tree is complete without them, so the rest can still be checked.
  package var problems: [YAMLProblem]
}
