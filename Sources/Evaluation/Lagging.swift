/// A sentence of a reference with its place in a recording.
public struct StreamSentence: Sendable, Equatable {
  /// Where its speech begins, and how long it lasts, in seconds.
  public var start: Double, duration: Double
  /// Its text in the language of the output.
  public var text: String

  /// A sentence.
  public init(start: Double, duration: Double, text: String) {
    (self.start, self.duration, self.text) = (start, duration, text)
  }
}

/// The lagging of long recordings: of each reference sentence by itself, and then the mean.
///
/// The stream of words is cut at the reference's sentences; a word's delay counts from the beginning of its sentence and
/// is never below 0; sentences to which nothing belongs are left out and counted. With `LAAL` this is StreamLAAL.
///
/// - Reference: Papi et al. 2024, "StreamAtt", arXiv:2406.10177; hlt-mt/FBK-fairseq
///   `examples/speech_to_text/simultaneous_translation/scripts/stream_laal.py`. Its computation-aware delays repair how
///   SimulEval adds up time; here they are measured and need no repair.
public struct Lagging: AdditiveStatistics {
  /// Sentences that were measured, and those to which no word belongs.
  public var sentences = 0, unanswered = 0
  /// Sums over the sentences, in milliseconds: average lagging, length-adaptive, differentiable.
  private var average = 0.0, lengthAdaptive = 0.0, differentiable = 0.0

  /// No sentences yet.
  public static let zero = Lagging()

  /// Measures a stream.
  ///
  /// - Parameters:
  ///   - words: the output, in order.
  ///   - delays: when each word was there, in seconds since the recording began.
  ///   - sentences: the reference, in order.
  ///   - unit: what counts as a word of the reference; `words` are in the same unit.
  /// - Precondition: as many delays as words.
  public init(words: [String], delays: [Double], sentences references: [StreamSentence], unit: ErrorUnit = .word) {
    precondition(words.count == delays.count, "a delay for each word")
    let wanted = references.map { DisplayedWords($0.text, unit: unit, form: .displayed).words }
    for (index, part) in Resegmentation.parts(of: words, sentences: wanted).enumerated() {
      let sentence = references[index]
      let length = sentence.duration * 1000
      let own = delays[part].map { max(0, ($0 - sentence.start) * 1000) }
      guard
        let average = StreamLatency.averageLagging(
          delays: own, sourceLength: length, referenceLength: wanted[index].count),
        let adaptive = StreamLatency.lengthAdaptiveAverageLagging(
          delays: own, sourceLength: length, referenceLength: wanted[index].count),
        let differentiable = StreamLatency.differentiableAverageLagging(delays: own, sourceLength: length)
      else {
        unanswered += 1
        continue
      }
      self.sentences += 1
      self.average += average
      lengthAdaptive += adaptive
      self.differentiable += differentiable
    }
  }

  private init() {}

  /// Average lagging, the mean over the sentences, in milliseconds; nil without any.
  public var averageLagging: Double? { mean(average) }
  /// StreamLAAL: length-adaptive average lagging, the mean over the sentences, in milliseconds; nil without any.
  public var streamLAAL: Double? { mean(lengthAdaptive) }
  /// Differentiable average lagging, the mean over the sentences, in milliseconds; nil without any.
  public var differentiableAverageLagging: Double? { mean(differentiable) }

  private func mean(_ sum: Double) -> Double? { sentences > 0 ? sum / Double(sentences) : nil }

  /// Adds the sentences of another recording.
  public static func += (sum: inout Lagging, other: Lagging) {
    sum.sentences += other.sentences
    sum.unanswered += other.unanswered
    sum.average += other.average
    sum.lengthAdaptive += other.lengthAdaptive
    sum.differentiable += other.differentiable
  }
}
