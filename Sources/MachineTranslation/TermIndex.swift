/// Terms that are looked for in texts, by the scalar that they begin with.
struct TermIndex: Sendable {
  /// A term and what must stand in the translation where it is found.
  struct Term: Sendable {
    /// The scalars of the term, in lower case if it is found in any case.
    var scalars: [Unicode.Scalar]
    var target: String
    /// Whether the source may write it in another case.
    var isFoundInAnyCase: Bool
    /// Whether it is a name that stays, whose case counts in the translation.
    var isName: Bool
  }

  private var terms: [Unicode.Scalar: [Term]] = [:]
  var isEmpty: Bool { terms.isEmpty }

  /// - Parameters:
  ///   - names: what stays as it is written here.
  ///   - carried: terms that a translator before this one has put in.
  ///   - textHasCase: whether names are found only as they are written; a text that has lost its case has them in any.
  init(names: [String], glossary: Glossary, carried: [String], textHasCase: Bool) {
    for name in names { add(name, target: name, anyCase: !textHasCase, isName: true) }
    for entry in glossary.entries { add(entry.source, target: entry.target, anyCase: true, isName: false) }
    for term in carried { add(term, target: term, anyCase: true, isName: false) }
    for key in terms.keys { terms[key]!.sort { $0.scalars.count > $1.scalars.count } }
  }

  private mutating func add(_ source: String, target: String, anyCase: Bool, isName: Bool) {
    let scalars = source.unicodeScalars.map { anyCase ? $0.changed(toUpper: false) : $0 }
    guard let first = scalars.first else { return }
    terms[first.changed(toUpper: false), default: []].append(
      Term(scalars: scalars, target: target, isFoundInAnyCase: anyCase, isName: isName))
  }

  /// The longest term that begins at a scalar of the text and ends with a word, and where it ends.
  func term(at index: Int, of text: Scalars) -> (term: Term, end: Int)? {
    guard text.isBoundary(index), let candidates = terms[text[index].changed(toUpper: false)] else { return nil }
    for term in candidates {
      let end = index + term.scalars.count
      guard end <= text.count, text.isBoundary(end) else { continue }
      let isFound = term.scalars.indices.allSatisfy {
        let scalar = text[index + $0]
        if term.scalars[$0] == " " { return scalar.properties.isWhitespace }
        return (term.isFoundInAnyCase ? scalar.changed(toUpper: false) : scalar) == term.scalars[$0]
      }
      if isFound { return (term, end) }
    }
    return nil
  }
}
