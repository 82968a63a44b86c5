import Testing
import Transcripts

@testable import SpeechRecognition

@Suite struct CommitPolicyTests {
  /// Words with a space before each, of one token and one more for punctuation; each looks at the 20 frames of its place.
  private func words(_ text: String) -> [AlignedWord] {
    var token = 0
    let parts: [Substring] = text.split(separator: " ")
    return parts.enumerated().map { index, part in
      let bare = String(part.reversed().drop(while: \.isPunctuation).reversed())
      let hasMark = bare.count < part.count
      defer { token += hasMark ? 2 : 1 }
      return AlignedWord(
        word: Word(
          start: .milliseconds(200 * index), end: .milliseconds(200 * index + 200), text: " " + part, probability: 0.9),
        tokens: token..<token + (hasMark ? 2 : 1), bareEnd: token + 1, bareText: " " + bare,
        lastAttended: 20 * index + 19)
    }
  }

  private func certain(_ policy: CommitPolicy, _ newest: String, _ earlier: String..., frames: Int = 1_000) -> String {
    policy.certain(words(newest), earlier: earlier.map(words), frames: frames).map(\.word.text).joined()
  }

  @Test func whatTwoTextsBeginWithIsCertain() {
    let policy = CommitPolicy.localAgreement(2)
    #expect(policy.memory == 1)
    #expect(certain(policy, "good morning every one") == "", "nothing to agree with")
    #expect(certain(policy, "good morning every one", "good morning ever") == " good morning")
    #expect(certain(policy, "good morning", "bad morning") == "")
    #expect(certain(policy, "good morning", "") == "")
    #expect(certain(policy, "", "good morning") == "")
    // Only the newest of those before counts.
    #expect(certain(policy, "good morning all", "good morning we", "god") == " good morning")
  }

  @Test func whatThreeTextsBeginWithIsCertain() {
    let policy = CommitPolicy.localAgreement(3)
    #expect(policy.memory == 2)
    #expect(certain(policy, "good morning all", "good morning all") == "", "two are not three")
    #expect(certain(policy, "good morning all", "good morning all", "good evening") == " good")
    #expect(certain(policy, "one two three x", "one two three y", "one two three z") == " one two three")
  }

  @Test func whatIsGoneOnWithWhereSoundBreaksOffWasNotSaid() {
    func said(_ text: String, squeezed: Int, doubted: Int?) -> String {
      var words = words(text)
      for index in words.indices.suffix(squeezed) {
        words[index].word.end = words[index].word.start + .milliseconds(20)
      }
      if let doubted { words[doubted].word.probability = 0.1 }
      return CommitPolicy.said(words).map(\.word.text).joined()
    }
    let text = "it was the age of foolishness."
    #expect(said(text, squeezed: 3, doubted: 3) == " it was the")
    #expect(said(text, squeezed: 2, doubted: 3) == " it was the")
    // There is room for it, or the model is sure of it, or one word was cut off.
    #expect(said(text, squeezed: 0, doubted: 3) == " " + text)
    #expect(said(text, squeezed: 3, doubted: nil) == " " + text)
    #expect(said(text, squeezed: 1, doubted: 5) == " " + text)
  }

  @Test func punctuationThatIsNotAgreedOnEndsWhatIsCertain() {
    let policy = CommitPolicy.localAgreement(2)
    #expect(certain(policy, "yes, we can", "yes we can do") == " yes")
    #expect(certain(policy, "yes, we can", "yes, we can do") == " yes, we can")
    #expect(certain(policy, "the end. And then", "the end, and then") == " the end")
  }

  @Test func theLastWordHeardGoesWithoutItsPunctuation() throws {
    let agreement = CommitPolicy.localAgreement(2)
    #expect(certain(agreement, "the old library.", "the old library.") == " the old library")
    #expect(certain(agreement, "the old library. There", "the old library. The") == " the old library.")
    #expect(certain(.alignAtt(.zero), "the old library.") == " the old library")
    // Its tokens end where its text does, so that the next text may go on with another mark.
    let last = try #require(agreement.certain(words("a b."), earlier: [words("a b.")], frames: 100).last)
    #expect(last.tokens == 1..<2)
  }

  @Test func attentionNearTheEndHoldsAWordBack() {
    let policy = CommitPolicy.alignAtt(.milliseconds(400))
    #expect(policy.memory == 0)
    // The words look at frames 19, 39, 59 and 79; of 100 frames the newest 40 do not count.
    #expect(certain(policy, "a b c d", frames: 100) == " a b c")
    #expect(certain(policy, "a b c d", frames: 99) == " a b")
    #expect(certain(policy, "a b c d", frames: 120) == " a b c d")
    #expect(certain(policy, "a b c d", frames: 40) == "")
    #expect(certain(policy, "a b c d", frames: 0) == "")
  }

  @Test func aWordBehindOneThatIsHeldBackWaitsToo() {
    var mixed = words("a b c")
    mixed[1].lastAttended = 95
    let certain = CommitPolicy.alignAtt(.milliseconds(100)).certain(mixed, earlier: [], frames: 100)
    #expect(certain.map(\.word.text) == [" a"])
  }

  @Test func whatIsOldIsCertainWhateverItLooksAt() {
    func overdue(_ text: String, frames: Int) -> String {
      CommitPolicy.overdue(words(text), frames: frames, hold: .seconds(1)).map(\.word.text).joined()
    }
    #expect(overdue("good morning, every one.", frames: 119) == "")
    #expect(overdue("good morning, every one.", frames: 120) == " good")
    #expect(overdue("good morning, every one.", frames: 140) == " good morning,")
    #expect(overdue("good morning, every one.", frames: 500) == " good morning, every one", "the end may still move")
  }

  @Test func aDoubtedWordWaits() {
    var doubted = words("a b c d")
    doubted[1].word.probability = 0.79
    func certain(_ policy: CommitPolicy, frames: Int) -> String {
      policy.certain(doubted, earlier: [doubted], frames: frames).map(\.word.text).joined()
    }
    // It looks at frame 39: 200 frames more make it certain, and the others with it.
    for policy in [CommitPolicy.alignAtt(.milliseconds(400)), .both(2, .milliseconds(400))] {
      #expect(certain(policy, frames: 120) == " a")
      #expect(certain(policy, frames: 239) == " a")
      #expect(certain(policy, frames: 240) == " a b c d")
    }
    #expect(certain(.localAgreement(2), frames: 120) == " a b c d", "agreement looks at texts alone")
    // A margin that is wider than that of doubted words is theirs, too.
    #expect(certain(.alignAtt(.seconds(3)), frames: 339) == " a")
    #expect(certain(.alignAtt(.seconds(3)), frames: 340) == " a b")
    doubted[1].word.probability = 0.8
    #expect(certain(.alignAtt(.milliseconds(400)), frames: 120) == " a b c d")
  }
}
