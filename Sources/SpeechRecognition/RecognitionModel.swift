public import Foundation
internal import Synchronization
public import Tensors

/// How the weights of a model are kept and multiplied.
public enum RecognitionPrecision: String, Sendable, CaseIterable {
  /// Int8 weights with a scale for each output, inputs quantised row by row, exact sums: a quarter of the memory traffic.
  case int8
  /// Float32 arithmetic, as the reference implementation computes.
  case float32
}

/// A speech recognition model: mapped and prepared once, shared by any number of sessions.
public final class RecognitionModel: Sendable {
  /// The name of the folder that it came from, or of the ggml file.
  public let name: String
  /// How its weights are kept.
  public let precision: RecognitionPrecision
  /// Whether weights and silent tail are those of a prepared file.
  let isPrepared: Bool
  let weights: WhisperWeights
  /// Made when it is first needed, unless it was prepared.
  private let silentTail: Mutex<SilentTail?>
  let vocabulary: Vocabulary
  let filter: LogitFilter
  /// Cross-attention heads that follow the audio: the model's own list, else what is known for its sizes.
  let alignmentHeads: [AlignmentHead]

  /// Opens a Whisper model in any of its layouts (`docs/formats.md`).
  ///
  /// - CTranslate2: `model.bin` (float32, float16 or int8) with `vocabulary.txt` or `.json`.
  /// - whisper.cpp: `ggml-*.bin` (f32, f16, q8_0, q5_0, q5_1, q4_0, q4_1), in a folder or by itself.
  /// - Hugging Face: `model.safetensors`, or its shards with `model.safetensors.index.json`, with `config.json` and
  ///   `tokenizer.json` or `vocab.json`; float32, float16 or bfloat16.
  /// - openai/whisper's names: one `.safetensors` with any of the vocabularies above, or OpenAI's `.tiktoken`.
  ///
  /// Half-precision weights are used where they lie in the mapped file, except where queries, keys and values lie apart;
  /// bfloat16 and quantised ones are widened to Float32 once.
  ///
  /// - Parameters:
  ///   - url: of the folder, or of one file that is a model by itself.
  ///   - precision: int8 quantises all matrices here, whatever they are stored as.
  ///   - prepared: where int8 weights are kept once they are made, so that the next process maps them; nil makes them in
  ///     memory.
  ///   - kernels: quantise.
  /// - Throws: `RecognitionError` when there is no such model at `url` or a file of it is damaged.
  public init(
    contentsOf url: URL, precision: RecognitionPrecision = .int8, prepared: PreparedModels? = nil,
    kernels: Kernels = .best
  ) throws(RecognitionError) {
    let files = try RecognitionFiles(at: url)
    name = files.modelName(at: url)
    self.precision = precision
    var parts = precision == .int8 ? try prepared?.parts(of: files, at: url, name: name, kernels: kernels) : nil
    isPrepared = parts != nil
    if parts == nil {
      parts = try RecognitionParts(files, at: url)
      if precision == .int8 { parts!.weights = parts!.weights.quantized(kernels: kernels) }
    }
    let all = parts!
    (weights, vocabulary, alignmentHeads) = (all.weights, all.vocabulary, all.alignmentHeads)
    silentTail = Mutex(all.silentTail)
    filter = LogitFilter(vocabulary: vocabulary, encoder: BytePairEncoder(vocabulary: vocabulary))
  }

  /// The silence behind the audio of windows, encoded once.
  func tail(context: ComputeContext) -> SilentTail {
    silentTail.withLock { tail in
      if let tail { return tail }
      let made = SilentTail(weights: weights, context: context)
      tail = made
      return made
    }
  }

  /// The language of the speech where it needs no finding.
  func knownLanguage(_ options: RecognitionOptions) -> DetectedLanguage? {
    (isMultilingual ? options.language : "en").map { DetectedLanguage(code: $0, probability: 1) }
  }

  /// What a transcript begins with: its start, then language and task for a multilingual model.
  func startSequence(language: String?, task: RecognitionTask) -> [Int] {
    guard isMultilingual, let token = language.flatMap({ vocabulary.languageToken($0) }) else {
      return [vocabulary.startOfTranscript]
    }
    return [
      vocabulary.startOfTranscript, token, task == .translate ? vocabulary.translate : vocabulary.transcribe,
    ]
  }

  /// Tokens that a prompt before a window's text may have: half the text context less one.
  var promptRoom: Int { weights.dimensions.textContext / 2 - 1 }

  /// Of the user's prompt with the hotwords behind it: how many tokens there are, and how many of them, the last ones, are used.
  public func promptTokens(_ options: RecognitionOptions) -> (given: Int, used: Int) {
    let given = WindowPrompt.userTokens(of: options, encoder: BytePairEncoder(vocabulary: vocabulary)).count
    return (given, min(given, WindowPrompt.mostUserTokens(in: promptRoom)))
  }

  /// Whether it knows more than English.
  public var isMultilingual: Bool { vocabulary.isMultilingual }

  /// Whether it can write English for speech in other languages.
  public var canTranslate: Bool { isMultilingual && !isTurbo }

  /// The large model with 4 of its 32 decoder layers: fine-tuned to transcribe, on data without translations.
  ///
  /// - Reference: openai/whisper `README.md`, "Available models and languages": turbo is not trained for translation.
  var isTurbo: Bool { weights.dimensions.encoderLayers == 32 && weights.dimensions.decoderLayers == 4 }

  /// Language codes that it understands.
  public var languages: [String] { isMultilingual ? vocabulary.languages : ["en"] }

  /// Refuses what this model cannot do, before any work starts.
  ///
  /// - Throws: `RecognitionError.englishOnly`, `.unknownLanguage`, `.cannotTranslate` or `.notTrainedToTranslate`.
  public func validate(_ options: RecognitionOptions) throws(RecognitionError) {
    let named = (options.language.map { [$0] } ?? []) + options.candidateLanguages
    if let language = named.first(where: { !languages.contains($0) }) {
      throw isMultilingual
        ? .unknownLanguage(model: name, language: language) : .englishOnly(model: name, language: language)
    }
    guard options.task == .translate else { return }
    if !isMultilingual { throw .cannotTranslate(model: name) }
    if isTurbo { throw .notTrainedToTranslate(model: name) }
  }
}
