/// One text as the pieces between which a line may break, and the cues and lines made of them.
///
///     atoms  |Good| morning,| everyone.| Today| we|…        a space, if any, belongs to the atom after it
///     cues   |Good morning, everyone.      | Today we …|    ranges of atoms; each fits into two lines
struct SubtitleLayout {
  /// Columns of a line, and lines of a block.
  static let lineWidth = 42, lineCount = 2

  private struct Atom {
    var text: String, width: Int
    /// A space stands before it unless it begins a line.
    var isSpaced: Bool
    /// What it costs to end a cue or a line after it.
    var breakCost: Int
    /// What it costs to go on after it within one cue.
    var pauseCost = 0
  }

  private let atoms: [Atom]
  /// Columns before atom i, spaces included; one longer than `atoms`.
  private let columns: [Int]

  /// - Parameter clock: when the text was spoken, if that is known; it breaks sooner where the speaker pauses.
  init(_ text: String, clock: SegmentClock? = nil) {
    var atoms = Self.atoms(of: text)
    columns = atoms.reduce(into: [0]) { $0.append($0.last! + $1.width + ($1.isSpaced ? 1 : 0)) }
    if let clock, let width = columns.last, width > 0 {
      for index in atoms.indices.dropLast() {
        let fraction = Double(columns[index + 1]) / Double(width)
        let pause = clock.start(at: fraction) - clock.end(at: fraction)
        // A pause divides as a comma does; text must not stand on the screen long before it is spoken.
        if pause >= 300 { atoms[index].breakCost = min(atoms[index].breakCost, 100) }
        if pause >= 1_000 { atoms[index].pauseCost = 600 }
      }
    }
    self.atoms = atoms
  }

  var isEmpty: Bool { atoms.isEmpty }
  /// All atoms, as one range.
  var whole: Range<Int> { 0..<atoms.count }
  /// Columns of the whole text.
  var width: Int { columns.last! }

  /// Share of the text before atom `index`, 0...1.
  func fraction(before index: Int) -> Double { width == 0 ? 0 : Double(columns[index]) / Double(width) }

  /// Shares of the text before which its sentences end; the last one ends with the text.
  var sentenceEnds: [Double] {
    let inner = atoms.indices.dropLast().filter {
      SentenceScale.sentenceEnds(behind: atoms[$0].text, before: atoms[$0 + 1].text)
    }
    return inner.map { fraction(before: $0 + 1) } + [1]
  }

  /// Few cues that hold the text, broken after sentences rather than clauses, and clauses rather than words.
  func cues() -> [Range<Int>] {
    // best[i]: cheapest way to cut the atoms before i; the cue that ends there begins at from[i].
    var best = [Int](repeating: .max, count: atoms.count + 1)
    var from = [Int](repeating: 0, count: atoms.count + 1)
    best[0] = 0
    for start in atoms.indices {
      for end in start + 1...atoms.count {
        // One atom always fits; beyond the first range that does not fit, none does.
        if end > start + 1, !fits(start..<end) { break }
        let cost = best[start] + cueCost(start..<end)
        if cost < best[end] { (best[end], from[end]) = (cost, start) }
      }
    }
    var cues: [Range<Int>] = []
    var end = atoms.count
    while end > 0 {
      cues.append(from[end]..<end)
      end = from[end]
    }
    return cues.reversed()
  }

  /// Exactly `fractions.count` + 1 cues, some perhaps empty at the end, that break near `fractions` of the text; nil when the
  /// text needs more than that many.
  func cues(near fractions: [Double]) -> [Range<Int>]? {
    let count = fractions.count + 1
    // A text of this size is no subtitle; without this, time would grow with the square of its length.
    guard atoms.count * count < 200_000 else { return nil }
    let impossible = Int.max / 2
    var best = [Int](repeating: impossible, count: atoms.count + 1)
    best[0] = 0
    var from: [[Int]] = []
    for cue in 0..<count {
      var next = [Int](repeating: impossible, count: atoms.count + 1)
      var origin = [Int](repeating: 0, count: atoms.count + 1)
      // When nothing is left the remaining cues of this text are empty; that is dear, so it happens only when it must.
      (next[atoms.count], origin[atoms.count]) = (best[atoms.count] + 2_000, atoms.count)
      for start in atoms.indices where best[start] < impossible {
        for end in start + 1...atoms.count {
          if end > start + 1, !fits(start..<end) { break }
          let distance = cue < fractions.count ? abs(fraction(before: end) - fractions[cue]) : 0
          let cost = best[start] + cueCost(start..<end) + Int(1_000 * distance)
          if cost < next[end] { (next[end], origin[end]) = (cost, start) }
        }
      }
      best = next
      from.append(origin)
    }
    guard best[atoms.count] < impossible else { return nil }
    var cues: [Range<Int>] = []
    var end = atoms.count
    for origin in from.reversed() {
      cues.append(origin[end]..<end)
      end = origin[end]
    }
    return cues.reversed()
  }

  /// The lines of one cue: one when it fits, otherwise two of about the same length, cut after punctuation where that is
  /// near.
  func lines(_ cue: Range<Int>) -> [String] {
    guard !cue.isEmpty else { return [] }
    if width(cue) <= Self.lineWidth { return [text(cue)] }
    let cuts = (cue.lowerBound + 1..<cue.upperBound).filter {
      width(cue.lowerBound..<$0) <= Self.lineWidth && width($0..<cue.upperBound) <= Self.lineWidth
    }
    func cost(_ cut: Int) -> Int {
      abs(width(cue.lowerBound..<cut) - width(cut..<cue.upperBound)) + atoms[cut - 1].breakCost / 8
    }
    guard let cut = cuts.min(by: { cost($0) < cost($1) }) else { return [text(cue)] }
    return [text(cue.lowerBound..<cut), text(cut..<cue.upperBound)]
  }

  private func width(_ range: Range<Int>) -> Int {
    guard let first = range.first else { return 0 }
    return columns[range.upperBound] - columns[first] - (atoms[first].isSpaced ? 1 : 0)
  }

  private func text(_ range: Range<Int>) -> String {
    range.map { (atoms[$0].isSpaced && $0 != range.lowerBound ? " " : "") + atoms[$0].text }.joined()
  }

  private func fits(_ range: Range<Int>) -> Bool {
    let total = width(range)
    if total <= Self.lineWidth { return true }
    if total > Self.lineCount * Self.lineWidth + 1 { return false }
    // The first line as full as it goes leaves the least for the second.
    let cut = range.dropFirst().last { width(range.lowerBound..<$0) <= Self.lineWidth }
    return cut.map { width($0..<range.upperBound) <= Self.lineWidth } ?? false
  }

  /// Each cue costs, so that there are few, but less than tearing a clause apart; a lone short word looks lost.
  private func cueCost(_ range: Range<Int>) -> Int {
    let isLast = range.upperBound == atoms.count
    let pauses = range.dropLast().reduce(0) { $0 + atoms[$1].pauseCost }
    return 200 + pauses + (isLast ? 0 : atoms[range.upperBound - 1].breakCost) + (width(range) < 12 ? 40 : 0)
  }

  private static func atoms(of text: String) -> [Atom] {
    let pieces = TextPiece.all(of: text.split(whereSeparator: \.isWhitespace), cutAt: lineWidth)
    return pieces.enumerated().map { index, piece in
      Atom(
        text: piece.text, width: DisplayWidth.of(piece.text), isSpaced: piece.isSpaced && index > 0,
        breakCost: breakCost(after: piece.text))
    }
  }

  private static func breakCost(after piece: String) -> Int {
    guard let last = piece.last(where: { !TextPiece.closers.contains($0) }) else { return 400 }
    return TextPiece.sentenceEnds.contains(last) ? 0 : TextPiece.clauseEnds.contains(last) ? 100 : 400
  }
}
