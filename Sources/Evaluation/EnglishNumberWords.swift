/// What a word can do to a number that is being read.
enum NumberWord {
  /// "oh"
  case zero
  /// "one" to "nineteen"
  case unit(Int)
  /// "third", "sixes": the number ends with it.
  case unitEnding(Int, suffix: String)
  /// "twenty" to "ninety"
  case tens(Int)
  /// "twentieth", "twenties"
  case tensEnding(Int, suffix: String)
  /// "hundred" to "decillion", as the power of ten.
  case multiplier(exponent: Int)
  /// "hundredth", "hundreds"
  case multiplierEnding(exponent: Int, suffix: String)
  /// "minus": a sign for the number behind it.
  case signBefore(String)
  /// "dollars": a sign for the number before it.
  case signAfter(String)
  /// "per", which with "cent" is a per cent sign.
  case per
  case percent
  case and
  /// "double oh"
  case repeated(times: Int)
  case point

  /// The words, as the reference has them: "nineth" is among them, "ninth" is not.
  static let all: [String: NumberWord] = {
    var words: [String: NumberWord] = [
      "minus": .signBefore("-"), "negative": .signBefore("-"), "plus": .signBefore("+"), "positive": .signBefore("+"),
      "per": .per, "percent": .percent, "and": .and, "double": .repeated(times: 2), "triple": .repeated(times: 3),
      "point": .point, "zeroth": .unitEnding(0, suffix: "th"),
    ]
    for word in ["o", "oh", "zero"] { words[word] = .zero }
    for (word, sign) in [("pound", "£"), ("euro", "€"), ("dollar", "$"), ("cent", "¢")] {
      words[word] = .signAfter(sign)
      words[word + "s"] = .signAfter(sign)
    }
    let irregular = [
      1: ("first", "st"), 2: ("second", "nd"), 3: ("third", "rd"), 5: ("fifth", "th"), 12: ("twelfth", "th"),
    ]
    for (index, word) in units.enumerated() {
      let value = index + 1
      words[word] = .unit(value)
      words[word == "six" ? "sixes" : word + "s"] = .unitEnding(value, suffix: "s")
      let (ordinal, suffix) = irregular[value] ?? (word + (word.hasSuffix("t") ? "h" : "th"), "th")
      words[ordinal] = .unitEnding(value, suffix: suffix)
    }
    for (index, stem) in tensStems.enumerated() {
      let value = 10 * (index + 2)
      words[stem + "y"] = .tens(value)
      words[stem + "ies"] = .tensEnding(value, suffix: "s")
      words[stem + "ieth"] = .tensEnding(value, suffix: "th")
    }
    for (index, word) in multipliers.enumerated() {
      let exponent = index == 0 ? 2 : 3 * index
      words[word] = .multiplier(exponent: exponent)
      words[word + "s"] = .multiplierEnding(exponent: exponent, suffix: "s")
      words[word + "th"] = .multiplierEnding(exponent: exponent, suffix: "th")
    }
    return words
  }()

  private static let units = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tensStems = ["twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"]
  private static let multipliers = [
    "hundred", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
  ]

  /// A figure of one decimal place or more may follow "point".
  var isDecimal: Bool {
    switch self {
    case .zero, .unit, .tens: true
    default: false
    }
  }

  var isUnit: Bool { if case .unit = self { true } else { false } }
  var isTens: Bool { if case .tens = self { true } else { false } }
  var isMultiplier: Bool { if case .multiplier = self { true } else { false } }
}
