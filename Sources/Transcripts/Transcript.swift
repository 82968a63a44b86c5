/// All that is known of one recording after recognition and translation.
public struct Transcript: Sendable, Equatable {
  /// The input as the user named it; `-` for standard input.
  public var file: String
  /// Length of the audio.
  public var duration: Duration
  /// Language code of the speech, and the recogniser's probability for it (1 when the user named it).
  public var language: String, languageProbability: Double
  /// Model ids; the translation model (or `a+b` for a pivot) and target language are nil when nothing was translated.
  public var model: String, translationModel: String?, targetLanguage: String?
  /// In the order of the audio.
  public var segments: [Segment]

  /// A transcript.
  public init(
    file: String, duration: Duration, language: String, languageProbability: Double, model: String,
    translationModel: String? = nil, targetLanguage: String? = nil, segments: [Segment]
  ) {
    (self.file, self.duration) = (file, duration)
    (self.language, self.languageProbability) = (language, languageProbability)
    (self.model, self.translationModel, self.targetLanguage) = (model, translationModel, targetLanguage)
    self.segments = segments
  }

  /// The texts of all segments in one line.
  public var text: String {
    var text = "", before: String?
    for segment in segments where !segment.text.isEmpty {
      let language = segment.language ?? language
      if let before, !(Self.isUnspaced(before) && Self.isUnspaced(language)) { text += " " }
      text += segment.text
      before = language
    }
    return text
  }

  /// The translations of all segments in one line; nil when nothing was translated.
  public var translation: String? {
    targetLanguage.map { target in Self.joined(segments.compactMap(\.translation), language: target) }
  }

  /// Joins with spaces, except in scripts that do not use them.
  public static func joined(_ texts: [String], language: String?) -> String {
    texts.filter { !$0.isEmpty }.joined(separator: separator(language))
  }

  /// What stands between texts that are joined.
  static func separator(_ language: String?) -> String { isUnspaced(language) ? "" : " " }

  private static func isUnspaced(_ language: String?) -> Bool { unspaced.contains(language ?? "") }

  /// Languages whose script puts no spaces between words.
  package static let unspaced: Set<String> = ["zh", "ja", "th", "lo", "my", "yue"]
}
