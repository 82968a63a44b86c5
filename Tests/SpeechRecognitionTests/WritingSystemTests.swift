import Tensors
import Testing

@testable import SpeechRecognition

/// Scripts of languages, and texts that keep to them.
@Suite struct WritingSystemTests {
  @Test(arguments: [
    ("hi", "लूना को साथी", 12, 0, 0), ("hi", "لُنہ کو Luna", 0, 4, 6), ("ru", "В only sense, 42!", 1, 9, 0),
    ("ja", "真っ昼間なのに", 7, 0, 0), ("ja", "Ёлка です", 2, 0, 4), ("el", "ὁ λόγος", 6, 0, 0),
  ])
  func lettersAreCounted(language: String, text: String, own: Int, latin: Int, other: Int) throws {
    let letters = try #require(WritingSystem(language: language)).letters(of: text)
    // Vowel signs and other marks of a script count with it or not, as Unicode has them.
    #expect((letters.own > 0) == (own > 0) && letters.own <= own)
    #expect(letters.latin == latin && (letters.other > 0) == (other > 0) && letters.other <= other)
    #expect(letters.areForeign == (own < latin + other))
  }

  @Test(arguments: ["en", "pt", "de", "sr", "pa", "kk", "xx"]) func latinAndTwoScriptsAreLeftAlone(language: String) {
    #expect(WritingSystem(language: language) == nil)
  }

  /// A name in other letters would ask for those.
  @Test func namesAreInTheirOwnScript() throws {
    let languages = """
      am ar as ba be bg bn bo el fa gu he hi hy ja ka km kn ko lo mk ml mn mr my ne ps ru sa si ta te tg th tt uk ur yi yue zh
      """.split(separator: " ")
    for language in languages {
      let script = try #require(WritingSystem(language: String(language)), "\(language)")
      let letters = script.letters(of: script.name)
      #expect(letters.own > 1 && letters == .init(own: letters.own), "\(language)")
    }
  }

  /// Another script that is not Latin stays only where its own would be no text at all; Latin letters where they are more probable.
  @Test func whichTextIsTaken() throws {
    let workspace = try TinyModelTests.workspace(ComputeContext(threads: 1))
    let fallback = TemperatureFallback(options: .init(), workspace: workspace)
    func text(_ probability: Double, isLooping: Bool = false) -> WindowText {
      WindowText(
        tokens: [], averageLogProbability: probability, noSpeechProbability: 0, compressionRatio: 1,
        isLooping: isLooping)
    }
    let latin = WritingSystem.Letters(own: 1, latin: 9), other = WritingSystem.Letters(other: 9)
    #expect(fallback.isBetter(text(-1.2), than: text(-0.7), of: other))
    #expect(!fallback.isBetter(text(-0.3, isLooping: true), than: text(-0.7), of: other))
    #expect(!fallback.isBetter(text(-0.8), than: text(-0.3), of: latin))
    #expect(fallback.isBetter(text(-0.8), than: text(-1.1), of: latin))
  }
}
