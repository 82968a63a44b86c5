import Foundation
import Testing

@testable import MachineTranslation

/// What is found in a source, and what counts as its being in a translation.
@Suite struct RequiredSpanTests {
  func spans(
    _ text: String, names: [String] = [], glossary: [Glossary.Entry] = [], hasCase: Bool = true,
    from: NumberConvention = .point, to: NumberConvention = .comma
  ) -> [RequiredSpan] {
    RequiredSpanFinder(
      terms: TermIndex(names: names, glossary: Glossary(glossary), carried: [], textHasCase: hasCase),
      protectsNumbersAndAddresses: true, source: from, target: to
    ).spans(in: Scalars(Array(text.utf8)))
  }

  func missing(_ source: String, _ target: String, names: [String] = [], glossary: [Glossary.Entry] = []) -> [String] {
    let required = spans(source, names: names, glossary: glossary)
    return RequirementCheck(required, in: Array(target.utf8)).missing.map { required[$0].text }
  }

  @Test(arguments: [
    ("It costs 1,000.5 or 7 euros.", ["1.000,5", "7"]),
    ("See https://example.org/a?b=1.2, please.", ["https://example.org/a?b=1.2"]),
    ("(www.example.org/) and <me.you@example.co.uk>!", ["www.example.org/", "me.you@example.co.uk"]),
    ("It ended.Then 3 of us left, e.g. Tom.", ["3"]),
    ("At 10:30, 5-7 people, 24/11/2026.", ["10:30", "5-7", "24/11/2026"]),
    ("10 000 people in 2020 300 times", ["10 000", "2020", "300"]),
    ("version 1.2.3 and .08%", ["1.2.3", "0,08"]),
    ("no number at all", []),
  ]) func whatIsFound(text: String, expected: [String]) {
    #expect(spans(text).map(\.text) == expected)
  }

  @Test(arguments: [
    ("Hello {name}, you have {count} new.", ["{name}", "{count}"]), ("{{user}} logged in.", ["{{user}}"]),
    ("pay ${amount} or %{n}, #{a.b}", ["${amount}", "%{n}", "#{a.b}"]),
    ("%(name)s has %(size)5.1f MB", ["%(name)s", "%(size)5.1f"]),
    ("[the file](http://x.org) and [b](../a(1).md).", ["(http://x.org)", "(../a(1).md)"]),
    ("img_{id}.png, {0}px, {a}{b} {c}.", ["img_{id}", "{0}px", "{a}{b} {c}"]),
    ("Your code: {{ code.a }}, {{ two words }} {{ }} {{ x", ["{{ code.a }}"]), ("日本{name}語", ["{name}"]),
    ("{{{raw}}} {a{b}c} {{{{x}}}", ["{{{raw}}} {a{b}c}", "{{{x}}}"]),
    ("Deleted %d of %1$s (%.2f%%), %@: %lu/%-5d.", ["%d", "%1$s", "%.2f%%", "%@", "%lu", "%-5d"]),
    ("img_%03d.png", ["img_%03d"]),
    ("合計%d件", ["%d"]), ("%s", ["%s"]),
    ("See https://x.org/{id}/a?q=%s or {me}@x.org.", ["https://x.org/{id}/a?q=%s", "{me}@x.org"]),
    ("50 % d 5% de 100%s a%20b 100 % (50%) %%s %sure %d5 %Y 10%, % a", []), ("https://x.org/%d0%b0", []),
    ("{not one} {} }y{ { f(x) (50%) 5 % (of) %(x)", []), ("a {" + String(repeating: "x", count: 80) + "}", []),
    ("[a] (b) and see (http://x.org)", []),
  ]) func placeholdersAreFound(text: String, expected: [String]) {
    let found = spans(text).filter { if case .placeholder = $0.kind { true } else { false } }
    #expect(found.map(\.text) == expected)
    #expect(found.allSatisfy { String(decoding: Array(text.utf8)[$0.source], as: UTF8.self) == $0.text })
    // Nothing is found in them.
    for (one, next) in zip(spans(text), spans(text).dropFirst()) {
      #expect(one.source.upperBound <= next.source.lowerBound)
    }
  }

  /// 160,000 of them took 13 s when each counted those behind it.
  @Test func aRowOfBracesTakesNoTime() {
    let text = Scalars([UInt8](repeating: UInt8(ascii: "{"), count: 1_000_000))
    let time = ContinuousClock().measure { #expect(Placeholders.all(in: text).isEmpty) }
    #expect(time < .seconds(2))
  }

  @Test func termsKnowTheirSigns() {
    let span = spans("It is (.NET++)!", glossary: [.init(source: ".net++", target: "rede")])[0]
    #expect(span.text == "rede" && span.signsBefore == ["."] && span.signsBehind == ["+", "+"])
  }

  @Test(arguments: [
    ("1,000.5 dollars", "1.000,5 dólares"), ("1,000.5 dollars", "1000,5 dólares"), ("25%", "25 %"),
    ("30 mice", "trinta camundongos"), ("20,000 people", "vinte mil pessoas"), ("20,000 people", "20 mil pessoas"),
    ("1.2 billion", "1.200 milhões"), ("8:30 p.m.", "20h30"), ("8 p.m.", "20 horas"), ("the 1980s", "os anos 80"),
    ("7,654,321 nuts", "7.654.321 nozes"), ("1,234.567 kg", "1.234,567 kg"), ("1,234.567 kg", "1234,567 kg"),
    ("0.567 kg", "0,567 kg"), (".567 kg", "0,567 kg"),
    ("1\u{202f}000 000 km", "1.000.000 km"),
    ("11/24/2026", "24/11/2026"), ("2002–2004", "de 2002 a 2004"), ("May 05", "5 de maio"),
  ]) func numbersThatAreKept(source: String, target: String) {
    #expect(missing(source, target) == [])
  }

  @Test(arguments: [
    ("30 mice", "20 camundongos", "30"), ("in 1987", "em 1978", "1987"), ("in 1987", "no século", "1987"),
    ("1.5 litres", "15 litros", "1,5"), ("118,381 cases", "11.381 casos", "118.381"),
    ("2002–2004", "de 2002", "2002–2004"), ("2019–20", "20 de 2019", "2019–20"), ("5 and 5", "5 e 6", "5"),
    ("1,250.5 euros", "1.250.5 euros", "1.250,5"),
    ("1.2 metres", "12 metros", "1,2"), ("7,654,321 nuts", "7.654,321 porcas", "7.654.321"),
    ("1,234.567 kg", "1,234,567 kg", "1.234,567"), ("1234.567 kg", "1.234.567 kg", "1234,567"),
    ("0.567 kg", "567 kg", "0,567"),
  ]) func numbersThatAreLost(source: String, target: String, lost: String) {
    #expect(missing(source, target) == [lost])
  }

  @Test func addressesAndNamesAreKeptLetterForLetter() {
    #expect(missing("See www.example.org/a.", "Ver www.example.org/b.") == ["www.example.org/a"])
    #expect(missing("See www.example.org/a.", "Ver www.example.org/a.") == [])
    for text in [
      "See “www.example.org/a”.", "www.example.org/a—and go", "www.example.org/a。", "「www.example.org/a」",
      "a…www.example.org/a",
    ] { #expect(spans(text).map(\.text) == ["www.example.org/a"], "\(text)") }
    #expect(spans("https://example.org/é–x@y.org").map(\.text) == ["https://example.org/é", "x@y.org"])
    #expect(missing("Apple sells.", "A maçã vende.", names: ["Apple"]) == ["Apple"])
    #expect(missing("Apple sells.", "Apples vendem.", names: ["Apple"]) == ["Apple"], "not a whole word")
    #expect(missing("An apple falls.", "Uma maçã cai.", names: ["Apple"]) == [], "case counts")
    #expect(spans("an apple falls", names: ["Apple"], hasCase: false).map(\.text) == ["Apple"])
  }

  @Test func theLongestTermIsFoundInAnyCase() {
    let glossary: [Glossary.Entry] = [
      .init(source: "network", target: "rede"), .init(source: "neural network", target: "malha neural"),
      .init(source: "ÉTÉ", target: "verão"),
    ]
    #expect(spans("A Neural Network, a network, networks", glossary: glossary).map(\.text) == ["malha neural", "rede"])
    #expect(spans("l'été", glossary: glossary).map(\.text) == ["verão"])
    #expect(missing("A network.", "Uma REDE.", glossary: glossary) == [])
    #expect(missing("A network and a network.", "Uma rede.", glossary: glossary) == ["rede"])
  }

  @Test func numbersAreRewrittenOnlyIfTheyAreNumbers() {
    #expect(NumberConvention.comma.rewrite("1.000,5", as: .point) == "1,000.5")
    for text in ["1.2.3", "10:30", "1,00,0", "7"] {
      #expect(NumberConvention.point.rewrite(text, as: .comma) == text)
    }
    #expect(NumberConvention(language: "pt-BR") == .comma && NumberConvention(language: "zh") == .point)
  }

  @Test func glossariesAreRead() throws {
    let glossary = try Glossary(
      "\u{FEFF}# terms\r\n\r\ncat\tgato\r\n  New York \t Nova Iorque\ncat\tgato\n", path: "g.tsv")
    #expect(
      glossary.entries == [.init(source: "cat", target: "gato"), .init(source: "New York", target: "Nova Iorque")])
    for (text, line) in [("cat gato", 1), ("# x\n\na\tb\tc", 3), ("a\tb\nc\t ", 2), ("cat\tgato\nCat\tbichano", 2)] {
      let error = #expect(throws: TranslationError.self) { try Glossary(text, path: "g.tsv") }
      guard case .glossary(_, line, _) = error else {
        Issue.record("\(text): \(String(describing: error))")
        continue
      }
      #expect(error?.description.contains("g.tsv, line \(line)") == true)
    }
    #expect(throws: TranslationError.glossaryUnreadable(path: "/nowhere.tsv")) {
      try Glossary(contentsOf: URL(filePath: "/nowhere.tsv"))
    }
  }

  /// What Excel calls Unicode text.
  @Test func aGlossaryInUTF16() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "glossary-\(UUID().uuidString).tsv")
    defer { try? FileManager.default.removeItem(at: file) }
    try #require("Old Harbour\tPorto Velho\r\nSão João\tSt John\r\n".data(using: .utf16)).write(to: file)
    #expect(try Glossary(contentsOf: file).entries.map(\.target) == ["Porto Velho", "St John"])
  }
}
