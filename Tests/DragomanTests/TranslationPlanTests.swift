import Testing

@testable import Dragoman

/// Which way leads from the language of the speech to the target.
@Suite struct TranslationPlanTests {
  static func model(_ pair: String, installed: Bool = true) -> AvailableTranslation {
    let languages = pair.split(separator: "-").map(String.init)
    return AvailableTranslation(id: "m-\(pair)", from: languages[0], to: languages[1], isInstalled: installed)
  }

  func plan(
    _ from: String, _ to: String, _ available: [AvailableTranslation], recognizer: Bool = true
  ) throws(InterpreterError) -> TranslationPlan {
    try .best(from: from, to: to, available: available, recognizerTranslates: recognizer)
  }

  @Test func sameLanguageNeedsNothing() throws { #expect(try plan("pt", "pt", []) == TranslationPlan()) }

  @Test func aDirectModelComesFirst() throws {
    let all = [Self.model("de-en"), Self.model("en-pt"), Self.model("de-pt")]
    #expect(try plan("de", "pt", all).models.map(\.id) == ["m-de-pt"])
  }

  @Test func twoModelsKeepTheWords() throws {
    let found = try plan("de", "pt", [Self.model("de-en"), Self.model("en-pt")])
    #expect(found.models.map(\.id) == ["m-de-en", "m-en-pt"] && !found.recognizesIntoEnglish)
  }

  @Test func theRecognizerGoesIntoEnglish() throws {
    #expect(try plan("sv", "en", []) == TranslationPlan(recognizesIntoEnglish: true))
    let onward = try plan("sv", "pt", [Self.model("en-pt")])
    #expect(onward.recognizesIntoEnglish && onward.models.map(\.id) == ["m-en-pt"])
    // An installed way beats a better one that is not here.
    let installed = try plan("pt", "en", [Self.model("pt-en", installed: false)])
    #expect(installed.recognizesIntoEnglish)
  }

  @Test func refusalsNameThePull() {
    let missing = [Self.model("en-pt", installed: false)]
    #expect(throws: InterpreterError.modelsMissing(from: "en", to: "pt", identifiers: ["m-en-pt"])) {
      try plan("en", "pt", missing)
    }
    #expect(throws: InterpreterError.modelsMissing(from: "sv", to: "pt", identifiers: ["m-en-pt"])) {
      try plan("sv", "pt", missing)
    }
    #expect(throws: InterpreterError.noRoute(from: "sv", to: "pt")) {
      try plan("sv", "pt", [Self.model("en-pt")], recognizer: false)
    }
    #expect(throws: InterpreterError.noRoute(from: "en", to: "ja")) { try plan("en", "ja", missing) }
    let text = InterpreterError.modelsMissing(from: "en", to: "pt", identifiers: ["m-en-pt"]).description
    #expect(text.contains("dragoman models pull m-en-pt"))
  }
}
