import Testing
import Transcripts

@testable import SpeechRecognition

@Suite struct ShownWordsTests {
  private var shown = ShownWords()

  /// Takes a text of words that end 20 frames behind each other; those with a question mark before them are doubted.
  private mutating func take(
    _ text: String?, certain: Int = 0, frames: Int = 1_000, margin: Duration = .milliseconds(400)
  ) -> String {
    let words = text.map { text in
      text.split(separator: " ").enumerated().map { index, part in
        let isDoubted = part.hasPrefix("?")
        let word = isDoubted ? part.dropFirst() : part
        return AlignedWord(
          word: Word(
            start: .milliseconds(200 * index), end: .milliseconds(200 * index + 200), text: " " + word,
            probability: isDoubted ? 0.5 : 0.9),
          tokens: index..<index + 1, bareEnd: index + 1, bareText: " " + word.filter { !$0.isPunctuation },
          lastAttended: 20 * index + 19)
      }
    }
    shown.take(words, certain: certain, frames: frames, margin: margin, doubted: .milliseconds(1500))
    return shown.words.map(\.word.text).joined()
  }

  @Test mutating func whatLeansOnTheNewestAudioIsNotShown() {
    #expect(take("a b c d", frames: 100) == " a b c")
    #expect(take("a b c d", frames: 40) == " a b c", "what is shown stays, however its attention wanders")
  }

  @Test mutating func aDoubtedWordWaitsAndHoldsBackThoseBehindIt() {
    #expect(take("a ?b c", frames: 100) == " a")
    #expect(take("a ?b c", frames: 189) == " a")
    #expect(take("a ?b c", frames: 190) == " a b c")
  }

  @Test mutating func oneTextAloneTakesNothingBack() {
    #expect(take("ask not why") == " ask not why")
    #expect(take("ask not what you") == " ask not why")
    #expect(take("ask not why do") == " ask not why do", "the text before was the only one to say it")
    #expect(take("ask not what your country") == " ask not why do")
    #expect(take("ask not what your country can") == " ask not what your country can")
  }

  @Test mutating func twoTextsThatDifferTakeNothingBack() {
    #expect(take("so this is") == " so this is")
    #expect(take("so these are") == " so this is")
    #expect(take("so that was") == " so this is")
    #expect(take("so that is") == " so that is")
  }

  @Test mutating func aWordThatTwoTextsSayIsShownThoughItIsNew() {
    #expect(take("one two", frames: 1_000) == " one two")
    #expect(take("one three", frames: 50) == " one two")
    #expect(take("one three", frames: 50) == " one three", "what stands in the place of a shown word is as old")
  }

  @Test mutating func textThatCannotBeTrustedChangesNothing() {
    #expect(take("good morning") == " good morning")
    #expect(take(nil) == " good morning")
    #expect(take("") == " good morning")
  }

  @Test mutating func whatHasBecomeCertainIsNoLongerHere() {
    #expect(take("good morning every one") == " good morning every one")
    #expect(take("good morning every one here", certain: 2) == " every one here")
    #expect(take("every two", certain: 0) == " every one here")
    #expect(take("every two", certain: 1) == " two", "the text before said so, too")
  }

  @Test mutating func certainWordsThatContradictTakeAllBack() {
    #expect(take("good morning all") == " good morning all")
    #expect(take("bad morning all", certain: 1, frames: 90) == " morning")
  }

  @Test mutating func punctuationTakesNothingBack() {
    #expect(take("yes, we can.") == " yes, we can")
    #expect(take("yes we can do") == " yes, we can do", "the last word may get its mark")
    #expect(take("yes; we can. Do") == " yes, we can do")
  }
}
