internal import Foundation
internal import ModelFormats
internal import Transcripts

extension Vocabulary {
  /// Reads the vocabulary of a model folder, in whichever form it is there.
  ///
  /// `vocabulary.txt` or `vocabulary.json` (CTranslate2), `tokenizer.json` or `vocab.json` with `added_tokens.json` (Hugging
  /// Face), or openai/whisper's `multilingual.tiktoken` or `gpt2.tiktoken`.
  ///
  /// - Parameters:
  ///   - folder: the model's folder.
  ///   - dimensions: the weights' sizes: what a file leaves out follows from them.
  /// - Throws: `RecognitionError` when there is none of them, or it is damaged.
  init(folder: URL, for dimensions: WhisperDimensions) throws(RecognitionError) {
    for name in VocabularyFile.names {
      let url = folder.appending(path: name)
      guard let data = try? Data(contentsOf: url) else { continue }
      self = try VocabularyFile(url: url, data: data, dimensions: dimensions).vocabulary()
      return
    }
    throw .notARecognitionModel(
      path: folder.path, reason: "it has no vocabulary: \(VocabularyFile.names.joined(separator: ", "))")
  }

  /// Tokens by id, from two dictionaries of which the second wins; timestamps are added where the files leave them out.
  fileprivate init(
    ids: [String: Int], added: [(String, Int)], path: String, dimensions: WhisperDimensions
  ) throws(RecognitionError) {
    var printable: [String?] = []
    for (token, id) in ids.map({ ($0, $1) }) + added {
      guard (0..<dimensions.vocabulary).contains(id) else {
        throw .vocabularyMismatch(path: path, expected: dimensions.vocabulary, found: id + 1)
      }
      if id >= printable.count { printable += [String?](repeating: nil, count: id + 1 - printable.count) }
      printable[id] = token
    }
    if let hole = printable.firstIndex(of: nil) {
      throw .file(.malformed(path: path, what: "no token has the id \(hole)"))
    }
    var tokens = printable.compactMap(\.self)
    if tokens.last == "<|notimestamps|>" { tokens += Self.timestamps(dimensions) }
    try self.init(printable: tokens, path: path)
  }

  /// Text tokens alone: the ids of the special ones follow from how many tokens the weights have.
  ///
  /// - Reference: openai/whisper `whisper/tokenizer.py`, `get_encoding`, for the order of the special tokens.
  init(text: [[UInt8]], path: String, dimensions: WhisperDimensions) throws(RecognitionError) {
    // Some converters write the end of text too.
    let text = Array(text.prefix { $0 != Array(Self.endOfTextName.utf8) })
    let tasks = [
      "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
    ]
    let starts = [Self.endOfTextName, "<|startoftranscript|>"]
    let timestamps = Self.timestamps(dimensions)
    let known = LanguageCode.all.map { "<|\($0.code)|>" }
    let languages = dimensions.vocabulary - text.count - starts.count - tasks.count - timestamps.count
    guard (0...known.count).contains(languages) else {
      throw .vocabularyMismatch(
        path: path, expected: dimensions.vocabulary,
        found: text.count + starts.count + known.count + tasks.count + timestamps.count)
    }
    try self.init(text: text, special: starts + known.prefix(languages) + tasks + timestamps, path: path)
  }

  /// The names of the timestamps: one for each position of the encoder, and one for the window's end.
  private static func timestamps(_ dimensions: WhisperDimensions) -> [String] {
    (0...dimensions.audioContext).map { index in
      let hundredths = 2 * index
      return "<|\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)|>"
    }
  }
}

/// One file that holds a vocabulary, in the form that its name tells.
struct VocabularyFile {
  let url: URL, data: Data, dimensions: WhisperDimensions

  /// The files that are looked for, in this order.
  static let names = [
    "vocabulary.txt", "vocabulary.json", "tokenizer.json", "vocab.json", "multilingual.tiktoken", "gpt2.tiktoken",
  ]
  /// What stands beside `vocab.json`.
  static let addedTokens = "added_tokens.json"

  func vocabulary() throws(RecognitionError) -> Vocabulary {
    switch url.lastPathComponent {
    case "vocabulary.txt": try lines()
    case "vocabulary.json": try array()
    case "tokenizer.json": try tokenizer()
    case "vocab.json": try dictionary()
    default: try ranked()
    }
  }

  /// A token a line, all of them.
  private func lines() throws(RecognitionError) -> Vocabulary {
    var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    return try Vocabulary(printable: lines.map(String.init), path: url.path)
  }

  /// A JSON array of all tokens.
  private func array() throws(RecognitionError) -> Vocabulary {
    guard let printable = try? JSONDecoder().decode([String].self, from: data) else {
      throw .file(.malformed(path: url.path, what: "it is not a JSON array of tokens"))
    }
    return try Vocabulary(printable: printable, path: url.path)
  }

  /// Hugging Face's fast tokenizer: ordinary tokens under `model`, special ones under `added_tokens`.
  private func tokenizer() throws(RecognitionError) -> Vocabulary {
    struct Tokenizer: Decodable {
      struct Model: Decodable { var vocab: [String: Int] }
      struct Added: Decodable { var id: Int, content: String }
      var model: Model
      var added_tokens: [Added]
    }
    guard let file = try? JSONDecoder().decode(Tokenizer.self, from: data) else {
      throw .file(.malformed(path: url.path, what: "it is not a tokenizer of byte pairs"))
    }
    let added = file.added_tokens.map { ($0.content, $0.id) }
    return try Vocabulary(ids: file.model.vocab, added: added, path: url.path, dimensions: dimensions)
  }

  /// Hugging Face's slow tokenizer: ids by token, special ones in a file of their own.
  private func dictionary() throws(RecognitionError) -> Vocabulary {
    let other = url.deletingLastPathComponent().appending(path: Self.addedTokens)
    guard let ids = try? JSONDecoder().decode([String: Int].self, from: data) else {
      throw .file(.malformed(path: url.path, what: "it is not a JSON object of ids by token"))
    }
    guard let added = try? JSONDecoder().decode([String: Int].self, from: Data(contentsOf: other)) else {
      throw .file(.malformed(path: other.path, what: "beside vocab.json it must hold the special tokens' ids"))
    }
    return try Vocabulary(ids: ids, added: added.map { ($0, $1) }, path: url.path, dimensions: dimensions)
  }

  /// OpenAI's file of text tokens: a line of base64 and rank each.
  private func ranked() throws(RecognitionError) -> Vocabulary {
    var tokens: [[UInt8]] = []
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      // OpenAI's own file has one token without bytes, written as a lone `=`.
      let base64 = words.first == "=" ? "" : String(words.first ?? "")
      guard words.count == 2, Int(words[1]) == tokens.count, let bytes = Data(base64Encoded: base64) else {
        throw .file(.malformed(path: url.path, what: "line \(tokens.count + 1) is not a token in base64 and its rank"))
      }
      tokens.append(Array(bytes))
    }
    return try Vocabulary(text: tokens, path: url.path, dimensions: dimensions)
  }
}
