public import Tensors

/// What recognition computes in: encoder, decoder, caches and threads of one model. One session at a time uses it.
public final class RecognitionWorkspace {
  let model: RecognitionModel
  let context: ComputeContext
  let encoder: AudioEncoder
  let decoder: TextDecoder
  /// Made when words are first asked for.
  private(set) lazy var aligner = WordAligner(
    weights: model.weights, vocabulary: model.vocabulary, heads: model.alignmentHeads, context: context)

  /// Allocates for windows of this model; many sessions can follow each other in it.
  public init(model: RecognitionModel, context: ComputeContext) {
    (self.model, self.context) = (model, context)
    encoder = AudioEncoder(weights: model.weights, context: context)
    decoder = TextDecoder(weights: model.weights, context: context)
  }
}
