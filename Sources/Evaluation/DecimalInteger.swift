/// A whole number of any size, digit by digit: "one decillion" and more must come out exact.
///
/// Spoken numbers only need sums, multiplication by powers of ten and remainders by them, which digits give for nothing.
struct DecimalInteger: CustomStringConvertible {
  /// Most significant first, no leading zeros; zero has no digits.
  private(set) var digits: [UInt8]

  /// The digits of a number, leading zeros allowed.
  init(digits: some Sequence<UInt8>) { self.digits = Array(digits.drop { $0 == 0 }) }

  init(_ value: Int) { self.init(digits: String(value).utf8.map { $0 - 0x30 }) }

  var isZero: Bool { digits.isEmpty }

  /// In figures.
  var description: String { isZero ? "0" : String(digits.map { Unicode.Scalar($0 + 0x30) }) }

  /// Whether the last `count` digits are zeros.
  func endsInZeros(_ count: Int) -> Bool { digits.suffix(count).allSatisfy { $0 == 0 } }

  /// Times ten to the power of `exponent`.
  func shifted(by exponent: Int) -> DecimalInteger {
    DecimalInteger(digits: digits + repeatElement(0, count: exponent))
  }

  /// The thousands of this number, and its last three digits times ten to the power of `exponent`.
  ///
  /// "two thousand five" and then "hundred": 2000 + 5 * 100.
  func multiplyingLastThree(by exponent: Int) -> DecimalInteger {
    let residual = DecimalInteger(digits: digits.suffix(3)).shifted(by: exponent)
    return DecimalInteger(digits: digits.dropLast(3)).shifted(by: 3) + residual
  }

  static func + (left: DecimalInteger, right: DecimalInteger) -> DecimalInteger {
    var sum: [UInt8] = []
    var carry: UInt8 = 0
    for place in 0..<max(left.digits.count, right.digits.count) {
      let digit = left.digit(place) + right.digit(place) + carry
      sum.append(digit % 10)
      carry = digit / 10
    }
    if carry > 0 { sum.append(carry) }
    return DecimalInteger(digits: sum.reversed())
  }

  /// The digit of ten to the power of `place`.
  private func digit(_ place: Int) -> UInt8 { place < digits.count ? digits[digits.count - 1 - place] : 0 }
}
