public import Tensors

/// What recognition computes in: encoder, decoder, caches and threads of one model. One session at a time uses it.
public final class RecognitionWorkspace {
  let model: RecognitionModel
  let context: ComputeContext
  let encoder: AudioEncoder
  let decoder: TextDecoder
  /// The window that the decoder attends to, and whether all of it was encoded.
  private var heard: (window: Range<Int>, wholly: Bool)?
  /// Made when words are first asked for.
  private(set) lazy var aligner = WordAligner(
    weights: model.weights, vocabulary: model.vocabulary, heads: model.alignmentHeads, context: context)

  /// Allocates for windows of this model; many sessions can follow each other in it.
  public init(model: RecognitionModel, context: ComputeContext) {
    (self.model, self.context) = (model, context)
    encoder = AudioEncoder(weights: model.weights, context: context)
    decoder = TextDecoder(weights: model.weights, context: context)
  }

  /// Lets the decoder attend to a window, unless it does so already.
  ///
  /// - Parameter wholly: encode its silence, too, rather than take that from the model's tail.
  /// - Returns: whether it did not before.
  @discardableResult func hear(_ window: Range<Int>, of audio: AudioWindows, wholly: Bool) -> Bool {
    if let heard, heard == (window, wholly) { return false }
    audio.write(window, to: encoder.input)
    if wholly {
      decoder.attend(to: encoder.encode())
    } else {
      let tail = model.tail(context: context)
      let encoded = encoder.encode(audioFrames: window.count, before: tail)
      decoder.attend(to: encoded, before: encoded.rows < model.weights.dimensions.audioContext ? tail : nil)
    }
    heard = (window, wholly)
    return true
  }

  /// Forgets what the decoder attends to: the next window is of another recording, or normalised otherwise.
  func forget() { heard = nil }
}
