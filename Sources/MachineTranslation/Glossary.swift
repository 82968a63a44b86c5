public import Foundation

/// Terms and the translations that they must have.
///
/// A file of two columns, `source<TAB>target`, UTF-8, or UTF-16 with its mark as spreadsheets write it; blank lines and lines that begin with `#` say nothing. Terms are found as
/// whole words in any case, the longest first. They are not inflected: `house` does not match `houses`, and the target stands in
/// the translation as the file writes it.
public struct Glossary: Sendable, Equatable {
  /// A term and its translation.
  public struct Entry: Sendable, Equatable {
    /// What is looked for, and what must stand in the translation.
    public var source: String, target: String

    /// A pair of terms.
    public init(source: String, target: String) { (self.source, self.target) = (source, target) }
  }

  /// In the order of the file.
  public var entries: [Entry]

  /// A glossary of these entries.
  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// Reads a file.
  ///
  /// - Throws: `TranslationError.glossaryUnreadable`, or `.glossary` for a line that is not two terms and for a term that is given two
  ///   translations.
  public init(contentsOf url: URL) throws(TranslationError) {
    guard let data = try? Data(contentsOf: url) else { throw .glossaryUnreadable(path: url.path) }
    let isWide = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
    guard let text = isWide ? String(data: data, encoding: .utf16) : String(validating: data, as: UTF8.self) else {
      throw .glossary(path: url.path, line: nil, reason: "it is not UTF-8")
    }
    try self.init(text, path: url.path)
  }

  /// Reads the text of a file; `path` is what errors call it.
  public init(_ text: String, path: String) throws(TranslationError) {
    entries = []
    var known: [String: Entry] = [:]
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard columns.count == 2, !columns[0].isEmpty, !columns[1].isEmpty else {
        let reason =
          columns.count == 2 ? "a term is empty" : columns.count == 1 ? "it has no tab" : "it has more than two columns"
        throw .glossary(path: path, line: index + 1, reason: reason)
      }
      let entry = Entry(source: columns[0], target: columns[1])
      let key = entry.source.lowercased()
      if let other = known[key] {
        guard other.target == entry.target else {
          throw .glossary(
            path: path, line: index + 1,
            reason: "\(entry.source) is \(entry.target) here and \(other.target) on a line before")
        }
        continue
      }
      known[key] = entry
      entries.append(entry)
    }
  }
}
