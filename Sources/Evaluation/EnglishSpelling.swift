internal import Foundation

/// British spellings and their American counterparts.
///
/// The table is data of openai/whisper (`whisper/normalizers/english.json`, MIT), which names
/// https://www.tysto.com/uk-us-spelling-list.html as its source; `Resources/english-spelling.json` is that file.
enum EnglishSpelling {
  private static let table: [String: String] = {
    do {
      return try JSONDecoder().decode([String: String].self, from: Data(PackageResources.english_spelling_json))
    } catch {
      preconditionFailure("Resources/english-spelling.json does not decode: \(error)")
    }
  }()

  /// The words of a text in American spelling, one space between them.
  static func standardize(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for word in text.words {
      if !result.isEmpty { result.append(" ") }
      if let american = table[String(word)] {
        result.append(contentsOf: american.unicodeScalars)
      } else {
        result.append(contentsOf: word)
      }
    }
    return result
  }
}
