/// The script that a language is written in, of languages that are written in one only, and not in Latin letters.
///
/// Small models write Hindi down in Arabic letters, as Urdu, or in Latin ones by its sound: words that a reader of Hindi, a
/// translator and a count of errors can do nothing with.
///
/// - Reference: Unicode 15, `Blocks.txt`.
struct WritingSystem: Equatable {
  /// The language's own name in it, which as a prompt makes a model write it.
  let name: String
  /// Where its letters are.
  private let blocks: [ClosedRange<UInt32>]

  /// The script of a language code; nil where there are several, or Latin letters.
  init?(language: String) {
    guard let script = Self.scripts.first(where: { $0.names[language] != nil }) else { return nil }
    (name, blocks) = (script.names[language]!, script.blocks)
  }

  /// How the letters of a text are shared out.
  struct Letters: Equatable {
    /// In this script, in Latin letters, in others.
    var own = 0, latin = 0, other = 0
    /// Whether most are not of this script.
    var areForeign: Bool { own < latin + other }
  }

  /// Counts the letters of a text by their script.
  func letters(of text: String) -> Letters {
    var count = Letters()
    for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
      if blocks.contains(where: { $0.contains(scalar.value) }) {
        count.own += 1
      } else if scalar.value < Self.endOfLatin {
        count.latin += 1
      } else {
        count.other += 1
      }
    }
    return count
  }

  private static let endOfLatin: UInt32 = 0x250
  private static let han: [ClosedRange<UInt32>] = [0x3005...0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF]

  /// Punjabi, Serbian, Kazakh, Sindhi, Malay and others are written in two scripts and stay as they come.
  private static let scripts: [(names: [String: String], blocks: [ClosedRange<UInt32>])] = [
    (["hi": "हिन्दी", "mr": "मराठी", "ne": "नेपाली", "sa": "संस्कृतम्"], [0x0900...0x097F, 0xA8E0...0xA8FF]),
    (
      ["ar": "العربية", "fa": "فارسی", "ps": "پښتو", "ur": "اردو"],
      [0x0600...0x06FF, 0x0750...0x077F, 0xFB50...0xFDFF, 0xFE70...0xFEFF]
    ),
    (
      [
        "ba": "башҡорт теле", "be": "беларуская мова", "bg": "български език", "mk": "македонски јазик",
        "mn": "монгол хэл",
        "ru": "русский язык", "tg": "забони тоҷикӣ", "tt": "татар теле", "uk": "українська мова",
      ], [0x0400...0x052F]
    ),
    (["as": "অসমীয়া", "bn": "বাংলা"], [0x0980...0x09FF]),
    (["gu": "ગુજરાતી"], [0x0A80...0x0AFF]),
    (["ta": "தமிழ்"], [0x0B80...0x0BFF]),
    (["te": "తెలుగు"], [0x0C00...0x0C7F]),
    (["kn": "ಕನ್ನಡ"], [0x0C80...0x0CFF]),
    (["ml": "മലയാളം"], [0x0D00...0x0D7F]),
    (["si": "සිංහල"], [0x0D80...0x0DFF]),
    (["th": "ภาษาไทย"], [0x0E00...0x0E7F]),
    (["lo": "ພາສາລາວ"], [0x0E80...0x0EFF]),
    (["bo": "བོད་སྐད་"], [0x0F00...0x0FFF]),
    (["my": "မြန်မာဘာသာ"], [0x1000...0x109F]),
    (["ka": "ქართული"], [0x10A0...0x10FF]),
    (["am": "አማርኛ"], [0x1200...0x139F]),
    (["km": "ភាសាខ្មែរ"], [0x1780...0x17FF]),
    (["el": "ελληνικά"], [0x0370...0x03FF, 0x1F00...0x1FFF]),
    (["hy": "հայերեն"], [0x0530...0x058F]),
    (["he": "עברית", "yi": "ייִדיש"], [0x0590...0x05FF, 0xFB1D...0xFB4F]),
    (["yue": "粵語", "zh": "中文"], han),
    (["ja": "日本語"], han + [0x3040...0x30FF, 0x31F0...0x31FF]),
    (["ko": "한국어"], han + [0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF]),
  ]
}
