/// Cuts sentences that are longer than the model was trained for.
struct LongSentences {
  let vocabulary: Vocabulary
  /// Most pieces of a part, the end of sentence not counted. A part is tokenised anew, which may give it a piece more.
  let maximumPieces: Int
  /// Bytes that are tokenised at first; more only where these give too few pieces. So a text without any full stop costs no more
  /// memory than one with, and time in proportion to its length.
  private var windowBytes: Int { maximumPieces * 6 }

  /// Beyond this many bytes a part is cut even if it has few pieces (invisible or unknown characters have hardly any).
  private static let maximumWindow = 1 << 16

  /// A part of a sentence and its pieces.
  struct Part {
    let range: Range<Int>
    var pieces: [Int32]
    /// Where each piece ends, in bytes from the part's beginning.
    var ends: [UInt32]
    /// What of it has to stand in its translation.
    var required: [RequiredSpan] = []
    /// What of it the model does not know and the translation gets as it is.
    var signs: [CarriedSign] = []
    /// The mark that ends it and is not in its text, where `pieces` does not have it yet.
    var mark: UInt8?
    /// What stands for the signs in `pieces`; nil where nothing does and `pieces` has them as unknown ones.
    var standIns: StandIns?
    /// The detailed hypotheses that were found with these stand-ins; empty without.
    var found: [Hypothesis] = []

    /// Whether a piece of it that is in the vocabulary has a letter or a digit.
    func hasWords(in bytes: [UInt8], vocabulary: Vocabulary) -> Bool {
      var start = range.lowerBound
      for (piece, end) in zip(pieces, ends) {
        let end = range.lowerBound + Int(end)
        defer { start = end }
        guard piece != vocabulary.unknown else { continue }
        let text = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars
        if text.contains(where: { $0.properties.isAlphabetic || $0.properties.numericType != nil }) { return true }
      }
      return false
    }
  }

  /// Appends the parts of one sentence. They follow each other with nothing but blanks between.
  ///
  /// A cut is made behind the last comma, semicolon or colon of the second half that fits; else at the last blank of it; else
  /// between two pieces.
  func append(_ sentence: Range<Int>, of bytes: [UInt8], to parts: inout [Part]) throws(TranslationError) {
    var ids: [Int32] = []
    var ends: [UInt32] = []
    var start = sentence.lowerBound
    while start < sentence.upperBound {
      var window = windowBytes
      var end: Int
      repeat {
        end =
          start + window < sentence.upperBound
          ? Self.scalarBoundary(bytes, at: start + window, after: start) : sentence.upperBound
        try vocabulary.encode(bytes.span.extracting(start..<end), ids: &ids, ends: &ends)
        window *= 2
      } while ids.count <= maximumPieces && end < sentence.upperBound && window <= Self.maximumWindow
      if ids.count <= maximumPieces, end == sentence.upperBound {
        parts.append(Part(range: start..<end, pieces: ids, ends: ends))
        return
      }
      var cut = end
      if !ends.isEmpty {
        let fitting = start + Int(ends[min(ids.count, maximumPieces) - 1])
        cut = Self.cut(bytes, start: start, fitting: max(fitting, start + 1))
      }
      let part = Self.trimmed(bytes, start..<cut)
      if !part.isEmpty {
        try vocabulary.encode(bytes.span.extracting(part), ids: &ids, ends: &ends)
        parts.append(Part(range: part, pieces: ids, ends: ends))
      }
      start = cut
      while start < sentence.upperBound, Self.isBlank(bytes[start]) { start += 1 }
    }
  }

  /// Where to cut `bytes` behind `start` and not behind `fitting`.
  private static func cut(_ bytes: [UInt8], start: Int, fitting: Int) -> Int {
    let half = start + (fitting - start) / 2
    var blank: Int?
    var index = fitting
    while index > half {
      if index < bytes.count, isBlank(bytes[index]) {
        if blank == nil { blank = index }
        let last = bytes[index - 1]
        if last == UInt8(ascii: ",") || last == UInt8(ascii: ";") || last == UInt8(ascii: ":") { return index }
      }
      if index - 3 >= start,
        isWideComma(bytes[index - 3], bytes[index - 2], bytes[index - 1])
      {
        return index
      }
      index -= 1
    }
    return blank ?? scalarBoundary(bytes, at: fitting, after: start)
  }

  /// "、" U+3001, "，" U+FF0C and "；" U+FF1B, which need no blank behind them.
  private static func isWideComma(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    first == 0xE3 && second == 0x80 && third == 0x81
      || first == 0xEF && second == 0xBC && (third == 0x8C || third == 0x9B)
  }

  /// The last scalar boundary at or before `offset`, or the first behind `start`.
  private static func scalarBoundary(_ bytes: [UInt8], at offset: Int, after start: Int) -> Int {
    var boundary = offset
    while boundary > start, boundary < bytes.count, bytes[boundary] & 0xC0 == 0x80 { boundary -= 1 }
    if boundary > start { return boundary }
    boundary = start + 1
    while boundary < bytes.count, bytes[boundary] & 0xC0 == 0x80 { boundary += 1 }
    return boundary
  }

  private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
