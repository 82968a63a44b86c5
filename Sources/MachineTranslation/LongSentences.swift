/// Cuts sentences that are longer than the model was trained for.
struct LongSentences {
  let vocabulary: Vocabulary
  /// Most pieces of a part, the end of sentence not counted. A part is tokenised anew, which may give it a piece more.
  let maximumPieces: Int
  /// Most bytes that are tokenised at once, so that a text without any full stop costs no more memory than one with.
  private var maximumBytes: Int { maximumPieces * 32 }

  /// A part of a sentence and its pieces.
  struct Part {
    let range: Range<Int>
    let pieces: [Int32]
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
      let window = min(start + maximumBytes, sentence.upperBound)
      let end = window == sentence.upperBound ? window : Self.scalarBoundary(bytes, at: window, after: start)
      try vocabulary.encode(bytes.span.extracting(start..<end), ids: &ids, ends: &ends)
      if ids.count <= maximumPieces, end == sentence.upperBound {
        parts.append(Part(range: start..<end, pieces: ids))
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
        parts.append(Part(range: part, pieces: ids))
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
        if [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":")].contains(bytes[index - 1]) { return index }
      }
      // "、" U+3001, "，" U+FF0C and "；" U+FF1B need no blank behind them.
      if index - 3 >= start,
        [[0xE3, 0x80, 0x81], [0xEF, 0xBC, 0x8C], [0xEF, 0xBC, 0x9B]].contains(Array(bytes[index - 3..<index]))
      {
        return index
      }
      index -= 1
    }
    return blank ?? scalarBoundary(bytes, at: fitting, after: start)
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
