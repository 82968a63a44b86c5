import Testing

@testable import SpeechRecognition

@Suite struct EchoGuardTests {
  private let sentence = " The stale smell of old beer lingers."

  /// Which of some pieces, one after the other, are echoes.
  private func echoes(_ pieces: [(text: String, frames: Int)]) -> [Bool] {
    var guardian = EchoGuard()
    return pieces.map { guardian.isEcho($0.text, frames: $0.frames) }
  }

  @Test func aSentenceInABreathIsAnEcho() {
    // The first one again, in 0.32 s; and the echo is not what the next one is measured by.
    #expect(
      echoes([(sentence, 370), (" It takes heat to bring out the odor.", 260), (sentence, 32), (sentence, 31)])
        == [false, false, true, true])
  }

  @Test func anEchoMayEndOtherwise() {
    let half = " The stale smell of old beer and"
    #expect(echoes([(sentence, 370), (half, 20)]) == [false, true])
    #expect(echoes([(sentence, 370), (half, 100)]) == [false, false], "fast, but not beyond all speech")
    #expect(echoes([(" Yes, I can.", 150), (" Yes, I do.", 20)]) == [false, false], "too little in common")
    #expect(
      echoes([(sentence, 370), (" The stale smell of old bread is what nobody in this house can bear", 40)])
        == [false, false], "most of it is new")
  }

  @Test func whatIsSaidAgainIsNoEcho() {
    #expect(echoes([(sentence, 370), (sentence, 190)]) == [false, false], "fast, but a person can")
    #expect(echoes([(" Yes.", 100), (" Yes.", 30)]) == [false, false], "short words, drawn out and then not")
    #expect(
      echoes([(sentence, 370), (" It takes heat to bring out the odor.", 32)]) == [false, false], "never said before")
  }

  @Test func whatIsLongAgoIsForgotten() {
    let others = (0..<20).map { (text: " Number \($0).", frames: 100) }
    #expect(echoes([(sentence, 370)] + others + [(sentence, 32)]).allSatisfy { !$0 })
  }

  /// What nobody can have said, in any script, however it was spoken.
  @Test func tooMuchIsTold() {
    #expect(EchoGuard.isTooMuch(sentence, frames: 20), "in 0.2 s")
    #expect(!EchoGuard.isTooMuch(sentence, frames: 100), "an auctioneer in a second")
    #expect(!EchoGuard.isTooMuch(" आज मौसम बहुत अच्छा है", frames: 60), "three bytes a letter, three times as fast as usual")
    #expect(EchoGuard.isTooMuch(" Yes.", frames: 3) && !EchoGuard.isTooMuch(" Yes.", frames: 20))
  }

  /// Nearly all words in the same order, whatever the segments, the case and what is left out.
  @Test func whatWasSaidBeforeIsKnown() {
    var guardian = EchoGuard()
    for text in ["Something else.", "It differs from most", "if not from all the arts of the day."] {
      let isEcho = guardian.isEcho(text, frames: 300)
      #expect(!isEcho)
    }
    #expect(guardian.isSaidBefore(" It differs from all the arts of the day."))
    #expect(guardian.isSaidBefore("it differs from most, if not all"))
    #expect(!guardian.isSaidBefore("It differs."), "too short to tell")
    #expect(!guardian.isSaidBefore("It differs from what we have seen of the arts"))
    #expect(!guardian.isSaidBefore("day the of arts the all from differs it"))
    #expect(!EchoGuard().isSaidBefore("It differs from all the arts"))
  }

  /// The end of what was said, and only that, whatever marks and capitals it has.
  @Test func whatEndedIsTold() {
    var guardian = EchoGuard()
    #expect(!guardian.hasEnded(with: " 1455"))
    _ = guardian.isEcho(" the Bible", frames: 100)
    _ = guardian.isEcho(" of about 1455.", frames: 200)
    #expect(guardian.hasEnded(with: " 1455") && guardian.hasEnded(with: " Bible of About 1455!"))
    #expect(
      !guardian.hasEnded(with: " about") && !guardian.hasEnded(with: " in 1455") && !guardian.hasEnded(with: " ..."))
  }
}
