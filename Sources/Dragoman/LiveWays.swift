internal import MachineTranslation
internal import Tensors

/// The ways from the languages that are spoken into the targets, each found once.
final class LiveWays {
  /// Speech that stays as it is, for nothing leads from its language to the target.
  struct Missing: Equatable {
    var language: String, target: String, reason: String
  }

  private let targets: [String], route: LiveSettings.Route?
  private let options: TranslationOptions, pool: ThreadPool
  private let mayMiss: Bool
  private var found: [String: TranslationWay?] = [:]
  private var missing: [Missing] = []

  /// - Parameter mayMiss: whether speech of a language without a way stays as it is; else the route's error is thrown.
  init(_ settings: LiveSettings, options: TranslationOptions, pool: ThreadPool, mayMiss: Bool) {
    (targets, route, self.options, self.pool) = (settings.targets, settings.route, options, pool)
    self.mayMiss = mayMiss
  }

  /// The way from a language into the first target that is another one; nil without targets, or where none leads there.
  ///
  /// - Throws: the route's error; `InterpreterError` only where the language was not found while listening.
  func way(from language: String) throws -> TranslationWay? {
    guard !targets.isEmpty else { return nil }
    if let way = found[language] { return way }
    let target = targets.first { $0 != language } ?? language
    do {
      let way = TranslationWay(
        try target == language ? nil : route?(language, target), to: target, options: options, pool: pool)
      found[language] = .some(way)
      return way
    } catch let error as InterpreterError where mayMiss {
      found[language] = .some(nil)
      missing.append(Missing(language: language, target: target, reason: error.description))
      return nil
    }
  }

  /// The languages that were found to have no way since the last call.
  func takeMissing() -> [Missing] {
    defer { missing = [] }
    return missing
  }
}
