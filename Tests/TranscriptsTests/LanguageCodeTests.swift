import Testing
import Transcripts

@Suite struct LanguageCodeTests {
  @Test func thereAreAHundred() {
    #expect(LanguageCode.all.count == 100)
    #expect(Set(LanguageCode.all.map(\.code)).count == 100)
    // The order is that of the tokens <|en|>, <|zh|>… <|su|>, <|yue|>.
    #expect(LanguageCode.all.prefix(3).map(\.code) == ["en", "zh", "de"])
    #expect(LanguageCode.all.suffix(2).map(\.code) == ["su", "yue"])
  }

  @Test(arguments: [
    ("pt", "pt"), ("PT", "pt"), ("pt-BR", "pt"), ("pt_BR", "pt"), (" Portuguese ", "pt"), ("português", "pt"),
    ("por", "pt"), ("Haitian Creole", "ht"), ("Mandarin", "zh"), ("zh-Hant-TW", "zh"), ("yue", "yue"),
    ("zh-yue", "yue"),
    ("nb-NO", "no"), ("jv", "jw"), ("haw", "haw"), ("Flemish", "nl"), ("en-US-u-ca-gregory", "en"),
  ]) func isFound(name: String, code: String) throws {
    #expect(try LanguageCode(name).code == code)
  }

  @Test func allAreFoundByCodeAndName() throws {
    for language in LanguageCode.all {
      #expect(try LanguageCode(language.code) == language)
      #expect(try LanguageCode(language.englishName.uppercased()) == language)
    }
  }

  @Test(arguments: [
    ("Portugese", "Portuguese"), ("germn", "German"), ("xx", nil), ("klingon", nil), ("", nil), ("pt-", nil),
    ("p", nil), ("english-", "English"),
  ]) func theUnknownIsRefused(name: String, suggestion: String?) {
    #expect(throws: TranscriptError.unknownLanguage(name: name, suggestion: suggestion)) { try LanguageCode(name) }
  }
}
