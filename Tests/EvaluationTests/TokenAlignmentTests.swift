import Testing

@testable import Evaluation

@Suite struct TokenAlignmentTests {
  @Test func countsEachKindOfEdit() {
    let alignment = TokenAlignment(
      reference: "the cat sat on the mat", hypothesis: "a cat sat the mat today", unit: .word)
    #expect(alignment.counts == EditCounts(hits: 4, substitutions: 1, deletions: 1, insertions: 1))
    #expect(alignment.counts.referenceCount == 6 && alignment.counts.errors == 3 && alignment.counts.rate == 0.5)
    #expect(alignment.tokens.map(\.kind) == [.substitution, .hit, .hit, .deletion, .hit, .hit, .insertion])
    #expect(alignment.tokens[0] == AlignedToken(reference: "the", hypothesis: "a", kind: .substitution))
  }

  @Test func emptySides() {
    #expect(TokenAlignment(reference: "", hypothesis: "", unit: .word).counts == .zero)
    #expect(TokenAlignment(reference: "a b", hypothesis: " ", unit: .word).counts == EditCounts(deletions: 2))
    let invented = TokenAlignment(reference: "", hypothesis: "thank you", unit: .word).counts
    #expect(invented == EditCounts(insertions: 2) && invented.rate == 2)
    #expect(EditCounts.zero.rate == 0)
  }

  @Test func charactersAreScalarsAndSpacesCount() {
    let counts = TokenAlignment(reference: " ab c ", hypothesis: "abc", unit: .character).counts
    #expect(counts == EditCounts(hits: 3, deletions: 1))
    // One letter in one piece and in two: canonically equal, yet other scalars.
    #expect(TokenAlignment(reference: "\u{E9}", hypothesis: "e\u{301}", unit: .word).counts.substitutions == 1)
  }

  /// A plain matrix says how few edits there can be; pairs cross the borders of 64 columns and of strips of rows.
  @Test(arguments: [1 << 25, 0]) func isShortestForRandomPairs(memory: Int) {
    var random = SplitMix64(seed: 7)
    for _ in 0..<300 {
      let reference = (0..<random.index(below: 200)).map { _ in Int32(random.index(below: 5)) }
      let hypothesis = (0..<random.index(below: 200)).map { _ in Int32(random.index(below: 6)) }
      let path = EditMatrix(reference: reference, hypothesis: hypothesis, tokenCount: 6, memory: memory).path()
      var (row, column, edits) = (0, 0, 0)
      for step in path {
        switch step {
        case .diagonal:
          edits += reference[column] == hypothesis[row] ? 0 : 1
          (row, column) = (row + 1, column + 1)
        case .deletion: (column, edits) = (column + 1, edits + 1)
        case .insertion: (row, edits) = (row + 1, edits + 1)
        }
      }
      #expect(row == hypothesis.count && column == reference.count)
      #expect(edits == distance(reference, hypothesis))
      #expect(path == EditMatrix(reference: reference, hypothesis: hypothesis, tokenCount: 6).path())
    }
  }

  @Test func tenThousandWordsAgainstAsMany() {
    var random = SplitMix64(seed: 1)
    let reference = (0..<10_000).map { _ in "w\(random.index(below: 3000))" }
    let hypothesis = reference.compactMap { random.index(below: 10) == 0 ? nil : $0 }
    let clock = ContinuousClock()
    let start = clock.now
    let counts = TokenAlignment(reference: reference, hypothesis: hypothesis).counts
    #expect(counts.errors == reference.count - hypothesis.count && counts.hits == hypothesis.count)
    #expect(clock.now - start < .seconds(5))
  }

  private func distance(_ a: [Int32], _ b: [Int32]) -> Int {
    var row = Array(0...a.count)
    for (index, token) in b.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in a.indices {
        let substituted = diagonal + (a[column] == token ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
      }
    }
    return row[a.count]
  }
}
