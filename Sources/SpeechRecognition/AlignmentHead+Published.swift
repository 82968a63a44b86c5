extension AlignmentHead {
  /// Heads as a model's own settings list them, `[[layer, head]]`; nil when one of them is not in this model.
  ///
  /// A list that names a layer which the decoder lacks belongs to another model: distilled ones carry their teacher's.
  static func listed(_ pairs: [[Int]]?, in dimensions: WhisperDimensions) -> [AlignmentHead]? {
    guard let pairs, !pairs.isEmpty else { return nil }
    let fit = pairs.allSatisfy {
      $0.count == 2 && (0..<dimensions.decoderLayers).contains($0[0]) && (0..<dimensions.decoderHeads).contains($0[1])
    }
    return fit ? pairs.map { AlignmentHead(layer: $0[0], head: $0[1]) } : nil
  }

  /// The heads that OpenAI published for a model of these sizes, else all heads of the upper half of the decoder.
  ///
  /// The first and the second large model have the same sizes; the second's heads are taken.
  ///
  /// - Reference: openai/whisper `whisper/__init__.py`, `_ALIGNMENT_HEADS`, and `whisper/model.py`, where the upper half is
  ///   the default.
  static func assumed(for dimensions: WhisperDimensions) -> [AlignmentHead] {
    if let heads = listed(published(for: dimensions), in: dimensions) { return heads }
    return (dimensions.decoderLayers / 2..<dimensions.decoderLayers).flatMap { layer in
      (0..<dimensions.decoderHeads).map { AlignmentHead(layer: layer, head: $0) }
    }
  }

  private static func published(for dimensions: WhisperDimensions) -> [[Int]]? {
    let isEnglish = dimensions.vocabulary == Vocabulary.englishOnlyCount
    switch (dimensions.state, dimensions.encoderLayers, dimensions.decoderLayers) {
    case (384, 4, 4): return isEnglish ? tinyEnglish : tiny
    case (512, 6, 6): return isEnglish ? baseEnglish : base
    case (768, 12, 12): return isEnglish ? smallEnglish : small
    case (1024, 24, 24): return isEnglish ? mediumEnglish : medium
    case (1280, 32, 32): return dimensions.mels == 128 ? large3 : large2
    case (1280, 32, 4): return turbo
    default: return nil
    }
  }

  private static let tinyEnglish = [[1, 0], [2, 0], [2, 5], [3, 0], [3, 1], [3, 2], [3, 3], [3, 4]]
  private static let tiny = [[2, 2], [3, 0], [3, 2], [3, 3], [3, 4], [3, 5]]
  private static let baseEnglish = [[3, 3], [4, 7], [5, 1], [5, 5], [5, 7]]
  private static let base = [[3, 1], [4, 2], [4, 3], [4, 7], [5, 1], [5, 2], [5, 4], [5, 6]]
  private static let smallEnglish = [
    [6, 6], [7, 0], [7, 3], [7, 8], [8, 2], [8, 5], [8, 7], [9, 0], [9, 4], [9, 8], [9, 10], [10, 0], [10, 1],
    [10, 2], [10, 3], [10, 6], [10, 11], [11, 2], [11, 4],
  ]
  private static let small = [
    [5, 3], [5, 9], [8, 0], [8, 4], [8, 7], [8, 8], [9, 0], [9, 7], [9, 9], [10, 5],
  ]
  private static let mediumEnglish = [
    [11, 4], [14, 1], [14, 12], [14, 14], [15, 4], [16, 0], [16, 4], [16, 9], [17, 12], [17, 14], [18, 7], [18, 10],
    [18, 15], [20, 0], [20, 3], [20, 9], [20, 14], [21, 12],
  ]
  private static let medium = [[13, 15], [15, 4], [15, 15], [16, 1], [20, 0], [23, 4]]
  private static let large2 = [
    [10, 12], [13, 17], [16, 11], [16, 12], [16, 13], [17, 15], [17, 16], [18, 4], [18, 11], [18, 19], [19, 11],
    [21, 2], [21, 3], [22, 3], [22, 9], [22, 12], [23, 5], [23, 7], [23, 13], [25, 5], [26, 1], [26, 12], [27, 15],
  ]
  private static let large3 = [
    [7, 0], [10, 17], [12, 18], [13, 12], [16, 1], [17, 14], [19, 11], [21, 4], [24, 1], [25, 6],
  ]
  private static let turbo = [[2, 4], [2, 11], [3, 3], [3, 6], [3, 11], [3, 14]]
}
