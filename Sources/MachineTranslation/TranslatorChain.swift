public import Tensors

/// Translators in a row: one, two by way of a third language, or none for text that is in the target language already.
///
/// Numbers, addresses and names stay at every step. A term of the glossary is put in at the first step and kept from there on, in the
/// texts in which it was found; so what the glossary says of one text's words never touches another's. Text is repaired before the
/// first step only.
public final class TranslatorChain {
  private let translators: [Translator]

  /// Makes a session for each model.
  ///
  /// - Parameters:
  ///   - models: in order; the first reads the source language.
  ///   - sourceLanguages: codes of the languages that the models read, one for each.
  ///   - target: code of the language that the last model writes.
  ///   - options: how to translate; the languages and, beyond the first step, glossary and repair are set here. Only the last model
  ///     gives several hypotheses.
  ///   - pool: threads for batches; without, the calling thread does all.
  public init(
    models: [TranslationModel], sourceLanguages: [String], to target: String?, options: TranslationOptions = .init(),
    pool: ThreadPool? = nil
  ) {
    precondition(models.count == sourceLanguages.count, "one language for each model")
    translators = models.indices.map { index in
      var step = options
      step.sourceLanguage = sourceLanguages[index]
      step.targetLanguage = index + 1 < models.count ? sourceLanguages[index + 1] : target
      if index > 0 { (step.glossary, step.repairsText) = (Glossary(), false) }
      if index + 1 < models.count { step.hypotheses = 1 }
      return Translator(model: models[index], options: step, pool: pool)
    }
  }

  /// Translates texts of any length, as `Translator.translate(_:)` does.
  ///
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translate(_ texts: [String]) throws(TranslationError) -> [String] { try translate(texts, keeping: nil) }

  /// Translates one text and keeps of what is shown of its translation what the text does not speak against: the words up to the
  /// first that the last model finds less probable than the tolerance allows, or that lacks what the text requires.
  ///
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translate(_ text: String, keeping shown: ShownTranslation) throws(TranslationError) -> String {
    try translate([text], keeping: shown.text.isEmpty ? nil : shown)[0]
  }

  private func translate(_ texts: [String], keeping shown: ShownTranslation?) throws(TranslationError) -> [String] {
    var texts = texts
    var terms: [[String]]?
    for (index, translator) in translators.enumerated() {
      let found = try translator.translate(
        texts, carried: terms, keeping: index + 1 == translators.count ? shown : nil)
      (texts, terms) = (found.map(\.text), found.map(\.terms))
    }
    return texts
  }

  /// Translates texts of any length and tells how.
  ///
  /// - Throws: `TranslationError.invalidOption` or `.tokenization`.
  public func translateDetailed(_ texts: [String]) throws(TranslationError) -> [ChainedTranslation] {
    var found = texts.map { ChainedTranslation(source: $0, steps: []) }
    var terms: [[String]]?
    for translator in translators {
      let step = try translator.translateDetailed(found.map(\.text), carried: terms)
      for index in found.indices { found[index].steps.append(step[index].translations) }
      terms = step.map(\.terms)
    }
    return found
  }
}

/// A text's way through a chain of translators.
public struct ChainedTranslation: Sendable, Equatable {
  /// The text that was translated.
  public var source: String
  /// What each translator made of the first translation of the one before; best first, one in all steps but the last. Empty when
  /// nothing was to be done.
  public var steps: [[Translation]]

  /// The translation; the text itself when nothing was to be done.
  public var text: String { steps.last?[0].text ?? source }

  /// The product of the steps' qualities, in 0...1, for a translation of the last step.
  ///
  /// - Parameter rank: which one, from 0 for the best.
  public func quality(rank: Int = 0) -> Double {
    steps.indices.reduce(1) { $0 * steps[$1][$1 + 1 == steps.count ? rank : 0].quality }
  }

  /// One sentence of the best translation.
  public struct Sentence: Sendable, Equatable {
    /// Where it stands in the source text and in the translation, in bytes. By way of a third language, what the sentences in
    /// between that it came from came from.
    public var source: Range<Int>, target: Range<Int>
    /// As of the whole text.
    public var quality: Double
  }

  /// The sentences of the best translation.
  public var sentences: [Sentence] {
    guard let first = steps.first?[0] else { return [] }
    var sentences = first.sentences.map { Sentence(source: $0.source, target: $0.target, quality: $0.quality) }
    for step in steps.dropFirst() {
      sentences = step[0].sentences.map { sentence in
        let origins = sentences.filter { $0.target.overlaps(sentence.source) }
        let start = origins.map(\.source.lowerBound).min() ?? 0
        return Sentence(
          source: start..<(origins.map(\.source.upperBound).max() ?? start), target: sentence.target,
          quality: origins.reduce(sentence.quality) { $0 * $1.quality })
      }
    }
    return sentences
  }

  /// The links between the words of the source and those of the best translation. By way of a third language, a link is made of two
  /// that meet there, and its weight is their product.
  public var wordLinks: [Translation.WordLink] {
    guard let first = steps.first?[0] else { return [] }
    var links = first.wordLinks(source: source)
    var text = first.text
    for step in steps.dropFirst() {
      var sources: [Int: [Translation.WordLink]] = [:]
      for link in links { sources[link.target.lowerBound, default: []].append(link) }
      var joined: [[Int]: Translation.WordLink] = [:]
      for link in step[0].wordLinks(source: text) {
        for origin in sources[link.source.lowerBound] ?? [] {
          let key = [link.target.lowerBound, origin.source.lowerBound]
          let weight = max(joined[key]?.weight ?? 0, origin.weight * link.weight)
          joined[key] = .init(source: origin.source, target: link.target, weight: weight)
        }
      }
      links = joined.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
      text = step[0].text
    }
    return links
  }
}
