internal import Foundation
internal import ModelFormats

/// Numbers of words that are not those of the pieces they are spelled as: `vocab.json` of Hugging Face, `vocab.yml` of Marian.
struct WordTable: Sendable {
  let ids: [String: Int32]
  /// The id of each piece; that of the unknown word for a piece that the table does not have.
  let idOfPiece: [Int32]
  let end: Int32
  let unknown: Int32
  /// One more than the highest id.
  let count: Int
  /// Zero-terminated spellings one after another, and where each id's begins. What has no text of its own is empty.
  private let texts: Constants<CChar>
  private let starts: [Int]

  /// Ids beyond this are no vocabulary's.
  private static let mostWords = 1 << 22

  /// - Parameters:
  ///   - url: a JSON object, or a YAML map in a file whose name ends in `yml` or `yaml`.
  ///   - pieces: the text of each SentencePiece id.
  /// - Throws: `TranslationError.vocabulary`.
  init(contentsOf url: URL, pieces: [String]) throws(TranslationError) {
    guard let data = try? Data(contentsOf: url) else {
      throw .file(.unreadable(path: url.path, code: ENOENT))
    }
    let isYAML = ["yml", "yaml"].contains(url.pathExtension)
    let found =
      isYAML
      ? Self.map(String(decoding: data, as: UTF8.self)) : try? JSONDecoder().decode([String: Int32].self, from: data)
    guard let ids = found, let highest = ids.values.max(), ids.values.allSatisfy({ $0 >= 0 }), highest < Self.mostWords
    else { throw .vocabulary(path: url.path, reason: "it is no table of words and numbers") }
    guard let end = ids["</s>"], let unknown = ids["<unk>"] else {
      throw .vocabulary(path: url.path, reason: "it has no word </s> or <unk>")
    }
    (self.ids, self.end, self.unknown) = (ids, end, unknown)
    idOfPiece = pieces.map { ids[$0] ?? unknown }
    count = Int(highest) + 1
    var words = [String](repeating: "", count: count)
    for (word, id) in ids where !["</s>", "<unk>", "<pad>"].contains(word) { words[Int(id)] = word }
    var bytes: [CChar] = []
    var starts: [Int] = []
    for word in words {
      starts.append(bytes.count)
      bytes += word.utf8CString
    }
    (texts, self.starts) = (Constants(bytes), starts)
  }

  /// Runs `body` with the spelling of each id.
  func withTexts<Result>(_ ids: [Int32], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
    ids.map { Optional(texts.pointer + starts[Int($0)]) }.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  /// Reads a YAML map of words to numbers, one a line, in the styles that Marian and its helpers write; nil when it is none.
  ///
  /// - Reference: YAML 1.2.2, sections 5.7 (escapes), 7.3 (quoting) and 8.2.2 (explicit keys).
  static func map(_ text: String) -> [String: Int32]? {
    var ids: [String: Int32] = [:]
    var explicit: String?
    // Not at every newline of Unicode: a word may be one of them.
    for line in text.unicodeScalars.split(separator: "\n") {
      var line = Substring(line)
      while line.unicodeScalars.last == "\r" || line.unicodeScalars.last == " " { line.unicodeScalars.removeLast() }
      if line.isEmpty || line == "---" || line == "..." || line.hasPrefix("# ") || line.hasPrefix("%YAML") { continue }
      if line.hasPrefix("? ") {
        explicit = scalar(line.unicodeScalars.dropFirst(2))
        continue
      }
      // A key may hold a colon, a number may not.
      guard let colon = line.unicodeScalars.lastIndex(of: ":"),
        let id = Int32(line.unicodeScalars[colon...].dropFirst().drop { $0 == " " }.map(String.init).joined())
      else { return nil }
      let key = line.unicodeScalars[..<colon]
      guard let word = key.isEmpty ? explicit : scalar(key) else { return nil }
      explicit = nil
      ids[word] = id
    }
    return ids
  }

  /// A plain, single-quoted or double-quoted scalar; nil for a damaged one.
  private static func scalar(_ text: Substring.UnicodeScalarView.SubSequence) -> String? {
    var text = text
    while text.last == " " { text.removeLast() }
    guard let quote = text.first, quote == "\"" || quote == "'", text.count >= 2, text.last == quote else {
      return String(Substring(text))
    }
    let inner = text.dropFirst().dropLast()
    if quote == "'" { return String(Substring(inner)).replacingOccurrences(of: "''", with: "'") }
    var word = String.UnicodeScalarView()
    var rest = inner
    while let next = rest.popFirst() {
      guard next == "\\" else {
        word.append(next)
        continue
      }
      guard let escape = rest.popFirst() else { return nil }
      if let digits = ["x": 2, "u": 4, "U": 8][escape] {
        let code = rest.prefix(digits)
        guard code.count == digits, let value = UInt32(String(Substring(code)), radix: 16),
          let scalar = Unicode.Scalar(value)
        else { return nil }
        rest = rest.dropFirst(digits)
        word.append(scalar)
      } else if let scalar = escapes[escape] {
        word.append(scalar)
      } else {
        return nil
      }
    }
    return String(word)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "n": "\n", "v": "\u{B}", "f": "\u{C}", "r": "\r", "e": "\u{1B}",
    " ": " ", "\"": "\"", "/": "/", "\\": "\\", "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}", "P": "\u{2029}",
  ]
}
