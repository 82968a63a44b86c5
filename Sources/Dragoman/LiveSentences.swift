internal import SpeechRecognition
internal import Transcripts

/// Puts the words of turns together into sentences: across pauses, and several to a turn.
struct LiveSentences {
  /// The certain words of the sentence under way.
  private(set) var words: [Word] = []
  private(set) var pending: [Word] = []
  private(set) var language: String?
  /// Sentences that are over.
  private(set) var count = 0
  /// Where the last certain word ends: two looks at the audio may place neighbours a little across each other.
  private var saidUntil = Duration.zero

  /// A sentence without an end is over after so many words or so much time.
  static let mostWords = 60, longest = Duration.seconds(30)

  var isEmpty: Bool { words.isEmpty && pending.isEmpty }
  var certainText: String { Self.text(words) }
  var text: String { Self.text(words + pending) }

  /// Takes what is new and returns the sentences that are over with it.
  mutating func take(_ update: LiveUpdate) -> [Segment] {
    var complete: [Segment] = []
    if let new = update.language, new != language {
      if language != nil, !words.isEmpty { complete.append(close()) }
      language = new
    }
    for word in update.certain {
      let word = Self.moved(word, behind: saidUntil)
      saidUntil = word.end
      let continues = Self.continues(word.text, language: language)
      if !continues, !words.isEmpty, isLong(with: word) { complete.append(close()) }
      if continues, !words.isEmpty {
        words[words.count - 1].text += word.text
        words[words.count - 1].end = max(words[words.count - 1].end, word.end)
      } else if words.isEmpty, word.text.allSatisfy({ $0.isWhitespace || $0.isPunctuation }) {
        // It belongs to a sentence that is over.
        continue
      } else {
        words.append(word)
      }
      if let last = words.last, Transcript.endsSentenceBeforeMore(last.text) { complete.append(close()) }
    }
    var end = saidUntil
    pending = update.pending.map {
      let word = Self.moved($0, behind: end)
      end = word.end
      return word
    }
    if update.endsTurn, let last = words.last, Transcript.endsSentence(last.text) { complete.append(close()) }
    return complete
  }

  /// A word that begins where the one before it ends, or later.
  private static func moved(_ word: Word, behind end: Duration) -> Word {
    var word = word
    word.start = max(word.start, end)
    word.end = max(word.end, word.start)
    return word
  }

  /// Ends the sentence under way, whatever it ends with; nil when there is none.
  mutating func finish() -> Segment? {
    pending = []
    return words.isEmpty ? nil : close()
  }

  private func isLong(with word: Word) -> Bool {
    words.count >= Self.mostWords || word.end - words[0].start > Self.longest
  }

  private mutating func close() -> Segment {
    defer { (words, count) = ([], count + 1) }
    return Segment(
      id: count, start: words[0].start, end: words.last!.end, text: Self.text(words), language: language, words: words)
  }

  /// Whether a word goes on from the one before it without a space.
  private static func continues(_ text: String, language: String?) -> Bool {
    if text.allSatisfy({ $0.isPunctuation }) { return true }
    return text.first?.isWhitespace == false && !Transcript.unspaced.contains(language ?? "")
  }

  private static func text(_ words: [Word]) -> String {
    String(words.map(\.text).joined().drop(while: \.isWhitespace))
  }
}
