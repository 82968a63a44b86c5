import Foundation
import Testing

@testable import Transcripts

/// Two segments of a meeting, the second with all that needs escaping.
let meeting = Transcript(
  file: "talks/meeting.flac", duration: .milliseconds(7_250), language: "en", languageProbability: 0.99612345678,
  model: "whisper-base", translationModel: "firefox-en-pt", targetLanguage: "pt",
  segments: [
    Segment(
      id: 0, start: .milliseconds(0), end: .milliseconds(2_500), text: "Good morning, everyone.",
      translation: "Bom dia a todos.", averageLogProbability: -0.25, noSpeechProbability: 0.00001234,
      compressionRatio: 1.5, tokens: [50_364, 2_205, 2_446, 50_489]),
    Segment(
      id: 1, start: .milliseconds(2_500), end: .milliseconds(7_250), text: "Is \"R&D\" <here>?\tYes.",
      translation: "A \"P&D\" está <aqui>? Sim.", averageLogProbability: -.infinity, noSpeechProbability: .nan,
      compressionRatio: 1, tokens: []),
  ])

let untranslated = Transcript(
  file: "-", duration: .seconds(3), language: "en", languageProbability: 1, model: "whisper-tiny.en",
  segments: [Segment(id: 0, start: .seconds(1), end: .seconds(2), text: "Yes.")])

let silence = Transcript(
  file: "a.wav", duration: .zero, language: "en", languageProbability: 0, model: "m", segments: [])

@Suite struct FormatTests {
  @Test func spacesStandBetweenSegmentsAsTheirTextWantsThem() {
    func text(_ language: String, _ segments: (String, String?)...) -> String {
      var transcript = silence
      transcript.language = language
      transcript.segments = segments.map { Segment(id: 0, start: .zero, end: .zero, text: $0.0, language: $0.1) }
      return transcript.text
    }
    #expect(text("ja", ("ok", "en"), ("then", "en")) == "ok then")
    #expect(text("ja", ("はい。", "ja"), ("", "ja"), ("そうです。", nil), ("Yes.", "en")) == "はい。そうです。 Yes.")
  }

  @Test func plainText() {
    #expect(TranscriptFormat.txt.render(meeting) == "Bom dia a todos.\nA \"P&D\" está <aqui>? Sim.\n")
    #expect(
      TranscriptFormat.txt.render(meeting, content: .source) == "Good morning, everyone.\nIs \"R&D\" <here>? Yes.\n")
    #expect(
      TranscriptFormat.txt.render(meeting, content: .both)
        == "Good morning, everyone.\nBom dia a todos.\nIs \"R&D\" <here>? Yes.\nA \"P&D\" está <aqui>? Sim.\n")
    #expect(TranscriptFormat.txt.render(untranslated, content: .target) == "Yes.\n")
    var halves = meeting
    halves.segments[0].translation = ""
    #expect(
      TranscriptFormat.txt.render(halves, content: .both)
        == "Good morning, everyone.\n\nIs \"R&D\" <here>? Yes.\nA \"P&D\" está <aqui>? Sim.\n", "pairs stay pairs")
    #expect(TranscriptFormat.txt.render(halves) == "A \"P&D\" está <aqui>? Sim.\n")
  }

  /// What standard output gets of several recordings.
  @Test func transcriptsOneBehindTheOther() {
    func both(_ format: TranscriptFormat) -> String {
      var sequence = TranscriptSequence(format: format, content: nil, pretty: false)
      return [meeting, silence, meeting].map { sequence.append($0) }.joined()
    }
    let blocks = both(.srt).components(separatedBy: "\n\n")
    #expect(blocks.map { $0.prefix { $0 != "\n" } } == ["1", "2", "3", "4"], "\(both(.srt))")
    #expect(both(.srt).hasPrefix(TranscriptFormat.srt.render(meeting)) && blocks[0].contains("00:00:00,000"))
    #expect(blocks[2].dropFirst() == blocks[0].dropFirst())
    let vtt = TranscriptFormat.vtt.render(meeting)
    #expect(both(.vtt) == vtt + vtt.dropFirst("WEBVTT\n".count))
    let table = TranscriptFormat.tsv.render(meeting)
    #expect(both(.tsv) == table + table.split(separator: "\n").dropFirst().map { $0 + "\n" }.joined())
    for format in [TranscriptFormat.txt, .json, .jsonl] {
      #expect(both(format) == [meeting, silence, meeting].map { format.render($0, pretty: false) }.joined())
    }
    var silent = TranscriptSequence(format: .vtt, content: nil, pretty: false)
    #expect(silent.append(silence) == "WEBVTT\n" && silent.append(silence) == "")
  }

  @Test func table() {
    #expect(
      TranscriptFormat.tsv.render(meeting, content: .source)
        == "start\tend\ttext\n0\t2500\tGood morning, everyone.\n2500\t7250\tIs \"R&D\" <here>? Yes.\n")
    #expect(
      TranscriptFormat.tsv.render(untranslated, content: .both) == "start\tend\ttext\n1000\t2000\tYes.\n")
    #expect(
      TranscriptFormat.tsv.render(meeting, content: .both)
        .hasPrefix("start\tend\ttext\ttranslation\n0\t2500\tGood morning, everyone.\tBom dia a todos.\n"))
  }

  @Test func subRip() {
    #expect(
      TranscriptFormat.srt.render(meeting, content: .both) == """
        1
        00:00:00,000 --> 00:00:02,500
        Good morning, everyone.
        Bom dia a todos.

        2
        00:00:02,500 --> 00:00:07,250
        Is "R&D" <here>? Yes.
        A "P&D" está <aqui>? Sim.

        """)
  }

  @Test func webVTT() {
    #expect(
      TranscriptFormat.vtt.render(meeting) == """
        WEBVTT

        00:00:00.000 --> 00:00:02.500
        Bom dia a todos.

        00:00:02.500 --> 00:00:07.250
        A "P&amp;D" está &lt;aqui&gt;? Sim.

        """)
  }

  /// A sign with a mark on it is markup to whoever reads the file.
  @Test func webVTTEscapesSignsWithMarks() {
    let segment = Segment(id: 0, start: .zero, end: .seconds(1), text: "a <\u{301}b> &\u{20DD}", language: "en")
    let transcript = Transcript(
      file: "a.wav", duration: .seconds(1), language: "en", languageProbability: 1, model: "m", segments: [segment])
    let text = TranscriptFormat.vtt.render(transcript)
    #expect(text.unicodeScalars.contains("\u{301}") && !text.unicodeScalars.contains("<"), "\(text)")
    #expect(text.unicodeScalars.filter { $0 == "&" }.count == 3, "\(text)")
  }

  @Test func json() {
    #expect(
      TranscriptFormat.json.render(meeting) == #"""
        {
          "file": "talks/meeting.flac",
          "duration": 7.25,
          "language": "en",
          "language_probability": 0.996123,
          "model": "whisper-base",
          "translation_model": "firefox-en-pt",
          "target_language": "pt",
          "text": "Good morning, everyone. Is \"R&D\" <here>?\tYes.",
          "translation": "Bom dia a todos. A \"P&D\" está <aqui>? Sim.",
          "segments": [
            {
              "id": 0,
              "start": 0,
              "end": 2.5,
              "text": "Good morning, everyone.",
              "language": null,
              "translation": "Bom dia a todos.",
              "average_log_probability": -0.25,
              "no_speech_probability": 0.000012,
              "compression_ratio": 1.5,
              "tokens": [50364,2205,2446,50489]
            },
            {
              "id": 1,
              "start": 2.5,
              "end": 7.25,
              "text": "Is \"R&D\" <here>?\tYes.",
              "language": null,
              "translation": "A \"P&D\" está <aqui>? Sim.",
              "average_log_probability": null,
              "no_speech_probability": null,
              "compression_ratio": 1,
              "tokens": []
            }
          ]
        }

        """#)
    #expect(
      TranscriptFormat.json.render(untranslated, pretty: false) == #"{"file":"-","duration":3,"language":"en","#
        + #""language_probability":1,"model":"whisper-tiny.en","translation_model":null,"target_language":null,"#
        + #""text":"Yes.","translation":null,"segments":[{"id":0,"start":1,"end":2,"text":"Yes.","language":null,"translation":null,"#
        + #""average_log_probability":0,"no_speech_probability":0,"compression_ratio":0,"tokens":[]}]}"# + "\n")
  }

  @Test func jsonLines() {
    let lines = TranscriptFormat.jsonl.render(meeting).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3 && lines[2].isEmpty)
    #expect(lines[0].hasPrefix(#"{"file":"talks/meeting.flac","id":0,"start":0,"end":2.5,"text":"Good morning,"#))
  }

  /// Any text comes back as it was through an independent parser, and stays in its line.
  @Test(arguments: [true, false]) func jsonHoldsAnyText(pretty: Bool) throws {
    let text = String((0...0x250).compactMap(Unicode.Scalar.init).map(Character.init)) + "\u{2028}😀日本\r\n\\\""
    var transcript = untranslated
    transcript.segments[0].text = text
    let rendered = TranscriptFormat.json.render(transcript, pretty: pretty)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(rendered.utf8)) as? [String: Any])
    let segments = try #require(object["segments"] as? [[String: Any]])
    #expect(Array((segments[0]["text"] as? String ?? "").unicodeScalars) == Array(text.unicodeScalars))
    if !pretty { #expect(rendered.filter(\.isNewline).count == 1) }
  }

  @Test func nothingSaid() {
    #expect(TranscriptFormat.txt.render(silence) == "")
    #expect(TranscriptFormat.srt.render(silence) == "")
    #expect(TranscriptFormat.vtt.render(silence) == "WEBVTT\n")
    #expect(TranscriptFormat.tsv.render(silence) == "start\tend\ttext\n")
    #expect(TranscriptFormat.jsonl.render(silence) == "")
    #expect(TranscriptFormat.json.render(silence, pretty: false).hasSuffix("\"segments\":[]}\n"))
  }
}
