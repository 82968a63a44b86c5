/// A model that translates one language into another, whether it is installed or not.
public struct AvailableTranslation: Sendable, Equatable {
  /// Model id, such as `firefox-en-pt`.
  public var id: String
  /// Language codes.
  public var from: String, to: String
  /// Whether it can be used at once.
  public var isInstalled: Bool

  /// A translation model that the program knows of.
  public init(id: String, from: String, to: String, isInstalled: Bool) {
    (self.id, self.from, self.to, self.isInstalled) = (id, from, to, isInstalled)
  }
}

/// How speech in one language becomes text in another.
public struct TranslationPlan: Sendable, Equatable {
  /// Whether the recogniser itself writes English instead of what was said.
  public var recognizesIntoEnglish = false
  /// Translation models to go through, in order: none, one, or two by way of English.
  public var models: [AvailableTranslation] = []

  /// The best way that is installed.
  ///
  /// In this order: nothing to do; a direct model; two models through English, which keeps the words as they were said;
  /// the recogniser's own translation into English, and on from there.
  ///
  /// - Parameters:
  ///   - available: every model that the program knows of.
  ///   - recognizerTranslates: whether the recognition model can translate into English; false for text.
  /// - Throws: `InterpreterError.modelsMissing` when a pull would open a way, else `.noRoute`.
  public static func best(
    from: String, to: String, available: [AvailableTranslation], recognizerTranslates: Bool
  ) throws(InterpreterError) -> TranslationPlan {
    let candidates = plans(from: from, to: to, available: available, recognizerTranslates: recognizerTranslates)
    if let ready = candidates.first(where: { $0.models.allSatisfy(\.isInstalled) }) { return ready }
    guard let wanted = candidates.first else { throw .noRoute(from: from, to: to) }
    throw .modelsMissing(
      from: from, to: to, identifiers: wanted.models.filter { !$0.isInstalled }.map(\.id))
  }

  private static func plans(
    from: String, to: String, available: [AvailableTranslation], recognizerTranslates: Bool
  ) -> [TranslationPlan] {
    // Of several models for one pair, an installed one.
    func model(_ from: String, _ to: String) -> AvailableTranslation? {
      let fitting = available.filter { $0.from == from && $0.to == to }
      return fitting.first(where: \.isInstalled) ?? fitting.first
    }
    if from == to { return [TranslationPlan()] }
    var plans: [TranslationPlan] = []
    if let direct = model(from, to) { plans.append(TranslationPlan(models: [direct])) }
    if let first = model(from, "en"), let second = model("en", to) {
      plans.append(TranslationPlan(models: [first, second]))
    }
    if recognizerTranslates {
      if to == "en" { plans.append(TranslationPlan(recognizesIntoEnglish: true)) }
      if let second = model("en", to) { plans.append(TranslationPlan(recognizesIntoEnglish: true, models: [second])) }
    }
    return plans
  }
}
