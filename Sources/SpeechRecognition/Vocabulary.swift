internal import Foundation
internal import ModelFormats

/// Whisper's tokens: byte strings, then the special tokens, languages and timestamps.
///
/// - Reference: openai/whisper `whisper/tokenizer.py`; Radford et al. 2019 (GPT-2) for the printable form of bytes.
struct Vocabulary: Sendable {
  /// The bytes of each ordinary token; the printable name of each special one.
  let tokens: [[UInt8]]
  /// First token that is not text.
  let endOfText: Int
  let startOfTranscript: Int, translate: Int, transcribe: Int
  let startOfLanguageModel: Int, startOfPrevious: Int, noSpeech: Int, noTimestamps: Int
  /// `<|0.00|>`; every later token is a timestamp, 20 ms on.
  let timestampBegin: Int
  /// Language codes in the order of their tokens, the first being `startOfTranscript + 1`.
  let languages: [String]
  /// Ordinary tokens by their bytes; the id is the merge's rank.
  let ranks: [[UInt8]: Int]

  /// English-only models have exactly this many tokens, one fewer than the smallest multilingual ones.
  static let englishOnlyCount = 51_864

  var isMultilingual: Bool { tokens.count != Self.englishOnlyCount }
  var count: Int { tokens.count }

  /// Reads `vocabulary.txt` (a token a line) or `vocabulary.json` (an array) from a model folder.
  init(folder: URL) throws(RecognitionError) {
    let text = folder.appending(path: "vocabulary.txt"), json = folder.appending(path: "vocabulary.json")
    if let data = try? Data(contentsOf: text) {
      var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      if lines.last == "" { lines.removeLast() }
      try self.init(printable: lines.map(String.init), path: text.path)
    } else if let data = try? Data(contentsOf: json) {
      guard let printable = try? JSONDecoder().decode([String].self, from: data) else {
        throw .file(.malformed(path: json.path, what: "it is not a JSON array of tokens"))
      }
      try self.init(printable: printable, path: json.path)
    } else {
      throw .notARecognitionModel(path: folder.path, reason: "it has neither vocabulary.txt nor vocabulary.json")
    }
  }

  init(printable: [String], path: String) throws(RecognitionError) {
    func id(_ names: String...) throws(RecognitionError) -> Int {
      for name in names { if let id = printable.lastIndex(of: name) { return id } }
      throw .tokenMissing(path: path, token: names[0])
    }
    endOfText = try id("<|endoftext|>")
    startOfTranscript = try id("<|startoftranscript|>")
    translate = try id("<|translate|>")
    transcribe = try id("<|transcribe|>")
    startOfLanguageModel = try id("<|startoflm|>")
    startOfPrevious = try id("<|startofprev|>")
    noSpeech = try id("<|nospeech|>", "<|nocaptions|>")
    noTimestamps = try id("<|notimestamps|>")
    timestampBegin = try id("<|0.00|>")
    guard endOfText < startOfTranscript, startOfTranscript < translate, noTimestamps < timestampBegin else {
      throw .tokenMissing(path: path, token: "<|startoftranscript|> behind the text tokens")
    }
    languages = printable[(startOfTranscript + 1)..<translate].map { String($0.dropFirst(2).dropLast(2)) }
    var tokens: [[UInt8]] = [], ranks: [[UInt8]: Int] = [:]
    tokens.reserveCapacity(printable.count)
    ranks.reserveCapacity(endOfText)
    for (index, name) in printable.enumerated() {
      let bytes = index < endOfText ? Self.bytes(printable: name) : nil
      tokens.append(bytes ?? Array(name.utf8))
      if let bytes { ranks[bytes] = index }
    }
    (self.tokens, self.ranks) = (tokens, ranks)
  }

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

  private static func bytes(printable: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    for scalar in printable.unicodeScalars {
      guard let byte = byteOfScalar[scalar.value] else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
