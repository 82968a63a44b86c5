internal import MachineTranslation
internal import Tensors

/// What leads from one language to the target language.
struct TranslationWay {
  /// Nil when text stands for itself.
  var translators: TranslatorChain?
  var recognizesIntoEnglish = false
  /// Names of the models in order, joined with `+`; nil without models.
  var modelNames: String?

  /// - Parameters:
  ///   - route: nil when nothing is to be translated.
  ///   - target: language code that the last model writes.
  init(_ route: TranslationRoute?, to target: String?, options: TranslationOptions, pool: ThreadPool) {
    guard let route else { return }
    recognizesIntoEnglish = route.recognizesIntoEnglish
    if route.models.isEmpty { return }
    translators = TranslatorChain(
      models: route.models, sourceLanguages: route.sourceLanguages, to: target, options: options, pool: pool)
    modelNames = route.models.map(\.name).joined(separator: "+")
  }

  /// The translation of a text that keeps what is shown of it as far as it may; the text where there is nothing to translate.
  func translate(_ text: String, keeping shown: ShownTranslation) throws(TranslationError) -> String {
    try translators?.translate(text, keeping: shown) ?? text
  }
}
