import Foundation

/// Writes a complete model folder with seeded random weights: 2 encoder and 2 decoder layers of 16 channels, 60 pieces.
struct TinyModel {
  static let channels: Int32 = 16
  static let inner: Int32 = 32
  /// `</s>`, `<unk>`, the space, and letters with and without a space in front.
  static let pieces: [String] =
    ["</s>", "<unk>", "▁"] + "abcdefghijklmnopqrstuvwxyz".flatMap { ["\($0)", "▁\($0)"] } + [".", ",", "!", "?", "é"]

  var configuration: [String: String] = [
    "type": "transformer", "transformer-decoder-autoreg": "rnn", "dec-cell": "ssru", "transformer-preprocess": "\"\"",
    "transformer-postprocess": "dan", "transformer-ffn-activation": "relu", "enc-depth": "2", "dec-depth": "2",
    "dim-emb": "16", "transformer-heads": "4",
  ]
  /// Added to the logit of the end of sentence: a high value ends translations early, a low one never.
  var endBias: Float = 0
  var withShortlist = true

  /// Writes the files and returns the folder; the caller removes it.
  func write() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dragoman-tiny-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func write(_ bytes: [UInt8], _ name: String) throws {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
    try write(weights(), "model.tiny.intgemm.alphas.bin")
    try write(vocabulary(), "vocab.tiny.spm")
    if withShortlist { try write(shortlist(), "lex.tiny.s2t.bin") }
    return folder
  }

  /// Runs `body` with the folder of a tiny model.
  @discardableResult
  func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = try write()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  // MARK: Marian binary

  private struct Item {
    var name: String
    var type: UInt64
    var shape: [Int32]
    var data: [UInt8]
  }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private func weights() -> [UInt8] {
    var state: UInt64 = 42
    func random() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    var items: [Item] = []
    func floats(_ name: String, _ values: [Float]) {
      items.append(
        Item(
          name: name, type: 0x404, shape: [1, Int32(values.count)], data: values.flatMap { Self.little($0.bitPattern) })
      )
    }
    func matrix(_ name: String, _ rows: Int32, _ columns: Int32, multiplier: Float = 127) {
      var data = (0..<Int(rows * columns)).map { _ in UInt8(bitPattern: Int8(random() % 255 - 127)) }
      data += Self.little(multiplier.bitPattern) + [UInt8](repeating: 0, count: 252)
      items.append(Item(name: name, type: 0x4101, shape: [rows, columns], data: data))
      floats(name + "_QuantMultA", [20])
    }
    func vector(_ name: String, _ count: Int32, around center: Float) {
      floats(name, (0..<count).map { _ in center + Float(random() % 200 - 100) / 1000 })
    }
    let channels = Self.channels
    func attention(_ prefix: String) {
      for letter in ["q", "k", "v", "o"] {
        matrix(prefix + "_W" + letter, channels, channels)
        vector(prefix + "_b" + letter, channels, around: 0)
      }
      vector(prefix + "_Wo_ln_scale", channels, around: 1)
      vector(prefix + "_Wo_ln_bias", channels, around: 0)
    }
    func feedForward(_ prefix: String) {
      matrix(prefix + "_W1", channels, Self.inner)
      vector(prefix + "_b1", Self.inner, around: 0)
      matrix(prefix + "_W2", Self.inner, channels)
      vector(prefix + "_b2", channels, around: 0)
      vector(prefix + "_ffn_ln_scale", channels, around: 1)
      vector(prefix + "_ffn_ln_bias", channels, around: 0)
    }
    let words = Int32(Self.pieces.count)
    matrix("Wemb", words, channels, multiplier: 250)
    floats("none_QuantMultA", [25])
    floats("decoder_ff_logit_out_b", (0..<words).map { $0 == 0 ? endBias : Float(random() % 100) / 100 })
    for layer in 1...2 {
      attention("encoder_l\(layer)_self")
      feedForward("encoder_l\(layer)_ffn")
      matrix("decoder_l\(layer)_rnn_W", channels, channels)
      matrix("decoder_l\(layer)_rnn_Wf", channels, channels)
      vector("decoder_l\(layer)_rnn_bf", channels, around: 0)
      vector("decoder_l\(layer)_rnn_ffn_ln_scale", channels, around: 1)
      vector("decoder_l\(layer)_rnn_ffn_ln_bias", channels, around: 0)
      attention("decoder_l\(layer)_context")
      feedForward("decoder_l\(layer)_ffn")
    }
    let yaml = configuration.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
    let text = Array(yaml.utf8) + [0]
    items.append(Item(name: "special:model.yml", type: 0x101, shape: [Int32(text.count)], data: text))

    var bytes = Self.little(UInt64(1)) + Self.little(UInt64(items.count))
    for item in items {
      for value in [UInt64(item.name.utf8.count + 1), item.type, UInt64(item.shape.count), UInt64(item.data.count)] {
        bytes += Self.little(value)
      }
    }
    for item in items { bytes += Array(item.name.utf8) + [0] }
    for item in items { for extent in item.shape { bytes += Self.little(extent) } }
    bytes += Self.little(UInt64(0))
    for item in items { bytes += item.data }
    return bytes
  }

  // MARK: SentencePiece and shortlist

  /// A unigram SentencePiece model: the protocol buffer `ModelProto` with its pieces, the trainer's type, and no normalisation.
  private func vocabulary() -> [UInt8] {
    var model: [UInt8] = []
    for (id, piece) in Self.pieces.enumerated() {
      let text = Array(piece.utf8)
      var message: [UInt8] = [0x0A, UInt8(text.count)] + text  // 1: piece
      message += [0x15] + Self.little(Float(-id).bitPattern)  // 2: score
      message += [0x18, id == 0 ? 3 : id == 1 ? 2 : 1]  // 3: control, unknown or normal
      model += [0x0A, UInt8(message.count)] + message
    }
    return model + [0x12, 2, 0x18, 1]  // 2: trainer_spec { 3: model_type = unigram }
  }

  /// Five frequent words, and for each source word the three behind it.
  private func shortlist() -> [UInt8] {
    let count = Self.pieces.count
    let lists = (0..<count).map { word in (1...3).map { UInt32((word + $0) % count) }.sorted() }
    var body: [UInt8] = []
    for value in [5, 3, count + 1, count * 3] { body += Self.little(UInt64(value)) }
    for word in 0...count { body += Self.little(UInt64(word * 3)) }
    for entry in lists.joined() { body += Self.little(entry) }
    var seed: UInt64 = 0
    for start in stride(from: 0, through: body.count - 8, by: 8) {
      let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(body[start + $1]) << (8 * UInt64($1)) }
      seed ^= word &+ 0x9e37_79b9 &+ (seed << 6) &+ (seed >> 2)
    }
    return Self.little(UInt64(0xF11A_48D5_0134_17F5)) + Self.little(seed) + body
  }
}
