import Foundation
import Tensors
import Testing

@testable import SpeechRecognition

/// Tokens, the rules of timestamps, and where a window is cut.
@Suite struct TextTests {
  let model: RecognitionModel
  var vocabulary: Vocabulary { model.vocabulary }

  init() throws { model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32) }

  @Test(arguments: [
    "", " ", "hello", " the inn and a thing", "it's we'll I'd 'quoted'", "tabs\tand\nlines\n\n  spaces  ",
    "12 monkeys, 3.5%", "façade São João", "日本語の文", "emoji 👩‍👩‍👧 ok", "\u{0}\u{7f}",
  ])
  func encodingComesBack(text: String) {
    let tokens = BytePairEncoder(vocabulary: vocabulary).encode(text)
    #expect(vocabulary.text(of: tokens) == text)
  }

  @Test func pretokenization() {
    func pieces(_ text: String) -> [String] {
      BytePairEncoder.pieces(Array(text.unicodeScalars)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(pieces("it's 12  ok!\n") == ["it", "'s", " 12", " ", " ok", "!", "\n"])
    #expect(pieces(" 'quoted' don't") == [" '", "quoted", "'", " don", "'t"])
    #expect(pieces("a   ") == ["a", "   "])
    #expect(pieces("ação—fim") == ["ação", "—", "fim"])
  }

  @Test func mergesTakeTheLowestRankFirst() {
    // " the" is one token (258); "thein" has "he" (257) merged before "in" (259).
    let encoder = BytePairEncoder(vocabulary: vocabulary)
    #expect(encoder.encode(" the") == [258])
    #expect(encoder.encode("thein") == [116, 257, 259])
  }

  @Test func specialTokensAreFoundByName() {
    #expect(vocabulary.languages == ["en", "pt", "de"])
    #expect(vocabulary.languageToken("pt") == vocabulary.startOfTranscript + 2)
    #expect(vocabulary.languageToken("xx") == nil)
    #expect(vocabulary.timestampBegin == vocabulary.count - 101)
  }

  @Test func aVocabularyWithoutSpecialTokensIsRefused() {
    #expect(throws: RecognitionError.tokenMissing(path: "v", token: "<|endoftext|>")) {
      try Vocabulary(printable: ["a", "b"], path: "v")
    }
  }

  /// What may still be said after some tokens, all logits being equal but for `boost`.
  func allowed(after sampled: [Int], boost: Int? = nil) -> Set<Int> {
    var logits = [Float](repeating: 0, count: vocabulary.count)
    if let boost { logits[boost] = 100 }
    logits.withUnsafeMutableBufferPointer { model.filter.apply(to: $0, sampled: sampled, kernels: .best) }
    return Set(logits.indices.filter { logits[$0] > -.infinity })
  }

  @Test func timestampRules() {
    let begin = vocabulary.timestampBegin, word = 104
    #expect(allowed(after: []) == Set(begin...begin + 50), "first a timestamp of at most one second")
    #expect(allowed(after: [begin], boost: word).allSatisfy { $0 < begin }, "a start is followed by text")
    #expect(!allowed(after: [begin], boost: word).contains(vocabulary.noTimestamps))
    let afterEnd = allowed(after: [begin, word, begin + 20])
    #expect(afterEnd.allSatisfy { $0 >= begin + 20 } && afterEnd.contains(begin + 20), "an end is followed by a start")
    let later = allowed(after: [begin, word, begin + 20, begin + 30, word], boost: begin + 31)
    #expect(later.filter { $0 >= begin } == Set((begin + 31)..<vocabulary.count), "time never goes back")
    #expect(allowed(after: [begin, word]).allSatisfy { $0 >= begin }, "likelier timestamps together win over text")
  }

  @Test func windowsAreCutAtPairsOfTimestamps() {
    let t = vocabulary.timestampBegin
    typealias Piece = WindowCut.Piece
    // Ends in a pair: the rest is heard again.
    let pair = WindowCut(tokens: [t, 5, t + 10, t + 10, 6, t + 40, t + 45], vocabulary: vocabulary, frameCount: 200)
    #expect(pair.pieces.map(\.start) == [0, 20] && pair.pieces.map(\.end) == [20, 80] && pair.advance == 80)
    // Ends in one timestamp: nothing more is said in this window.
    let single = WindowCut(tokens: [t, 5, t + 10, t + 12, 6, t + 40], vocabulary: vocabulary, frameCount: 200)
    #expect(single.pieces.map(\.end) == [20, 80] && single.advance == 200)
    // No pair: one piece, up to its last timestamp.
    let one = WindowCut(tokens: [t, 5, 6, t + 30], vocabulary: vocabulary, frameCount: 200)
    #expect(one.pieces == [Piece(start: 0, end: 60, tokens: [t, 5, 6, t + 30])] && one.advance == 200)
    let open = WindowCut(tokens: [t, 5, 6], vocabulary: vocabulary, frameCount: 120)
    #expect(open.pieces.map(\.end) == [120] && open.advance == 120)
    // An unfinished segment behind a pair.
    let unfinished = WindowCut(tokens: [t, 5, t + 10, t + 10, 6], vocabulary: vocabulary, frameCount: 200)
    #expect(unfinished.pieces.count == 1 && unfinished.advance == 20)
    #expect(WindowCut(tokens: [], vocabulary: vocabulary, frameCount: 50).advance == 50)
  }

  @Test func compressionRatios() {
    #expect(compressionRatio("") == 0)
    #expect(compressionRatio(String(repeating: "la ", count: 100)) > 10)
    #expect(compressionRatio("A sentence that says one thing once.") < 1.2)
  }
}
