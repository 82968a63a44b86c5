internal import Foundation

/// The ids of a set, by each of the names that outputs call them.
struct UtteranceNames {
  /// In the order of the set.
  let ids: [String]
  /// Lines of the text whose numbers the ids are, which no output writes; nil where ids are names.
  let lineCount: Int?
  private var byName: [String: String] = [:]
  private let languages: [String: String]

  init(_ set: DataSet) {
    ids = set.utterances.map(\.id)
    lineCount = set.lineCount
    languages = Dictionary(
      set.utterances.compactMap { utterance in utterance.language.map { (utterance.id, $0) } },
      uniquingKeysWith: { first, _ in first })
    // A recording's name stands for its utterance only where it has one, and with as many folders as it takes.
    var owners: [String: [String]] = [:]
    for utterance in set.utterances {
      for name in utterance.audio.map(Self.names) ?? [] { owners[name, default: []].append(utterance.id) }
    }
    for (name, ids) in owners where ids.count == 1 { byName[name] = ids[0] }
    for id in ids { byName[id] = id }
  }

  /// The id that a name stands for: an id, or a recording with folders and ending or without.
  func id(_ name: String) -> String? {
    byName[name] ?? Self.names(name).lazy.compactMap { byName[$0] }.first
  }

  /// The ids of so many texts in the order of the set, or of the text that it was read from: nil for lines of that which are no
  /// utterance. nil for another number of texts.
  func inOrder(_ count: Int) -> [String?]? {
    if count == ids.count { return ids }
    guard count == lineCount else { return nil }
    let ids = Set(ids)
    return (0..<count).map { ids.contains("\($0 + 1)") ? "\($0 + 1)" : nil }
  }

  /// Language of an utterance, where the set tells it.
  func language(of id: String) -> String? { languages[id] }

  /// `/data/a/x.flac` -> `/data/a/x`, `data/a/x`, `a/x`, `x`.
  private static func names(_ path: String) -> [String] {
    let base = (path as NSString).deletingPathExtension
    let parts = base.split(separator: "/")
    let inner = parts.indices.map { parts[$0...].joined(separator: "/") }
    return base.hasPrefix("/") ? [base] + inner : inner
  }
}
