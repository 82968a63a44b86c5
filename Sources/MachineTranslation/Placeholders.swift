/// What a program fills in or reads itself: `{name}`, `{{name}}`, `${name}`, `%{name}`, `%(name)s`, `%s`, and `(target)` of
/// `[link](target)`.
enum Placeholders {
  /// Longer ones in braces are prose.
  private static let mostScalars = 60

  /// Their byte ranges, ascending and disjoint: with the letters and digits that touch them; neighbours with nothing but blanks between
  /// are one.
  static func all(in text: Scalars) -> [Range<Int>] {
    // Most texts have none of these and end here.
    guard text.bytes.contains(where: { "{(%".utf8.contains($0) }) else { return [] }
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
      return text[start] == "%" ? format(at: start, in: text) : nil
    case "{": return braces(at: start, in: text)
    case "(" where start > 0 && text[start - 1] == "]":
      return enclosed(from: start + 1, by: ("(", ")"), in: text).map { $0 + 1 }
    default: return nil
    }
  }

  /// Behind `{name}`, `{{name}}` or `{{ name }}`.
  private static func braces(at start: Int, in text: Scalars) -> Int? {
    var (first, depth) = (start, 0)
    while first < text.count, text[first] == "{" {
      (first, depth) = (first + 1, depth + 1)
      // Counted no further, or a long row of them would be counted from each.
      if depth > 3 { return nil }
    }
    let isPadded = depth > 1 && first < text.count && text[first] == " "
    let last = isPadded ? padded(from: first + 1, in: text) : enclosed(from: first, by: ("{", "}"), in: text)
    guard let end = last, end + depth <= text.count, (end..<end + depth).allSatisfy({ text[$0] == "}" }) else {
      return nil
    }
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

  /// Behind `%(name)s` or a conversion without a name that stands by itself: `%s`, `%1$d`, `%-5.2f`, `%lu`, `%@`, and `%d%%`.
  ///
  /// What touches a digit or a letter is prose (`100%s`, `5% de`) or an escaped byte of an address (`%20`).
  private static func format(at start: Int, in text: Scalars) -> Int? {
    var end = start + 1
    let isNamed = end < text.count && text[end] == "("
    if isNamed {
      guard let close = enclosed(from: end + 1, by: ("(", ")"), in: text) else { return nil }
      end = close + 1
    } else if start > 0, text[start - 1] == "%" || isLetter(text[start - 1]) {
      return nil
    }
    for signs in isNamed ? ["-+#.0123456789"] : ["-+#'.*$0123456789", "hlLqjzt"] {
      while end < text.count, signs.unicodeScalars.contains(text[end]) { end += 1 }
    }
    let letters = isNamed ? "diouxXeEfFgGcrsa" : "diouxXeEfFgGaAcsp@"
    guard end < text.count, letters.unicodeScalars.contains(text[end]) else { return nil }
    end += 1
    if isNamed || end == text.count { return end }
    if text[end] == "%", end + 1 < text.count, text[end + 1] == "%" { return end + 2 }
    return isLetter(text[end]) ? nil : end
  }

  /// A letter or a digit of a script that puts blanks between words.
  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.isPartOfWord && !scalar.isUnspaced }

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
    func joins(_ index: Int) -> Bool { text[index] == "_" || isLetter(text[index]) }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > first, joins(start - 1) { start -= 1 }
    while end < text.count, joins(end) { end += 1 }
    return start..<end
  }
}
