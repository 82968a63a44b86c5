extension ErrorUnit {
  /// Languages that are written without spaces between words.
  private static let unspaced: Set<String> = ["bo", "ja", "km", "lo", "my", "th", "yue", "zh"]

  /// Characters for languages that are written without spaces, where a whole sentence would be one word; else words.
  public static func forLanguage(_ code: String?) -> ErrorUnit {
    let language = code?.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first
    return language.map { unspaced.contains(String($0)) } == true ? .character : .word
  }

  /// How many of this unit weigh as much as a word where utterances of several languages are put in one order: a word of
  /// Chinese or Japanese has about two characters.
  var perWord: Double { self == .word ? 1 : 2 }
}
