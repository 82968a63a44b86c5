public import ModelFormats

/// What can be wrong with a recognition model, or with what is asked of it.
public enum RecognitionError: Error, Equatable, CustomStringConvertible {
  /// There is no model folder at this path.
  case modelMissing(path: String)
  /// The folder holds no recognition model of a kind that is read.
  case notARecognitionModel(path: String, reason: String)
  /// The folder holds no voice activity model of a kind that is read.
  case notAVoiceActivityModel(path: String)
  /// A model file is damaged or of another kind.
  case file(ModelFileError)
  /// The vocabulary does not fit the weights.
  case vocabularyMismatch(path: String, expected: Int, found: Int)
  /// The vocabulary lacks a token that decoding needs.
  case tokenMissing(path: String, token: String)
  /// An English-only model was asked for another language, or to find the language.
  case englishOnly(model: String, language: String)
  /// The model has no token for this language.
  case unknownLanguage(model: String, language: String)
  /// The model understands English only and so cannot translate into English.
  case cannotTranslate(model: String)
  /// The model understands other languages, but was trained to transcribe only.
  case notTrainedToTranslate(model: String)

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .modelMissing(let path):
      "no model folder at \(path); `dragoman models list` shows what is there, `dragoman models pull` fetches one"
    case .notARecognitionModel(let path, let reason):
      "\(path) is not a speech recognition model: \(reason); name a Whisper model, such as whisper-base"
    case .notAVoiceActivityModel(let path):
      "\(path) holds no Silero voice activity model: `dragoman models pull silero-vad` fetches one"
    case .file(let error):
      error.description
    case .vocabularyMismatch(let path, let expected, let found):
      "\(path) has \(found) tokens, the weights have \(expected): the files belong to different models, fetch the model again"
    case .tokenMissing(let path, let token):
      "\(path) lacks the token \(token): not a Whisper vocabulary"
    case .englishOnly(let model, let language):
      "\(model) understands English only, not `\(language)`; use a multilingual model: --model whisper-base"
    case .unknownLanguage(let model, let language):
      "\(model) does not know the language `\(language)`; give a code such as en, pt or de"
    case .cannotTranslate(let model):
      "\(model) understands English only and cannot translate; use a multilingual model: --model whisper-base"
    case .notTrainedToTranslate(let model):
      "\(model) is a turbo model, trained to transcribe and not to translate; transcribe and add --to en, or use another model: --model whisper-base"
    }
  }
}
