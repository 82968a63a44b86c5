import Testing

@testable import MachineTranslation

@Suite struct SentenceSplitterTests {
  func sentences(_ text: String, _ language: String = "en") -> [String] {
    let structure = SentenceSplitter(language: language).split(text)
    return structure.sentences.map { String(decoding: structure.bytes[$0], as: UTF8.self) }
  }

  @Test(arguments: [
    ("en", ["It rained.", "We stayed in!", "Why?", "Nobody knows…"]),
    ("en", ["Dr. Smith met Mrs. Jones at St. Paul's on Jan. 5th.", "They talked."]),
    ("en", ["J. R. R. Tolkien wrote it.", "The U.S. Army did not."]),
    ("en", ["It costs 3.14 dollars, i.e. not much.", "See No. 5 and p. 12 for more."]),
    ("en", ["We met at 5 p.m.", "Friday seemed far away."]),
    ("en", ["\"Really?\" he asked.", "\"Yes!\"", "She left (quietly.)", "Then [end.]", "Done."]),
    ("en", ["Wait... what is that?", "Well...", "So be it."]),
    ("en", ["1. First things come first.", "2 is next."]),
    ("en", ["Visit example.com today.", "Version 2.0.1 is out."]),
    ("en", ["No way?!", "Yes way!!!", "Fine."]),
    ("pt", ["O Sr. Silva e a Dra. Costa moram na Av. Paulista, n. 5.", "Eles gostam."]),
    ("pt", ["Custa R$ 1.500,00.", "É caro!", "Por quê?"]),
    ("es", ["La Sra. García llegó.", "¿Quién es?", "¡Qué bien!", "Vive en la avda. Colón."]),
    ("fr", ["M. Dupont est là.", "«Vraiment ?»", "Oui, dit Mme. Petit."]),
    ("de", ["Am 3. Oktober kam Hr. Müller.", "Er blieb z.B. bis zum 5. November.", "Gut."]),
  ])
  func keepsWholeSentencesTogether(language: String, expected: [String]) {
    #expect(sentences(expected.joined(separator: " "), language) == expected)
  }

  @Test func scriptsWithoutSpaces() {
    #expect(sentences("今日は雨です。明日は晴れます！「本当？」はい。", "ja") == ["今日は雨です。", "明日は晴れます！", "「本当？」", "はい。"])
    #expect(sentences("你好。你怎么样？很好！", "zh") == ["你好。", "你怎么样？", "很好！"])
    #expect(sentences("वह घर गया। क्या तुम आओगे? हाँ।", "hi") == ["वह घर गया।", "क्या तुम आओगे?", "हाँ।"])
    #expect(sentences("كيف حالك؟ أنا بخير.", "ar") == ["كيف حالك؟", "أنا بخير."])
  }

  @Test func lineBreaksEndSentences() {
    #expect(sentences("A title\nthe text goes on\r\n\r\nand on") == ["A title", "the text goes on", "and on"])
  }

  @Test func blankTextsHaveNoSentences() {
    for text in ["", " ", "\n\n", "\t \u{A0}\u{3000}"] {
      #expect(sentences(text) == [])
      #expect(SentenceSplitter.whole(text).sentences.isEmpty)
    }
  }

  @Test func wholeIsTheTextWithoutTheBlanksAroundIt() {
    let structure = SentenceSplitter.whole(" \u{3000}Olá. Tudo bem?\n")
    #expect(structure.sentences.map { String(decoding: structure.bytes[$0], as: UTF8.self) } == ["Olá. Tudo bem?"])
  }

  /// Whatever the text: gaps are blank, sentences are not, and together they are the text.
  @Test func structureHoldsForAnyText() {
    let alphabet: [String] = [
      "a", "B", "é", "Dr", "e.g", "3", ".", "…", "?", "!", "。", "।", "؟", "\"", "”", "(", ")", "「", "」", " ", " ", "\n",
      "\r\n",
      "\u{3000}", "字", "👩‍👩‍👧", "e\u{301}", "\0", ",",
    ]
    var state: UInt64 = 7
    for _ in 0..<2000 {
      var text = ""
      for _ in 0..<Int(state >> 40 % 40) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += alphabet[Int(state >> 33) % alphabet.count]
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1
      let structure = SentenceSplitter(language: "en").split(text)
      var end = 0
      for sentence in structure.sentences {
        #expect(sentence.lowerBound >= end && !sentence.isEmpty)
        let gap = String(decoding: structure.bytes[end..<sentence.lowerBound], as: UTF8.self)
        let words = String(decoding: structure.bytes[sentence], as: UTF8.self)
        #expect(gap.unicodeScalars.allSatisfy { $0.properties.isWhitespace }, "gap in \(text.debugDescription)")
        #expect(words.unicodeScalars.contains { !$0.properties.isWhitespace })
        end = sentence.upperBound
      }
      let same = structure.sentences.map { String(decoding: structure.bytes[$0], as: UTF8.self) }
      #expect(structure.replacing(with: same).unicodeScalars.elementsEqual(text.unicodeScalars))
    }
  }
}
