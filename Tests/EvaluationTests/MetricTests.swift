import Foundation
import Testing

@testable import Evaluation

@Suite struct MetricTests {
  @Test func languagesChooseTheirRules() {
    #expect(TextNormalizer.forLanguage("en") == .english && TextNormalizer.forLanguage("en-GB") == .english)
    #expect(TextNormalizer.forLanguage("pt") == .basic && TextNormalizer.forLanguage(nil) == .basic)
    #expect(BLEU.Tokenizer.forLanguage("zh-Hant") == .zh && BLEU.Tokenizer.forLanguage("pt") == .thirteenA)
    #expect(BLEU.Tokenizer.forLanguage("ja") == .char && BLEU.Tokenizer.forLanguage(nil) == .thirteenA)
    for code in ["th", "lo", "km", "my", "bo"] {
      #expect(BLEU.Tokenizer.forLanguage(code) == .char && ErrorUnit.forLanguage(code) == .character, "\(code)")
    }
    #expect(ErrorUnit.forLanguage("cmn-Hans") == .character && BLEU.Tokenizer.forLanguage("yue") == .zh)
    #expect(TextNormalizer.none.normalize(" As it IS. ") == " As it IS. ")
  }

  @Test func figuresAndCurrencies() {
    let texts = [
      "Twenty-five dollars and 30 cents": "$25.30", "double oh seven": "007", "one hundred and first": "101st",
      "minus five percent": "-5%", "nineteen eighty-four": "1984", "The colour isn't grey.": "the color is not gray",
      "two and a half million": "2500000",
      "three decillion and two": "3000000000000000000000000000000002",
    ]
    for (text, expected) in texts {
      let found = TextNormalizer.english.normalize(text).trimmingCharacters(in: .whitespaces)
      #expect(found == expected, "\(text)")
    }
  }

  @Test func scoresOfAWholeAddUp() {
    let (hypotheses, references) = (["the cat sat down", "a dog"], ["the cat sat up", "the dog"])
    let bleu = BLEU()
    let statistics = zip(hypotheses, references).map { bleu.statistics(hypothesis: $0, reference: $1) }
    #expect(bleu.score(statistics[0] + statistics[1]) == bleu.score(hypotheses: hypotheses, references: references))
    #expect(statistics[0].matches == SIMD4(3, 2, 1, 0) && statistics[0].totals == SIMD4(4, 3, 2, 1))
    #expect(bleu.score(.zero) == 0 && CharacterFScore().score(.zero) == 0)
  }

  /// As `jiwer.process_words(["", "a b"], ["thank you", "a b"])` counts.
  @Test func whatIsHeardInSilenceIsInserted() {
    let silence = UtteranceResult(set: "s", id: "1", language: "en", reference: "(music)", hypothesis: "Thank you.")
    let speech = UtteranceResult(set: "s", id: "2", language: "en", reference: "a b", hypothesis: "A b.")
    let ruler = Ruler(resamples: 10)
    let scores = BenchSummary.Scores([silence, speech], ruler: ruler)
    #expect(scores.words == EditCounts(hits: 2, insertions: 2) && scores.wordErrorRate?.score == 1)
    #expect(BenchSummary.Scores([silence], ruler: ruler).wordErrorRate?.score == 2)
    var quiet = silence
    (quiet.reference, quiet.hypothesis) = ("", "")
    #expect(BenchSummary.Scores([quiet], ruler: ruler).wordErrorRate?.score == 0)
    // Where only a translation is judged, the set does not say what was said.
    var translated = silence
    (translated.reference, translated.translationReference) = ("", "obrigado")
    #expect(ruler.alignment(of: translated) == nil)
    let live = { (utterance: Utterance) in LiveReference([utterance], target: "pt").texts(.text) }
    #expect(live(Utterance(id: "1", audio: "x", text: "")) == [""])
    #expect(live(Utterance(id: "1", audio: "x", text: "", translations: ["pt": "obrigado"])) == nil)
  }

  @Test func statisticsSurviveAJournal() throws {
    let bleu = BLEU().statistics(hypothesis: "the cat sat", reference: "the cat sat up")
    #expect(try JSONDecoder().decode(BLEU.Statistics.self, from: JSONEncoder().encode(bleu)) == bleu)
    let chrF = CharacterFScore.plusPlus.statistics(hypothesis: "the cat sat", reference: "the cat sat up")
    #expect(try JSONDecoder().decode(CharacterFScore.Statistics.self, from: JSONEncoder().encode(chrF)) == chrF)
  }
}
