/// Reads words one after another and writes them out again, with numbers in figures.
///
/// The rules are those of Whisper's normaliser with all their corners, since figures are only comparable when both sides
/// were changed alike: "one oh one" is 101, "nineteen eighty four" 1984, "one two three" 123.
struct NumberReader {
  /// A number that may still grow.
  private enum Value: CustomStringConvertible {
    case integer(DecimalInteger)
    /// Digits that were named one by one, or a number with decimals.
    case digits(String)

    var description: String {
      switch self {
      case .integer(let integer): integer.description
      case .digits(let digits): digits
      }
    }
  }

  private var prefix: String?
  private var value: Value?
  private var output: [String] = []

  /// The text that was read, with the number that is still open.
  mutating func finished() -> String {
    closeNumber()
    return output.joined(separator: " ")
  }

  /// Takes one word in view of its neighbours.
  ///
  /// - Returns: how many words were used up, one or two.
  mutating func read(_ word: String, after previous: String?, before next: String?) -> Int {
    if readFigures(word) { return 1 }
    guard let meaning = NumberWord.all[word] else {
      closeNumber()
      write(word)
      return 1
    }
    let previousMeaning = previous.flatMap { NumberWord.all[$0] }
    let nextMeaning = next.flatMap { NumberWord.all[$0] }
    let nextIsNumber = nextMeaning != nil || next.map { Figures($0) != nil } ?? false
    switch meaning {
    case .zero: value = .digits(openDigits + "0")
    case .unit(let unit): value = joined(unit: unit, after: previousMeaning)
    case .unitEnding(let unit, let suffix): write("\(joined(unit: unit, after: previousMeaning))\(suffix)")
    case .tens(let tens): value = joined(tens: tens)
    case .tensEnding(let tens, let suffix): write("\(joined(tens: tens))\(suffix)")
    case .multiplier(let exponent): multiply(by: exponent)
    case .multiplierEnding(let exponent, let suffix):
      multiply(by: exponent)
      if let value { write("\(value)\(suffix)") }
    case .signBefore(let sign):
      closeNumber()
      if nextIsNumber { prefix = sign } else { write(word) }
    case .signAfter(let sign):
      if let value { prefix = sign; write("\(value)") } else { write(word) }
    case .percent:
      write(value.map { "\($0)%" } ?? word)
    case .per:
      if let value, next == "cent" {
        write("\(value)%")
        return 2
      }
      closeNumber()
      write(word)
    case .and, .repeated, .point:
      guard nextIsNumber else {
        closeNumber()
        write(word)
        return 1
      }
      return readSpecial(meaning, word: word, after: previousMeaning, before: nextMeaning)
    }
    return 1
  }

  /// "and", "double" and "point" when a number may follow.
  private mutating func readSpecial(
    _ meaning: NumberWord, word: String, after previous: NumberWord?, before next: NumberWord?
  ) -> Int {
    switch (meaning, next) {
    case (.and, _):
      // Said behind "hundred" it is part of the number.
      guard previous?.isMultiplier != true else { break }
      closeNumber()
      write(word)
    case (.repeated(let times), .unit(let unit)):
      value = .digits(openDigits + String(repeating: "\(unit)", count: times))
      return 2
    case (.repeated(let times), .zero):
      value = .digits(openDigits + String(repeating: "0", count: times))
      return 2
    case (.point, _):
      if next?.isDecimal ?? true { value = .digits(openDigits + ".") }
    default:
      closeNumber()
      write(word)
    }
    return 1
  }

  /// A number in figures, perhaps with a currency sign before it.
  private mutating func readFigures(_ word: String) -> Bool {
    let sign = word.unicodeScalars.first.flatMap { "-+£€$¢".unicodeScalars.contains($0) ? String($0) : nil }
    guard let figures = Figures(sign == nil ? word : String(word.unicodeScalars.dropFirst())) else { return false }
    if case .digits(let digits) = value, digits.hasSuffix(".") {
      value = .digits(digits + word)
      return true
    }
    closeNumber()
    prefix = sign ?? prefix
    value = figures.multiplied(by: 0).map { .integer($0) } ?? .digits(figures.text)
    return true
  }

  private func joined(unit: Int, after previous: NumberWord?) -> Value {
    switch value {
    case nil: return .integer(DecimalInteger(unit))
    case .integer(let integer) where previous?.isUnit != true:
      return integer.endsInZeros(unit < 10 ? 1 : 2)
        ? .integer(integer + DecimalInteger(unit)) : .digits("\(integer)\(unit)")
    case .integer(let integer): return .digits("\(integer)\(unit)")
    case .digits(let digits):
      // "one twenty" and then "three": the zero gives way.
      return .digits((previous?.isTens == true && unit < 10 ? String(digits.dropLast()) : digits) + "\(unit)")
    }
  }

  private func joined(tens: Int) -> Value {
    switch value {
    case nil: .integer(DecimalInteger(tens))
    case .integer(let integer) where integer.endsInZeros(2): .integer(integer + DecimalInteger(tens))
    case .integer(let integer): .digits("\(integer)\(tens)")
    case .digits(let digits): .digits("\(digits)\(tens)")
    }
  }

  /// Multiplies the open number, or closes it when it is none and begins with the multiplier itself.
  private mutating func multiply(by exponent: Int) {
    let one = DecimalInteger(1).shifted(by: exponent)
    switch value {
    case nil: value = .integer(one)
    case .integer(let integer): value = .integer(integer.multiplyingLastThree(by: exponent))
    case .digits(let digits):
      if let product = Figures(digits, requiringPlaces: false)?.multiplied(by: exponent) {
        value = .integer(product)
      } else {
        closeNumber()
        value = .integer(one)
      }
    }
  }

  /// What the open number has so far; a zero in figures counts as nothing.
  private var openDigits: String {
    switch value {
    case nil: ""
    case .integer(let integer): integer.isZero ? "" : "\(integer)"
    case .digits(let digits): digits
    }
  }

  private mutating func closeNumber() {
    if let value { write("\(value)") }
  }

  /// Writes a word; the sign and the open number are used up.
  private mutating func write(_ text: String) {
    output.append((prefix ?? "") + text)
    (prefix, value) = (nil, nil)
  }
}

/// A number written in decimal digits of any script, with or without decimals.
private struct Figures {
  let text: String
  private let digits: [UInt8]
  private let places: Int

  /// - Parameter requiringPlaces: whether digits must stand on both sides of a full stop.
  init?(_ text: String, requiringPlaces: Bool = true) {
    var digits: [UInt8] = []
    var wholeCount: Int?
    for scalar in text.unicodeScalars {
      if scalar.isDecimalDigit {
        digits.append(UInt8(scalar.properties.numericValue ?? 0))
      } else if scalar == ".", wholeCount == nil, !requiringPlaces || !digits.isEmpty {
        wholeCount = digits.count
      } else {
        return nil
      }
    }
    places = digits.count - (wholeCount ?? digits.count)
    guard !digits.isEmpty, !requiringPlaces || wholeCount == nil || places > 0 else { return nil }
    (self.text, self.digits) = (text, digits)
  }

  /// The product with ten to the power of `exponent` where it is whole.
  func multiplied(by exponent: Int) -> DecimalInteger? {
    guard places > exponent else { return DecimalInteger(digits: digits).shifted(by: exponent - places) }
    let remainder = places - exponent
    guard digits.suffix(remainder).allSatisfy({ $0 == 0 }) else { return nil }
    return DecimalInteger(digits: digits.dropLast(remainder))
  }
}
