internal import Foundation

// The normalisers and tokenisers of this room must agree, string for string, with programs written in Python. So text is
// handled as Python does, by Unicode scalars and not by characters, and these are its classes and conversions.

extension Unicode.Scalar {
  /// White space as `str.isspace` and `\s` know it: the Unicode property and the four information separators.
  var isSpace: Bool {
    if value < 0x80 { return value == 0x20 || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value) }
    return properties.isWhitespace
  }

  /// `\w`: letters, everything with a numeric value, and the underscore.
  var isWordPart: Bool {
    if value < 0x80 { return isLatinLetter || isLatinDigit || self == "_" }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
    default: return properties.numericType != nil
    }
  }

  /// `\d`: decimal digits of any script.
  var isDecimalDigit: Bool { value < 0x80 ? isLatinDigit : properties.generalCategory == .decimalNumber }

  /// `[0-9]`.
  var isLatinDigit: Bool { (0x30...0x39).contains(value) }

  private var isLatinLetter: Bool { (0x61...0x7A).contains(value | 0x20) }

  /// Categories P and S.
  var isPunctuationOrSymbol: Bool { isPunctuation || isSymbol }

  /// Category P.
  var isPunctuation: Bool {
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }

  /// Category S.
  var isSymbol: Bool {
    switch properties.generalCategory {
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
    default: false
    }
  }

  /// Category M.
  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Category N.
  var isNumber: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }
}

extension Array where Element == Unicode.Scalar {
  /// Lower case by Unicode's full mapping, a sigma at the end of a word included.
  var lowercased: [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(count)
    for (index, scalar) in enumerated() {
      if scalar.value < 0x80 {
        let isCapital = (0x41...0x5A).contains(scalar.value)
        result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) + 0x20) : scalar)
      } else if scalar == "\u{3A3}" {
        result.append(endsWord(at: index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Whether a cased letter stands before `index` and none behind it, looking past what case ignores (Unicode 3.13,
  /// Final_Sigma).
  private func endsWord(at index: Int) -> Bool {
    let before = self[..<index].last { !$0.properties.isCaseIgnorable }
    let behind = self[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && behind?.properties.isCased != true
  }

  /// Compatibility composition.
  var compatibilityComposed: [Unicode.Scalar] {
    allSatisfy(\.isASCII) ? self : Array(String(self).precomposedStringWithCompatibilityMapping.unicodeScalars)
  }

  /// Compatibility decomposition.
  var compatibilityDecomposed: [Unicode.Scalar] {
    allSatisfy(\.isASCII) ? self : Array(String(self).decomposedStringWithCompatibilityMapping.unicodeScalars)
  }

  /// Without white space at either end.
  var trimmed: ArraySlice<Unicode.Scalar> {
    guard let first = firstIndex(where: { !$0.isSpace }), let last = lastIndex(where: { !$0.isSpace }) else {
      return []
    }
    return self[first...last]
  }

  /// What stands between white space.
  var words: [ArraySlice<Unicode.Scalar>] { split(whereSeparator: \.isSpace) }

  /// Each run of white space as one space.
  var withSingleSpaces: [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(count)
    var inSpace = false
    for scalar in self {
      let isSpace = scalar.isSpace
      if !isSpace { result.append(scalar) } else if !inSpace { result.append(" ") }
      inSpace = isSpace
    }
    return result
  }
}

extension String {
  init(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = UnicodeScalarView()
    view.append(contentsOf: scalars)
    self = String(view)
  }
}
