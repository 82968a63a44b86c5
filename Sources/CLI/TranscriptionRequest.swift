internal import Dragoman
internal import Foundation
internal import MachineTranslation
internal import ModelStore
internal import SpeechRecognition
internal import Synchronization
internal import Tensors

/// What is wanted of every recording, with the models for it: refused as a whole before work starts.
struct TranscriptionRequest {
  let interpreter: Interpreter
  let kernels: Kernels
  /// Translation models, for texts beside the recordings.
  let models: TranslationModels
  /// Hears where somebody speaks; nil where silence is recognised, too.
  let voiceActivity: VoiceActivityModel?
  /// Recognition models for when the machine is too slow for the chosen one.
  let smaller: SmallerModels
  /// Every translation model that the store knows of.
  private let available: [AvailableTranslation]
  /// Whether the recognition model can write English for other languages.
  let recognizerTranslates: Bool
  /// The one language that the recognition model knows; nil where it knows several.
  let onlyLanguage: String?

  /// Loads the recognition model and makes sure that a way to the target language exists.
  ///
  /// - Parameters:
  ///   - recognition: model id or path.
  ///   - precision: how its weights are kept.
  ///   - hearsVoiceOnly: whether silence is left out, for which there is a model of its own.
  ///   - options: how speech is recognised.
  ///   - target: language code to translate into; nil for none.
  ///   - translation: how text is translated.
  /// - Throws: `Failure`, `StoreError`, `RecognitionError` or `InterpreterError`.
  init(
    recognition: String, precision: RecognitionPrecision, hearsVoiceOnly: Bool, options: RecognitionOptions,
    target: String?,
    translation: TranslationOptions = .init(), threads: Int
  ) throws {
    let store = ModelStore.current
    kernels = try Kernels.requested()
    let models = TranslationModels(store: store, kernels: kernels)
    self.models = models
    let available = models.available
    self.available = available
    let folder = try store.folder(named: recognition), prepared = PreparedModels.cached(threads: threads)
    let model = try RecognitionModel(contentsOf: folder, precision: precision, prepared: prepared, kernels: kernels)
    smaller = SmallerModels(than: model, at: folder, store: store, prepared: prepared, kernels: kernels)
    let voiceActivity =
      hearsVoiceOnly ? try VoiceActivityModel(contentsOf: store.directory(of: "silero-vad")) : nil
    self.voiceActivity = voiceActivity
    let recognizerTranslates = model.canTranslate && options.task == .transcribe
    self.recognizerTranslates = recognizerTranslates
    onlyLanguage = model.isMultilingual ? nil : "en"
    try model.validate(options)

    if let target {
      // Without a known source the best that can be checked is a way from any language.
      let spoken = options.language.map { [$0] } ?? options.candidateLanguages
      let sources = options.task == .translate || !model.isMultilingual ? ["en"] : spoken
      for from in sources {
        let plan = try TranslationPlan.best(
          from: from, to: target, available: available, recognizerTranslates: recognizerTranslates)
        for step in plan.models { _ = try models.load(step.id) }
      }
      let into = available.filter { $0.to == target }
      if sources.isEmpty, target != "en", !into.contains(where: \.isInstalled) {
        guard !into.isEmpty else { throw InterpreterError.noRoute(from: "auto", to: target) }
        throw InterpreterError.modelsMissing(from: "auto", to: target, identifiers: into.map(\.id))
      }
    }
    var route: Interpreter.Route?
    if let target {
      route = { from in
        try Self.route(
          from: from, to: target, available: available, recognizerTranslates: recognizerTranslates, models: models)
      }
    }
    var interpreter = Interpreter(
      recognition: model, voiceActivity: voiceActivity, options: options, to: target, threads: threads,
      kernels: kernels, route: route)
    interpreter.translationOptions = translation
    self.interpreter = interpreter
  }

  /// Says on standard error where not all of the prompt and the hotwords can be used.
  func tellPrompt() {
    let (given, used) = interpreter.promptTokens
    guard used < given else { return }
    StandardError.write(
      "dragoman: --initial-prompt and --hotwords have \(given) tokens together, of which the model takes \(used): the last ones; "
        + "shorten them\n")
  }

  /// What leads from one language to another.
  ///
  /// - Throws: `InterpreterError` where nothing does, and what loading a model throws.
  func route(from: String, to target: String) throws -> TranslationRoute {
    try Self.route(
      from: from, to: target, available: available, recognizerTranslates: recognizerTranslates, models: models)
  }

  private static func route(
    from: String, to target: String, available: [AvailableTranslation], recognizerTranslates: Bool,
    models: TranslationModels
  ) throws -> TranslationRoute {
    let plan = try TranslationPlan.best(
      from: from, to: target, available: available, recognizerTranslates: recognizerTranslates)
    return TranslationRoute(
      models: try plan.models.map { try models.load($0.id) }, sourceLanguages: plan.models.map(\.from),
      recognizesIntoEnglish: plan.recognizesIntoEnglish)
  }
}

/// Translation models by id, each loaded once.
final class TranslationModels: Sendable {
  private let store: ModelStore
  private let kernels: Kernels
  private let loaded = Mutex<[String: TranslationModel]>([:])

  init(store: ModelStore, kernels: Kernels) { (self.store, self.kernels) = (store, kernels) }

  /// Every model that the store knows of.
  var available: [AvailableTranslation] {
    store.translationModels().map {
      AvailableTranslation(id: $0.id, from: $0.from, to: $0.to, isInstalled: $0.isInstalled)
    }
  }

  /// The model of this id.
  func load(_ id: String) throws -> TranslationModel {
    try loaded.withLock { loaded in
      if let model = loaded[id] { return model }
      let model = try TranslationModel(contentsOf: store.directory(of: id), kernels: kernels)
      loaded[id] = model
      return model
    }
  }
}

extension ModelStore {
  /// The folder of an installed model, or the folder that a path names.
  func folder(named name: String) throws -> URL {
    if name.contains("/") || name == "." || name == ".." { return URL(filePath: name) }
    return try directory(of: name)
  }
}

extension Kernels {
  /// The kernels that `DRAGOMAN_ISA` names, or the best of this machine.
  ///
  /// - Throws: `Failure` when this machine lacks them.
  static func requested() throws(Failure) -> Kernels {
    guard let name = ProcessInfo.processInfo.environment["DRAGOMAN_ISA"], !name.isEmpty else { return .best }
    guard let kernels = Kernels(named: name) else {
      throw Failure(
        .configuration,
        "DRAGOMAN_ISA=\(name): this machine has no such instruction set; its best is \(Kernels.best.name), and generic always works"
      )
    }
    return kernels
  }
}
