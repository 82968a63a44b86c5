internal import CSentencePiece
internal import Foundation
internal import ModelFormats

/// A SentencePiece vocabulary: text to piece ids and back.
final class Vocabulary: @unchecked Sendable {
  // Immutable after loading; the library's encode and decode are const.
  private let handle: OpaquePointer
  /// Number of pieces.
  let count: Int
  /// Id of the end-of-sentence piece.
  let end: Int32
  /// Id of the unknown piece.
  let unknown: Int32

  init(contentsOf url: URL) throws(TranslationError) {
    let file: MappedFile
    do { file = try MappedFile(contentsOf: url) } catch { throw .file(error) }
    guard let handle = dragoman_pieces_load(file.bytes.baseAddress, file.count) else {
      throw .vocabulary(path: url.path, reason: "it is no SentencePiece model")
    }
    self.handle = handle
    count = Int(dragoman_pieces_count(handle))
    end = dragoman_pieces_end(handle)
    unknown = dragoman_pieces_unknown(handle)
    guard end >= 0, unknown >= 0 else {
      throw .vocabulary(path: url.path, reason: "it has no end-of-sentence or no unknown piece")
    }
  }

  deinit { dragoman_pieces_free(handle) }

  /// Cuts `text` (UTF-8) into piece ids, without the end of sentence, and the byte offset where each piece ends.
  func encode(_ text: Span<UInt8>, ids: inout [Int32], ends: inout [UInt32]) throws(TranslationError) {
    let found: Int = text.withUnsafeBufferPointer { text in
      let bytes = UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self)
      // A piece is at least one byte, plus the space that is put in front of the text; normalisation may lengthen a text.
      var capacity = text.count + 16
      while true {
        var found = 0
        ids = [Int32](unsafeUninitializedCapacity: capacity) { idBuffer, idCount in
          ends = [UInt32](unsafeUninitializedCapacity: capacity) { endBuffer, endCount in
            found = Int(
              dragoman_pieces_encode(handle, bytes, text.count, idBuffer.baseAddress, endBuffer.baseAddress, capacity))
            endCount = max(0, min(found, capacity))
          }
          idCount = max(0, min(found, capacity))
        }
        if found <= capacity { return found }
        capacity = found
      }
    }
    if found < 0 {
      throw .tokenization(text: text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
    }
  }

  /// Joins piece ids, none of them the end of sentence, to text.
  func decode(_ ids: [Int32]) -> String {
    var capacity = ids.count * 16 + 64
    while true {
      var length = 0
      let text = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        let bytes = UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
        length = Int(dragoman_pieces_decode(handle, ids, ids.count, bytes, capacity))
        count = max(0, min(length, capacity))
      }
      precondition(length >= 0, "ids come from the model, whose vocabulary was checked against this one")
      if length <= capacity { return String(decoding: text, as: UTF8.self) }
      capacity = length
    }
  }
}
