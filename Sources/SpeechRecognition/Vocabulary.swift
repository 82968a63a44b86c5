/// Whisper's tokens: byte strings, then the special tokens, languages and timestamps.
///
/// - Reference: openai/whisper `whisper/tokenizer.py`; Radford et al. 2019 (GPT-2) for the printable form of bytes.
struct Vocabulary: Sendable {
  /// The bytes of each ordinary token; the printable name of each special one.
  let tokens: TokenTable
  /// First token that is not text.
  let endOfText: Int
  let startOfTranscript: Int, translate: Int, transcribe: Int
  let startOfLanguageModel: Int, startOfPrevious: Int, noSpeech: Int, noTimestamps: Int
  /// `<|0.00|>`; every later token is a timestamp, 20 ms on.
  let timestampBegin: Int
  /// Language codes in the order of their tokens, the first being `startOfTranscript + 1`.
  let languages: [String]
  /// English-only models have exactly this many tokens, one fewer than the smallest multilingual ones.
  static let englishOnlyCount = 51_864

  var isMultilingual: Bool { tokens.count != Self.englishOnlyCount }
  var count: Int { tokens.count }

  /// Takes tokens in GPT-2's printable form, special ones as they are; those from `<|endoftext|>` on are special.
  ///
  /// - Throws: `RecognitionError.tokenMissing` when `path`, where the tokens come from, is no Whisper vocabulary.
  init(printable: [String], path: String) throws(RecognitionError) {
    guard let end = printable.lastIndex(of: Self.endOfTextName) else {
      throw .tokenMissing(path: path, token: Self.endOfTextName)
    }
    try self.init(
      text: printable[..<end].map { Self.bytes(printable: $0) ?? Array($0.utf8) }, special: Array(printable[end...]),
      path: path)
  }

  /// Takes the bytes of the text tokens and the names of the special ones behind them, `<|endoftext|>` first.
  init(text: [[UInt8]], special: [String], path: String) throws(RecognitionError) {
    try self.init(TokenTable(text: text, special: special), path: path)
  }

  /// Takes a table whose text tokens end where the special ones begin, with `<|endoftext|>`.
  init(_ tokens: TokenTable, path: String) throws(RecognitionError) {
    let special = tokens.textCount..<tokens.count
    func id(_ names: String...) throws(RecognitionError) -> Int {
      for name in names {
        let bytes = Array(name.utf8)
        if let id = special.last(where: { tokens.equals($0, bytes) }) { return id }
      }
      throw .tokenMissing(path: path, token: names[0])
    }
    endOfText = try id(Self.endOfTextName)
    startOfTranscript = try id("<|startoftranscript|>")
    translate = try id("<|translate|>")
    transcribe = try id("<|transcribe|>")
    startOfLanguageModel = try id("<|startoflm|>")
    startOfPrevious = try id("<|startofprev|>")
    noSpeech = try id("<|nospeech|>", "<|nocaptions|>")
    noTimestamps = try id("<|notimestamps|>")
    timestampBegin = try id("<|0.00|>")
    guard endOfText == tokens.textCount, startOfTranscript < translate, noTimestamps < timestampBegin else {
      throw .tokenMissing(path: path, token: "<|startoftranscript|> behind the text tokens")
    }
    languages = (startOfTranscript + 1..<translate).map {
      String(decoding: tokens[$0].dropFirst(2).dropLast(2), as: UTF8.self)
    }
    self.tokens = tokens
  }

  /// The name of the token that ends a text, in front of all other special ones.
  static let endOfTextName = "<|endoftext|>"

  /// The token of a language code, if the model has it.
  func languageToken(_ code: String) -> Int? {
    languages.firstIndex(of: code).map { startOfTranscript + 1 + $0 }
  }

  /// The bytes of the text tokens among `ids`; special tokens and timestamps are left out.
  func bytes(of ids: some Sequence<Int>) -> [UInt8] {
    ids.flatMap { $0 < endOfText ? tokens[$0] : [] }
  }

  /// Text of the text tokens; broken UTF-8 becomes the replacement character.
  func text(of ids: some Sequence<Int>) -> String { String(decoding: bytes(of: ids), as: UTF8.self) }

  /// Whether there is more in the text than white space and punctuation.
  func hasWords(_ ids: some Sequence<Int>) -> Bool {
    text(of: ids).contains { !$0.isWhitespace && !$0.isPunctuation }
  }

  /// Bytes that GPT-2 prints as they are; the other 68 are printed as U+0100 and on.
  private static let printableBytes = Array(33...126) + Array(161...172) + Array(174...255)

  private static let byteOfScalar: [UInt32: UInt8] = {
    var table: [UInt32: UInt8] = [:]
    for byte in printableBytes { table[UInt32(byte)] = UInt8(byte) }
    var next: UInt32 = 256
    for byte in 0...255 where table[UInt32(byte)] == nil {
      table[next] = UInt8(byte)
      next += 1
    }
    return table
  }()

  static func bytes(printable: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    for scalar in printable.unicodeScalars {
      guard let byte = byteOfScalar[scalar.value] else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
