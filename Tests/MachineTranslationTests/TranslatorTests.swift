import Foundation
import ModelFormats
import Tensors
import Testing

@testable import MachineTranslation

/// The engine on a tiny random model: what must hold whatever the weights are.
@Suite struct TranslatorTests {
  static let texts = [
    "a b c", "the quick brown fox jumps over it.", "one. Two three! four five?", "z", "hello, world",
    "aaaa bbbb cccc dddd",
  ]

  func translations(
    _ texts: [String], model: TinyModel = TinyModel(), kernels: Kernels = .best, threads: Int = 1,
    _ change: (inout TranslationOptions) -> Void = { _ in }
  ) throws -> [String] {
    try model.withFolder { folder in
      var options = TranslationOptions()
      change(&options)
      let translator = Translator(
        model: try TranslationModel(contentsOf: folder, kernels: kernels), options: options,
        pool: threads > 1 ? ThreadPool(threads: threads) : nil)
      return try translator.translate(texts)
    }
  }

  @Test func aTranslationDoesNotDependOnItsCompany() throws {
    let together = try translations(Self.texts)
    #expect(Set(together).count > 3, "the random model answers alike to everything: \(together)")
    #expect(try Self.texts.map { try translations([$0])[0] } == together)
    #expect(try translations(Self.texts) { $0.miniBatchTokens = 1 } == together)
    #expect(try translations(Self.texts.reversed()).reversed() == together)
    #expect(try translations(Self.texts, threads: 3) { $0.miniBatchTokens = 8 } == together)
  }

  @Test func beamsDoNotDependOnTheirCompanyEither() throws {
    let together = try translations(Self.texts) { $0.beam = 4 }
    #expect(try Self.texts.map { try translations([$0]) { $0.beam = 4 }[0] } == together)
  }

  @Test(arguments: Kernels.all, [ActivationPrecision.wide, .narrow])
  func instructionSetsAgree(kernels: Kernels, precision: ActivationPrecision) throws {
    let expected = try translations(Self.texts, kernels: #require(Kernels(named: "generic"))) {
      $0.precision = precision
    }
    #expect(try translations(Self.texts, kernels: kernels) { $0.precision = precision } == expected)
  }

  @Test func blanksAndLineBreaksStay() throws {
    let texts = ["", "   ", "\n\n", "\t", "  a b.  C d!\n\n e f ", "\u{200B}"]
    let found = try translations(texts)
    #expect(Array(found[..<4]) == Array(texts[..<4]))
    #expect(found[4].hasPrefix("  ") && found[4].hasSuffix(" ") && found[4].contains("\n\n "))
    #expect(try translations([]) == [])
  }

  @Test func lengthIsLimited() throws {
    try TinyModel(endBias: -1000).withFolder { folder in
      for beam in [1, 3] {
        for factor: Float in [0.1, 1, 2.5] {
          var options = TranslationOptions()
          (options.beam, options.maximumLengthFactor) = (beam, factor)
          let translator = Translator(model: try TranslationModel(contentsOf: folder), options: options)
          let sentence: [Int32] = [4, 6, 8, 9, 0]
          let found = translator.translate([sentence])[0]
          #expect(found.first?.pieces.count == max(1, Int((factor * 5).rounded(.up))))
        }
      }
    }
  }

  @Test func anEndThatIsCertainGivesAnEmptyTranslation() throws {
    #expect(try translations(["a b c"], model: TinyModel(endBias: 1000)) == [""])
  }

  /// A wider beam finds no worse a translation here, scores are ordered, and no hypothesis appears twice.
  @Test func beamsAreRanked() throws {
    try TinyModel(endBias: 1).withFolder { folder in
      let model = try TranslationModel(contentsOf: folder)
      for normalization: Float in [0, 0.6, 1] {
        var best = -Float.infinity
        for beam in [2, 4, 16] {
          var options = TranslationOptions()
          (options.beam, options.lengthNormalization) = (beam, normalization)
          let found = Translator(model: model, options: options).translate([[5, 7, 9, 11, 0]])[0]
          #expect(found.count <= beam && !found.isEmpty)
          #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
          #expect(Set(found.map(\.pieces)).count == found.count)
          #expect(found.allSatisfy { $0.score < 0 && !$0.pieces.contains(0) && !$0.pieces.contains(1) })
          #expect(found[0].score >= best - 0.3, "beam \(beam) fell from \(best) to \(found[0].score)")
          best = max(best, found[0].score)
        }
      }
    }
  }

  @Test func onlyCandidatesAreChosen() throws {
    try TinyModel().withFolder { folder in
      let model = try TranslationModel(contentsOf: folder)
      var list = CandidateList(model: model)
      var candidates: [UInt32] = []
      list.append(for: [10, 10, 20, 0], to: &candidates)
      // 0-4 frequent, 10 and 20 themselves, three behind each source word, then up to a multiple of eight.
      #expect(candidates == [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 20, 21, 22, 23])
      let found = Translator(model: model).translate([[10, 10, 20, 0]])[0][0].pieces
      #expect(found.allSatisfy { candidates.contains(UInt32($0)) && $0 != 1 })
    }
    try TinyModel(withShortlist: false).withFolder { folder in
      var list = CandidateList(model: try TranslationModel(contentsOf: folder))
      var candidates: [UInt32] = []
      list.append(for: [10, 0], to: &candidates)
      #expect(candidates.count == TinyModel.pieces.count)
    }
  }

  @Test(arguments: ["word ", "字", "\u{200B}"])
  func aMegabyteWithoutAFullStop(unit: String) throws {
    let text = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
    let found = try translations([text], model: TinyModel(endBias: 1000))
    #expect(found[0].utf8.count <= text.utf8.count)
  }

  @Test func longSentencesAreCutWhereItIsSensible() throws {
    try TinyModel().withFolder { folder in
      let vocabulary = try TranslationModel(contentsOf: folder).sourceVocabulary
      for text in [
        String(repeating: "abc def, ghi jkl ", count: 40), String(repeating: "abcdef", count: 300),
        "é" + String(repeating: "字", count: 999),
        String(repeating: "a ", count: 5000), "short",
      ] {
        let bytes = Array(text.utf8)
        var parts: [LongSentences.Part] = []
        try LongSentences(vocabulary: vocabulary, maximumPieces: 20).append(0..<bytes.count, of: bytes, to: &parts)
        #expect(parts.allSatisfy { !$0.pieces.isEmpty && $0.pieces.count <= 21 })
        var end = 0
        for part in parts {
          #expect(bytes[end..<part.range.lowerBound].allSatisfy { $0 == 0x20 })
          #expect(String(validating: bytes[part.range], as: UTF8.self) != nil, "a scalar was cut")
          end = part.range.upperBound
        }
        #expect(bytes[end...].allSatisfy { $0 == 0x20 })
        if text.contains(", ") {
          let ends = parts.dropLast().map { bytes[$0.range.upperBound - 1] }
          #expect(ends.allSatisfy { $0 == UInt8(ascii: ",") }, "cut elsewhere than behind commas")
        }
      }
    }
  }

  @Test func optionsAreChecked() throws {
    try TinyModel().withFolder { folder in
      let model = try TranslationModel(contentsOf: folder)
      let changes: [(inout TranslationOptions) -> Void] = [
        { $0.beam = 0 }, { $0.beam = 65 }, { $0.lengthNormalization = .nan }, { $0.lengthNormalization = -1 },
        { $0.maximumLengthFactor = 0 }, { $0.maximumLengthFactor = .infinity }, { $0.maximumSentencePieces = 2 },
        { $0.miniBatchTokens = 0 },
      ]
      for change in changes {
        var options = TranslationOptions()
        change(&options)
        #expect(throws: TranslationError.self) { try Translator(model: model, options: options).translate(["a"]) }
      }
    }
  }
}
