import Testing

@testable import SpeechRecognition

@Suite struct EchoGuardTests {
  private let sentence = " The stale smell of old beer lingers."

  @Test func aSentenceInABreathIsAnEcho() {
    var echo = EchoGuard()
    #expect(!echo.isEcho(sentence, frames: 370))
    #expect(!echo.isEcho(" It takes heat to bring out the odor.", frames: 260))
    // The first one again, in 0.32 s.
    #expect(echo.isEcho(sentence, frames: 32))
    // The echo is not what the next one is measured by.
    #expect(echo.isEcho(sentence, frames: 31))
  }

  @Test func whatIsSaidAgainIsNoEcho() {
    var echo = EchoGuard()
    #expect(!echo.isEcho(sentence, frames: 370))
    // Fast, but a person can.
    #expect(!echo.isEcho(sentence, frames: 190))
    // Two short words, drawn out and then not.
    #expect(!echo.isEcho(" Yes.", frames: 100))
    #expect(!echo.isEcho(" Yes.", frames: 30))
    // As fast as an echo, but never said before.
    #expect(!echo.isEcho(" It takes heat to bring out the odor.", frames: 32))
  }

  @Test func whatIsLongAgoIsForgotten() {
    var echo = EchoGuard()
    #expect(!echo.isEcho(sentence, frames: 370))
    for number in 0..<20 { #expect(!echo.isEcho(" Number \(number).", frames: 100)) }
    #expect(!echo.isEcho(sentence, frames: 32))
  }
}
