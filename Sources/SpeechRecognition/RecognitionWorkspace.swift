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
  ///
  /// - Parameter companions: what workspaces besides this one will decode together with it by.
  public init(model: RecognitionModel, context: ComputeContext, companions: DecoderCompanions? = nil) {
    (self.model, self.context) = (model, context)
    encoder = AudioEncoder(weights: model.weights, context: context)
    decoder = TextDecoder(weights: model.weights, context: context)
    decoder.companions = companions
  }

  /// A workspace whose sessions take turns with those of `other`: it shares its threads and its encoder, and decodes together with it.
  public init(besides other: RecognitionWorkspace, companions: DecoderCompanions) {
    (model, context, encoder) = (other.model, other.context, other.encoder)
    decoder = TextDecoder(besides: other.decoder)
    decoder.companions = companions
    other.decoder.companions = companions
  }

  /// Lets the decoder attend to a window, unless it does so already.
  ///
  /// - Parameter wholly: encode its silence, too, rather than take that from the model's tail.
  /// - Returns: whether it did not before.
  @discardableResult func hear(_ window: Range<Int>, of audio: AudioWindows, wholly: Bool) -> Bool {
    if let heard, heard == (window, wholly) { return false }
    let (states, tail) = encode(window, of: audio, wholly: wholly)
    decoder.attend(to: states, before: tail)
    heard = (window, wholly)
    return true
  }

  /// Lets the decoder attend to one part of a window after the other, as if nothing were said before and behind it, and then to the window.
  ///
  /// - Parameters:
  ///   - parts: of the window, which is encoded once.
  ///   - listen: called when the decoder attends to a part.
  /// - Returns: what that returned.
  func hear<Result>(
    _ parts: [Range<Int>], of window: Range<Int>, _ audio: AudioWindows, wholly: Bool, listen: () -> Result
  ) -> [Result] {
    let (states, tail) = encode(window, of: audio, wholly: wholly)
    // Two frames are a position; silence stands behind each part.
    let silence = model.tail(context: context)
    let results = parts.map { part in
      let positions = (part.lowerBound - window.lowerBound) / 2..<(part.upperBound - window.lowerBound) / 2
      decoder.attend(to: states.rows(positions), before: silence)
      return listen()
    }
    decoder.attend(to: states, before: tail)
    heard = (window, wholly)
    return results
  }

  /// Encodes a window.
  ///
  /// - Returns: its positions, and the silence that stands behind them.
  private func encode(_ window: Range<Int>, of audio: AudioWindows, wholly: Bool) -> (states: Matrix, tail: SilentTail?)
  {
    audio.write(window, to: encoder.input)
    guard !wholly else { return (encoder.encode(), nil) }
    let tail = model.tail(context: context)
    let states = encoder.encode(audioFrames: window.count, before: tail)
    return (states, states.rows < model.weights.dimensions.audioContext ? tail : nil)
  }

  /// The window that the decoder attends to, normalised, `[frame, mel]`: what it was made of.
  func input(_ window: Range<Int>, of audio: AudioWindows) -> UnsafeBufferPointer<Float> {
    // Another session may have encoded since.
    if decoder.companions != nil { audio.write(window, to: encoder.input) }
    return UnsafeBufferPointer(encoder.input)
  }

  /// Forgets what the decoder attends to: the next window is of another recording, or normalised otherwise.
  func forget() { heard = nil }
}
