import Foundation
import TestSupport
import Testing

@testable import ModelStore

/// What is recognised as a model, and how it comes into the store.
@Suite struct ImportTests {
  let scratch: ScratchFolder
  let store: ModelStore

  init() throws {
    scratch = try ScratchFolder()
    store = ModelStore(root: scratch.url.appending(path: "store"), catalogue: Catalogue(models: []))
  }

  static let ggml = "lmgg and more"

  /// Writes a folder of files; returns it.
  func folder(_ name: String, _ files: [String: String]) throws -> URL {
    let folder = scratch.url.appending(path: name)
    for (file, text) in files {
      let url = folder.appending(path: file)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return folder
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String, files: [String: String]
    var layout: ImportCandidate.Layout, identifier: String, copied: [String]
    var from: String?, to: String?
    var testDescription: String { name }
  }

  static let marian = [
    "config.json": #"{"model_type":"marian","d_model":512}"#, "model.safetensors": "x", "source.spm": "x",
    "target.spm": "x", "vocab.json": "{}", "pytorch_model.bin": "x", "rust_model.ot": "x",
  ]
  static let marianFiles = ["config.json", "model.safetensors", "source.spm", "target.spm", "vocab.json"]

  static let cases = [
    Case(
      name: "faster-whisper-tiny",
      files: ["model.bin": "x", "config.json": "{}", "vocabulary.txt": "x", "notes": "x", "deep/er.json": "x"],
      layout: .cTranslate2Whisper, identifier: "faster-whisper-tiny",
      copied: ["config.json", "model.bin", "vocabulary.txt"]),
    Case(
      name: "models", files: ["ggml-base.en-q5_1.bin": ggml, "README.md": "x", "other.bin": "x"],
      layout: .ggmlWhisper, identifier: "ggml-base.en-q5_1", copied: ["ggml-base.en-q5_1.bin"]),
    Case(
      name: "models--openai--whisper-tiny/snapshots/169d4a4341b33bc18d8881c4b69c2e104e1cc0af",
      files: [
        "model.safetensors": "x", "config.json": #"{"model_type":"whisper"}"#, "tokenizer.json": "{}",
        "flax.msgpack": "x",
      ], layout: .safetensorsWhisper, identifier: "whisper-tiny",
      copied: ["config.json", "model.safetensors", "tokenizer.json"]),
    Case(
      name: "sharded",
      files: [
        "model.safetensors.index.json":
          #"{"metadata":{"total_size":1},"weight_map":{"a":"s-1.safetensors","b":"s-2.safetensors"}}"#,
        "s-1.safetensors": "x", "s-2.safetensors": "x", "old.safetensors": "x", "vocab.json": "{}",
      ], layout: .safetensorsWhisper, identifier: "sharded",
      copied: ["model.safetensors.index.json", "s-1.safetensors", "s-2.safetensors", "vocab.json"]),
    Case(
      name: "My Whisper (openai)", files: ["medium.safetensors": "x", "multilingual.tiktoken": "x"],
      layout: .safetensorsWhisper, identifier: "My-Whisper--openai-",
      copied: ["medium.safetensors", "multilingual.tiktoken"]),
    Case(
      name: "ende",
      files: [
        "model.ende.intgemm.alphas.bin": "x", "vocab.ende.spm": "x", "lex.50.50.ende.s2t.bin": "x", "config.yml": "x",
      ], layout: .firefox, identifier: "firefox-en-de",
      copied: ["config.yml", "lex.50.50.ende.s2t.bin", "model.ende.intgemm.alphas.bin", "vocab.ende.spm"],
      from: "en", to: "de"),
    Case(
      name: "opus-mt-en-ROMANCE", files: marian, layout: .opusSafetensors, identifier: "opus-mt-en-ROMANCE",
      copied: marianFiles),
    Case(
      name: "opus-mt-tc-big-en-pt", files: marian, layout: .opusSafetensors, identifier: "opus-mt-tc-big-en-pt",
      copied: marianFiles, from: "en", to: "pt"),
    Case(
      name: "somewhere",
      files: marian.merging(["tokenizer_config.json": #"{"source_lang":"deu","target_lang":"en"}"#]) { $1 },
      layout: .opusSafetensors, identifier: "somewhere", copied: (marianFiles + ["tokenizer_config.json"]).sorted(),
      from: "deu", to: "en"),
    Case(
      name: "opus-2020-02-26",
      files: [
        "opus.spm32k-spm32k.transformer-align.model1.npz.best-perplexity.npz": "x", "decoder.yml": "x",
        "opus.spm32k-spm32k.vocab.yml": "x", "source.spm": "x", "target.spm": "x",
        "README.md": "# opus-2020-02-26.zip\n\n* dataset: opus\n* source languages: fi\n* target languages: en\n",
      ], layout: .opusMarian, identifier: "opus-2020-02-26",
      copied: [
        "README.md", "decoder.yml", "opus.spm32k-spm32k.transformer-align.model1.npz.best-perplexity.npz",
        "opus.spm32k-spm32k.vocab.yml", "source.spm", "target.spm",
      ], from: "fi", to: "en"),
  ]

  @Test(arguments: cases) func layoutsAreRecognised(model: Case) throws {
    let candidate = try ImportCandidate(at: folder(model.name, model.files))
    #expect(candidate.layout == model.layout && candidate.identifier == model.identifier)
    #expect(candidate.files.map(\.lastPathComponent).sorted() == model.copied)
    #expect(candidate.from == model.from && candidate.to == model.to)
  }

  @Test func aGGMLFileIsAModel() throws {
    let folder = try folder("models", ["ggml-tiny.bin": Self.ggml, "ggml-base.bin": Self.ggml, "odd.bin": "x"])
    let candidate = try ImportCandidate(at: folder.appending(path: "ggml-tiny.bin"))
    #expect(candidate.identifier == "ggml-tiny" && candidate.files.count == 1 && candidate.layout == .ggmlWhisper)
    for path in ["", "odd.bin"] {
      #expect(throws: StoreError.self) { try ImportCandidate(at: folder.appending(path: path)) }
    }
  }

  @Test func otherThingsAreRefusedWithWhatToDo() throws {
    let refused: [(files: [String: String], word: String)] = [
      (["notes.txt": "x"], "model.bin"), (["pytorch_model.bin": "x"], "pickle"), (["large.pt": "x"], "pickle"),
      (["model.ende.intgemm.alphas.bin.gz": "x"], "unpack"), (["model.bin": "x"], "vocabulary"),
      (["config.json": #"{"model_type":"bert"}"#, "model.safetensors": "x", "vocab.json": "{}"], "bert"),
      (["config.json": #"{"model_type":"marian"}"#, "model.safetensors": "x"], "source.spm"),
      (["a.safetensors": "x", "b.safetensors": "x", "vocab.json": "{}"], "a.safetensors, b.safetensors"),
      (["model.safetensors.index.json": "3", "a.safetensors": "x", "vocab.json": "{}"], "index"),
      (
        [
          "model.safetensors.index.json": #"{"weight_map":{"a":"s-1.safetensors"}}"#, "s-2.safetensors": "x",
          "vocab.json": "{}",
        ], "s-1.safetensors"
      ),
    ]
    for (index, (files, word)) in refused.enumerated() {
      let folder = try folder("refused-\(index)", files)
      let error = #expect(throws: StoreError.self, "\(files.keys)") { try ImportCandidate(at: folder) }
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
    #expect(throws: StoreError.self) { try ImportCandidate(at: scratch.url.appending(path: "nothing")) }
  }

  @Test func anImportedModelIsListedCheckedAndRemoved() throws {
    let source = try folder("opus-mt-en-de", Self.marian)
    let candidate = try ImportCandidate(at: source)
    // Somebody was killed while removing one of this name.
    try FileManager.default.createDirectory(
      at: store.root.appending(path: ".opus-mt-en-de.removed/inner"), withIntermediateDirectories: true)
    var opened: [String] = []
    let (id, outcome) = try store.importModel(candidate) { folder in
      opened = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      return ["en", "de"]
    }
    #expect(id == "opus-mt-en-de" && outcome == .installed)
    #expect(opened == Self.marianFiles)
    #expect(try scratch.names(in: "store/opus-mt-en-de") == (Self.marianFiles + ["dragoman.json"]).sorted())
    #expect(try scratch.names(in: "store") == [".opus-mt-en-de.lock", "opus-mt-en-de"])

    let model = try #require(store.installed().first)
    #expect(model.manifest?.layout == .opusSafetensors && model.manifest?.languages == ["en", "de"])
    #expect(model.missingFiles.isEmpty && !model.isCatalogued)
    #expect(
      store.translationModels() == [TranslationPair(id: id, from: "en", to: "de", isInstalled: true)])
    #expect(try store.directory(of: id).lastPathComponent == id)
    #expect(try store.verify(id).isVerified && store.verify(id).files.count == Self.marianFiles.count)

    // Again: nothing to do. With other content: refused, and the first stays.
    #expect(try store.importModel(candidate) { _ in [] }.outcome == .alreadyPresent)
    try Data("y".utf8).write(to: source.appending(path: "model.safetensors"))
    #expect(throws: StoreError.alreadyInstalled(id: id, directory: model.directory.path)) {
      try store.importModel(candidate) { _ in [] }
    }
    #expect(try store.importModel(candidate, as: "other") { _ in ["en", "de"] }.id == "other")
    #expect(try store.verify(id).isVerified)

    // Damage is seen: other content by reading, other sizes at once.
    try Data("z".utf8).write(to: model.directory.appending(path: "model.safetensors"))
    #expect(try !store.verify(id).isVerified)
    try Data("zz".utf8).write(to: model.directory.appending(path: "model.safetensors"))
    #expect(
      throws: StoreError.importIncomplete(
        id: id, directory: model.directory.path, missing: ["model.safetensors"])
    ) { try store.directory(of: id) }
    try store.remove(id)
    #expect(store.installed().map(\.id) == ["other"])
  }

  @Test func whatCannotBeOpenedLeavesNothing() throws {
    struct Refusal: Error {}
    let candidate = try ImportCandidate(at: folder("opus-mt-en-de", Self.marian))
    #expect(throws: Refusal.self) { try store.importModel(candidate) { _ in throw Refusal() } }
    #expect(throws: StoreError.cancelled(id: "opus-mt-en-de")) {
      try store.importModel(candidate, isCancelled: { true }) { _ in [] }
    }
    try FileManager.default.removeItem(at: candidate.files[0])
    #expect(throws: StoreError.unreadable(path: candidate.files[0].path, code: ENOENT)) {
      try store.importModel(candidate) { _ in [] }
    }
    #expect(try scratch.names(in: "store") == [".opus-mt-en-de.lock"])
    #expect(throws: StoreError.invalidIdentifier(id: "../x")) {
      try store.importModel(candidate, as: "../x") { _ in [] }
    }
  }

  @Test func unknownLanguagesAreAsked() throws {
    var candidate = try ImportCandidate(at: folder("somewhere", Self.marian))
    #expect(throws: StoreError.languagesUnknown(path: scratch.url.appending(path: "somewhere").path)) {
      try store.importModel(candidate) { _ in [] }
    }
    (candidate.from, candidate.to) = ("en", "de")
    #expect(try store.importModel(candidate) { _ in ["en", "de"] }.outcome == .installed)
  }

  @Test func linksAreFollowed() throws {
    let blobs = try folder("blobs", ["abc": "weights"])
    let snapshot = try folder("snapshot", ["vocabulary.txt": "x"])
    try FileManager.default.createSymbolicLink(
      at: snapshot.appending(path: "model.bin"), withDestinationURL: blobs.appending(path: "abc"))
    let (id, _) = try store.importModel(ImportCandidate(at: snapshot)) { _ in [] }
    let copy = try store.directory(of: id).appending(path: "model.bin")
    #expect(try FileManager.default.attributesOfItem(atPath: copy.path)[.type] as? FileAttributeType == .typeRegular)
    #expect(try Data(contentsOf: copy) == Data("weights".utf8))
  }

  /// A model that is a link, and one whose files and folders are.
  @Test func sizesAreThoseOfWhatIsLinkedTo() throws {
    let elsewhere = try folder("elsewhere", ["model.bin": "weights", "inner/vocabulary.txt": "words"])
    let manager = FileManager.default
    let store = ModelStore(root: try folder("links", ["single/config.json": "{}"]), catalogue: Catalogue(models: []))
    try manager.createSymbolicLink(at: store.root.appending(path: "whole"), withDestinationURL: elsewhere)
    for name in ["model.bin", "inner"] {
      try manager.createSymbolicLink(
        at: store.root.appending(path: "single/\(name)"), withDestinationURL: elsewhere.appending(path: name))
    }
    // A link to nothing, and a circle.
    try manager.createSymbolicLink(
      at: store.root.appending(path: "single/gone"), withDestinationURL: elsewhere.appending(path: "gone"))
    try manager.createSymbolicLink(
      at: elsewhere.appending(path: "inner/circle"), withDestinationURL: elsewhere.appending(path: "inner"))
    #expect(store.installed().map(\.id) == ["single", "whole"])
    #expect(store.installed().map(\.byteCount) == [14, 12])
  }

  @Test func aNameOfTheCatalogueIsForItsOwnFiles() throws {
    let own = try folder("whisper-base", ["model.bin": "x", "vocabulary.txt": "x"])
    let builtIn = ModelStore(root: scratch.url.appending(path: "store"))
    #expect(throws: StoreError.identifierCatalogued(id: "whisper-base")) {
      try builtIn.importModel(ImportCandidate(at: own)) { _ in [] }
    }
    let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  // SHA-256 of "x"
    var catalogue = Catalogue.builtIn
    catalogue.models[0].sources[0].files = ["model.bin", "vocabulary.txt"].map {
      ModelFile(name: $0, bytes: 1, sha256: digest)
    }
    let fitting = ModelStore(root: scratch.url.appending(path: "store"), catalogue: catalogue)
    #expect(catalogue.models[0].id == "whisper-base")
    #expect(try fitting.importModel(ImportCandidate(at: own)) { _ in [] }.outcome == .installed)
    #expect(try scratch.names(in: "store/whisper-base") == ["model.bin", "vocabulary.txt"])
    #expect(try fitting.verify("whisper-base").isVerified)
  }
}
