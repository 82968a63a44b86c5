import Foundation
import ModelFormats
import Testing

@testable import MachineTranslation

/// Folders that are no usable models.
@Suite struct TranslationModelTests {
  @Test func theFolderNamesTheModel() throws {
    try TinyModel().withFolder { folder in
      let model = try TranslationModel(contentsOf: folder)
      #expect(model.name == folder.lastPathComponent)
    }
  }

  @Test func aMissingFolderIsAnError() {
    #expect(throws: TranslationError.folderUnreadable(path: "/nonexistent/model")) {
      try TranslationModel(contentsOf: URL(fileURLWithPath: "/nonexistent/model"))
    }
  }

  @Test(arguments: ["model.tiny.intgemm.alphas.bin", "vocab.tiny.spm"])
  func aMissingFileIsNamed(name: String) throws {
    try TinyModel().withFolder { folder in
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      let error = #expect(throws: TranslationError.self) { try TranslationModel(contentsOf: folder) }
      guard case .missingFile = error else {
        Issue.record("expected a missing file, got \(String(describing: error))")
        return
      }
    }
  }

  @Test func twoModelsInAFolderAreAmbiguous() throws {
    try TinyModel().withFolder { folder in
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent("model.tiny.intgemm.alphas.bin"),
        to: folder.appendingPathComponent("model.other.intgemm.alphas.bin"))
      let error = #expect(throws: TranslationError.self) { try TranslationModel(contentsOf: folder) }
      let text = String(describing: try #require(error))
      #expect(text.contains("model.other"))
    }
  }

  @Test(arguments: ["model.tiny.intgemm.alphas.bin", "vocab.tiny.spm", "lex.tiny.s2t.bin"])
  func aTruncatedFileIsAnError(name: String) throws {
    try TinyModel().withFolder { folder in
      let url = folder.appendingPathComponent(name)
      let whole = try Data(contentsOf: url)
      for share in [0, 1, 10, 50, 90, 99] {
        try whole.prefix(whole.count * share / 100).write(to: url)
        #expect(throws: TranslationError.self, "\(name) cut to \(share) %") { try TranslationModel(contentsOf: folder) }
      }
    }
  }

  @Test func anotherArchitectureIsRefused() throws {
    for (setting, value) in [
      ("dec-cell", "gru"), ("transformer-decoder-autoreg", "self-attention"), ("type", "s2s"),
      ("transformer-postprocess", "da"), ("transformer-preprocess", "n"), ("transformer-ffn-activation", "gelu"),
      ("dim-emb", "banana"), ("transformer-heads", "5"), ("enc-depth", "-1"), ("enc-depth", "100000000"),
    ] {
      var model = TinyModel()
      model.configuration[setting] = value
      try model.withFolder { folder in
        let error = #expect(throws: TranslationError.self, "\(setting) = \(value)") {
          try TranslationModel(contentsOf: folder)
        }
        let text = String(describing: try #require(error))
        #expect(text.contains(setting))
      }
    }
    var deeper = TinyModel()
    deeper.configuration["enc-depth"] = "3"
    try deeper.withFolder { folder in
      #expect(throws: TranslationError.self, "a layer that is not there") { try TranslationModel(contentsOf: folder) }
    }
  }
}
