internal import Foundation
internal import ModelFormats

/// Numbers of words that are not those of the pieces they are spelled as: `vocab.json` of Hugging Face, `vocab.yml` of Marian.
struct WordTable: Sendable {
  /// By the bytes of words: Swift's own equality would take an accented letter in one piece and in two for the same.
  private let ids: [[UInt8]: Int32]
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
    let found = isYAML ? Self.map(String(decoding: data, as: UTF8.self)) : Self.object(Array(data))
    guard let ids = found, let highest = ids.values.max(), ids.values.allSatisfy({ $0 >= 0 }), highest < Self.mostWords
    else { throw .vocabulary(path: url.path, reason: "it is no table of words and numbers") }
    guard let end = ids[Array("</s>".utf8)], let unknown = ids[Array("<unk>".utf8)] else {
      throw .vocabulary(path: url.path, reason: "it has no word </s> or <unk>")
    }
    (self.ids, self.end, self.unknown) = (ids, end, unknown)
    idOfPiece = pieces.map { ids[Array($0.utf8)] ?? unknown }
    count = Int(highest) + 1
    var words = [[UInt8]](repeating: [], count: count)
    let silent = ["</s>", "<unk>", "<pad>"].map { Array($0.utf8) }
    for (word, id) in ids where !silent.contains(word) { words[Int(id)] = word }
    var bytes: [CChar] = []
    var starts: [Int] = []
    for word in words {
      starts.append(bytes.count)
      bytes += word.map { CChar(bitPattern: $0) } + [0]
    }
    (texts, self.starts) = (Constants(bytes), starts)
  }

  /// The id of a word; nil when the table does not have it.
  func id(of word: some Sequence<UInt8>) -> Int32? { ids[Array(word)] }

  /// Runs `body` with the spelling of each id.
  func withTexts<Result>(_ ids: [Int32], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
    ids.map { Optional(texts.pointer + starts[Int($0)]) }.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  /// Reads a YAML map of words to numbers, one a line, in the styles that Marian and its helpers write; nil when it is none.
  ///
  /// - Reference: YAML 1.2.2, sections 5.7 (escapes), 7.3 (quoting) and 8.2.2 (explicit keys).
  static func map(_ text: String) -> [[UInt8]: Int32]? {
    var ids: [[UInt8]: Int32] = [:]
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
      ids[Array(word.utf8)] = id
    }
    return ids
  }

  /// Reads a JSON object of numbers; nil when it is none. `JSONDecoder` would put its keys into one dictionary of strings.
  ///
  /// - Reference: RFC 8259, sections 4 (objects) and 7 (strings).
  static func object(_ bytes: [UInt8]) -> [[UInt8]: Int32]? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var ids: [[UInt8]: Int32] = [:]
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    func skipBlanks() { while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 } }
    func take(_ sign: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard index < bytes.count, bytes[index] == UInt8(ascii: sign) else { return false }
      index += 1
      return true
    }
    guard take("{") else { return nil }
    if !take("}") {
      repeat {
        guard take("\""), let word = string(bytes, from: &index), take(":") else { return nil }
        skipBlanks()
        let start = index
        while index < bytes.count, NumberToken.isDigit(bytes[index]) || bytes[index] == UInt8(ascii: "-") { index += 1 }
        guard let id = Int32(String(decoding: bytes[start..<index], as: UTF8.self)) else { return nil }
        ids[word] = id
      } while take(",")
      guard take("}") else { return nil }
    }
    skipBlanks()
    return index == bytes.count ? ids : nil
  }

  /// What a JSON string means whose contents begin at `index`, which is moved behind it; nil for a damaged one.
  private static func string(_ bytes: [UInt8], from index: inout Int) -> [UInt8]? {
    let start = index
    var isPlain = true
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      if bytes[index] == UInt8(ascii: "\\") { (isPlain, index) = (false, index + 1) }
      index += 1
    }
    guard index < bytes.count else { return nil }
    defer { index += 1 }
    if isPlain { return Array(bytes[start..<index]) }
    return (try? JSONDecoder().decode(String.self, from: Data(bytes[start - 1...index]))).map { Array($0.utf8) }
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
