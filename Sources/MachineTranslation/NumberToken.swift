/// A number in digits as it stands in a text: `7`, `1,000.5`, `10 000`.
struct NumberToken: Equatable {
  /// Where it stands, in bytes.
  var range: Range<Int>
  /// The digits between separators, in order; a group of three behind at most three digits is joined with them, because it may be one
  /// of thousands, as long as the separator is the first one: `1,000.5` and `1.000,5` are both `1000`, `5`; `1.000,500` is `1000`, `500`.
  /// Zeros in front of a group that is not a fraction count for nothing.
  var groups: [String]

  /// Whether a translation may well spell it out: at most two digits but for zeros behind them, such as 30, 100 or 20,000.
  var isOftenSpelledOut: Bool { groups.count == 1 && significant.count <= 2 }

  /// All digits without the zeros at either end.
  var significant: Substring {
    let digits = groups.joined()
    return Substring(digits).drop { $0 == "0" }.dropLast(digits.reversed().prefix { $0 == "0" }.count)
  }

  /// Whether `other`, in a translation, can stand for this number though its digits differ: twelve hours more or less on the clock,
  /// or a year of a century (`1980s`, `anos 80`).
  func isAnotherForm(of other: NumberToken) -> Bool {
    guard groups.count == 1, other.groups.count == 1, let mine = Int(groups[0]), let theirs = Int(other.groups[0])
    else { return false }
    if mine <= 24, theirs <= 24, abs(mine - theirs) == 12 { return true }
    return min(mine, theirs) > 9 && max(mine, theirs) > 999 && max(mine, theirs) <= 9999
      && min(mine, theirs) == max(mine, theirs) % 100
  }

  /// The numbers of a stretch of UTF-8.
  ///
  /// A full stop, a comma or an apostrophe between digits belongs to the number; a blank does in front of three digits.
  static func all(in bytes: [UInt8], within range: Range<Int>) -> [NumberToken] {
    var tokens: [NumberToken] = []
    var index = range.lowerBound
    while index < range.upperBound {
      guard isDigit(bytes[index]) else {
        index += 1
        continue
      }
      // `.08` is 0.08; `Fig.1` and `...5` are not.
      let isFraction =
        index > range.lowerBound && bytes[index - 1] == UInt8(ascii: ".")
        && (index - 1 == range.lowerBound || bytes[index - 2] == 0x20 || bytes[index - 2] == UInt8(ascii: "("))
      let start = isFraction ? index - 1 : index
      var groups: [ArraySlice<UInt8>] = isFraction ? [[UInt8(ascii: "0")]] : []
      // What separates each group from the one before; all blanks count as one.
      var separators: [UInt8] = isFraction ? [bytes[start]] : []
      while true {
        let first = index
        while index < range.upperBound, isDigit(bytes[index]) { index += 1 }
        groups.append(bytes[first..<index])
        guard let next = separator(bytes, at: index, end: range.upperBound, before: index - first) else { break }
        separators.append(bytes[index] < 0x80 ? bytes[index] : 0x20)
        index = next
      }
      tokens.append(NumberToken(range: start..<index, groups: canonical(groups, separators)))
    }
    return tokens
  }

  /// Where the digits go on behind a separator at `index`; nil when there is none.
  private static func separator(_ bytes: [UInt8], at index: Int, end: Int, before digits: Int) -> Int? {
    func digitsFollow(_ next: Int, exactly three: Bool) -> Bool {
      let run = bytes[min(next, end)..<end].prefix { isDigit($0) }.count
      return three ? run == 3 && digits <= 3 : run > 0
    }
    let rest = bytes[index..<end]
    if let first = rest.first, first == UInt8(ascii: ".") || first == UInt8(ascii: ",") {
      return digitsFollow(index + 1, exactly: false) ? index + 1 : nil
    }
    // Blanks: plain, no-break, narrow no-break; and the apostrophe of Switzerland.
    for blank: [UInt8] in [[0x20], [0xC2, 0xA0], [0xE2, 0x80, 0xAF], [0x27]] where rest.starts(with: blank) {
      return digitsFollow(index + blank.count, exactly: true) ? index + blank.count : nil
    }
    return nil
  }

  private static func canonical(_ groups: [ArraySlice<UInt8>], _ separators: [UInt8]) -> [String] {
    var result = [String(decoding: groups[0], as: UTF8.self)]
    // No thousands stand behind a nought or behind more than three digits.
    var joins = groups[0].count <= 3 && groups[0].contains { $0 != UInt8(ascii: "0") }
    for (group, separator) in zip(groups.dropFirst(), separators) {
      let text = String(decoding: group, as: UTF8.self)
      joins = joins && group.count == 3 && separator == separators[0]
      if joins { result[result.count - 1] += text } else { result.append(text) }
    }
    let whole = result[0].drop { $0 == "0" }
    result[0] = whole.isEmpty ? "0" : String(whole)
    return result
  }

  /// Whether the next word scales a number; languages differ in where they change from million to billion, and to `mil milhões`.
  static func magnitudeFollows(_ index: Int, in bytes: [UInt8]) -> Bool {
    let rest = bytes[index...].drop { $0 == 0x20 || $0 == UInt8(ascii: "-") }.prefix(5)
    let word = String(decoding: rest, as: UTF8.self).lowercased()
    return ["mil", "bil", "tril", "thous", "hund", "bn", "mrd", "mio"].contains { word.hasPrefix($0) }
  }

  static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
