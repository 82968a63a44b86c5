/// A language that Whisper knows.
public struct LanguageCode: Sendable, Hashable, CustomStringConvertible {
  /// Whisper's code: ISO 639-1 where there is one (with `jw` for Javanese), otherwise three letters (`haw`, `yue`).
  public let code: String
  /// English name, such as `Portuguese`.
  public let englishName: String

  /// All languages, in the order of their tokens in multilingual Whisper models.
  public static let all = table.map { LanguageCode(code: $0.code, englishName: $0.name) }

  /// The code.
  public var description: String { code }

  private init(code: String, englishName: String) { (self.code, self.englishName) = (code, englishName) }

  /// Finds a language by code (`pt`), English name or alias (`Portuguese`, `português`), or BCP-47 tag (`pt-BR`), in any case.
  ///
  /// - Throws: `TranscriptError.unknownLanguage` with the nearest name.
  public init(_ name: String) throws(TranscriptError) {
    let wanted = name.lowercased().replacing("_", with: "-").drop { $0.isWhitespace }
    let key = String(wanted.reversed().drop { $0.isWhitespace }.reversed())
    let subtags = key.split(separator: "-", omittingEmptySubsequences: false)
    let isTag = subtags.count > 1 && subtags.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(\.isASCIIWord) }
    guard let found = Self.known[key] ?? (isTag ? Self.codes[String(subtags[0])] : nil) else {
      throw .unknownLanguage(name: name, suggestion: Self.suggestion(for: key))
    }
    self = found
  }

  /// Codes and aliases that may begin a tag.
  private static let codes: [String: LanguageCode] = {
    let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })
    return byCode.merging(aliases.compactMapValues { byCode[$0] }) { code, _ in code }
  }()

  private static let known: [String: LanguageCode] = codes.merging(all.map { ($0.englishName.lowercased(), $0) }) {
    code, _ in code
  }

  /// The English name nearest to `key`, when at most a third of its letters, and no more than two, are wrong.
  private static func suggestion(for key: String) -> String? {
    guard key.count >= 3, key.count < 40 else { return nil }
    let near = known.filter { $0.key.count > 3 }.map { (distance: distance($0.key, key), name: $0.value.englishName) }
    let best = near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return best.flatMap { $0.distance <= min(2, key.count / 3) ? $0.name : nil }
  }

  /// Levenshtein distance in characters.
  private static func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substituted = diagonal + (character == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }
}

extension Character {
  fileprivate var isASCIIWord: Bool { isASCII && (isLetter || isNumber) }
}
