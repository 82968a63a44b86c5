internal import Transcripts

extension ErrorUnit {
  /// Languages that are written without spaces between words. Khmer and Tibetan put some between sentences, which is why those
  /// are joined with spaces; `cmn` is the Chinese of sets that know several.
  private static let unspaced = Transcript.unspaced.union(["bo", "km", "cmn"])

  /// Characters for languages that are written without spaces, where a whole sentence would be one word; else words.
  public static func forLanguage(_ code: String?) -> ErrorUnit {
    primaryLanguage(code).map(unspaced.contains) == true ? .character : .word
  }

  /// How many of this unit weigh as much as a word where utterances of several languages are put in one order: a word of
  /// Chinese or Japanese has about two characters.
  var perWord: Double { self == .word ? 1 : 2 }
}

/// The language of a code without its region or script, in lower case: `pt` of `pt-BR` and of `pt_br`.
func primaryLanguage(_ code: String?) -> String? {
  code?.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map(String.init)
}
