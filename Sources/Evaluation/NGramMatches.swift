/// How many n-grams of one length two sequences have, and how many of them they share.
struct NGramMatches: Equatable {
  var hypothesis = 0
  var reference = 0
  /// Each n-gram counts as often as it stands in both.
  var shared = 0

  /// One element for each length from 1 to `order`.
  ///
  /// An n-gram is named by its first n - 1 tokens, named the same way one round before, and its last token: two small
  /// numbers, whatever the length.
  static func all(hypothesis: [Int32], reference: [Int32], upTo order: Int) -> [NGramMatches] {
    guard order > 0 else { return [] }
    var prefixes = (hypothesis: hypothesis, reference: reference)
    return (1...order).map { length in
      var names: [UInt64: Int32] = [:]
      func name(_ prefixes: [Int32], _ tokens: [Int32]) -> [Int32] {
        guard tokens.count >= length else { return [] }
        return (0...tokens.count - length).map { start in
          let key =
            UInt64(UInt32(bitPattern: prefixes[start])) << 32 | UInt64(UInt32(bitPattern: tokens[start + length - 1]))
          if let name = names[key] { return name }
          let name = Int32(names.count)
          names[key] = name
          return name
        }
      }
      prefixes = (name(prefixes.hypothesis, hypothesis), name(prefixes.reference, reference))
      var available = [Int32](repeating: 0, count: names.count)
      for name in prefixes.reference { available[Int(name)] += 1 }
      var shared = 0
      for name in prefixes.hypothesis where available[Int(name)] > 0 {
        available[Int(name)] -= 1
        shared += 1
      }
      return NGramMatches(hypothesis: prefixes.hypothesis.count, reference: prefixes.reference.count, shared: shared)
    }
  }
}
