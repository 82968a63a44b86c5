import Foundation
import Testing

@testable import MachineTranslation

/// Putting into a translation what it lacks, on sentences whose attention is made up.
@Suite struct RequirementRepairTests {
  /// A sentence of words, each a token; `links` says at which source word each target word looks, nil at none of them.
  func sentence(_ source: String, _ target: String, _ links: [Int?]) -> RenderedSentence {
    func places(_ text: String) -> [Range<Int>] {
      Translation.words(of: text) + [text.utf8.count..<text.utf8.count]
    }
    let (sources, targets) = (places(source), places(target))
    var attention: [Float] = []
    for link in links + [nil] {
      attention += sources.indices.map { $0 == link ?? (sources.count - 1) ? 0.9 : 0.1 / Float(sources.count - 1) }
    }
    return RenderedSentence(
      text: Array(target.utf8), score: -0.1, sourceTokens: sources,
      targetTokens: targets.map { Translation.Token(range: $0, probability: 0.9) }, attention: attention)
  }

  func repaired(
    _ source: String, _ target: String, _ links: [Int?], names: [String] = [], glossary: [Glossary.Entry] = []
  ) -> String {
    let required = RequiredSpanTests().spans(source, names: names, glossary: glossary)
    let result = RequirementRepair.apply(required, to: sentence(source, target, links))
    // Tokens ascend, lie within the text and hold whole scalars, whatever was done to them.
    var end = 0
    for token in result.targetTokens {
      #expect(token.range.lowerBound >= end && token.range.upperBound <= result.text.count)
      #expect(String(validating: result.text[token.range], as: UTF8.self) != nil)
      end = token.range.upperBound
    }
    return String(decoding: result.text, as: UTF8.self)
  }

  @Test func aWordIsReplacedAndItsPunctuationStays() {
    #expect(repaired("We saw Apple.", "Vimos «maçã».", [0, 2], names: ["Apple"]) == "Vimos «Apple».")
    #expect(repaired("Apple sells.", "Maçãs vende.", [0, 1], names: ["Apple"]) == "Apple vende.")
    #expect(repaired("An ACME car.", "Um acme carro.", [0, 1, 2], names: ["ACME"]) == "Um ACME carro.")
  }

  /// What is a term's own goes with it; what ends the sentence stays.
  @Test(arguments: [
    ("C++ is fast.", "O C++ é rápido.", [nil, 0, 1, 2], "C++", "Cpp", "O Cpp é rápido."),
    ("So I use C++.", "Então uso C++.", [0, 2, 3], "C++", "Cpp", "Então uso Cpp."),
    ("I am 100% sure.", "Tenho 100% certeza.", [1, 2, 3], "100%", "cem por cento", "Tenho cem por cento certeza."),
    ("I am 100% sure.", "J'en suis 100 % certain.", [0, 1, 2, nil, 3], "100%", "tout", "J'en suis tout certain."),
    ("We use .NET and C#.", "Usamos .NET e C#.", [1, 2, 3, 4], ".NET", "ponto-net", "Usamos ponto-net e C#."),
    ("I paid $100 today.", "Paguei $100 hoje.", [1, 2, 3], "$100", "cem paus", "Paguei cem paus hoje."),
    ("It is in D.C. today.", "Está em D.C. hoje.", [1, 2, 3, 4], "D.C.", "distrito", "Está em distrito hoje."),
    ("In D.C. it rains.", "Chove em D.C.", [3, 0, 1], "D.C.", "distrito", "Chove em distrito."),
    ("We saw (C) there.", "Vimos (C) lá.", [1, 2, 3], "C", "Cê", "Vimos (Cê) lá."),
    ("A+ is best.", "A é melhor.", [0, 1, 2], "A+", "nota máxima", "Nota máxima é melhor."),
  ]) func aTermTakesItsSignsWithIt(
    source: String, target: String, links: [Int?], term: String, wanted: String, expected: String
  ) {
    #expect(repaired(source, target, links, glossary: [.init(source: term, target: wanted)]) == expected)
  }

  @Test func aNameBringsItsSigns() {
    #expect(repaired("We saw Mr. there.", "Vimos Sr. lá.", [1, 2, 3], names: ["Mr."]) == "Vimos Mr. lá.")
    #expect(repaired("There we saw Mr.", "Lá vimos Sr.", [0, 2, 3], names: ["Mr."]) == "Lá vimos Mr.")
    #expect(
      repaired("Yahoo! and Yahoo! sell.", "Iahu! e Iahu vendem.", [0, 1, 2, 3], names: ["Yahoo!"])
        == "Yahoo! e Yahoo! vendem.")
  }

  @Test func severalWordsAreReplacedTogether() {
    let glossary: [Glossary.Entry] = [.init(source: "machine learning", target: "aprendizado automático")]
    #expect(
      repaired(
        "the machine learning course", "o curso de ensino de máquina", [0, 3, nil, 2, nil, 1], glossary: glossary)
        == "o curso de aprendizado automático")
    #expect(
      repaired("Machine learning wins", "Máquina ensino vence", [0, 1, 2], glossary: glossary)
        == "Aprendizado automático vence", "a sentence begins with a capital")
  }

  @Test func numbersReplaceOnlyTheNumbersThatStandForThem() {
    #expect(repaired("two cats, 30 mice", "2 gatos, 20 ratos", [0, 1, 2, 3]) == "2 gatos, 30 ratos")
    #expect(repaired("two cats, 30 mice", "2 gatos, trinta ratos", [0, 1, 2, 3]) == "2 gatos, trinta ratos")
    #expect(repaired("about 1,987.5 kg", "cerca de (1.897,5) kg", [0, nil, 1, 2]) == "cerca de (1.987,5) kg")
    #expect(repaired("732 of 1,037, 71%", "732 de 1.037,71%", [0, 1, 2]) == "732 de 1.037, 71%")
  }

  @Test func aBrokenNumberIsReplacedAsAWhole() {
    #expect(repaired("and 5,000,000.25 too", "e 5.,000.000,25 também", [0, 1, 2]) == "e 5.000.000,25 também")
    #expect(
      repaired("and 5,000,000.25, 7 too", "e 5.,000.000,25, 7 também", [0, 1, 2, 3]) == "e 5.000.000,25, 7 também")
  }

  @Test func aPlaceholderStaysWhole() {
    #expect(repaired("Set {a} {b}, {c} now", "Definir {a}, agora", [0, 1, 4]) == "Definir {a} {b} {c}, agora")
    #expect(repaired("Set {a}, {b}, {c} now", "Definir {a}, agora", [0, 1, 4]) == "Definir {a} {b} {c}, agora")
    #expect(repaired("Hello {name}!", "Olá {nome}!", [0, 1]) == "Olá {name}!")
  }

  @Test func whatNoWordStandsForIsPutBehindItsNeighbour() {
    #expect(repaired("born in 1987, Tom", "nasceu em, Tom", [0, 1, 3]) == "nasceu em 1987, Tom")
    #expect(repaired("Acme wins", "vence", [1], names: ["Acme"]) == "Acme vence")
  }

  @Test func whatIsThereAlreadyIsNotOverwritten() {
    #expect(
      repaired("Tom Tom", "Tom Tomás", [0, 1], names: ["Tom"]) == "Tom Tom")
    #expect(repaired("Ann met Bob", "Ana viu Bob", [0, 0, 2], names: ["Ann", "Bob"]).hasSuffix("Bob"))
  }
}
