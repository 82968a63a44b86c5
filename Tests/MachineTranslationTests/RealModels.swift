import Foundation
import TestSupport

@testable import MachineTranslation

/// The pulled models.
enum RealModels {
  /// A pulled model. A missing one fails the test with the command that fetches it.
  static func model(_ name: String) throws -> TranslationModel {
    try TranslationModel(contentsOf: Places.model(name))
  }

  /// A translator of one of Firefox's models, whose name tells the languages: `firefox-en-pt`.
  static func translator(_ name: String, _ change: (inout TranslationOptions) -> Void = { _ in }) throws -> Translator {
    var options = TranslationOptions()
    options.targetLanguage = String(name.suffix(2))
    options.sourceLanguage = String(name.dropFirst("firefox-".count).prefix(2))
    change(&options)
    return Translator(model: try model(name), options: options)
  }
}
