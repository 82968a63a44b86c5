import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Hard cases whose results the Python packages gave once; `Tests/Reference/evaluation_golden.py` makes them.
@Suite struct GoldenTests {
  let golden: Reference

  init() throws { golden = try Reference(contentsOf: Places.reference.appending(path: "evaluation.json")) }

  @Test func normalizedTexts() {
    #expect(golden.normalizations.count > 200)
    let findings = golden.normalizationFindings()
    #expect(findings.isEmpty, "\(Reference.excerpt(findings))")
  }

  @Test func alignments() {
    #expect(!golden.alignments.isEmpty)
    let findings = golden.alignmentFindings()
    #expect(findings.isEmpty, "\(Reference.excerpt(findings))")
  }

  @Test func scoresAndTokens() {
    #expect(!golden.corpora.isEmpty)
    let findings = golden.scoreFindings(tolerance: 1e-9)
    #expect(findings.isEmpty, "\(Reference.excerpt(findings))")
  }

  @Test func theVersionsNamedAreThoseComparedWith() {
    #expect(TextNormalizer.english.version == "whisper-english/\(golden.versions["whisper-normalizer"] ?? "")")
    #expect(TextNormalizer.basic.version == "whisper-basic/\(golden.versions["whisper-normalizer"] ?? "")")
    let version = "version:dragoman-1=sacrebleu-\(golden.versions["sacrebleu"] ?? "")"
    #expect(BLEU().signature == "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|\(version)")
    #expect(CharacterFScore.plusPlus.signature == "nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|\(version)")
    #expect(CharacterFScore.plusPlus.name == "chrF2++")
  }
}
