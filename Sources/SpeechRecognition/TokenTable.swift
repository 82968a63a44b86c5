internal import Foundation

/// The bytes of all tokens by id, and the text tokens by their bytes, in one run of memory that can be mapped.
///
/// ```
/// u32 tokens; u32 text tokens; u32 where each token's bytes begin, and the end; u32 ids of the text tokens, by their bytes
/// bytes of the tokens
/// ```
///
/// A dictionary of 50,000 arrays would take as long to make as a short recording takes to be recognised.
struct TokenTable: RandomAccessCollection, @unchecked Sendable {
  /// Tokens that are text: those before the special ones.
  let textCount: Int
  let count: Int
  let startIndex = 0
  var endIndex: Int { count }
  /// All of it, as `init(bytes:owner:)` takes it.
  let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject

  /// Where the parts begin, in words.
  private static let starts = 2
  private var order: Int { Self.starts + count + 1 }
  private var text: Int { 4 * (order + textCount) }

  /// Text tokens, and the special ones behind them.
  init(text: [[UInt8]], special: [String]) {
    let tokens = text + special.map { Array($0.utf8) }
    let order = text.indices.sorted {
      text[$0] == text[$1] ? $0 < $1 : text[$0].lexicographicallyPrecedes(text[$1])
    }
    var words = [UInt32(tokens.count), UInt32(text.count), 0]
    words.reserveCapacity(3 + tokens.count + text.count)
    for token in tokens { words.append(words.last! + UInt32(token.count)) }
    words += order.map(UInt32.init)
    let memory = TokenMemory(
      words.map(\.littleEndian).withUnsafeBytes { Array($0) } + tokens.joined())
    self.init(bytes: UnsafeRawBufferPointer(memory.bytes), owner: memory)!
  }

  /// Reads a table where it lies; nil when it is not one.
  ///
  /// - Parameters:
  ///   - bytes: aligned to 4 bytes.
  ///   - owner: keeps them valid and unchanged.
  init?(bytes: UnsafeRawBufferPointer, owner: AnyObject) {
    guard bytes.count >= 12, UInt(bitPattern: bytes.baseAddress) % 4 == 0 else { return nil }
    (self.bytes, self.owner) = (bytes, owner)
    count = Int(UInt32(littleEndian: bytes.load(as: UInt32.self)))
    textCount = Int(UInt32(littleEndian: bytes.load(fromByteOffset: 4, as: UInt32.self)))
    guard textCount <= count, 4 * (Self.starts + count + 1 + textCount) <= bytes.count else { return nil }
    let length = bytes.count - text
    guard word(Self.starts) == 0, word(Self.starts + count) == length,
      (0..<count).allSatisfy({ word(Self.starts + $0) <= word(Self.starts + $0 + 1) }),
      (0..<textCount).allSatisfy({ word(order + $0) < textCount })
    else { return nil }
  }

  private func word(_ index: Int) -> Int {
    Int(UInt32(littleEndian: bytes.load(fromByteOffset: 4 * index, as: UInt32.self)))
  }

  private func view(_ id: Int) -> UnsafeRawBufferPointer {
    precondition(id >= 0 && id < count, "token \(id) of \(count)")
    let range = text + word(Self.starts + id)..<text + word(Self.starts + id + 1)
    return UnsafeRawBufferPointer(rebasing: bytes[range])
  }

  /// The bytes of a token.
  subscript(id: Int) -> [UInt8] { Array(view(id)) }

  /// Whether these are the bytes of a token.
  func equals(_ id: Int, _ other: [UInt8]) -> Bool { view(id).elementsEqual(other) }

  /// The text token with these bytes, the last one if there are several; its id is the rank of the merge that makes it.
  func rank(of token: [UInt8]) -> Int? {
    var (low, high) = (0, textCount)
    while low < high {
      let middle = (low + high) / 2
      if token.withUnsafeBytes({ precedes($0, view(word(order + middle))) }) { high = middle } else { low = middle + 1 }
    }
    guard low > 0, case let id = word(order + low - 1), equals(id, token) else { return nil }
    return id
  }

  private func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    let common = Swift.min(left.count, right.count)
    let difference = common == 0 ? 0 : memcmp(left.baseAddress!, right.baseAddress!, common)
    return difference == 0 ? left.count < right.count : difference < 0
  }
}

/// Bytes of a table that was made here; immutable once made.
private final class TokenMemory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(_ values: [UInt8]) {
    bytes = .allocate(byteCount: values.count, alignment: 64)
    bytes.copyBytes(from: values)
  }

  deinit { bytes.deallocate() }
}
