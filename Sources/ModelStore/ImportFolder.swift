internal import Foundation
internal import ModelFormats

/// A folder that may be a model: its names, and what they say.
struct ImportFolder {
  let url: URL
  /// Names of its files, sorted; hidden ones and folders are left out.
  let names: [String]

  /// - Throws: `StoreError.notImportable` when it cannot be listed.
  init(_ url: URL) throws(StoreError) {
    self.url = url
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted().filter { name in
        !name.hasPrefix(".") && FileSystem.size(of: url.appending(path: name)) != nil
      }
    } catch {
      throw .notImportable(path: url.path, reason: "the folder cannot be listed; check its permissions")
    }
  }

  func file(_ name: String) -> URL { url.appending(path: name) }

  /// The folder's name; for a snapshot in Hugging Face's cache the name of the repository.
  var name: String {
    let repository = url.pathComponents.last { $0.hasPrefix("models--") }
    return repository?.components(separatedBy: "--").last ?? url.lastPathComponent
  }

  /// Small files that belong to a model: settings, vocabularies, licence.
  var companions: [String] {
    let endings = [".json", ".txt", ".yml", ".yaml", ".spm", ".tiktoken", ".md"]
    // What another import has written of itself is no part of the model.
    return names.filter { name in
      name != ImportManifest.name
        && (endings.contains { name.hasSuffix($0) } || name.hasPrefix("LICENSE") || name.hasPrefix("LICENCE"))
    }
  }

  /// The layout and the files of the weights.
  ///
  /// - Throws: `StoreError.notImportable` when there is no model, or more than one.
  func recognize() throws(StoreError) -> (ImportCandidate.Layout, weights: [String]) {
    let kind = settings("config.json")?.model_type
    let ggml = names.filter { $0.hasSuffix(".bin") && GGMLWhisperFile.isOne(file($0)) }
    let firefox = names.filter { $0.hasPrefix("model.") && $0.hasSuffix(".intgemm.alphas.bin") }
    let archives = names.filter { $0.hasSuffix(".npz") }
    if kind == "marian" {
      try require(["source.spm", "target.spm", "vocab.json"], of: "an OPUS-MT model")
      return (.opusSafetensors, try safetensors())
    }
    if let first = firefox.first {
      guard firefox.count == 1 else { throw refusal("it holds several models: \(list(firefox))") }
      return (.firefox, [first] + names.filter { $0.hasPrefix("lex.") && $0.hasSuffix(".bin") })
    }
    if !archives.isEmpty, names.contains("decoder.yml") {
      guard archives.count == 1 else { throw refusal("it holds several models: \(list(archives))") }
      return (.opusMarian, archives)
    }
    if !ggml.isEmpty {
      guard ggml.count == 1 else { throw refusal("it holds several models: \(list(ggml)); import one of these files") }
      return (.ggmlWhisper, ggml)
    }
    if let kind, kind != "whisper" { throw refusal("it is a model of the type \(kind), not whisper or marian") }
    let vocabularies = [
      "vocabulary.txt", "vocabulary.json", "tokenizer.json", "vocab.json", "multilingual.tiktoken", "gpt2.tiktoken",
    ]
    if names.contains("model.bin") || names.contains(where: { $0.hasSuffix(".safetensors") }) {
      guard names.contains(where: vocabularies.contains) else {
        throw refusal("it has no vocabulary; put one of \(list(vocabularies)) beside the weights")
      }
      return names.contains("model.bin")
        ? (.cTranslate2Whisper, ["model.bin"]) : (.safetensorsWhisper, try safetensors())
    }
    throw nothing()
  }

  /// The files of tensors: the one, those that the index names, or the only one whatever its name.
  private func safetensors() throws(StoreError) -> [String] {
    let index = SafetensorsIndex.name
    if names.contains("model.safetensors") { return ["model.safetensors"] }
    if names.contains(index) {
      guard let map = settings(index)?.weight_map, !map.isEmpty else {
        throw refusal("\(index) is not an index of shards; fetch it again")
      }
      let shards = Set(map.values).sorted()
      try require(shards, of: "the model that \(index) describes")
      return shards
    }
    let loose = names.filter { $0.hasSuffix(".safetensors") }
    guard loose.count <= 1 else { throw refusal("it holds \(list(loose)) and no \(index)") }
    guard let name = loose.first else { throw nothing() }
    return [name]
  }

  private func require(_ wanted: [String], of what: String) throws(StoreError) {
    let missing = wanted.filter { !names.contains($0) }
    guard missing.isEmpty else { throw refusal("\(what) needs \(list(missing)) too; fetch the missing files") }
  }

  /// Why a folder without a model is none.
  private func nothing() -> StoreError {
    let pickles = names.filter { $0 == "pytorch_model.bin" || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
    if !pickles.isEmpty {
      return refusal("\(list(pickles)) is a Python pickle, which is not read; save the weights as model.safetensors")
    }
    let packed = names.filter { name in [".gz", ".zst", ".zip", ".tar"].contains { name.hasSuffix($0) } }
    if !packed.isEmpty { return refusal("\(list(packed)) is packed; unpack it first") }
    return refusal(
      "it has neither model.bin, ggml-*.bin, *.safetensors, model.*.intgemm.alphas.bin, nor *.npz with decoder.yml")
  }

  private func refusal(_ reason: String) -> StoreError { .notImportable(path: url.path, reason: reason) }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  /// What the JSON files of a model say that matters here.
  private struct Settings: Decodable {
    var model_type: String?
    var weight_map: [String: String]?
    var source_lang: String?, target_lang: String?
  }

  private func settings(_ name: String) -> Settings? {
    (try? Data(contentsOf: file(name))).flatMap { try? JSONDecoder().decode(Settings.self, from: $0) }
  }
}

extension ImportFolder {
  /// The languages of a translation model: of its tokenizer's settings, of a file's name, of the folder's name, or of its
  /// README, whichever tells first.
  func languages(_ layout: ImportCandidate.Layout) -> (from: String?, to: String?) {
    if let settings = settings("tokenizer_config.json"), let from = settings.source_lang, let to = settings.target_lang,
      Self.isCode(from), Self.isCode(to)
    {
      return (from, to)
    }
    if layout == .firefox, let name = names.first(where: { $0.hasPrefix("model.") }),
      let pair = Self.pair(glued: String(name.dropFirst(6).prefix { $0 != "." }))
    {
      return pair
    }
    if let pair = Self.pair(inName: name) { return pair }
    let text = (try? String(contentsOf: file("README.md"), encoding: .utf8)) ?? ""
    func code(after label: String) -> String? {
      text.split(separator: "\n").lazy.compactMap { line -> String? in
        let words = line.drop { "*- ".contains($0) }
        guard words.lowercased().hasPrefix(label) else { return nil }
        let code = words.dropFirst(label.count).trimmingCharacters(in: .whitespaces)
        return Self.isCode(code) ? code : nil
      }.first
    }
    guard let from = code(after: "source languages:") ?? code(after: "source language(s):"),
      let to = code(after: "target languages:") ?? code(after: "target language(s):")
    else { return (nil, nil) }
    return (from, to)
  }

  /// `opus-mt-en-de`, `opus-mt-tc-big-en-pt`, `firefox-en-de`, `en-de` or `ende`.
  static func pair(inName name: String) -> (String?, String?)? {
    let words = name.lowercased().split(separator: "-").map(String.init)
    guard words.count >= 2 else { return pair(glued: name) }
    let known = words.count == 2 || words[0] == "opus" || words[0] == "firefox"
    guard known, let from = words.dropLast().last, let to = words.last, isCode(from), isCode(to) else { return nil }
    return (from, to)
  }

  private static func pair(glued text: String) -> (String?, String?)? {
    guard text.count == 4, text.allSatisfy({ "a"..."z" ~= $0 }) else { return nil }
    return (String(text.prefix(2)), String(text.suffix(2)))
  }

  /// Whether it can be an ISO 639 code; names of groups such as `ROMANCE` are not.
  private static func isCode(_ text: String) -> Bool {
    (2...3).contains(text.count) && text.allSatisfy { "a"..."z" ~= $0 } && text != "mul"
  }
}
