/// How long readers of a live session wait, in seconds; negative where something was there before its time.
///
/// All times are `emitted_at` less a place in the audio, so both have to count from the same moment.
public struct LiveLags: Sendable, Equatable {
  /// From the beginning of a sentence's speech to the first text of it, and to the first translation of it.
  public var firstText: [Double] = [], firstTranslation: [Double] = []
  /// From the end of a word to its being displayed for good, and to its being committed.
  public var wordShown: [Double] = [], wordCommitted: [Double] = []
  /// From the end of a sentence's last word to its final.
  public var sentenceFinal: [Double] = []
  /// The longest wait for a word's commitment by the minute of audio in which it ends, from 0; nil where none does. A
  /// session that cannot keep up grows from minute to minute. Sentences without word times count as one word.
  public var maximumByMinute: [Double?] = []

  /// No sentences yet.
  public init() {}

  /// The waits of the sentences that ended.
  ///
  /// - Parameters:
  ///   - speech: where people really speak, part by part, in seconds of audio; `firstText` and `firstTranslation` then
  ///     count from the beginning of each part to the first sentence that begins in it. A part that an earlier sentence
  ///     reaches into is left out, as is one in which none begins. nil takes the log's word for where speech begins.
  ///   - language: code of the speech's language; nil takes the updates' word for it.
  public init(
    _ log: LiveLog, speech: [Range<Double>]? = nil, language: String? = nil, form: WordForm = .displayed
  ) {
    let ended = log.utterances.filter { $0.final != nil }
    if let speech {
      for part in speech {
        guard !ended.contains(where: { $0.firstMoment < part.lowerBound && $0.lastMoment >= part.lowerBound }),
          let first = ended.first(where: { part.contains($0.firstMoment) })
        else { continue }
        begin(first, at: part.lowerBound)
      }
    } else {
      for utterance in ended { begin(utterance, at: utterance.speechStart) }
    }
    for utterance in ended { end(utterance, unit: utterance.unit(.text, language: language), form: form) }
  }

  private mutating func begin(_ utterance: LiveUtterance, at start: Double) {
    if let first = utterance.updates.first(where: { $0.text.contains { !$0.isWhitespace } }) {
      firstText.append(first.emittedAt - start)
    }
    if let first = utterance.updates.first(where: { $0.translation?.contains { !$0.isWhitespace } == true }) {
      firstTranslation.append(first.emittedAt - start)
    }
  }

  private mutating func end(_ utterance: LiveUtterance, unit: ErrorUnit, form: WordForm) {
    guard let final = utterance.final, !final.text.allSatisfy(\.isWhitespace) else { return }
    sentenceFinal.append(final.emittedAt - utterance.speechEnd)
    let delays = WordDelays(utterance, side: .text, unit: unit, form: form).words
    let displayed = DisplayedWords(final.text, unit: unit, form: form)
    let places = final.placesOfWords()
    for (word, place) in zip(final.words, places) {
      guard let place, let index = displayed.ends.firstIndex(where: { $0 >= place }) else { continue }
      wordShown.append(delays[index].shownAt - word.end)
      wordCommitted.append(delays[index].committedAt - word.end)
      note(delays[index].committedAt - word.end, at: word.end)
    }
    if final.words.isEmpty { note(final.emittedAt - final.end, at: final.end) }
  }

  private mutating func note(_ lag: Double, at place: Double) {
    note(lag, minute: max(0, Int(place / 60)))
  }

  /// A minute of which no wait is known is counted, too.
  private mutating func note(_ lag: Double?, minute: Int) {
    while maximumByMinute.count <= minute { maximumByMinute.append(nil) }
    if let lag { maximumByMinute[minute] = max(maximumByMinute[minute] ?? lag, lag) }
  }

  /// Adds the waits of another recording; minutes of the same number are put together.
  public static func += (sum: inout LiveLags, other: LiveLags) {
    sum.firstText += other.firstText
    sum.firstTranslation += other.firstTranslation
    sum.wordShown += other.wordShown
    sum.wordCommitted += other.wordCommitted
    sum.sentenceFinal += other.sentenceFinal
    for (minute, lag) in other.maximumByMinute.enumerated() {
      sum.note(lag, minute: minute)
    }
  }
}

extension LiveUtterance {
  /// The middle of its first word, and of its last: times of words are not so exact that their borders could tell to which
  /// part of a recording they belong.
  fileprivate var firstMoment: Double { final?.words.first.map { ($0.start + $0.end) / 2 } ?? speechStart }
  fileprivate var lastMoment: Double { final?.words.last.map { ($0.start + $0.end) / 2 } ?? speechEnd }
}

extension LoggedUpdate {
  /// Where each timed word ends in the text, in Unicode scalars from its start; nil for one that is not found there.
  func placesOfWords() -> [Int?] {
    let scalars = Array(text.unicodeScalars)
    var cursor = 0
    return words.map { word in
      let wanted = Array(word.text.unicodeScalars).trimmed
      guard !wanted.isEmpty, scalars.count >= cursor + wanted.count else { return nil }
      for start in cursor...(scalars.count - wanted.count)
      where scalars[start..<start + wanted.count].elementsEqual(wanted) {
        cursor = start + wanted.count
        return cursor
      }
      return nil
    }
  }
}
