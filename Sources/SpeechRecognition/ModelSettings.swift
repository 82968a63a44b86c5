internal import Foundation
internal import ModelFormats

/// What the JSON files beside the weights say of a Whisper model.
///
/// `config.json` as CTranslate2, Hugging Face or OpenAI's dimensions have it, and Hugging Face's `generation_config.json`;
/// all keys are optional, as each layout has its own.
struct ModelSettings: Decodable, Equatable {
  /// Hugging Face: `whisper`.
  var model_type: String?
  /// Hugging Face: `gelu`.
  var activation_function: String?
  var encoder_attention_heads: Int?, decoder_attention_heads: Int?
  /// OpenAI's names of the same.
  var n_audio_head: Int?, n_text_head: Int?
  /// `[[layer, head]]`.
  var alignment_heads: [[Int]]?

  /// The files that are read, the second of which is asked for alignment heads first.
  static let names = ["config.json", "generation_config.json"]

  /// No settings at all.
  init() {}

  /// Reads `config.json` and `generation_config.json` of a folder, where they are there.
  ///
  /// - Throws: `ModelFileError.malformed` when one is there and is not what it should be.
  init(folder: URL) throws(ModelFileError) {
    self = try Self.read(folder.appending(path: Self.names[0])) ?? Self()
    let generation = try Self.read(folder.appending(path: Self.names[1]))
    alignment_heads = generation?.alignment_heads ?? alignment_heads
  }

  /// Refuses what the settings say is another architecture than the one that is computed.
  func checkArchitecture(path: String) throws(RecognitionError) {
    if let model_type, model_type != "whisper" {
      throw .notARecognitionModel(path: path, reason: "its config.json says that it is a \(model_type) model")
    }
    if let activation_function, activation_function != "gelu" {
      throw .notARecognitionModel(path: path, reason: "its activation function is \(activation_function), not gelu")
    }
  }

  private static func read(_ url: URL) throws(ModelFileError) -> ModelSettings? {
    guard let data = try? Data(contentsOf: url) else { return nil }
    do {
      return try JSONDecoder().decode(ModelSettings.self, from: data)
    } catch {
      throw .malformed(path: url.path, what: "it is not the JSON settings of a Whisper model")
    }
  }
}
