/// What a program fills in or reads itself: `{name}`, `{{name}}`, `${name}`, `%{name}`, `%(name)s`, and `(target)` of `[link](target)`.
enum Placeholders {
  /// Longer ones in braces are prose.
  private static let mostScalars = 60

  /// Their byte ranges, ascending and disjoint: with the letters and digits that touch them; neighbours with nothing but blanks between
  /// are one.
  static func all(in text: Scalars) -> [Range<Int>] {
    // Most texts have none of these and end here.
    guard text.bytes.contains(UInt8(ascii: "{")) || text.bytes.contains(UInt8(ascii: "(")) else { return [] }
    var found: [Range<Int>] = []
    var index = 0
    while index < text.count {
      guard let end = end(at: index, in: text) else {
        index += 1
        continue
      }
      let range = widened(index..<end, from: found.last?.upperBound ?? 0, in: text)
      if let last = found.last, (last.upperBound..<range.lowerBound).allSatisfy({ text[$0] == " " }) {
        found[found.count - 1] = last.lowerBound..<range.upperBound
      } else {
        found.append(range)
      }
      index = range.upperBound
    }
    return found.map { text.offset($0.lowerBound)..<text.offset($0.upperBound) }
  }

  /// Where the placeholder that begins at a scalar ends; nil where none does.
  private static func end(at start: Int, in text: Scalars) -> Int? {
    func has(_ sign: Unicode.Scalar, at index: Int) -> Bool { index < text.count && text[index] == sign }
    switch text[start] {
    case "$", "%", "#":
      if has("{", at: start + 1) { return braces(at: start + 1, in: text) }
      return text[start] == "%" && has("(", at: start + 1) ? format(at: start + 1, in: text) : nil
    case "{": return braces(at: start, in: text)
    case "(" where start > 0 && text[start - 1] == "]":
      return enclosed(from: start + 1, by: ("(", ")"), in: text).map { $0 + 1 }
    default: return nil
    }
  }

  /// Behind `{name}`, `{{name}}` or `{{ name }}`.
  private static func braces(at start: Int, in text: Scalars) -> Int? {
    var (first, depth) = (start, 0)
    while first < text.count, text[first] == "{" { (first, depth) = (first + 1, depth + 1) }
    let isPadded = depth > 1 && first < text.count && text[first] == " "
    let last = isPadded ? padded(from: first + 1, in: text) : enclosed(from: first, by: ("{", "}"), in: text)
    guard depth <= 3, let end = last, end + depth <= text.count, (end..<end + depth).allSatisfy({ text[$0] == "}" })
    else { return nil }
    return end + depth
  }

  /// Where the braces close behind one word with a blank on either side.
  private static func padded(from start: Int, in text: Scalars) -> Int? {
    let most = min(text.count, start + mostScalars)
    guard let end = (start..<max(start, most)).first(where: { text[$0].properties.isWhitespace || text[$0] == "}" }),
      end > start, text[end] == " ", end + 1 < text.count
    else { return nil }
    return end + 1
  }

  /// Behind `(name)s`, flags and width between.
  private static func format(at start: Int, in text: Scalars) -> Int? {
    guard var end = enclosed(from: start + 1, by: ("(", ")"), in: text).map({ $0 + 1 }) else { return nil }
    while end < text.count, "-+#.0123456789".unicodeScalars.contains(text[end]) { end += 1 }
    return end < text.count && "diouxXeEfFgGcrsa".unicodeScalars.contains(text[end]) ? end + 1 : nil
  }

  /// Where the sign that closes stands, behind one scalar at least and no blank; pairs of signs may stand within.
  private static func enclosed(
    from start: Int, by signs: (open: Unicode.Scalar, close: Unicode.Scalar), in text: Scalars
  ) -> Int? {
    var open = 0
    for index in start..<min(text.count, start + mostScalars * (signs.open == "(" ? 8 : 1)) {
      let scalar = text[index]
      if scalar.properties.isWhitespace { return nil }
      if scalar == signs.close {
        if open == 0 { return index > start ? index : nil }
        open -= 1
      } else if scalar == signs.open {
        open += 1
      }
    }
    return nil
  }

  /// With what touches it and could not be translated without it: `file{n}`, `{n}px`.
  private static func widened(_ range: Range<Int>, from first: Int, in text: Scalars) -> Range<Int> {
    func joins(_ index: Int) -> Bool {
      text[index] == "_" || text[index].isPartOfWord && !text[index].isUnspaced
    }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > first, joins(start - 1) { start -= 1 }
    while end < text.count, joins(end) { end += 1 }
    return start..<end
  }
}
