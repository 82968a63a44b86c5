/// What a window's decoding is told beforehand: the user's own words in every window, then the end of the text so far.
///
/// - Reference: openai/whisper `whisper/transcribe.py` (`carry_initial_prompt`).
struct WindowPrompt {
  /// Tokens of the user's prompt and hotwords.
  private let fixed: [Int]
  /// Tokens that fit before the start of the transcript.
  private let room: Int
  /// The text so far, timestamps included.
  private var previous: [Int] = []

  /// - Parameter room: tokens that a prompt may have: half the text context less one.
  init(options: RecognitionOptions, encoder: BytePairEncoder, room: Int) {
    fixed = Array(Self.userTokens(of: options, encoder: encoder).suffix(Self.mostUserTokens(in: room)))
    self.room = room
  }

  /// At least half the room is left to the text so far.
  static func mostUserTokens(in room: Int) -> Int { room / 2 }

  /// All tokens of the user's prompt and hotwords.
  static func userTokens(of options: RecognitionOptions, encoder: BytePairEncoder) -> [Int] {
    let words = [options.initialPrompt, options.hotwords].compactMap { text -> String? in
      guard let text else { return nil }
      let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return trimmed.isEmpty ? nil : " " + trimmed
    }
    return words.flatMap { encoder.encode($0) }
  }

  /// The prompt with the text so far.
  var tokens: [Int] { fixed + previous.suffix(room - fixed.count) }

  /// The prompt without it.
  var fixedTokens: [Int] { fixed }

  /// The prompt with other tokens in place of the text so far.
  func tokens(endingWith other: [Int]) -> [Int] { Array((fixed + other).suffix(room)) }

  /// Whether there is text so far.
  var goesOn: Bool { !previous.isEmpty }

  mutating func append(_ tokens: [Int]) {
    previous += tokens
    previous.removeFirst(max(0, previous.count - room))
  }

  /// Goes on from the text of another prompt, whose tokens may mean something else here.
  ///
  /// - Parameter translate: tokens of the other prompt to tokens of this one.
  mutating func take(_ other: WindowPrompt, _ translate: ([Int]) -> [Int]) { append(translate(other.previous)) }

  mutating func forget() { previous = [] }
}
