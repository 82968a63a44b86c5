import Foundation
import Testing

@testable import MachineTranslation

/// Names, numbers, addresses and terms through real models.
@Suite struct ConstrainedTranslationTests {
  static let glossary = Glossary([
    .init(source: "neural network", target: "malha neural"), .init(source: "cat", target: "bichano"),
  ])

  @Test(arguments: [1, 4]) func everythingRequiredStandsInTheTranslation(beam: Int) throws {
    let translator = try RealModels.translator("firefox-en-pt") {
      ($0.beam, $0.hypotheses, $0.glossary) = (beam, beam, Self.glossary)
      $0.protectedNames = ["Green Meadow Farm", "Apple"]
    }
    let texts = [
      "We visited Green Meadow Farm yesterday.": ["Green Meadow Farm"],
      "Apple has 1250 shares.": ["Apple", "1250"],
      "The neural network recognises the cat.": ["malha neural", "bichano"],
      "The cat sleeps. See https://tinyurl.com/tfjavz4 for a cat.": ["bichano", "https://tinyurl.com/tfjavz4"],
      "CNBC reported there were at least 118,381 cases worldwide.": ["118.381"],
    ]
    let sources = texts.keys.sorted()
    let plain = try translator.translate(sources)
    let detailed = try translator.translateDetailed(sources)
    #expect(detailed.map { $0[0].text } == plain)
    for (source, found) in zip(sources, detailed) {
      for translation in found {
        for text in texts[source]! { #expect(translation.text.contains(text), "\(source) -> \(translation.text)") }
      }
      #expect(found[0].quality > 0 && found[0].quality <= 1)
    }
  }

  @Test func termsWithSignsLeaveNothingBehind() throws {
    let terms = [
      "C++": "Cpp", "100%": "cem por cento", ".NET": "ponto-net", "A+": "nota máxima", "$100": "cem paus",
      "D.C.": "distrito",
    ]
    let texts = [
      "C++ is fast.", "I am 100% sure.", "We use .NET and C# daily.", "She got an A+ in math.", "I paid $100 for it.",
      "I saw it in D.C. today.",
    ]
    let translator = try RealModels.translator("firefox-en-pt") {
      $0.glossary = Glossary(terms.map { .init(source: $0.key, target: $0.value) })
    }
    let found = try translator.translate(texts)
    for (text, translation) in zip(texts, found) {
      let term = try #require(terms.first { text.contains($0.key) })
      let around = translation.components(separatedBy: term.value)
      #expect(around.count == 2, "\(text) -> \(translation)")
      #expect(around.allSatisfy { $0.isEmpty || $0.hasPrefix(" ") || $0.hasSuffix(" ") }, "\(text) -> \(translation)")
    }
    let kept = try RealModels.translator("firefox-en-pt") { $0.protectedNames = ["Mr."] }
    let mister = try kept.translate(["We saw Mr. in the garden."])[0]
    #expect(mister.contains("Mr. ") && !mister.contains(".."), "\(mister)")
  }

  @Test(
    arguments: [
      ("Hello {name}, you have {count} new messages.", "Olá {name}, você tem {count} novas mensagens."),
      ("{{user}} logged in.", nil), ("You owe ${amount} to us.", nil), ("Delete %(name)s from the list?", nil),
      ("Open [the file](http://x.org) for details.", "Abra [o arquivo](http://x.org) para detalhes."),
      ("[the file](docs/a.md)", nil), ("{first} {last} sent you {file}.", nil), ("{name}", "{name}"),
      ("{user}'s file was saved today.", "O arquivo do {user} foi salvo hoje."), ("Your code is {{ code }}.", nil),
      ("東京{name} is a big city.", "東京{name} é uma cidade grande."), ("Use 東京%(x)s here.", "Use 東京%(x)s aqui."),
      ("Write to {name}さん today.", "Escreva para {name}さん hoje."), ("The 温度{t}°C is high.", nil),
      ("Email 東京@example.com or x@y.com.", "E-mail 東京@example.com ou x@y.com."),
      ("User %s logged in from %1$d.", nil), ("See https://example.org/{id}/edit?q=%s for more.", nil),
      ("The iPhone日本語 edition is out.", "A edição iPhone日本語 está fora."),
      ("Set {v0}, " + (1..<19).map { "{v\($0)}, " }.joined() + "{v19} now.", nil),
    ] as [(String, String?)]) func placeholdersStand(text: String, expected: String?) throws
  {
    for beam in [1, 4] {
      let translator = try RealModels.translator("firefox-en-pt") { $0.beam = beam }
      let found = try translator.translate([text])[0]
      if let expected, beam == 1 { #expect(found == expected) }
      for span in RequiredSpanTests().spans(text) {
        #expect(found.components(separatedBy: span.text).count == 2, "\(span.text) in \(found)")
      }
      #expect(try translator.translateDetailed([text])[0][0].text == found)
    }
  }

  @Test func percentagesAreProse() throws {
    let texts = ["Get 5% de desconto, 50% off.", "It is 100 % cotton, 50 % done.", "At 100%sure he left."]
    let free = try RealModels.translator("firefox-en-pt") { $0.protectsNumbersAndAddresses = false }
    #expect(try free.translate(texts) == RealModels.translator("firefox-en-pt").translate(texts))
  }

  @Test func whatIsNotConstrainedStays() throws {
    let texts = [
      "Good morning, how are you today?", "The train to Lisbon leaves at 9.", "In 1987 the cats ate 30 mice.",
    ]
    let free = try RealModels.translator("firefox-en-pt") { $0.protectsNumbersAndAddresses = false }
    let bound = try RealModels.translator("firefox-en-pt") { $0.protectedNames = ["Zanzibar"] }
    #expect(try free.translate(texts) == bound.translate(texts))
  }

  /// Portuguese to Portuguese by way of English: the glossary's target and the name go through both steps, in their text only.
  @Test func aChainCarriesItsTerms() throws {
    var options = TranslationOptions()
    options.glossary = Glossary([.init(source: "gato", target: "bichano")])
    options.protectedNames = ["Rio Claro"]
    let models = try ["firefox-pt-en", "firefox-en-pt"].map { try RealModels.model($0) }
    let chain = TranslatorChain(models: models, sourceLanguages: ["pt", "en"], to: "pt", options: options)
    let texts = ["O gato dorme em Rio Claro.", "A temperatura é de 1250 graus.", ""]
    let found = try chain.translate(texts)
    #expect(found[0].contains("bichano") && found[0].contains("Rio Claro") && found[1].contains("1250"))
    let detailed = try chain.translateDetailed(texts)
    #expect(detailed.map(\.text) == found)
    #expect(detailed[0].steps.count == 2 && detailed[0].steps[0][0].text.contains("bichano"))
    let words = detailed[0].wordLinks.map { link in
      [Array(texts[0].utf8)[link.source], Array(found[0].utf8)[link.target]].map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(words.contains(["gato", "bichano"]), "\(words)")
    #expect(detailed[0].sentences.map(\.source) == [0..<texts[0].utf8.count])
    let qualities = detailed[0].steps.map { $0[0].quality }
    #expect(abs(detailed[0].quality() - qualities[0] * qualities[1]) < 1e-12)
    #expect(detailed[2].quality() == 1 && detailed[2].wordLinks.isEmpty)
  }

  @Test func aChainWithoutModelsChangesNothing() throws {
    let chain = TranslatorChain(models: [], sourceLanguages: [], to: "en")
    #expect(try chain.translate(["as it is"]) == ["as it is"])
    let found = try chain.translateDetailed(["as it is"])[0]
    #expect(found.text == "as it is" && found.quality() == 1 && found.sentences.isEmpty)
  }

  @Test func wordsOfTheTwoTextsAreLinked() throws {
    let source = "The black cat drinks milk."
    let found = try RealModels.translator("firefox-en-pt").translateDetailed([source])[0][0]
    let pairs = found.wordLinks(source: source).filter { $0.weight > 0.5 }.map { link in
      String(decoding: Array(source.utf8)[link.source], as: UTF8.self) + "-"
        + String(decoding: Array(found.text.utf8)[link.target], as: UTF8.self)
    }
    #expect(Set(pairs).isSuperset(of: ["black-preto", "cat-gato", "milk.-leite."]), "\(pairs)")
    #expect(Translation.words(of: " ab c你好d ").map(\.count) == [2, 1, 3, 3, 1])
  }
}
