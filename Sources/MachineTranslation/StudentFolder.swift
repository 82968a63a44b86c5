internal import Foundation

/// The files of a student's folder, found by their patterns.
struct StudentFolder {
  let model: URL
  let sourceVocabulary: URL
  let targetVocabulary: URL
  let shortlist: URL?

  init(_ folder: URL) throws(TranslationError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw .folderUnreadable(path: folder.path)
    }
    func one(_ pattern: String, prefix: String, suffix: String) throws(TranslationError) -> URL? {
      let found = names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
      guard found.count <= 1 else { throw .ambiguousFile(folder: folder.path, pattern: pattern, found: found) }
      return found.first.map { folder.appendingPathComponent($0) }
    }
    func required(_ pattern: String, prefix: String, suffix: String) throws(TranslationError) -> URL {
      guard let url = try one(pattern, prefix: prefix, suffix: suffix) else {
        throw .missingFile(folder: folder.path, pattern: pattern)
      }
      return url
    }
    model = try required("model.*.intgemm.alphas.bin", prefix: "model.", suffix: ".intgemm.alphas.bin")
    if let shared = try one("vocab.*.spm", prefix: "vocab.", suffix: ".spm") {
      (sourceVocabulary, targetVocabulary) = (shared, shared)
    } else if let source = try one("srcvocab.*.spm", prefix: "srcvocab.", suffix: ".spm") {
      sourceVocabulary = source
      targetVocabulary = try required("trgvocab.*.spm", prefix: "trgvocab.", suffix: ".spm")
    } else {
      throw .missingFile(folder: folder.path, pattern: "vocab.*.spm")
    }
    shortlist = try one("lex.*.s2t.bin", prefix: "lex.", suffix: ".s2t.bin")
  }
}
