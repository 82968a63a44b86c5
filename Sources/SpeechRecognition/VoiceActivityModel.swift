public import Foundation
internal import ModelFormats
internal import Tensors

/// A Silero voice activity model, 16 kHz: prepared once, shared by any number of detectors.
///
///     512 samples -> spectrum [4, bin] -> 4 convolutions -> [1, channel] -> LSTM -> probability of speech
///
/// - Reference: snakers4/silero-vad `src/silero_vad/tinygrad_model.py`; the ONNX graph of the same package.
public final class VoiceActivityModel: Sendable {
  /// Samples of the frame before that a frame is heard with.
  static let contextLength = 64
  /// Samples mirrored behind a frame, so that the last spectrum is centred.
  static let mirrorLength = 64
  /// Samples under one spectrum, and from one to the next.
  static let windowLength = 256, hopLength = windowLength / 2
  /// Spectra of one frame.
  static let spectraPerFrame =
    (contextLength + VoiceActivityDetector.frameLength + mirrorLength - windowLength) / hopLength + 1

  /// A convolution over time of three taps, with a row of zeros before and after, as a product with three rows at once.
  struct Layer: Sendable {
    /// `[output, 3 * input]`: the weights of a tap stand together, so that a run of input rows is one vector.
    let linear: TiledLinear
    let inputs: Int, outputs: Int, step: Int
    /// Rows of the input without the padding, and of the output.
    let inputRows: Int
    var outputRows: Int { (inputRows - 1) / step + 1 }
  }

  /// `[2 * bin, sample]`: the real parts of all bins, then the imaginary ones.
  let transform: TiledLinear
  let layers: [Layer]
  /// `[4 * hidden, channel]` and `[4 * hidden, hidden]`: the gates input, forget, cell and output, over the layers' output and over
  /// the state.
  let inputGates: TiledLinear, stateGates: Linear
  /// `[1, hidden]`.
  let head: Linear

  var bins: Int { transform.outputs / 2 }
  var hidden: Int { head.weight.inputs }

  /// Opens a model folder with one of the files of the `silero-vad` package, read in this order.
  ///
  /// - `silero_vad_16k_op15.onnx`: the weights that the package itself loads.
  /// - `silero_vad_16k.safetensors`: weights of an older training.
  ///
  /// - Throws: `RecognitionError` when the folder holds neither or the file is damaged.
  public init(contentsOf folder: URL) throws(RecognitionError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
      throw .modelMissing(path: folder.path)
    }
    guard isFolder.boolValue, let found = VoiceActivityFile.allCases.first(where: { $0.exists(in: folder) }) else {
      throw .notAVoiceActivityModel(path: folder.path)
    }
    do throws(ModelFileError) {
      let tensors = try found.read(in: folder)
      func bias(_ name: String, _ outputs: Int) throws(ModelFileError) -> [Float] {
        try tensors.tensor(found.name(of: name), shape: [outputs]).floats
      }
      func weight(_ name: String, _ shape: [Int?]) throws(ModelFileError) -> NamedTensor {
        let tensor = try tensors.tensor(found.name(of: name))
        guard tensor.shape.count == shape.count, !tensor.shape.contains(0),
          zip(tensor.shape, shape).allSatisfy({ $1 == nil || $0 == $1 })
        else {
          throw .shapeMismatch(
            path: tensors.path, tensor: tensor.name, expected: shape.map { $0 ?? -1 }, found: tensor.shape)
        }
        return tensor
      }

      let basis = try weight("stft_conv.weight", [nil, 1, Self.windowLength])
      guard basis.shape[0] % 2 == 0 else {
        throw .malformed(
          path: tensors.path, what: "\(basis.name) has \(basis.shape[0]) rows, an odd number")
      }
      transform = Self.tiled(basis.floats, outputs: basis.shape[0], inputs: Self.windowLength, bias: nil)

      var layers: [Layer] = []
      var (rows, width) = (Self.spectraPerFrame, basis.shape[0] / 2)
      for (index, step) in [1, 2, 2, 1].enumerated() {
        let tensor = try weight("conv\(index + 1).weight", [nil, width, 3])
        let outputs = tensor.shape[0]
        let layer = Layer(
          linear: Self.tiled(
            Self.tapsApart(tensor.floats, inputs: width), outputs: outputs, inputs: 3 * width,
            bias: try bias("conv\(index + 1).bias", outputs)),
          inputs: width, outputs: outputs, step: step, inputRows: rows)
        layers.append(layer)
        (rows, width) = (layer.outputRows, outputs)
      }
      self.layers = layers

      let last = try weight("final_conv.weight", [1, nil, 1])
      let hidden = last.shape[1]
      head = Self.linear(last.floats, outputs: 1, inputs: hidden, bias: try bias("final_conv.bias", 1))
      let input = try weight("lstm_cell.weight_ih", [4 * hidden, width]).floats
      let state = try weight("lstm_cell.weight_hh", [4 * hidden, hidden]).floats
      let inputBias = try bias("lstm_cell.bias_ih", 4 * hidden), stateBias = try bias("lstm_cell.bias_hh", 4 * hidden)
      inputGates = Self.tiled(
        input, outputs: 4 * hidden, inputs: width, bias: zip(inputBias, stateBias).map { $0 + $1 })
      stateGates = Self.linear(state, outputs: 4 * hidden, inputs: hidden, bias: nil)
    } catch {
      throw .file(error)
    }
  }

  private static func linear(_ weight: [Float], outputs: Int, inputs: Int, bias: [Float]?) -> Linear {
    Linear(
      weight: WeightMatrix(FloatBuffer(weight), outputs: outputs, inputs: inputs), bias: bias.map { FloatBuffer($0) })
  }

  private static func tiled(_ weight: [Float], outputs: Int, inputs: Int, bias: [Float]?) -> TiledLinear {
    TiledLinear(weight: FloatBuffer(weight), outputs: outputs, inputs: inputs, bias: bias.map { FloatBuffer($0) })
  }

  /// `[output, input, 3]` as `[output, 3, input]`.
  private static func tapsApart(_ weight: [Float], inputs: Int) -> [Float] {
    var turned: [Float] = []
    turned.reserveCapacity(weight.count)
    for start in stride(from: 0, to: weight.count, by: 3 * inputs) {
      for tap in 0..<3 {
        for input in 0..<inputs { turned.append(weight[start + 3 * input + tap]) }
      }
    }
    return turned
  }
}

/// The files of the `silero-vad` package that hold the model, and how each names the tensors.
private enum VoiceActivityFile: String, CaseIterable {
  case onnx = "silero_vad_16k_op15.onnx"
  case safetensors = "silero_vad_16k.safetensors"

  func exists(in folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: rawValue).path)
  }

  func read(in folder: URL) throws(ModelFileError) -> NamedTensors {
    let url = folder.appending(path: rawValue)
    switch self {
    case .onnx: return try ONNXFile.read(url)
    case .safetensors: return try SafetensorsFile.read(url)
    }
  }

  /// The name in this file of what the safetensors file calls `name`.
  func name(of name: String) -> String {
    guard self == .onnx else { return name }
    let parts = name.split(separator: ".")
    let (layer, kind) = (parts[0], parts[1])
    switch layer {
    case "stft_conv": return "model.stft.forward_basis_buffer"
    case "lstm_cell": return "model.decoder.rnn.\(kind)"
    case "final_conv": return "model.decoder.decoder.2.\(kind)"
    default:
      // conv1...conv4
      let index = layer.last!.wholeNumberValue! - 1
      return "model.encoder.\(index).reparam_conv.\(kind)"
    }
  }
}
