package import Tensors

/// The stages of translation one by one, for `Benchmarks/Stages` alone. What each must do is counted from the model's sizes.
package struct TranslationStages {
  private let network: StudentNetwork
  private let architecture: Architecture, hidden: Int
  private let source: [Int32]
  private let candidates: [UInt32]

  /// - Parameter text: one sentence.
  /// - Throws: when the text cannot be cut into pieces, or the model is no student.
  package init(model: TranslationModel, text: String) throws(TranslationError) {
    guard case .student(let weights) = model.weights else {
      throw .unsupported(path: model.name, setting: "stages", value: "of a model that is no student")
    }
    var (ids, ends) = ([Int32](), [UInt32]())
    try model.sourceVocabulary.encode(text.utf8Span.span, ids: &ids, ends: &ends)
    source = ids + [model.sourceVocabulary.end]
    var list = CandidateList(model: model), chosen: [UInt32] = []
    list.append(for: source, to: &chosen)
    (candidates, architecture) = (chosen, weights.architecture)
    hidden = weights.encoder[0].feedForward.first.outputs
    network = StudentNetwork(model: weights, precision: TranslationOptions().precision)
    network.encode([source], starts: [0, source.count])
  }

  /// Products in wide precision are made of two passes.
  private var passes: Int { TranslationOptions().precision == .wide ? 2 : 1 }

  package var all: [MeasuredStage] { [encoder, step(rows: 1), step(rows: 5)] }

  private var encoder: MeasuredStage {
    let (channels, rows) = (architecture.channels, source.count)
    let layers = architecture.encoderDepth * (4 * channels * channels + 2 * channels * hidden)
    let weights = layers + architecture.decoderDepth * 2 * channels * channels
    let attention = architecture.encoderDepth * 2 * rows * rows * channels
    let (network, source) = (network, source)
    return MeasuredStage(
      "translation encoder, \(rows) pieces", integer: Double(passes * rows * weights), float: Double(attention),
      bytes: Double(weights)
    ) { network.encode([source], starts: [0, source.count]) }
  }

  /// One word of each of `rows` hypotheses, with the scores of all candidates.
  private func step(rows: Int) -> MeasuredStage {
    let channels = architecture.channels
    let layers = architecture.decoderDepth * (4 * channels * channels + 2 * channels * hidden)
    let weights = layers + candidates.count * channels
    let attention = architecture.decoderDepth * 2 * source.count * channels
    let words = [Int32](repeating: 5, count: rows), starts = [Int](repeating: 0, count: rows)
    let lengths = [Int](repeating: source.count, count: rows)
    let (network, candidates) = (network, candidates)
    let room = SearchRoom(rows: rows, beam: rows, words: 100, candidates: candidates.count, attended: 0)
    return MeasuredStage(
      "translation step, \(rows) row\(rows == 1 ? "" : "s"), \(candidates.count) candidates",
      integer: Double(passes * rows * weights), float: Double(rows * attention), bytes: Double(weights)
    ) {
      candidates.withUnsafeBufferPointer { candidates in
        network.begin(room, candidates: candidates)
        words.withUnsafeBufferPointer {
          network.advance(words: $0, count: rows, position: 20, starts: starts, lengths: lengths)
        }
        _ = network.logits(firstRow: 0, count: rows, candidates: 0..<candidates.count, of: candidates)
      }
    }
  }
}
