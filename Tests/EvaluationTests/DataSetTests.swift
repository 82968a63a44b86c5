import Foundation
import Testing

@testable import Evaluation

/// Data sets in the layouts that they are published in, small and made here.
@Suite struct DataSetTests {
  let scratch = ScratchFolder()

  @Test func aLibriSpeechTree() throws {
    scratch.put("19/198/19-198.trans.txt", "19-198-0000 NORTHANGER ABBEY\n19-198-0001\n19-198-0002 THIS LITTLE WORK\n")
    scratch.put("19/198/19-198-0000.flac", "")
    let set = try DataSet(scratch.path)
    #expect(set.format == .libriSpeech)
    #expect(set.utterances.map(\.id) == ["19-198-0000", "19-198-0002"])
    #expect(set.utterances[0].text == "NORTHANGER ABBEY" && set.utterances[0].language == "en")
    #expect(set.utterances[0].audio == scratch.path("19/198/19-198-0000.flac") && set.utterances[0].speaker == "19")
    #expect(set.faults.map(\.line) == [2])
  }

  /// As PowerShell and spreadsheets write it, with and without the mark.
  @Test(arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian]) func wideTexts(
    encoding: String.Encoding
  ) throws {
    let lines = ["um", "dois"].map { #"{"audio": "\#($0).wav", "text": "É \#($0)", "lang": "pt"}"# }
    for text in [lines.joined(separator: "\r\n"), "[\(lines.joined(separator: ","))]"] {
      try #require(text.data(using: encoding)).write(to: URL(filePath: scratch.path("wide.jsonl")))
      let set = try DataSet(scratch.path("wide.jsonl"))
      #expect(set.utterances.map(\.text) == ["É um", "É dois"] && set.faults.isEmpty)
    }
  }

  @Test func aCommonVoiceTable() throws {
    scratch.put(
      "test.tsv",
      "client_id\tpath\tsentence\tlocale\nabc\tone.mp3\tOlá, mundo.\tpt\nabc\t\tnothing\tpt\nabc\ttwo\tTudo bem?\tpt\nshort\n"
    )
    scratch.put("clips/one.mp3", "")
    let set = try DataSet(scratch.path)
    #expect(set.format == .commonVoice)
    #expect(set.utterances.map(\.text) == ["Olá, mundo.", "Tudo bem?"])
    #expect(set.utterances.map(\.audio) == ["one.mp3", "two.mp3"].map { scratch.path("clips/\($0)") })
    #expect(set.utterances.allSatisfy { $0.language == "pt" && $0.speaker == "abc" })
    #expect(set.faults.map(\.line) == [3, 5])
  }

  @Test func fleursWithItsParallelSentences() throws {
    scratch.put(
      "pt_br/test.tsv", "7\t1.wav\tBom dia.\tbom dia\tb o m\t32000\tFEMALE\n8\t2.wav\tTchau.\ttchau\tt\t16000\tMALE\n")
    scratch.put("en_us/test.tsv", "7\t9.wav\tGood morning.\tgood morning\tg\t30000\tMALE\n")
    scratch.put("pt_br/audio/test/1.wav", "")
    let set = try DataSet(scratch.path("pt_br"), wishes: .init(target: "en"))
    #expect(set.format == .fleurs && set.utterances.map(\.language) == ["pt", "pt"])
    #expect(set.utterances[0].audio == scratch.path("pt_br/audio/test/1.wav"))
    #expect(set.utterances.map(\.duration) == [2, 1])
    #expect(set.utterances.map(\.translations) == [["en": "Good morning."], [:]])
  }

  @Test func aKaldiFolderWithSegments() throws {
    scratch.put("wav.scp", "call /data/call.wav\nother sph2pipe -f wav x.sph |\n")
    scratch.put("segments", "call-1 call 1.5 3.0\ncall-2 call 3 -1 B\nbad call 5 4\nother-1 other 0 1\n")
    scratch.put("text", "call-1 hello there\ncall-2 hi\nbad never\nother-1 gone\n")
    scratch.put("utt2spk", "call-1 anna\ncall-2 bert\n")
    let set = try DataSet(scratch.path, wishes: .init(language: "en"))
    #expect(set.format == .kaldi && set.utterances.map(\.id) == ["call-1", "call-2"])
    #expect(set.utterances[0].excerpt == .init(start: 1.5, duration: 1.5) && set.utterances[0].channel == nil)
    #expect(set.utterances[1].excerpt == .init(start: 3, duration: nil) && set.utterances[1].channel == 1)
    #expect(set.utterances.map(\.speaker) == ["anna", "bert"])
    // A command is not run, an end before the start is no segment.
    #expect(set.faults.contains { $0.reason.contains("command") } && set.faults.count == 4)
  }

  @Test func manifestsOfBothKindsAndStandardInput() throws {
    let lines = """
      {"audio_filepath": "a.wav", "text": "one", "lang": "en", "translation_pt": "um", "offset": 2, "duration": 1.5}
      {"audio": "/b.flac", "sentence": "two", "language": "Portuguese"}
      not json
      {"audio": "c.wav"}
      """
    scratch.put("manifest.jsonl", lines)
    let set = try DataSet(scratch.path)
    #expect(set.format == .manifest && set.utterances.map(\.text) == ["one", "two"])
    #expect(set.utterances[0].audio == scratch.path("a.wav") && set.utterances[1].audio == "/b.flac")
    #expect(
      set.utterances[0].excerpt == .init(start: 2, duration: 1.5) && set.utterances[0].translations == ["pt": "um"])
    #expect(set.utterances.map(\.language) == ["en", "pt"])
    #expect(set.faults.map(\.line) == [3, 4])

    let piped = try DataSet("-", wishes: .init(standardInput: { Data(lines.utf8) }))
    #expect(piped.name == "stdin" && piped.utterances.map(\.audio) == ["a.wav", "/b.flac"])
    let array = try DataSet(
      "-", wishes: .init(standardInput: { Data(#"[{"id": 3, "text": "x", "audio": "x.wav"}]"#.utf8) }))
    #expect(array.utterances.map(\.id) == ["3"])
  }

  @Test(arguments: [
    #"{"audio": "a.wav", "text": "t", "offset": 1e30}"#, #"{"audio": "a.wav", "text": "t", "offset": "inf"}"#,
    #"{"audio": "a.wav", "text": "t", "offset": "nan"}"#, #"{"audio": "a.wav", "text": "t", "offset": -1}"#,
    #"{"audio": "a.wav", "text": "t", "offset": 1, "duration": 1e300}"#,
  ]) func timesThatNoRecordingHasAreFaults(line: String) throws {
    let good = #"{"audio": "b.wav", "text": "u", "translation": NaN}"#
    let set = try DataSet("-", wishes: .init(standardInput: { Data((line + "\n" + good).utf8) }))
    #expect(set.utterances.map(\.text) == ["u"] && set.faults.map(\.line) == [1])
    scratch.put("a.stm", "talk 1 anna 0 1e30 one\ntalk 1 anna 0 inf two\ntalk 1 anna 0 1 <NA>\n")
    let marks = try DataSet(scratch.path("a.stm"))
    #expect(marks.utterances.map(\.text) == [""] && marks.faults.map(\.line) == [1, 2])
  }

  /// As Python's `json` writes numbers that are none.
  @Test(arguments: [
    #"{"audio": "a.wav", "text": "so, NaN, [Infinity]", "p": [NaN, NaN, 1], "q": {"r": [-Infinity,Infinity]}}"#,
    #"[{"audio": "a.wav", "text": "so, NaN, [Infinity]", "p": NaN}]"#,
  ]) func numbersThatAreNone(json: String) throws {
    let set = try DataSet("-", wishes: .init(standardInput: { Data(json.utf8) }))
    #expect(set.utterances.map(\.text) == ["so, NaN, [Infinity]"] && set.faults.isEmpty)
  }

  @Test func otherPeoplesFolders() throws {
    scratch.put("hf/metadata.jsonl", "\u{FEFF}[{\"file_name\": \"a.wav\", \"transcription\": \"one\"}]")
    let hugging = try DataSet(scratch.path("hf"))
    #expect(hugging.format == .manifest && hugging.utterances.map(\.audio) == [scratch.path("hf/a.wav")])
    scratch.put("cv/test.tsv", "client_id\tpath\tsentence\nx\ta.mp3\tone\n")
    #expect(try DataSet(scratch.path("cv")).format == .commonVoice)
    scratch.put("real/a.flac", "")
    scratch.put("real/a.TXT", "one")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("linked"), withDestinationPath: scratch.path("real"))
    #expect(try DataSet(scratch.path("linked")).utterances.map(\.text) == ["one"])
    // Where only texts are scored, commands and missing recordings do not matter.
    scratch.put("kaldi/text", "a one\nb two\n")
    scratch.put("kaldi/utt2spk", "a s\nb s\n")
    scratch.put("kaldi/wav.scp", "a sox a.sph -t wav - |\n")
    #expect(throws: DataSetError.self) { try DataSet(scratch.path("kaldi")) }
    let texts = try DataSet(scratch.path("kaldi"), wishes: .init(needsAudio: false))
    #expect(texts.utterances.map(\.text) == ["one", "two"] && texts.faults.isEmpty)
  }

  @Test func anAudioFolderWithATable() throws {
    let table = """
      \u{FEFF}file_name,transcription,language,translation_pt,speaker_id,duration\r
      a.wav,"Well, ""really""?
      Yes.",en,"Bem, sim",7,1.5\r
      inner/b.flac,two,,,,\r
      \r
      c.wav,,en,,,\r
      d.wav,too few\r
      e.wav,"zwölf",German,,,x\r

      """
    scratch.put("clips/metadata.csv", table)
    let set = try DataSet(scratch.path("clips"))
    #expect(set.format == .manifest && set.name == "clips")
    #expect(set.utterances.map(\.text) == ["Well, \"really\"?\nYes.", "two", "zwölf"])
    #expect(set.utterances.map(\.audio) == ["a.wav", "inner/b.flac", "e.wav"].map { scratch.path("clips/\($0)") })
    #expect(set.utterances.map(\.language) == ["en", nil, "de"] && set.utterances.map(\.duration) == [1.5, nil, nil])
    #expect(set.utterances[0].translations == ["pt": "Bem, sim"] && set.utterances[0].speaker == "7")
    #expect(set.faults.map(\.line) == [6, 7])
    // The file itself, and columns in another order and of other names.
    #expect(try DataSet(scratch.path("clips/metadata.csv")).utterances == set.utterances)
    scratch.put("other/metadata.csv", "sentence,file_name\none,a.wav\n")
    #expect(try DataSet(scratch.path("other")).utterances.map(\.audio) == [scratch.path("other/a.wav")])
    scratch.put("bad/metadata.csv", "file_name,text\na.wav,one\nb.wav,\"two\nc.wav,three\n")
    let bad = try DataSet(scratch.path("bad"))
    #expect(bad.utterances.map(\.text) == ["one"] && bad.faults.map(\.line) == [3])
    scratch.put("foreign/metadata.csv", "name,words\na.wav,one\n")
    #expect(throws: DataSetError.unknownFormat(path: scratch.path("foreign"))) { try DataSet(scratch.path("foreign")) }
    scratch.put("foreign/1/1-2.trans.txt", "1-2-0000 ONE\n")
    #expect(try DataSet(scratch.path("foreign")).format == .libriSpeech)
  }

  @Test func anAudioFolderKeepsItsPartsInFolders() throws {
    scratch.put("train/metadata.csv", "file_name,text\na.wav,one\n")
    scratch.put("train/a.wav", "")
    scratch.put("test/deep/metadata.jsonl", #"{"file_name": "b.wav", "text": "two"}"#)
    scratch.put("test/deep/metadata.csv", "file_name,text\nc.wav,three\n")
    scratch.put("test/deep/b.wav", "")
    let set = try DataSet(scratch.path)
    #expect(set.format == .manifest && set.utterances.map(\.text) == ["two", "one"])
    #expect(set.utterances.map(\.audio) == [scratch.path("test/deep/b.wav"), scratch.path("train/a.wav")])
    #expect(try DataSet(scratch.path("train")).utterances.map(\.text) == ["one"])
  }

  @Test func segmentsOfManifests() throws {
    let lines = """
      {"audio": "a.wav", "text": "one two", "translation_pt": "um dois", "segments": [{"start": 0, "end": 1.5, "text": "one",
       "translation_pt": "um"}, {"start": 2, "end": 3, "text": "two", "translation_pt": "dois"}]}
      {"audio": "b.wav", "text": "one", "segments": [{"start": 0, "end": 1, "text": "one"}, {"start": 2, "text": "two"}]}
      {"audio": "c.wav", "text": "one", "translation_pt": "um", "segments": [{"start": 0, "end": 1, "text": "one"}]}
      """.replacing(",\n", with: ",")
    let wishes = DataSet.Wishes(language: "en", target: "pt", standardInput: { Data(lines.utf8) })
    let utterances = try DataSet("-", wishes: wishes).utterances
    let segments = [
      LiveReference.Segment(start: 0, end: 1.5, text: "one", translation: "um"),
      .init(start: 2, end: 3, text: "two", translation: "dois"),
    ]
    #expect(utterances.map(\.segments) == [segments, [], [.init(start: 0, end: 1, text: "one")]])
    let reference = LiveReference([utterances[0]], target: "pt")
    #expect(reference.segments == segments && reference.language == "en")
    #expect(LiveReference([utterances[0]]).segments.map(\.translation) == [nil, nil])
    // A translation of the whole is worth more than times without one.
    #expect(LiveReference([utterances[2]], target: "pt").segments == [.init(text: "one", translation: "um")])
    #expect(LiveReference([utterances[2]]).segments == utterances[2].segments)
  }

  @Test func segmentTimeMarks() throws {
    scratch.put(
      "ted.stm",
      """
      ;; a comment
      talk 1 anna 0.5 2.5 <o,f0,female> so { um / @ } yes
      talk 1 inter_segment_gap 2.5 3.0 <o,,> ignore_time_segment_in_scoring
      talk A anna 3 two
      """)
    let set = try DataSet(scratch.path("ted.stm"), wishes: .init(language: "en"))
    #expect(set.format == .stm && set.utterances.map(\.text) == ["so um yes"])
    #expect(set.utterances[0].excerpt == .init(start: 0.5, duration: 2) && set.utterances[0].channel == 0)
    #expect(set.faults.map(\.line) == [4])
  }

  @Test func aFolderOfRecordingsWithTexts() throws {
    for (name, text) in [
      ("a.flac", ""), ("a.txt", "hello\nthere\n"), ("a.pt.txt", "olá"), ("sub/b.wav", ""), ("sub/b.txt", "bye"),
      ("c.mp3", ""),
    ] { scratch.put(name, text) }
    let set = try DataSet(scratch.path)
    #expect(set.format == .folder && set.utterances.map(\.id) == ["a", "sub/b"])
    #expect(set.utterances[0].text == "hello there" && set.utterances[0].translations == ["pt": "olá"])
    #expect(set.faults.count == 1)
  }

  @Test func ofTwoTextsInOneLanguageTheFirstCounts() throws {
    for number in 0..<20 {
      for (ending, text) in [("wav", ""), ("txt", "hello"), ("pt-BR.txt", "oi"), ("pt.txt", "olá"), ("wav.txt", "x")] {
        scratch.put("\(number).\(ending)", text)
      }
    }
    let set = try DataSet(scratch.path)
    #expect(set.utterances.count == 20 && set.utterances.allSatisfy { $0.translations == ["pt": "oi"] })
    #expect(set.faults.map(\.reason) == Array(repeating: "a second text in pt", count: 20))
  }

  @Test func lineAlignedTexts() throws {
    scratch.put("news.en.txt", "One.\nTwo.\n\nFour.\n")
    scratch.put("news.pt.txt", "Um.\nDois.\n\n\n")
    let set = try DataSet(scratch.path("news.en.txt"))
    #expect(set.format == .pair && set.utterances.map(\.text) == ["One.", "Two."])
    #expect(set.utterances.map(\.translations) == [["pt": "Um."], ["pt": "Dois."]] && set.faults.map(\.line) == [4])
    let back = try DataSet(scratch.path("news"), wishes: .init(language: "pt", target: "en"))
    #expect(back.utterances.map(\.text) == ["Um.", "Dois."])
    scratch.put("short.pt.txt", "Um.\n")
    #expect(throws: DataSetError.self) {
      try DataSet("\(scratch.path("news.en.txt")):\(scratch.path("short.pt.txt"))")
    }
  }

  @Test func endingsOfFilesAreNoLanguages() throws {
    scratch.put("talk.txt", "One.\n")
    for beside in ["talk.wav", "talk.srt"] {
      scratch.put(beside, "One.\n")
      let lines = try DataSet(scratch.path("talk.txt"))
      #expect(lines.format == .lines && lines.utterances.map(\.text) == ["One."])
    }
    #expect(throws: DataSetError.missing(path: scratch.path("talk"))) { try DataSet(scratch.path("talk")) }
    // Languages that Whisper does not know are named by the texts' ending.
    for (name, text) in [("news.en", "One."), ("news.pt", "Um."), ("alp.de.txt", "Eins."), ("alp.gsw.txt", "Eis.")] {
      scratch.put(name, text + "\n")
    }
    #expect(try DataSet(scratch.path("news.en")).utterances[0].translations == ["pt": "Um."])
    #expect(try DataSet(scratch.path("alp.de.txt")).utterances[0].translations == ["gsw": "Eis."])
  }

  @Test func whatIsNoSetIsRefused() throws {
    #expect(throws: DataSetError.missing(path: scratch.path("absent"))) { try DataSet(scratch.path("absent")) }
    scratch.put("empty/readme.md", "")
    #expect(throws: DataSetError.unknownFormat(path: scratch.path("empty"))) { try DataSet(scratch.path("empty")) }
    scratch.put("bad.jsonl", "nothing\n")
    #expect(throws: DataSetError.self) { try DataSet(scratch.path("bad.jsonl")) }
    // Ids are made unique.
    scratch.put("twice.jsonl", #"{"id": "a", "text": "x"}"# + "\n" + #"{"id": "a", "text": "y"}"#)
    #expect(try DataSet(scratch.path("twice.jsonl")).utterances.map(\.id) == ["a", "a#2"])
  }

  @Test(arguments: [
    (["x", "x", "x#2"], ["x", "x#2", "x#2#2"]), (["x", "x#2", "x", "x"], ["x", "x#2", "x#3", "x#4"]),
  ]) func noTwoIdsAreEqual(written: [String], ids: [String]) throws {
    scratch.put("ids.jsonl", written.map { #"{"id": "\#($0)", "text": "t"}"# }.joined(separator: "\n"))
    #expect(try DataSet(scratch.path("ids.jsonl")).utterances.map(\.id) == ids)
  }
}

/// A folder that goes away with the value.
final class ScratchFolder {
  let path = FileManager.default.temporaryDirectory.appending(path: "dragoman-sets-\(UUID().uuidString)").path

  init() { try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  func put(_ name: String, _ text: String) {
    let url = URL(fileURLWithPath: path(name))
    try! FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try! Data(text.utf8).write(to: url)
  }
}
