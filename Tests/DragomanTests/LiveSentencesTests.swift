import SpeechRecognition
import TestSupport
import Testing
import Transcripts

@testable import Dragoman

@Suite struct LiveSentencesTests {
  /// An update whose words stand apart by spaces, `_` for a word that goes on without one; 0.3 s each.
  private func update(
    _ certain: String, pending: String = "", language: String? = "en", endsTurn: Bool = false, at start: Double = 0,
    each: Double = 0.3
  ) -> LiveUpdate {
    func words(_ text: String, from first: Int) -> [Word] {
      text.split(separator: " ").enumerated().map { index, part in
        let begin = start + each * Double(first + index)
        return Word(
          start: .seconds(begin), end: .seconds(begin + each),
          text: part.hasPrefix("_") ? String(part.dropFirst()) : " " + part, probability: 0.9)
      }
    }
    var update = LiveUpdate()
    update.certain = words(certain, from: 0)
    update.pending = words(pending, from: update.certain.count)
    (update.language, update.endsTurn) = (language, endsTurn)
    return update
  }

  @Test func aSentenceIsOverWhenItsEndIsCertain() throws {
    var sentences = LiveSentences()
    #expect(sentences.take(update("Good morning", pending: "everyone.")).isEmpty, "an end that may still go is none")
    #expect(sentences.text == "Good morning everyone." && sentences.certainText == "Good morning")
    let over = sentences.take(update("_. Today we", pending: "talk.", at: 0.6))
    #expect(over.map(\.text) == ["Good morning."] && over.map(\.id) == [0])
    let first = try #require(over.first)
    #expect(first.start == .zero && first.end > .seconds(0.89) && first.language == "en")
    #expect(first.words?.map(\.text) == [" Good", " morning."])
    #expect(sentences.text == "Today we talk." && sentences.count == 1)
  }

  @Test func wordsOfTwoLooksDoNotLieAcrossEachOther() throws {
    var sentences = LiveSentences()
    _ = sentences.take(update("Good morning"))
    _ = sentences.take(update("every", pending: "one", at: 0.58, each: 0.01))
    let over = try #require(sentences.take(update("body.", at: 0.5)).first)
    let words = try #require(over.words)
    #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start } && words.allSatisfy { $0.start <= $0.end })
    #expect(words.map(\.text) == [" Good", " morning", " every", " body."])
  }

  /// All that is shown lies behind what is certain, word by word.
  @Test func wordsThatMayGoDoNotLieAcrossCertainOnes() {
    var sentences = LiveSentences()
    _ = sentences.take(update("One two", at: 4.4))
    var next = update("", pending: "three four five", at: 4.6, each: 0.15)
    next.pending[2].end = .seconds(5.2)
    _ = sentences.take(next)
    let words = sentences.pending
    #expect(words.map(\.text) == [" three", " four", " five"])
    #expect(words.allSatisfy { $0.start >= .seconds(5) && $0.start <= $0.end })
    #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start })
  }

  @Test func severalSentencesOfOneTurn() {
    var sentences = LiveSentences()
    let over = sentences.take(update("One. Two! Three? Four", endsTurn: true))
    #expect(over.map(\.text) == ["One.", "Two!", "Three?"] && over.map(\.id) == [0, 1, 2])
    #expect(sentences.text == "Four")
  }

  @Test func aTurnThatEndsWithAFullStopEndsItsSentence() {
    var sentences = LiveSentences()
    #expect(sentences.take(update("Good morning.", endsTurn: true)).map(\.text) == ["Good morning."])
    #expect(sentences.isEmpty && sentences.finish() == nil)
  }

  @Test func aSentenceGoesOnAcrossAPause() {
    var sentences = LiveSentences()
    #expect(sentences.take(update("The archive", endsTurn: true)).isEmpty)
    #expect(
      sentences.take(update("opens at eight.", endsTurn: true, at: 2)).map(\.text) == ["The archive opens at eight."])
  }

  @Test(arguments: ["Mr.", "(Dr.", "J.", "e.g.", "U.S.", "vs.", "etc."]) func anAbbreviationEndsNothing(_ word: String)
  {
    var sentences = LiveSentences()
    #expect(sentences.take(update("This is \(word) Smith and")).isEmpty)
    #expect(sentences.text == "This is \(word) Smith and")
    // But a turn that ends with one has ended.
    #expect(sentences.take(update("others \(word)", endsTurn: true)).count == 1)
  }

  @Test(arguments: ["library.", "(tape.)", "\"tape.\"", "here?", "yes!", "well…"]) func aWordWithAnEndEndsIt(
    _ word: String
  ) {
    var sentences = LiveSentences()
    #expect(sentences.take(update("It is \(word) Then")).map(\.text) == ["It is \(word)"])
  }

  @Test func aWordWithoutASpaceBelongsToTheOneBefore() throws {
    var sentences = LiveSentences()
    _ = sentences.take(update("nine record"))
    #expect(sentences.take(update("_ings", at: 0.6)).isEmpty)
    #expect(sentences.words.map(\.text) == [" nine", " recordings"] && sentences.words[1].end > .seconds(0.89))
    // A mark that comes late ends the sentence.
    #expect(sentences.take(update("_.\"", at: 0.9)).map(\.text) == ["nine recordings.\""])
  }

  @Test func marksOfASentenceThatIsOverAreLeftOut() {
    var sentences = LiveSentences()
    _ = sentences.take(update("Yes.", endsTurn: true))
    #expect(sentences.take(update("_. _, Now")).isEmpty)
    #expect(sentences.text == "Now")
  }

  @Test func anotherLanguageBeginsAnotherSentence() {
    var sentences = LiveSentences()
    _ = sentences.take(update("and then we"))
    let over = sentences.take(update("boa tarde", language: "pt", at: 5))
    #expect(over.map(\.text) == ["and then we"] && over.map(\.language) == ["en"])
    #expect(sentences.language == "pt" && sentences.finish()?.language == "pt")
    // What knows no language changes none.
    #expect(sentences.take(update("a todos", language: nil)).isEmpty && sentences.language == "pt")
  }

  @Test func aSentenceWithoutAnEndIsCut() {
    var sentences = LiveSentences()
    let words = (0..<130).map { "w\($0)" }.joined(separator: " ")
    let over = sentences.take(update(words, each: 0.1))
    #expect(over.map { $0.words?.count } == [60, 60])
    #expect(sentences.words.count == 10 && sentences.words[0].text == " w120")

    sentences = LiveSentences()
    let slow = sentences.take(update("a b c d e", each: 9))
    #expect(slow.map(\.text) == ["a b c"], "27 s, and 36 with the next word")
    // What goes on without a space is not torn off.
    sentences = LiveSentences()
    _ = sentences.take(update("a b c", each: 9))
    #expect(sentences.take(update("_d", at: 40)).isEmpty)
  }

  @Test func scriptsWithoutSpacesKeepTheirWords() {
    var sentences = LiveSentences()
    #expect(sentences.take(update("_今日 _は _図書館", language: "ja")).isEmpty)
    #expect(sentences.words.map(\.text) == ["今日", "は", "図書館"])
    let over = sentences.take(update("_です _。 _次", language: "ja", at: 2))
    #expect(over.map(\.text) == ["今日は図書館です。"] && over[0].words?.map(\.text) == ["今日", "は", "図書館", "です。"])
    #expect(sentences.text == "次")
  }

  @Test func theEndTakesWhatIsCertainOnly() {
    var sentences = LiveSentences()
    _ = sentences.take(update("so we", pending: "shall"))
    let last = sentences.finish()
    #expect(last?.text == "so we" && last?.id == 0)
    #expect(sentences.finish() == nil && sentences.isEmpty)
    _ = sentences.take(update("", pending: "maybe"))
    #expect(!sentences.isEmpty && sentences.finish() == nil && sentences.isEmpty)
  }

  /// Whatever comes, what was certain of a sentence stays at its start.
  @Test(arguments: 0..<20) func whatIsCertainStays(seed: UInt64) {
    var random = SeededNumbers(state: seed)
    let pool = ["one", "two.", "_s", "_.", "three,", "Mr.", "_!", "four?", "—"]
    var sentences = LiveSentences()
    var before = (count: 0, text: "")
    for step in 0..<60 {
      let certain = (0..<Int.random(in: 0...4, using: &random)).map { _ in pool.randomElement(using: &random)! }
      let pending = (0..<Int.random(in: 0...3, using: &random)).map { _ in pool.randomElement(using: &random)! }
      let ends = Int.random(in: 0..<5, using: &random) == 0
      let over = sentences.take(
        update(
          certain.joined(separator: " "), pending: pending.joined(separator: " "), endsTurn: ends, at: Double(step)))
      if let first = over.first {
        #expect(first.id == before.count && first.text.hasPrefix(before.text), "\(first.text) after \(before.text)")
        #expect(over.map(\.id) == Array(before.count..<before.count + over.count))
      } else {
        #expect(sentences.certainText.hasPrefix(before.text), "\(sentences.certainText) after \(before.text)")
      }
      #expect(sentences.text.unicodeScalars.starts(with: sentences.certainText.unicodeScalars))
      before = (sentences.count, sentences.certainText)
    }
  }
}
