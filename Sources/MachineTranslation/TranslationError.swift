public import ModelFormats

/// What can go wrong with a translation model or a text.
public enum TranslationError: Error, Equatable, CustomStringConvertible {
  /// The folder does not exist or cannot be listed.
  case folderUnreadable(path: String)
  /// The folder has no file of this pattern.
  case missingFile(folder: String, pattern: String)
  /// The folder has several files of this pattern, so that none can be chosen.
  case ambiguousFile(folder: String, pattern: String, found: [String])
  /// A file of the model is damaged or of another kind.
  case file(ModelFileError)
  /// The SentencePiece vocabulary cannot be loaded, or does not fit the model.
  case vocabulary(path: String, reason: String)
  /// The model's configuration asks for something this engine does not have.
  case unsupported(path: String, setting: String, value: String)
  /// The tokenizer refused a text.
  case tokenization(text: String)
  /// The glossary does not exist or cannot be read.
  case glossaryUnreadable(path: String)
  /// A line of a glossary, counted from 1, is not a pair of terms; without a line the whole file is not text.
  case glossary(path: String, line: Int?, reason: String)
  /// An option is outside its range.
  case invalidOption(name: String, value: String, allowed: String)

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .folderUnreadable(let path):
      "there is no readable model folder at \(path); pull the model, or give the folder that holds its files"
    case .missingFile(let folder, let pattern):
      "\(folder) has no file \(pattern), so it is no complete translation model; pull the model again or give another folder"
    case .ambiguousFile(let folder, let pattern, let found):
      "\(folder) has several files \(pattern): \(found.joined(separator: ", ")); keep one model in a folder"
    case .file(let error): error.description
    case .vocabulary(let path, let reason):
      "the vocabulary \(path) is not usable: \(reason); pull the model again"
    case .unsupported(let path, let setting, let value):
      "\(path) has \(setting) = \(value), which this engine does not support; use a Bergamot student (int8 with alphas, SSRU decoder) or an OPUS-MT model (Marian transformer, post-norm)"
    case .tokenization(let text):
      "the text beginning with \"\(text.prefix(40))\" cannot be cut into pieces; check the text, or the model's vocabulary"
    case .glossaryUnreadable(let path):
      "there is no readable glossary at \(path); give a text file of lines SOURCE<TAB>TARGET"
    case .glossary(let path, let line, let reason):
      "\(path)\(line.map { ", line \($0)" } ?? ""): \(reason); a line is SOURCE<TAB>TARGET, UTF-8, and # begins a comment"
    case .invalidOption(let name, let value, let allowed):
      "\(name) is \(value), allowed is \(allowed)"
    }
  }
}
