/// When two words count as the same.
public enum WordForm: String, Sendable, CaseIterable, Codable {
  /// As they are displayed: `went.` is another word than `went`.
  case displayed
  /// As they are spoken: case, punctuation and symbols say nothing. A word that is nothing else stays as it is.
  case spoken

  func callAsFunction(_ word: some Collection<Unicode.Scalar>) -> String {
    guard self == .spoken else { return String(word) }
    let spoken = Array(word).lowercased.filter { !$0.isPunctuationOrSymbol }
    return spoken.isEmpty ? String(word) : String(spoken)
  }
}

/// The words of a displayed text with their places in it.
///
/// In scripts without spaces each character is a word; white space never is.
struct DisplayedWords {
  /// In the form in which they are compared.
  private(set) var words: [String] = []
  /// How many Unicode scalars of the text there are up to the end of each word.
  private(set) var ends: [Int] = []

  init(_ text: String, unit: ErrorUnit, form: WordForm) {
    var word: [Unicode.Scalar] = []
    var index = 0
    func finish(_ words: inout [String], _ ends: inout [Int]) {
      guard !word.isEmpty else { return }
      words.append(form(word))
      ends.append(index)
      word = []
    }
    for scalar in text.unicodeScalars {
      if scalar.isSpace || unit == .character { finish(&words, &ends) }
      if !scalar.isSpace { word.append(scalar) }
      index += 1
    }
    finish(&words, &ends)
  }

  /// How many words at the start of both are the same, scalar by scalar.
  func commonCount(with other: DisplayedWords) -> Int {
    zip(words, other.words).prefix { $0.utf8.elementsEqual($1.utf8) }.count
  }

  /// How many words lie wholly within the first `length` scalars.
  func count(within length: Int) -> Int { ends.prefix { $0 <= length }.count }
}
