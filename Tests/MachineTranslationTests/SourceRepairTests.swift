import Foundation
import Testing

@testable import MachineTranslation

/// Capitals and full stops for text that lacks them.
@Suite struct SourceRepairTests {
  func prepared(
    _ text: String, language: String = "en", names: [String] = []
  ) throws -> (text: String, mark: String?, lacksEnds: Bool) {
    let model = try RealModels.model("firefox-\(language)-\(language == "en" ? "pt" : "en")")
    var options = TranslationOptions()
    (options.sourceLanguage, options.protectedNames) = (language, names)
    let preparation = TextPreparation(options: options, vocabulary: model.sourceVocabulary)
    let found = preparation.prepare(text, carried: [])
    let mark = preparation.repair?.mark(for: Array(found.text.utf8)[...])
    return (found.text, mark.map { String(UnicodeScalar($0)) }, found.lacksEnds)
  }

  @Test(arguments: [
    ("i live in paris and i'm happy", "I live in Paris and I'm happy"),
    ("hello there. how are you? fine", "Hello there. How are you? Fine"),
    ("one line here\nanother line", "One line here\nAnother line"),
    ("WHERE IS THE TRAIN TO LISBON", "Where is the train to Lisbon"),
    ("we will ask, i.e. the others", "We will ask, i.e. the others"),
    ("see www.example.org for more", "See www.example.org for more"),
    ("www.example.org is the place", "www.example.org is the place"),
  ]) func capitalsComeBack(text: String, expected: String) throws {
    #expect(try prepared(text).text == expected)
  }

  @Test(arguments: [
    "The cat sleeps", "milk", "two words", "", "   ", "你好 世界 再见 吧", "123 456 789", "iPhone users like it",
    "NASA said so",
  ]) func otherTextStays(text: String) throws {
    let found = try prepared(text)
    #expect(found.text == text && !found.lacksEnds)
  }

  @Test func namesThatAreGivenGetTheirSpelling() throws {
    #expect(try prepared("we met mcdonald today", names: ["McDonald"]).text == "We met McDonald today")
  }

  @Test func marks() throws {
    #expect(try prepared("where do you live").mark == "?")
    #expect(try prepared("we live in a house").mark == ".")
    #expect(try prepared("quanto custa o bilhete", language: "pt").mark == "?")
    #expect(try prepared("and then, finally,").mark == nil)
    #expect(try !prepared("he left. she came").lacksEnds)
    #expect(try prepared("version 1.2 of it came").lacksEnds)
  }

  /// Many names without a full stop, and many full stops without a blank: seconds where time grows with the square of the length
  /// would be minutes.
  @Test func longTextsTakeTimeInProportion() throws {
    let model = try RealModels.model("firefox-en-pt")
    let repair = SourceRepair(vocabulary: model.sourceVocabulary, language: "en")
    let names = Array(String(repeating: "paris and lisbon ", count: 200_000).utf8)
    let stops = Array(String(repeating: "a.)", count: 100_000).utf8)
    let clock = ContinuousClock()
    var found: [UInt8] = []
    let time = clock.measure {
      found = repair.withCase(Scalars(names), fixed: [])
      #expect(repair.withCase(Scalars(stops), fixed: []).count == stops.count)
    }
    #expect(found.count == names.count && found.starts(with: "Paris and Lisbon Paris".utf8))
    #expect(time < .seconds(30), "\(time)")
  }

  @Test func placesStayThoseOfTheText() throws {
    let model = try RealModels.model("firefox-en-pt")
    let text = "where does mary live"
    let found = try Translator(model: model).translateDetailed([text])[0][0]
    #expect(found.text.hasPrefix("Onde") && found.text.hasSuffix("?"))
    let sentence = found.sentences[0]
    #expect(sentence.source == 0..<text.utf8.count)
    #expect(sentence.sourceTokens.allSatisfy { $0.upperBound <= text.utf8.count })
    #expect(sentence.attention.count == sentence.sourceTokens.count * sentence.targetTokens.count)
    var options = TranslationOptions()
    options.repairsText = false
    #expect(try Translator(model: model, options: options).translate([text])[0] != found.text)
  }
}
