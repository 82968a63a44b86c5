import MachineTranslation
import TestSupport
import Testing

@testable import Dragoman

@Suite struct StableTranslationTests {
  private static func stable(flicker: Double = 0.2, unspaced: Bool = false) -> StableTranslation {
    var settings = LiveSettings()
    settings.flicker = flicker
    settings.targets = unspaced ? ["ja"] : ["pt"]
    return StableTranslation(settings)
  }

  /// Both translations have a text, and a last word that is not shown yet.
  private static func agree(on text: String, _ stable: inout StableTranslation) -> String {
    stable.show(whole: text + " e", certain: text + " e")
  }

  @Test func whatBothAgreeOnIsShown() {
    var stable = Self.stable()
    #expect(stable.show(whole: "O arquivo abre às oito", certain: "O arquivo abre amanhã") == "O arquivo abre")
    #expect(
      stable.show(whole: "O arquivo abre às oito da manhã", certain: "O arquivo abre às oito horas")
        == "O arquivo abre às oito")
    #expect(
      stable.show(whole: "O arquivo abre às oito", certain: "") == "O arquivo abre às oito", "nothing is hidden again")
  }

  @Test func theLastWordOfATranslationWaits() {
    var stable = Self.stable()
    #expect(stable.show(whole: "Bom dia a todos", certain: "Bom dia") == "Bom", "it may become `dia,`")
    #expect(stable.show(whole: "Bom dia a todos", certain: "Bom dia a todos") == "Bom dia a")
    #expect(stable.show(whole: "Bom dia a", certain: "Bom dia a") == "Bom dia a", "nothing is hidden again")
  }

  @Test func nothingIsCertainOfTheFirstWords() {
    var stable = Self.stable()
    #expect(stable.show(whole: "Bom dia", certain: "") == "")
    #expect(stable.show(whole: "Bom dia a todos", certain: nil) == "Bom", "as the text before had it, too")
    #expect(stable.show(whole: "Bom dia a todos", certain: nil) == "Bom dia a")
  }

  @Test func translationsAreAskedToKeepWhatIsShown() throws {
    var stable = Self.stable()
    var asked: [[String]] = []
    let answers = [
      "It was the": "Era o", "It was the best": "Era o melhor", "It was the best of": "Foi o melhor dos",
      "It was the best of times.": "Era o melhor dos tempos.",
    ]
    func show(_ text: String, certain: String) throws -> String {
      try stable.show(text, certain: certain, words: certain.split(separator: " ").count, translate: translate)
    }
    func translate(_ text: String, _ shown: ShownTranslation) throws(TranslationError) -> String {
      asked.append([text, shown.text])
      return answers[text]!
    }
    #expect(try show("It was the best", certain: "It was") == "" && asked.isEmpty, "two words mean little")
    #expect(try show("It was the best", certain: "It was the") == "Era")
    #expect(try show("It was the best of", certain: "It was the best") == "Era")
    #expect(try stable.end("It was the best of times.", translate: translate) == "Era o melhor dos tempos.")
    #expect(stable.erased == 0 && stable.finals == 5)
    #expect(
      asked == [
        ["It was the best", ""], ["It was the", ""], ["It was the best of", "Era"], ["It was the best", "Era"],
        ["It was the best of times.", "Era"],
      ])
  }

  @Test func withoutAllowanceNothingIsTakenBack() {
    var stable = Self.stable(flicker: 0)
    _ = stable.show(whole: "O banco está", certain: "O banco está hoje")
    _ = stable.show(whole: "O banco está aberto", certain: "O banco está hoje")
    #expect(stable.show(whole: "A margem do rio é larga", certain: "A margem do rio é") == "O banco está")
    #expect(stable.erased == 0)
    // It goes on as soon as the text agrees with it again.
    #expect(
      stable.show(whole: "O banco está fechado hoje", certain: "O banco está fechado agora") == "O banco está fechado")
  }

  @Test(arguments: [0.0, 0.01]) func whatIsContradictedAgainAndAgainIsTakenBack(flicker: Double) {
    var stable = Self.stable(flicker: flicker)
    _ = Self.agree(on: "a b c", &stable)
    for _ in 0..<2 { #expect(Self.agree(on: "x y z w", &stable) == "a b c") }
    // Agreement in between begins the count anew.
    #expect(Self.agree(on: "a b c d", &stable) == "a b c d")
    for _ in 0..<2 { #expect(Self.agree(on: "x y z w", &stable) == "a b c d") }
    #expect(Self.agree(on: "x y z w v", &stable) == (flicker > 0 ? "x y z w v" : "a b c d"))
    #expect(stable.erased == (flicker > 0 ? 4 : 0))
  }

  @Test func anAllowanceIsSpentOnce() {
    var stable = Self.stable(flicker: 0.5)
    _ = Self.agree(on: "a b c d", &stable)
    // One of four words may go; then one more, and no third of at most six.
    #expect(Self.agree(on: "a b c x y", &stable) == "a b c x y")
    #expect(stable.erased == 1)
    #expect(Self.agree(on: "a b c z y w", &stable) == "a b c z y w", "3 of 0.5 times 6")
    #expect(stable.erased == 3)
    #expect(Self.agree(on: "a b c z y v", &stable) == "a b c z y w")
    #expect(stable.erased == 3)
  }

  @Test func finalsEarnAllowance() {
    var stable = Self.stable(flicker: 0.2)
    _ = Self.agree(on: "a b c", &stable)
    #expect(Self.agree(on: "x y z", &stable) == "a b c")
    stable.end(with: (0..<20).map { "w\($0)" }.joined(separator: " "))
    #expect(stable.finals == 20 && stable.erased == 3, "the final replaced all of it")
    #expect(stable.text.isEmpty)
    _ = Self.agree(on: "a b", &stable)
    #expect(Self.agree(on: "x b", &stable) == "a b", "3 and 2 are more than 0.2 times 22")
    stable.end(with: "a b " + (0..<20).map { "w\($0)" }.joined(separator: " "))
    #expect(stable.erased == 3)
    _ = Self.agree(on: "a b", &stable)
    #expect(Self.agree(on: "x b", &stable) == "x b")
  }

  @Test func theFinalReplacesWhatIsShownOnce() {
    var stable = Self.stable()
    _ = Self.agree(on: "Bom dia a", &stable)
    stable.end(with: "Bom dia, todos")
    #expect(stable.erased == 2 && stable.finals == 3 && stable.text.isEmpty)
    stable.end(with: "")
    #expect(stable.erased == 2 && stable.finals == 3)
    // What was known of the sentence before says nothing of the next.
    #expect(stable.show(whole: "Bom dia a", certain: nil) == "")
  }

  @Test func scriptsWithoutSpacesGoByCharacter() {
    var stable = Self.stable(unspaced: true)
    #expect(stable.show(whole: "図書館は八時に", certain: "図書館は九時") == "図書館は")
    #expect(stable.show(whole: "図書館は八時に開く", certain: "図書館は八時に") == "図書館は八時に")
  }

  /// Whatever the translations do, no more is taken back than is allowed, and it is counted right.
  @Test(arguments: 0..<20) func theAllowanceHolds(seed: UInt64) {
    var random = SeededNumbers(state: seed)
    var stable = Self.stable(flicker: 0.3)
    func text() -> String {
      (0..<Int.random(in: 0...8, using: &random)).map {
        "w\($0)\(Int.random(in: 0..<5, using: &random) == 0 ? "x" : "")"
      }
      .joined(separator: " ")
    }
    var erased = 0, taken = 0
    for step in 0..<300 {
      let before = stable.text.split(separator: " ")
      if step % 17 == 16 {
        let final = text()
        let kept = zip(before, final.split(separator: " ")).prefix { $0 == $1 }.count
        stable.end(with: final)
        erased += before.count - kept
        taken += 0
      } else {
        let standing = stable.contradictions
        let after = stable.show(whole: text(), certain: text()).split(separator: " ")
        let gone = before.count - zip(before, after).prefix { $0 == $1 }.count
        erased += gone
        taken += gone
        if gone > 0 {
          let allowed = 0.3 * Double(stable.finals + max(before.count, after.count)) + 1e-9
          #expect(Double(stable.erased) <= allowed || standing == StableTranslation.mostContradictions - 1)
        }
      }
      #expect(stable.erased == erased)
    }
    if seed == 0 { #expect(taken > 0, "some of it has to be tried") }
  }
}
