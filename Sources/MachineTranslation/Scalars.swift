/// The scalars of a UTF-8 text by index, with their byte offsets.
struct Scalars {
  /// The text in UTF-8, valid.
  let bytes: [UInt8]
  private let scalars: [Unicode.Scalar]
  private let offsets: [Int]  // one more than scalars

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var scalars: [Unicode.Scalar] = []
    var offsets = [0]
    scalars.reserveCapacity(bytes.count)
    offsets.reserveCapacity(bytes.count + 1)
    var iterator = bytes.makeIterator()
    var decoder = UTF8()
    // The bytes are a String's, so that every scalar is valid.
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      scalars.append(scalar)
      offsets.append(offsets.last! + UTF8.width(scalar))
    }
    (self.scalars, self.offsets) = (scalars, offsets)
  }

  var count: Int { scalars.count }
  subscript(index: Int) -> Unicode.Scalar { scalars[index] }
  /// Byte offset of a scalar, or the number of bytes behind the last.
  func offset(_ index: Int) -> Int { offsets[index] }
  func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[offsets[range.lowerBound]..<offsets[range.upperBound]], as: UTF8.self)
  }

  /// Whether a word may begin or end between the scalars `index - 1` and `index`: at a blank, a sign, or within a script that puts
  /// no blanks between words.
  func isBoundary(_ index: Int) -> Bool {
    index == 0 || index == count || !scalars[index - 1].isPartOfWord || !scalars[index].isPartOfWord
      || scalars[index - 1].isUnspaced || scalars[index].isUnspaced
  }
}

extension Unicode.Scalar {
  /// A letter, a digit, or a mark on one.
  var isPartOfWord: Bool {
    isASCII
      ? (48...57).contains(value) || (65...90).contains(value) || (97...122).contains(value)
      : properties.isAlphabetic || properties.numericType != nil || properties.generalCategory == .nonspacingMark
  }

  /// Of a script without blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.
  var isUnspaced: Bool {
    switch value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF,
      0x20000...0x3FFFF:
      true
    default: false
    }
  }

  /// The lower-case or upper-case form, if it is one scalar of as many bytes, otherwise the scalar itself: byte offsets stay.
  func changed(toUpper: Bool) -> Unicode.Scalar {
    let mapped = toUpper ? properties.uppercaseMapping : properties.lowercaseMapping
    let scalars = mapped.unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first, UTF8.width(scalar) == UTF8.width(self) else { return self }
    return scalar
  }
}
