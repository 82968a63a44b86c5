internal import Foundation

extension DataSetReading {
  /// A Kaldi data folder: `wav.scp`, `text`, and where they are there `segments`, `utt2spk`, `utt2lang`.
  ///
  /// Recordings given as commands are refused: data does not run programs here.
  ///
  /// - Reference: https://kaldi-asr.org/doc/data_prep.html
  mutating func readKaldi() throws(DataSetError) {
    let folder = Files.isFolder(path) ? path : Files.folder(of: path)
    func file(_ name: String) -> String { Files.path(name, in: folder) }
    guard Files.exists(file("text")) else { throw unusable("\(file("text")) is missing.") }
    let recordings = try readRecordings(file("wav.scp"), folder: folder)
    let speakers = try pairs(file("utt2spk"))
    let languages = try pairs(file("utt2lang"))
    let hasSegments = Files.exists(file("segments"))
    let segments = try readSegments(file("segments"))

    let text = file("text")
    for line in try lines(of: text) {
      let parts = line.text!.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
      let id = parts[0]
      let segment = segments[id]
      guard !hasSegments || segment != nil else {
        fault(text, line.number, "\(id) is not in segments")
        continue
      }
      let recording = segment?.recording ?? id
      let audio = recordings[recording]
      guard audio != nil || !wishes.needsAudio else {
        fault(text, line.number, "no recording \(recording) in wav.scp that can be used")
        continue
      }
      add(
        Utterance(
          id: id, audio: audio, excerpt: segment?.excerpt, channel: segment?.channel,
          text: parts.count > 1 ? parts[1] : "",
          language: Self.language(languages[id]), speaker: speakers[id]))
    }
  }

  private struct KaldiSegment {
    var recording: String
    var excerpt: Utterance.Excerpt
    var channel: Int?
  }

  /// `RECORDING PATH`, a path relative to the data folder or, as in Kaldi's recipes, to the current one.
  private mutating func readRecordings(_ file: String, folder: String) throws(DataSetError) -> [String: String] {
    guard wishes.needsAudio || Files.exists(file) else { return [:] }
    var recordings: [String: String] = [:]
    for line in try lines(of: file) {
      let parts = line.text!.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
      let location = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
      if location.isEmpty {
        fault(file, line.number, "\(parts[0]) has no path")
      } else if location.hasSuffix("|") || location.hasPrefix("|") {
        if !wishes.needsAudio { continue }
        fault(
          file, line.number,
          "\(parts[0]) is a command, and commands in data are never run; convert it to a file first and name that")
      } else if location.wholeMatch(of: /.+\.ark:\d+/) != nil {
        if !wishes.needsAudio { continue }
        fault(
          file, line.number, "\(parts[0]) lies inside an archive; extract it to a file first (wav-copy) and name that")
      } else {
        let inFolder = Files.path(location, in: folder)
        recordings[parts[0]] = !Files.exists(inFolder) && Files.exists(location) ? location : inFolder
      }
    }
    return recordings
  }

  /// `ID RECORDING START END [CHANNEL]` in seconds; an end of -1 is that of the recording.
  private mutating func readSegments(_ file: String) throws(DataSetError) -> [String: KaldiSegment] {
    guard Files.exists(file) else { return [:] }
    var segments: [String: KaldiSegment] = [:]
    for line in try lines(of: file) {
      let parts = line.text!.split(whereSeparator: \.isWhitespace).map(String.init)
      guard (4...5).contains(parts.count), let start = Double(parts[2]), let end = Double(parts[3]), start >= 0,
        end == -1 || end > start, Utterance.Excerpt.times.contains(max(start, end))
      else {
        fault(file, line.number, "an id, a recording, a start and a later end are expected: \(line.text!)")
        continue
      }
      segments[parts[0]] = KaldiSegment(
        recording: parts[1], excerpt: Utterance.Excerpt(start: start, duration: end == -1 ? nil : end - start),
        channel: parts.count == 5 ? Int(parts[4]) ?? (parts[4] == "B" ? 1 : 0) : nil)
    }
    return segments
  }

  private mutating func pairs(_ file: String) throws(DataSetError) -> [String: String] {
    guard Files.exists(file) else { return [:] }
    var pairs: [String: String] = [:]
    for line in try lines(of: file) {
      let parts = line.text!.split(whereSeparator: \.isWhitespace).map(String.init)
      if parts.count == 2 { pairs[parts[0]] = parts[1] } else { fault(file, line.number, "two words are expected") }
    }
    return pairs
  }
}
