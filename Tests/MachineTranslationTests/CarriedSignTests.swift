import Foundation
import Testing

@testable import MachineTranslation

/// Signs that a model does not know, through real models and by themselves.
@Suite struct CarriedSignTests {
  @Test(arguments: [
    ("Das kostet 5 ☃ and 3 ♞ pieces", ["5 ☃", "3 ♞"]),
    ("I love this 😀 very much.", ["😀 muito"]),
    ("Press A → B to continue.", ["A → B"]),
    ("The word 漢字 means Chinese characters.", ["palavra 漢字 significa"]),
    ("I live in 東京 and work in 大阪.", ["em 東京 e", "em 大阪."]),
    ("We say привет мир when we meet.", ["dizemos привет мир quando"]),
    ("Tokyo (東京) is big.", ["(東京)"]),
    ("People aged ≥65 years are at risk.", [" ≥65 anos"]),
    ("It costs £5 or €6.", [" £5 ou €6."]),
    ("Patients with fever are 10~20% of cases.", ["10~20%"]),
    ("Type I and III IFNβ and IFN-γ are needed.", ["IFNβ e IFN-γ"]),
    ("Hello ☃", ["Olá ☃"]), ("😀 Good morning", ["😀 Bom dia"]), ("Family 👨‍👩‍👧 is here.", ["👨‍👩‍👧"]),
    ("Thanks for everything ❤️ see you tomorrow!", ["❤️"]), ("2½ cups of sugar", ["2½ "]),
    ("Take 50 µg of vitamin D every day.", ["50 µg de"]), ("It is 5 µm long and takes 20 µs.", ["5 µm", "20 µs"]),
    ("Is 3 > 2 → true?", ["→"]), ("i love this 😀 very much", ["😀 muito."]),
  ]) func signsStayInTheirPlaces(text: String, expected: [String]) throws {
    for beam in [1, 4] {
      let translator = try RealModels.translator("firefox-en-pt") { ($0.beam, $0.hypotheses) = (beam, beam) }
      let found = try translator.translateDetailed([text])[0]
      #expect(try translator.translate([text]) == [found[0].text])
      // A wider beam may say it in other words.
      for part in beam == 1 ? expected : expected.map({ $0.filter { !$0.isASCII } }) {
        #expect(found.allSatisfy { part.allSatisfy($0.text.contains) }, "\(part) in \(found.map(\.text))")
        if beam == 1 { #expect(found[0].text.contains(part), "\(part) in \(found[0].text)") }
      }
      let sentence = found[0].sentences[0]
      #expect(sentence.source == 0..<text.utf8.count && sentence.target.upperBound == found[0].text.utf8.count)
      #expect(sentence.sourceTokens.allSatisfy { $0.upperBound <= text.utf8.count })
      #expect(sentence.attention.count == sentence.sourceTokens.count * sentence.targetTokens.count)
      let ends = sentence.targetTokens.map(\.range.upperBound)
      #expect(ends == ends.sorted() && ends.allSatisfy { $0 <= found[0].text.utf8.count })
    }
  }

  /// Punctuation in any typography, capitals of known letters, and what the model knows.
  @Test func otherTextIsTranslatedAsBefore() throws {
    let texts = [
      "He said “no” — it’s “new”.", "The façade of the café.", "In 2010–11 it was 3′ long.", "Is 3 > 2 or X = 1?",
      "The temperature is 20 °C.",
    ]
    let plain = try RealModels.translator("firefox-en-pt") { $0.carriesUnknownSigns = false }
    #expect(try RealModels.translator("firefox-en-pt").translate(texts) == plain.translate(texts))
    let index = ["A Índia e a Áustria são países — grandes."]
    let back = try RealModels.translator("firefox-pt-en") { $0.carriesUnknownSigns = false }
    #expect(try RealModels.translator("firefox-pt-en").translate(index) == back.translate(index))
  }

  /// Numbers, names and terms beside signs; two steps; what has no words.
  @Test func signsGoTogetherWithWhatIsRequired() throws {
    let both = try RealModels.translator("firefox-en-pt") {
      $0.glossary = Glossary([.init(source: "☃", target: "boneco de neve")])
      $0.protectedNames = ["東京"]
    }
    let found = try both.translate(["He saw ☃ in 東京 → 1250 times.", "☃", "See https://a.org/→x today."])
    #expect(found[0].contains("boneco de neve") && found[0].contains("1250"), "\(found[0])")
    #expect(found[0].contains("東京") && found[1] == "☃" && found[2].contains("https://a.org/→x"), "\(found)")
    let models = try ["firefox-pt-en", "firefox-en-pt"].map { try RealModels.model($0) }
    let chain = TranslatorChain(models: models, sourceLanguages: ["pt", "en"], to: "pt")
    #expect(try chain.translate(["O preço é ≥65 reais 😀."])[0].contains("≥65"))
    #expect(try chain.translate(["O preço é ≥65 reais 😀."])[0].contains("😀"))
  }

  func part(_ text: String, names: [String] = [], glossary: [Glossary.Entry] = []) throws -> LongSentences.Part {
    let vocabulary = try RealModels.model("firefox-en-pt").sourceVocabulary
    let bytes = Array(text.utf8)
    var parts: [LongSentences.Part] = []
    try LongSentences(vocabulary: vocabulary, maximumPieces: 1000).append(0..<bytes.count, of: bytes, to: &parts)
    parts[0].required = RequiredSpanTests().spans(text, names: names, glossary: glossary)
    parts[0].findSigns(in: bytes, vocabulary: vocabulary)
    return parts[0]
  }

  typealias Sign = (text: String, isWord: Bool, joinsNext: Bool)

  func signs(_ text: String, glossary: [Glossary.Entry] = []) throws -> [Sign] {
    try part(text, glossary: glossary).signs.filter { $0.spelling == nil }.map {
      (String(decoding: Array(text.utf8)[$0.range], as: UTF8.self), $0.isWord, $0.joinsNext)
    }
  }

  @Test(arguments: [
    ("aged ≥65 → “old”", ["≥", "→"], [false, false], [true, false]),
    ("IL-1β, Мир! and naïve Å", ["1β", "Мир", "Å"], [true, true, true], [false, false, false]),
    ("a ☃ ☃ 漢字 b", ["☃ ☃ 漢字"], [true], [false]), ("no – signs’ “here”", [], [], []),
    ("my ❤️ and 👩🏽‍🚀", ["❤️", "👩🏽‍🚀"], [false, false], [false, false]), ("see 日本語text", ["日本語text"], [true], [false]),
    ("50 µg and 5µm", ["µg", "5µm"], [true, true], [false, false]),
    ("東京{name} or {a}☃, ☃ab漢", ["東京{name}", "{a}☃", "☃ab漢"], [true, true, true], [false, false, false]),
    ("{name}さん, 温度{t}°C", ["{name}さん", "温度{t}"], [true, true], [false, false]),
    ("", [], [], []),
  ]) func whatIsCarried(text: String, signs: [String], words: [Bool], joined: [Bool]) throws {
    let found = try text.isEmpty ? [] : self.signs(text)
    #expect(found.map(\.text) == signs && found.map(\.isWord) == words && found.map(\.joinsNext) == joined, "\(found)")
  }

  /// Where its stand-in gets lost, too.
  @Test func aPlaceholderIsRequiredWithWhatTouchesIt() throws {
    let found = try part("東京{name} has 7 of 3日 {a}@{b}.", names: ["東京"]).required
    #expect(found.map(\.text) == ["東京{name}", "7", "3日 {a}@{b}"])
  }

  /// One of both where signs and placeholders together are too many.
  @Test func tooManySignsAreNotCarried() throws {
    let many = String(repeating: "a ☃ ", count: 20)
    let more = String(repeating: "a {n} ", count: 20)
    #expect(try signs(many + more).count == 20 && signs(many + many + "{n}").map(\.text) == ["{n}"])
    #expect(try signs(many + many).isEmpty && signs(many + more).allSatisfy { $0.text == "☃" })
  }

  /// Names with letters that the model does not know stay; what it may have a translation for, or what is no name, is spelled plainly.
  @Test(arguments: [
    ("Nguyễn Đức lives in Łódź.", ["Nguyễn Đức", "Łódź"], []), ("Şahin met Dvořák’s son.", ["Şahin", "Dvořák"], []),
    ("Mr. Ibáñez and Mu\u{308}ller", ["Ibáñez", "Mu\u{308}ller"], []), ("in Zürich", [], ["ü>u"]),
    ("crème brûlée, naïve Straße, vårløs", ["Straße"], ["è>e", "û>u", "ï>i", "å>a", "ø>o"]),
    ("Conseqüências do", [], ["ü>u"]), ("große pin\u{303}ata", [], ["ß>ss", "n\u{303}>n"]),
    ("Índia, Óscar and São Luís", [], []), ("a {Đ}ức", ["{Đ}ức"], []),
  ]) func latinLettersThatAreUnknown(text: String, carried: [String], spelled: [String]) throws {
    let bytes = Array(text.utf8)
    let found = try part(text).signs.map {
      String(decoding: bytes[$0.range], as: UTF8.self) + ($0.spelling.map { ">" + $0 } ?? "")
    }
    let expected = (carried + spelled).map { Array($0.utf8) }
    #expect(Set(found.map { Array($0.utf8) }) == Set(expected) && found.count == expected.count, "\(found)")
  }

  @Test func namesKeepTheirLetters() throws {
    let english = try RealModels.translator("firefox-en-pt"), portuguese = try RealModels.translator("firefox-pt-en")
    #expect(
      try english.translate([
        "Nguyễn Đức lives in Łódź.", "Şahin met Dvořák in Zürich.",
        "The naïve boy ate crème brûlée and piñata in a café.",
      ]) == [
        "Nguyễn Đức vive em Łódź.", "Şahin conheceu Dvořák em Zurique.",
        "O menino ingênuo comeu creme brulée e pinata em um café.",
      ])
    #expect(
      try portuguese.translate([
        "Nguyễn Đức mora em Łódź com Müller.", "Conseqüências do tranqüilo pingüim.", "El Niño causou chuvas.",
      ]) == [
        "Nguyễn Đức lives in Łódź with Müller.", "Consequences of the quiet penguin.", "El Niño caused rains.",
      ])
  }

  /// Pieces that end within a spelling of two letters.
  @Test func placesOfSpelledLettersAreThoseOfTheText() throws {
    let text = "The große Fußmatte of pin\u{303}ata is 5 m long."
    for translation in try RealModels.translator("firefox-en-pt").translateDetailed([text])[0] {
      let tokens = translation.sentences[0].sourceTokens
      #expect(tokens.allSatisfy { String(validating: Array(text.utf8)[$0], as: UTF8.self) != nil })
      let ends = tokens.map(\.upperBound)
      #expect(ends == ends.sorted() && ends.last == text.utf8.count)
    }
  }

  /// A term has its translation, and what touches it stays apart from it.
  @Test func termsAreNotCarried() throws {
    let found = try signs(
      "東京{name} at ☃", glossary: [.init(source: "東京", target: "Tóquio"), .init(source: "☃", target: "neve")])
    #expect(found.map(\.text) == ["{name}"])
  }

  /// `> b > X` said of `☃ b ♞ 漢`, the symbols crossed by the attention.
  func sentence(_ text: String, attention: [[Float]]) -> RenderedSentence {
    var (tokens, start): ([Translation.Token], Int) = ([], 0)
    for word in text.split(separator: " ") {
      tokens.append(.init(range: start..<start + word.utf8.count, probability: 1))
      start += word.utf8.count + 1
    }
    return RenderedSentence(
      text: Array(text.utf8), score: 0, sourceTokens: [0..<3, 4..<5, 6..<9, 10..<13], targetTokens: tokens,
      attention: attention.flatMap(\.self))
  }

  @Test func attentionTellsWhichIsWhich() {
    let source = Array("☃ b ♞ 漢".utf8)
    let signs = [
      CarriedSign(range: 0..<3, isWord: false, joinsNext: false),
      CarriedSign(range: 6..<9, isWord: false, joinsNext: false),
      CarriedSign(range: 10..<13, isWord: true, joinsNext: false),
    ]
    let standIns = StandIns(symbol: UInt8(ascii: ">"), word: UInt8(ascii: "X"))
    func restored(_ text: String, _ first: [Float], _ third: [Float]) -> RenderedSentence? {
      let sentence = sentence(text, attention: [first, [0, 1, 0, 0], third, [0, 0, 0, 1]])
      return standIns.restored(sentence, signs: signs, of: source)
    }
    let crossed = restored("> b > X", [0.1, 0, 0.9, 0], [0.8, 0, 0.2, 0])
    #expect(crossed.map { String(decoding: $0.text, as: UTF8.self) } == "♞ b ☃ 漢")
    #expect(crossed?.targetTokens.map(\.range) == [0..<3, 4..<5, 6..<9, 10..<13])
    let unclear = restored("> b > X", [0.9, 0, 0.1, 0], [0.8, 0, 0.2, 0])
    #expect(unclear.map { String(decoding: $0.text, as: UTF8.self) } == "☃ b ♞ 漢")
    for text in ["> b c X", "> > > X", "> b > Xa", "> b > Y"] {
      #expect(restored(text, [1, 0, 0, 0], [0, 0, 1, 0]) == nil, "\(text)")
    }
  }

  @Test func standInsAreNoneOfTheTextsOwn() {
    #expect(StandIns.all(for: "abc".utf8).count == 3)
    #expect(StandIns.all(for: "a > b, X".utf8).map(\.symbol) == "=+".utf8.map(\.self))
    #expect(StandIns.all(for: "a > b = c + d".utf8).isEmpty)
  }
}
