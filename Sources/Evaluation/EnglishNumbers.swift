/// Spoken English numbers as figures: "twenty five dollars and thirty cents" becomes "$25.30".
enum EnglishNumbers {
  /// Replaces the numbers of a text that is in lower case and without symbols other than those of numbers.
  static func standardize(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let words = text.withHalvesAsDecimals.withSpacesAroundFigures.words.map { String($0) }
    var reader = NumberReader()
    var index = 0
    while index < words.count {
      index += reader.read(
        words[index], after: index > 0 ? words[index - 1] : nil,
        before: index + 1 < words.count ? words[index + 1] : nil)
    }
    return Array(reader.finished().unicodeScalars).withCentsInCurrency.withoutZeroCurrency.withOnesSpelled
  }
}

extension Array where Element == Unicode.Scalar {
  /// "two and a half" becomes "two point five"; what stands behind no number stays.
  fileprivate var withHalvesAsDecimals: [Unicode.Scalar] {
    let segments = separatedByAndAHalf
    var parts: [[Unicode.Scalar]] = []
    for (index, segment) in segments.enumerated() {
      guard let last = segment.words.last else { continue }
      parts.append(Array(segment))
      guard index < segments.count - 1 else { break }
      let word = NumberWord.all[String(last)]
      let isNumber = word.map { $0.isDecimal || $0.isMultiplier } ?? false
      parts.append(Array((isNumber ? "point five" : "and a half").unicodeScalars))
    }
    return Array(parts.joined(separator: [" "]))
  }

  private var separatedByAndAHalf: [[Unicode.Scalar]] {
    var segments: [[Unicode.Scalar]] = [[]]
    var index = 0
    while index < count {
      if self[index] == "a", let end = endOfAndAHalf(at: index) {
        segments.append([])
        index = end
      } else {
        segments[segments.count - 1].append(self[index])
        index += 1
      }
    }
    return segments
  }

  private func endOfAndAHalf(at start: Int) -> Int? {
    guard isWordBoundary(start) else { return nil }
    var index = start
    for (position, word) in [["a", "n", "d"], ["a"], ["h", "a", "l", "f"] as [Unicode.Scalar]].enumerated() {
      if position > 0 {
        let spaces = self[index...].prefix(while: \.isSpace).count
        guard spaces > 0 else { return nil }
        index += spaces
      }
      guard has(word, at: index) else { return nil }
      index += word.count
    }
    return isWordBoundary(index) ? index : nil
  }

  /// A space wherever Latin letters and figures meet, but none before an ending: "4x4th" becomes "4 x 4th".
  fileprivate var withSpacesAroundFigures: [Unicode.Scalar] {
    var spaced: [Unicode.Scalar] = []
    for scalar in self {
      if let last = spaced.last, last.isLatinDigit && scalar.isLowerLatin || last.isLowerLatin && scalar.isLatinDigit {
        spaced.append(" ")
      }
      spaced.append(scalar)
    }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < spaced.count {
      result.append(spaced[index])
      index += 1
      guard spaced[index - 1].isLatinDigit else { continue }
      let ending = index + spaced[index...].prefix(while: \.isSpace).count
      guard ending > index,
        let length = [["s", "t"], ["n", "d"], ["r", "d"], ["t", "h"], ["s"] as [Unicode.Scalar]]
          .first(where: { spaced.has($0, at: ending) && spaced.isWordBoundary(ending + $0.count) })?.count
      else { continue }
      result += spaced[ending..<ending + length]
      index = ending + length
    }
    return result
  }

  /// "$2 and ¢7" becomes "$2.07".
  fileprivate var withCentsInCurrency: [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < count {
      result.append(self[index])
      index += 1
      guard self[index - 1].isCurrency else { continue }
      let whole = latinDigits(at: index)
      guard !whole.isEmpty, whole.endIndex < count, self[whole.endIndex] == " " else { continue }
      var sign = whole.endIndex + 1
      if has(["a", "n", "d", " "], at: sign) { sign += 4 }
      guard sign < count, self[sign] == "¢", let cents = oneOrTwoDigits(at: sign + 1) else { continue }
      result += whole + ["."] + (cents.count == 1 ? ["0"] : []) + cents
      index = cents.endIndex
    }
    return result
  }

  /// "$0.07" becomes "¢7"; the reference takes any scalar for the full stop.
  fileprivate var withoutZeroCurrency: [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < count {
      if self[index].isCurrency, index + 2 < count, self[index + 1] == "0", let cents = oneOrTwoDigits(at: index + 3) {
        result += ["¢"] + (cents.count == 2 && cents.first == "0" ? cents.dropFirst() : cents)
        index = cents.endIndex
      } else {
        result.append(self[index])
        index += 1
      }
    }
    return result
  }

  /// "1" and "1s" as words, for readers.
  fileprivate var withOnesSpelled: [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < count {
      let isWord = self[index] == "1" && isWordBoundary(index)
      if isWord, has(["s"], at: index + 1), isWordBoundary(index + 2) {
        result += ["o", "n", "e", "s"]
        index += 2
      } else if isWord, isWordBoundary(index + 1) {
        result += ["o", "n", "e"]
        index += 1
      } else {
        result.append(self[index])
        index += 1
      }
    }
    return result
  }

  private func latinDigits(at index: Int) -> ArraySlice<Unicode.Scalar> {
    index < count ? self[index...].prefix(while: \.isLatinDigit) : []
  }

  /// One or two digits at the end of a word.
  private func oneOrTwoDigits(at index: Int) -> ArraySlice<Unicode.Scalar>? {
    let digits = latinDigits(at: index)
    return (1...2).contains(digits.count) && isWordBoundary(digits.endIndex) ? digits : nil
  }
}

extension Unicode.Scalar {
  fileprivate var isLowerLatin: Bool { (0x61...0x7A).contains(value) }
  fileprivate var isCurrency: Bool { self == "€" || self == "£" || self == "$" }
}
