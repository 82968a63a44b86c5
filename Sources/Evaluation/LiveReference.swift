/// What was really said in a recording, and what it means.
public struct LiveReference: Sendable, Equatable {
  /// A sentence or another part, in the order of speech.
  public struct Segment: Sendable, Equatable, Codable {
    /// Where it begins and ends in the recording, in seconds; nil where that is not known.
    public var start: Double?, end: Double?
    /// What was said; nil where only a translation is given.
    public var text: String?
    /// What it means in the target language; nil where that is not known.
    public var translation: String?

    /// A segment; what is not known is left out.
    public init(start: Double? = nil, end: Double? = nil, text: String?, translation: String? = nil) {
      (self.start, self.end, self.text, self.translation) = (start, end, text, translation)
    }
  }

  /// In the order of speech.
  public var segments: [Segment]
  /// Language codes of the speech and of the translation, where known.
  public var language: String?, target: String?
  /// Length of the recording in seconds; nil takes the log's word for it.
  public var audioSeconds: Double?

  /// A reference in segments. Without any, only what needs no reference is measured.
  public init(
    segments: [Segment] = [], language: String? = nil, target: String? = nil, audioSeconds: Double? = nil
  ) {
    (self.segments, self.language, self.target, self.audioSeconds) = (segments, language, target, audioSeconds)
  }

  /// A reference of the recording as a whole.
  public init(
    text: String, translation: String? = nil, language: String? = nil, target: String? = nil,
    audioSeconds: Double? = nil
  ) {
    self.init(
      segments: [Segment(text: text, translation: translation)], language: language, target: target,
      audioSeconds: audioSeconds)
  }

  /// The reference that a data set has of one recording: its utterances in the order of their excerpts, or the segments of
  /// the only one, unless that has a translation and they have none.
  ///
  /// - Parameter target: language of the translations that are wanted; nil takes none.
  public init(_ utterances: [Utterance], target: String? = nil, audioSeconds: Double? = nil) {
    if let only = utterances.first, utterances.count == 1, only.excerpt == nil, !only.segments.isEmpty {
      let isTranslated = only.segments.allSatisfy { $0.translation != nil }
      if isTranslated || target.flatMap({ only.translations[$0] }) == nil {
        self.init(segments: only.segments, language: only.language, target: target, audioSeconds: audioSeconds)
        if target == nil { for index in segments.indices { segments[index].translation = nil } }
        return
      }
    }
    let inOrder = utterances.sorted { ($0.excerpt?.start ?? 0) < ($1.excerpt?.start ?? 0) }
    self.init(
      segments: inOrder.map { utterance in
        let start = utterance.excerpt?.start
        let end = utterance.excerpt.flatMap { excerpt in excerpt.duration.map { excerpt.start + $0 } }
        return Segment(
          start: start, end: end,
          text: utterance.text.isEmpty && !utterance.translations.isEmpty ? nil : utterance.text,
          translation: target.flatMap { utterance.translations[$0] })
      },
      language: inOrder.lazy.compactMap(\.language).first, target: target, audioSeconds: audioSeconds)
  }

  /// What one side of all segments says; nil unless each has it.
  func texts(_ side: LiveUtterance.Side) -> [String]? {
    let texts = segments.compactMap { side == .text ? $0.text : $0.translation }
    return texts.isEmpty || texts.count < segments.count ? nil : texts
  }

  /// The parts of the recording that are spoken in; nil unless all segments have times.
  var speech: [Range<Double>]? {
    let ranges = segments.compactMap { segment -> Range<Double>? in
      guard let start = segment.start, let end = segment.end, start < end else { return nil }
      return start..<end
    }
    return ranges.isEmpty || ranges.count < segments.count ? nil : ranges
  }

  /// Sentences for lagging; where their times are not known, the whole recording as one.
  func sentences(_ side: LiveUtterance.Side, audioSeconds: Double?) -> [StreamSentence]? {
    guard let texts = texts(side) else { return nil }
    if let speech {
      return zip(speech, texts).map {
        StreamSentence(start: $0.lowerBound, duration: $0.upperBound - $0.lowerBound, text: $1)
      }
    }
    return audioSeconds.map { [StreamSentence(start: 0, duration: $0, text: texts.joined(separator: " "))] }
  }
}
