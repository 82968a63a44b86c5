public import Foundation

/// A Whisper model in the one file that whisper.cpp reads, `ggml-*.bin`.
///
/// ```
/// u32 magic 'ggml'
/// i32 vocabulary, audio context, audio state, audio heads, audio layers,
///     text context, text state, text heads, text layers, mels, element type + 1000 * version of the quantisation
/// i32 mels, bins; f32 mel filters [mel, bin]
/// i32 n; n × { u32 length, bytes of a token }       text tokens only, in the order of their ids
/// until the end: i32 rank, name length, element type; i32 extents[rank], innermost first; name; data
/// ```
///
/// The tensors carry openai/whisper's names.
///
/// - Reference: ggml-org/whisper.cpp `models/convert-pt-to-ggml.py`; `src/whisper.cpp`, `whisper_model_load`.
public struct GGMLWhisperFile: Sendable {
  /// The sizes that the header states.
  public struct Sizes: Sendable, Equatable {
    /// Tokens, special ones included.
    public var vocabulary: Int
    /// Positions, channels, attention heads and layers of the encoder.
    public var audioContext: Int, audioState: Int, audioHeads: Int, audioLayers: Int
    /// The same of the decoder.
    public var textContext: Int, textState: Int, textHeads: Int, textLayers: Int
    /// Mel bands.
    public var mels: Int
  }

  /// The sizes that the header states.
  public let sizes: Sizes
  /// The bytes of the tokens that the file spells out, by id: those of text, and in some files `<|endoftext|>` after them.
  public let tokens: [[UInt8]]
  /// The tensors by name; extents outermost first.
  public let tensors: NamedTensors

  private static let magic: UInt32 = 0x6767_6d6c

  /// Whether the file begins as such a file does.
  public static func isOne(_ url: URL) -> Bool {
    guard let handle = try? FileHandle(forReadingFrom: url), let start = try? handle.read(upToCount: 4) else {
      return false
    }
    return start.elementsEqual([0x6c, 0x6d, 0x67, 0x67])
  }

  /// Reads the directory of the file and maps the rest.
  ///
  /// - Throws: `ModelFileError` when the file cannot be read, is truncated, is not a Whisper model of this format, or has
  ///   an element type other than f32, f16, q4_0, q4_1, q5_0, q5_1 and q8_0.
  public init(contentsOf url: URL) throws(ModelFileError) {
    var reader = ByteReader(try MappedFile(contentsOf: url))
    let path = url.path
    guard try reader.integer(UInt32.self, "the magic number") == Self.magic else {
      throw .malformed(path: path, what: "it does not begin as a ggml model does")
    }
    sizes = Sizes(
      vocabulary: try reader.positive("the number of tokens"),
      audioContext: try reader.positive("the audio context"), audioState: try reader.positive("the audio state"),
      audioHeads: try reader.positive("the audio heads"), audioLayers: try reader.positive("the audio layers"),
      textContext: try reader.positive("the text context"), textState: try reader.positive("the text state"),
      textHeads: try reader.positive("the text heads"), textLayers: try reader.positive("the text layers"),
      mels: try reader.positive("the mel bands"))
    let quantisation = Int(try reader.integer(UInt32.self, "the element type")) / 1000

    let (mels, bins) = (try reader.positive("the mel bands"), try reader.positive("the frequency bins"))
    // Both are below 2³¹: the product cannot overflow.
    _ = try reader.bytes(mels * bins > reader.remaining ? .max : mels * bins * 4, "the mel filters")

    let count = try reader.count(UInt32.self, "the number of tokens")
    guard count <= sizes.vocabulary, count <= reader.remaining / 4 else {
      throw .malformed(path: path, what: "it lists \(count) of \(sizes.vocabulary) tokens")
    }
    var tokens: [[UInt8]] = []
    tokens.reserveCapacity(count)
    for index in 0..<count {
      let length = try reader.count(UInt32.self, "the length of token \(index)")
      tokens.append(Array(try reader.bytes(length, "token \(index)")))
    }
    self.tokens = tokens

    var tensors: [NamedTensor] = []
    while reader.remaining > 0 { tensors.append(try Self.tensor(&reader, quantisation: quantisation)) }
    self.tensors = NamedTensors(path: path, tensors: tensors)
  }

  private static func tensor(_ reader: inout ByteReader, quantisation: Int) throws(ModelFileError) -> NamedTensor {
    let path = reader.file.url.path
    let rank = try reader.positive("the rank of a tensor")
    guard rank <= 4 else { throw .malformed(path: path, what: "a tensor has rank \(rank)") }
    let nameLength = try reader.count(UInt32.self, "the length of a tensor's name")
    let code = try reader.integer(UInt32.self, "the element type of a tensor")
    var shape: [Int] = []
    for _ in 0..<rank { shape.insert(try reader.positive("the shape of a tensor"), at: 0) }
    let name = try reader.string(length: nameLength, "the name of a tensor")
    guard let type = elementTypes[code] else {
      throw .malformed(
        path: path,
        what: "\(name) has ggml's element type \(code); f32, f16, q4_0, q4_1, q5_0, q5_1 and q8_0 are read")
    }
    let needed = oldestQuantisation(of: type)
    guard quantisation >= needed else {
      throw .unsupportedVersion(
        path: path, found: "\(quantisation) of ggml's quantisation", supported: "\(needed) for \(type.rawValue)")
    }
    guard let byteCount = NamedTensor.byteCount(shape: shape, type: type) else {
      throw .malformed(path: path, what: "\(name) of type \(type.rawValue) has shape \(shape)")
    }
    let offset = reader.offset
    _ = try reader.bytes(byteCount, "the data of \(name)")
    return NamedTensor(name: name, shape: shape, type: type, file: reader.file, offset: offset, byteCount: byteCount)
  }

  private static let elementTypes: [UInt32: ElementType] = [
    0: .float32, 1: .float16, 2: .ggmlQ4_0, 3: .ggmlQ4_1, 6: .ggmlQ5_0, 7: .ggmlQ5_1, 8: .ggmlQ8_0,
  ]

  /// The version of ggml's quantisation since when blocks look as they do: version 1 put the nibbles of 4 and 5 bits in
  /// their present order, version 2 made the scales of q4 and q8 halves.
  private static func oldestQuantisation(of type: ElementType) -> Int {
    switch type {
    case .ggmlQ4_0, .ggmlQ4_1, .ggmlQ8_0: 2
    case .ggmlQ5_0, .ggmlQ5_1: 1
    case .float32, .float16, .bfloat16, .int8, .int16, .int32: 0
    }
  }
}

extension ByteReader {
  /// Takes a signed 32-bit integer that must be above zero.
  fileprivate mutating func positive(_ what: @autoclosure () -> String) throws(ModelFileError) -> Int {
    let value = try integer(Int32.self, what())
    guard value > 0 else { throw .malformed(path: file.url.path, what: "\(what()) is \(value)") }
    return Int(value)
  }
}
