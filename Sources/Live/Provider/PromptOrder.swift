// What a prompt may order from the fake provider, so that a test can say beside its question what
// is to go wrong: ~provider:status=503~, ~provider:stall:times=2~, ~provider:call=bash:{…}~. Only
// the newest prompt is looked at: those before it stay in every later request. Pure.
internal import Basics
package import CLIModel
internal import Wire

package struct PromptOrder: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case fault(ProviderFault.Kind)
    /// The answer asks for a tool. The arguments are JSON, escaped as they stood in the prompt:
    /// that is also how an answer carries them.
    case call(name: [UInt8], arguments: [UInt8])
  }

  package var kind: Kind
  /// Only the first attempts of the turn are struck; nil: each.
  package var times: Int?

  /// The first order in the text of a prompt, which is escaped as JSON has it.
  package init?(in text: Span<UInt8>) {
    var place = 0
    while let start = text.place(of: UInt8(ascii: "~"), from: place) {
      let head = start + 10
      if head < text.count, text.spells("~provider:", in: start..<head),
        let end = text.place(of: UInt8(ascii: "~"), from: head), end - head <= longestOrder,
        let order = PromptOrder(words: text.bytes(head..<end))
      {
        self = order
        return
      }
      place = start + 1
    }
    return nil
  }

  private init?(words: [UInt8]) {
    // Only the first two parts have no colons of their own: arguments are JSON.
    if words.starts(with: Array("call=".utf8)) {
      let pieces = words.dropFirst(5).split(separator: UInt8(ascii: ":"), maxSplits: 1)
      guard let name = pieces.first else { return nil }
      let arguments = pieces.count > 1 ? Array(pieces[1]) : Array("{}".utf8)
      kind = .call(name: Array(name), arguments: arguments)
      // Once, or the answer to the tool's result would ask for it again.
      times = nil
      return
    }
    let pieces = String(decoding: words, as: UTF8.self).split(separator: ":")
    guard let first = pieces.first, let fault = ProviderFaultText.kind(String(first)) else {
      return nil
    }
    kind = .fault(fault)
    guard pieces.count > 1 else { return }
    guard pieces.count == 2, pieces[1].hasPrefix("times="),
      let times = Int(pieces[1].dropFirst(6)), times > 0
    else { return nil }
    self.times = times
  }
}

/// A name and a few arguments; more is not an order but text that looks like one.
private let longestOrder = 2000
