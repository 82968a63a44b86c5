internal import Foundation

/// Words with Latin letters that a vocabulary has neither as a small nor as a capital letter: of another language than the model's.
///
/// A model guesses at such letters (`Łódź` became `Od`). A name stays as it is written, unless the vocabulary has it without the marks
/// (`Zurich`), when there may be a translation (`Zurique`); that and words that are no names (`brûlée`) are translated without the marks.
/// A capital of which the small letter is known (`Índia`) is the language's own and nothing is done about it.
struct LatinLetters {
  let vocabulary: Vocabulary

  enum Treatment: Equatable {
    case none
    /// The word goes through the model as it is.
    case carried
    /// Letters of the word, by scalars of the text, and what is read for each.
    case spelled([Spelling])
  }

  struct Spelling: Equatable {
    var range: Range<Int>
    var letters: String
  }

  func treatment(of word: Range<Int>, in text: Scalars) -> Treatment {
    var spellings: [Spelling] = []
    var (plain, isForeign) = ("", false)
    var index = word.lowerBound
    while index < word.upperBound {
      let first = index
      index += 1
      while index < word.upperBound, text[index].properties.generalCategory == .nonspacingMark { index += 1 }
      let letter = text.string(first..<index).precomposedStringWithCanonicalMapping
      guard isUnknown(letter) else {
        plain += letter
        continue
      }
      isForeign = true
      let base = Self.base(of: letter)
      plain += base ?? letter
      if let base { spellings.append(Spelling(range: first..<index, letters: base)) }
    }
    guard isForeign else { return .none }
    // The small letters, too: a sentence may begin with a word that is no name.
    let isName =
      text[word.lowerBound].properties.isUppercase
      && [plain, plain.lowercased()].allSatisfy { vocabulary.score(ofPiece: "▁" + $0) == nil }
    return isName ? .carried : spellings.isEmpty ? .none : .spelled(spellings)
  }

  private func isUnknown(_ letter: String) -> Bool {
    guard let scalar = letter.unicodeScalars.first, !scalar.isASCII || letter.unicodeScalars.count > 1 else {
      return false
    }
    return scalar.properties.isAlphabetic
      && [letter, letter.lowercased()].allSatisfy { vocabulary.score(ofPiece: $0) == nil }
  }

  /// A letter without its marks; nil where that is none of the plain alphabet.
  private static func base(of letter: String) -> String? {
    if let base = bases[letter] { return base }
    let base = letter.decomposedStringWithCanonicalMapping.unicodeScalars.prefix(1)
    return base.allSatisfy(\.isASCII) ? String(base) : nil
  }

  /// Letters whose marks are part of them, or that are two.
  private static let bases = [
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ł": "L", "ł": "l", "Ø": "O", "ø": "o",
    "Ŧ": "T", "ŧ": "t", "Æ": "Ae", "æ": "ae", "Œ": "Oe", "œ": "oe", "Þ": "Th", "þ": "th", "ß": "ss", "ẞ": "SS",
    "Ə": "E", "ə": "e",
  ]
}
