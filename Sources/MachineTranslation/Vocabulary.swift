internal import CSentencePiece
internal import Foundation
internal import ModelFormats

/// A SentencePiece vocabulary: text to ids and back.
///
/// The ids are those of the pieces or, where there is a table of words, the table's.
final class Vocabulary: @unchecked Sendable {
  // Immutable after loading; the library's encode and decode are const.
  private let handle: OpaquePointer
  private let table: WordTable?
  /// The file that numbers the words.
  let path: String
  /// Number of ids.
  let count: Int
  /// Id of the end-of-sentence piece.
  let end: Int32
  /// Id of the unknown piece.
  let unknown: Int32

  /// Loads a SentencePiece model whose ids are the model's.
  convenience init(contentsOf url: URL) throws(TranslationError) {
    try self.init(VocabularyFiles(pieces: url, words: nil))
  }

  init(_ files: VocabularyFiles) throws(TranslationError) {
    path = (files.words ?? files.pieces).path
    let file: MappedFile
    do { file = try MappedFile(contentsOf: files.pieces) } catch { throw .file(error) }
    guard let handle = dragoman_pieces_load(file.bytes.baseAddress, file.count) else {
      throw .vocabulary(path: files.pieces.path, reason: "it is no SentencePiece model")
    }
    self.handle = handle
    let pieces = Int(dragoman_pieces_count(handle))
    guard let words = files.words else {
      table = nil
      count = pieces
      end = dragoman_pieces_end(handle)
      unknown = dragoman_pieces_unknown(handle)
      guard end >= 0, unknown >= 0 else {
        throw .vocabulary(path: path, reason: "it has no end-of-sentence or no unknown piece")
      }
      return
    }
    let table = try WordTable(
      contentsOf: words, pieces: (0..<pieces).map { String(cString: dragoman_pieces_text(handle, Int32($0))) })
    self.table = table
    (count, end, unknown) = (table.count, table.end, table.unknown)
  }

  deinit { dragoman_pieces_free(handle) }

  /// The id of a word that is spelled out, such as `>>por<<`; nil when there is none, or no table to look in.
  func word(_ text: String) -> Int32? { table?.id(of: text.utf8) }

  /// The score of a SentencePiece piece, a log-probability in a unigram model; nil when there is no such piece.
  func score(ofPiece text: String) -> Float? {
    let score = dragoman_pieces_score(handle, text)
    return score.isNaN ? nil : score
  }

  /// Cuts `text` (UTF-8) into ids, without the end of sentence, and the byte offset where each piece ends.
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
    guard let table else { return }
    let unknownPiece = dragoman_pieces_unknown(handle)
    for index in ids.indices {
      if ids[index] != unknownPiece {
        ids[index] = table.idOfPiece[Int(ids[index])]
      } else {
        // The table may know a word that is no piece.
        let range = (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
        ids[index] = text.extracting(range).withUnsafeBufferPointer { table.id(of: $0) } ?? table.unknown
      }
    }
  }

  /// Joins ids, none of them the end of sentence, to text.
  func decode(_ ids: [Int32]) -> String { decode(ids, ends: nil) }

  /// The same, and the byte offset in the text where each piece ends.
  func decodeWithEnds(_ ids: [Int32]) -> (text: String, ends: [UInt32]) {
    var text = ""
    let ends = [UInt32](unsafeUninitializedCapacity: ids.count) { buffer, count in
      text = decode(ids, ends: buffer.baseAddress)
      count = ids.count
    }
    return (text, ends)
  }

  private func decode(_ ids: [Int32], ends: UnsafeMutablePointer<UInt32>?) -> String {
    var capacity = ids.count * 16 + 64
    while true {
      var length = 0
      let text = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        let bytes = UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
        if let table {
          length = table.withTexts(ids) { Int(dragoman_pieces_join(handle, $0, ids.count, bytes, capacity, ends)) }
        } else {
          length = Int(dragoman_pieces_decode(handle, ids, ids.count, bytes, capacity, ends))
        }
        count = max(0, min(length, capacity))
      }
      precondition(length >= 0, "ids come from the model, whose vocabulary was checked against this one")
      if length <= capacity { return String(decoding: text, as: UTF8.self) }
      capacity = length
    }
  }
}
